import * as z from "zod";
import { lowered } from "./flows.ts";
import { uplink } from "./gateway.ts";
import { certificates } from "./certificates.ts";
import { quobyteGrant } from "./quobyte.ts";
import {
  cidr,
  deletion,
  cloudEntry,
  cloudId,
  hostName,
  key,
  openstackName,
  places,
  preset,
  sharedStorage,
  size,
  zoneName,
} from "./scalars.ts";
import { ipAddress } from "./site.ts";

const count = (most: number) => z.int().min(0).max(most);

export const quota = z
  .strictObject({
    machines: count(10_000).default(0).describe("Machines (instances)."),
    cores: count(100_000).default(0).describe("Sum of the machines' vCPUs."),
    memory: size.optional().describe("Sum of the machines' memory. Default: none."),
    volumes: count(100_000).default(0).describe("Volumes, root disks included."),
    storage: size.optional().describe("Sum of all volumes. Default: none."),
    snapshots: count(100_000).default(0).describe("Snapshots of volumes."),
    backups: count(100_000)
      .optional()
      .describe("Backups of volumes, on the storage of Cinder's backup service. Default: none."),
    backupStorage: size.optional().describe("Sum of all backups. Default: none."),
    shares: count(10_000).default(0).describe("Shares."),
    shareStorage: size.optional().describe("Sum of all shares. Default: none."),
    shareSnapshots: count(10_000)
      .optional()
      .describe("Snapshots of shares, which `tresor backup` makes on the shares' own storage. Default: none."),
    shareSnapshotStorage: size
      .optional()
      .describe("Sum of all snapshots of shares, each counted as large as its share. Default: none."),
    ports: count(10_000).default(20).describe("Ports; each network takes one itself."),
    secrets: count(100_000).default(100).describe("Keys in Barbican; each encrypted volume needs one."),
  })
  .describe("What may be used at most. What is not named is 0: routers, floating IPs and RBAC policies always are.");
export type Quota = z.infer<typeof quota>;

const networkKind = z.enum(["vlan", "overlay"]);

const bench = z
  .strictObject({
    quota: quota.prefault({}),
    network: networkKind.optional().describe("What its network is made of. Default: as its area's."),
    adopt: cloudId.optional().describe("Id of an existing project to take over."),
  })
  .describe("A partner's self-service place in the area.");

const dedicated = z
  .strictObject({
    hosts: z
      .array(hostName)
      .min(1, { error: "allowed: at least one compute host" })
      .describe("Compute hosts that carry machines of this area and its benches, and no others."),
    slots: count(100_000)
      .optional()
      .describe("SEV-SNP machines that these hosts carry together, where that is known. Default: not checked."),
  })
  .describe("Hosts of this area and its benches alone (docs/dedicated-nodes.md says what nova.conf needs).");

const router = z
  .strictObject({
    external: openstackName.describe(
      "External network on which the router has its gateway. Nothing is translated: what lies there must know the way back to the area's addresses.",
    ),
    ends: z
      .array(z.enum(["site", "network", "outside"]))
      .min(1, { error: "allowed: at least one of site, network, outside" })
      .describe("Kinds of end beyond the zone that flows of this area may name: `site` is IPsec."),
    addresses: z
      .array(ipAddress)
      .max(2)
      .default([])
      .describe("The router's own addresses on the external network, one of each version. Default: as Neutron gives."),
    routes: z
      .array(
        z.strictObject({
          to: cidr.describe("Network that is reached by another way than the external network's own gateway."),
          via: ipAddress.describe("Next hop on the external network."),
        }),
      )
      .default([])
      .describe("Static routes of the router, to sites and persons."),
    adopt: cloudId.optional().describe("Id of an existing router to take over."),
  })
  .describe("A router of this area alone, without translation of addresses. Default: none, and no way out.");

const storage = z
  .strictObject({
    title: z.string().min(1).max(200).describe("Which storage that is, for the one who audits it."),
    projects: z
      .array(cloudId)
      .default([])
      .describe(
        "Ids of projects outside of the zone whose ports stand in it, such as the storage's gateways'. Default: none; servers have a leg in it outside of Neutron.",
      ),
  })
  .describe(
    "A network of this area alone to a storage such as Quobyte: a second interface of the machines that a flow to `storage/<area>` names. Default: none.",
  );

const area = z
  .strictObject({
    quota: quota.prefault({}),
    sharedStorage: sharedStorage
      .optional()
      .describe("`none`: no volume, share, snapshot or backup here and on its benches. Default: as the tenant."),
    network: networkKind.optional().describe("What its network is made of. Default: as the tenant's."),
    router: router.optional(),
    gateway: uplink.optional(),
    storage: storage.optional(),
    dedicated: dedicated.optional(),
    benches: z
      .record(key, bench)
      .default({})
      .describe("One bench for each partner that works here itself, by partner."),
    adopt: cloudId.optional().describe("Id of an existing project to take over."),
  })
  .describe("What is granted to one area of the zone.");

/** What the operator grants to one zone; run by the operator. */
export const tenantSchema = z
  .strictObject({
    format: z.literal(1).describe("Format of this section."),
    zone: zoneName,
    adopt: cloudId.optional().describe("Id of an existing domain to take over; its name is the zone's."),
    cloud: cloudEntry.describe("Entry of clouds.yaml with the operator's credential."),
    preset: preset.default("confidential").describe("The least preset that the zone may have."),
    lowered: lowered.optional(),
    places,
    deletion: deletion.default("protected"),
    sharedStorage: sharedStorage
      .optional()
      .describe("`none`: no volume, share, snapshot or backup in the whole zone, by quotas of 0. Default: as granted."),
    network: z
      .strictObject({
        kind: networkKind
          .default("vlan")
          .describe("How networks are kept apart, where an area or bench says nothing else; a storage's network too."),
        physicalNetwork: openstackName.optional().describe("Where the VLANs are; needed where there is one."),
        mtu: z
          .int()
          .min(1280, { error: "allowed: 1280 to 9216; IPv6 needs 1280" })
          .max(9216, { error: "allowed: 1280 to 9216" })
          .optional()
          .describe("Bytes of the largest packet, told to guests. Default: the most that the cloud's networks carry."),
      })
      .prefault({})
      .describe("What the zone's networks are made of."),
    areas: z
      .record(key, area)
      .refine((areas) => Object.keys(areas).length > 0, { error: "allowed: at least one area" })
      .describe("Areas by name."),
    flavors: z.array(openstackName).default([]).describe("Private flavors that the zone may use."),
    images: z.array(openstackName).default([]).describe("Platform images that the zone may use."),
    volumeTypes: z
      .array(openstackName)
      .default([])
      .describe("Private volume types that the zone may use; the first is the default of each project."),
    shareTypes: z.array(openstackName).default([]).describe("Private share types that the zone may use."),
    quobyte: z
      .record(key, quobyteGrant)
      .default({})
      .describe(
        "Quobyte clusters on which granted share types or volumes lie, by the platform's name of each: every project of the zone gets its tenant there, whose volumes are encrypted.",
      ),
    certificates: certificates.optional(),
    closedVolumeTypes: z
      .array(openstackName)
      .default(["__DEFAULT__"])
      .describe(
        "Volume types that are closed by name: the zone's quota for each is 0, so that nothing lands in the clear. So is that for every type of the cloud that is not granted.",
      ),
  })
  .describe("A tenant: what the operator grants to one zone.");

export type TenantConfig = z.infer<typeof tenantSchema>;
