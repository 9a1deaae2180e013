import * as z from "zod";
import {
  deletion,
  cidr4,
  cidr6,
  cloudEntry,
  cloudId,
  date,
  key,
  memoryEncryption,
  openstackName,
  places,
  portRange,
  preset,
  sha512,
  size,
  zoneName,
} from "./scalars.ts";
import { quota } from "./tenant.ts";

const subnets = z.strictObject({
  ipv4: cidr4.describe("IPv4 subnet, from the zone's block."),
  ipv6: cidr6.describe("IPv6 subnet, from the zone's block."),
});

/** What the operator hands over, written by `tresor allocate`; the zone's administrator copies it and never edits it. */
const granted = z
  .strictObject({
    networks: z
      .record(z.string(), subnets)
      .describe("Subnets by area (`heart`) and by bench (`commons/heart-centre`)."),
    quotas: z
      .record(z.string(), quota)
      .default({})
      .describe("Quotas by area and by bench, to be told before the cloud refuses."),
    flavors: z
      .record(
        openstackName,
        z.strictObject({
          id: cloudId.optional().describe("Id in the cloud, where the operator pins it."),
          vcpus: z.int().describe("Virtual CPUs."),
          memory: size.describe("Memory."),
          confidential: memoryEncryption,
          gpu: z.boolean().default(false).describe("The flavor passes a GPU through."),
        }),
      )
      .default({})
      .describe("Flavors by name."),
    images: z
      .record(
        openstackName,
        z.strictObject({
          id: cloudId.optional().describe("Id in the cloud, where the operator pins it."),
          sha512: sha512
            .optional()
            .describe("SHA-512 of the image. Every preset but `open` demands it, or the id: a name says nothing."),
          confidential: memoryEncryption,
          minDisk: size.optional().describe("Smallest root disk."),
        }),
      )
      .default({})
      .describe("Images by name."),
    volumeTypes: z
      .record(
        openstackName,
        z.strictObject({
          encrypted: z.boolean().describe("LUKS with a key for each volume."),
          driver: openstackName.describe("Cinder driver of the backend."),
          tier: z.enum(["ssd", "hdd"]).describe("Medium."),
        }),
      )
      .default({})
      .describe("Volume types by name; the first encrypted one is the default."),
    shareTypes: z
      .record(
        openstackName,
        z.strictObject({
          driver: openstackName.describe("Manila driver of the backend."),
          protocols: z.array(z.enum(["NFS", "CEPHFS"])).describe("Protocols; the first is used."),
        }),
      )
      .default({})
      .describe("Share types by name; the first is the default."),
  })
  .describe("What the operator granted, as `tresor allocate` wrote it.");

const partner = z
  .strictObject({ title: z.string().min(1).max(200).describe("The organisation's name.") })
  .describe("An organisation that takes part; a Keystone group.");

const permit = z
  .strictObject({
    id: z.string().min(1).max(100).describe("Reference of the permit or contract."),
    basis: z.string().min(1).max(200).describe("Legal basis, for example `GDPR Art. 9(2)(j)`."),
    expires: date.describe("Last day of the permit."),
    partners: z.array(key).min(1).describe("Partners that the permit names; no other gets anything."),
  })
  .describe("Why this zone may exist, for whom and until when.");

const machines = z
  .strictObject({
    count: z.int().min(1).max(100).default(1).describe("How many equal machines."),
    flavor: openstackName.describe("A granted flavor."),
    image: openstackName.describe("A granted image."),
    disk: size.describe("Root disk: a volume of an encrypted type."),
    volumeType: openstackName.optional().describe("Type of the root disk. Default: the first granted encrypted type."),
    volumes: z.array(key).default([]).describe("Data sets of kind volume that are attached; only for a group of one."),
    deletion: deletion.optional().describe("Whether the root disks may be deleted or replaced. Default: as the zone."),
    userData: z.string().max(65_535).optional().describe("cloud-init; never a secret: the operator can read it."),
  })
  .describe("A machine, or a group of equal ones.");

const dataset = z
  .strictObject({
    kind: z.enum(["volume", "share"]).describe("A volume belongs to one machine, a share to those in access."),
    size: size.describe("Size, such as 500 GiB."),
    type: openstackName
      .optional()
      .describe("Volume or share type. Default: the first granted one that fits the preset."),
    owner: key.describe("The partner that brought the data."),
    classification: z
      .enum(["personal", "pseudonymised", "anonymised", "public", "confidential"])
      .describe("Class of the data."),
    access: z
      .record(key, z.enum(["read", "write"]))
      .default({})
      .describe("Partners whose bench may use the share, and how. A volume has none: it belongs to its machine."),
    machines: z
      .enum(["none", "read", "write"])
      .default("none")
      .describe("How this area's own machines may use the share."),
    tier: z
      .enum(["storage", "host", "guest"])
      .optional()
      .describe("Trust tier demanded; refused where it cannot be met."),
    deletion: deletion.optional().describe("Default: as the zone."),
    adopt: cloudId.optional().describe("Id of an existing volume or share to take over."),
  })
  .describe("Data with one owner, one classification, one place, and grants.");

const flow = z
  .strictObject({
    from: z.string().describe("`machines/<group>` or `bench/<partner>`."),
    to: z.string().describe("`machines/<group>`."),
    ports: z.array(portRange).min(1).describe("Ports, such as 5432/tcp, 6000-6010/udp or icmp."),
    reason: z.string().min(3).max(500).describe("Why it is open, for the one who audits it."),
    until: date.optional().describe("Last day. Default: the permit's."),
  })
  .describe("An allowed direction of traffic; everything else is denied.");

const area = z
  .strictObject({
    kind: z.enum(["shared", "exclusive"]).describe("One partner, or several named ones."),
    partner: key.optional().describe("The one partner of an exclusive area."),
    partners: z
      .record(key, z.enum(["read", "write"]))
      .optional()
      .describe("The partners of a shared area, and how they use it."),
    benches: z
      .array(key)
      .optional()
      .describe("Partners with a bench here. Default: every partner of a shared area, none in an exclusive one."),
    machines: z.record(key, machines).default({}).describe("Groups of machines by name."),
    datasets: z.record(key, dataset).default({}).describe("Data sets by name."),
    flows: z.array(flow).default([]).describe("What may talk to what."),
  })
  .describe("A part of a zone with its own boundary.");

/** One research zone; run by the tenant's administrator through the zone's pipeline. */
export const zoneSchema = z
  .strictObject({
    format: z.literal(1).describe("Format of this section."),
    name: zoneName,
    cloud: cloudEntry
      .optional()
      .describe("Prefix of the entries in clouds.yaml that `tresor claim` wrote. Default: the zone's name."),
    preset: preset.default("confidential"),
    places,
    permit,
    partners: z.record(key, partner).describe("Organisations by name."),
    granted,
    deletion: deletion.default("protected"),
    areas: z
      .record(key, area)
      .refine((areas) => Object.keys(areas).length > 0, { error: "allowed: at least one area" })
      .describe("Areas by name."),
  })
  .describe("A research zone.");

export type ZoneConfig = z.infer<typeof zoneSchema>;
export type AreaConfig = ZoneConfig["areas"][string];
export type MachinesConfig = AreaConfig["machines"][string];
export type DatasetConfig = AreaConfig["datasets"][string];

/** Partners that take part in an area, with their right; the one partner of an exclusive area writes. */
export function areaPartners(area: AreaConfig): Readonly<Record<string, "read" | "write">> {
  if (area.kind === "exclusive") return area.partner === undefined ? {} : { [area.partner]: "write" };
  return area.partners ?? {};
}

/** Partners with a bench in an area. */
export function areaBenches(area: AreaConfig): readonly string[] {
  return area.benches ?? (area.kind === "shared" ? Object.keys(area.partners ?? {}) : []);
}
