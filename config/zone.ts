import * as z from "zod";
import {
  deletion,
  erasure,
  cidr4,
  cidr6,
  cloudEntry,
  cloudId,
  interval,
  key,
  localDisk,
  memoryEncryption,
  moment,
  mountDirectory,
  openstackName,
  overwrite,
  places,
  portRange,
  preset,
  sha512,
  sharedStorage,
  size,
  squash,
  transit,
  zoneName,
} from "./scalars.ts";
import { doors } from "./doors.ts";
import { flow, lowered, outside, personNetwork, site } from "./flows.ts";
import { frozen, permit } from "./permit.ts";
import { gateway, grantedGateway } from "./gateway.ts";
import { grantedVolume } from "./quobyte.ts";
import { studyKeys } from "./keys.ts";
import { ipAddress } from "./site.ts";
import { quota } from "./tenant.ts";

const subnets = z.strictObject({
  ipv4: cidr4.describe("IPv4 subnet, from the zone's block."),
  ipv6: cidr6.describe("IPv6 subnet, from the zone's block."),
});

/** What the operator hands over, written by `tresor allocate`; the zone's administrator copies it and never edits it. */
const granted = z
  .strictObject({
    preset: preset.default("confidential").describe("The least preset that this zone may have; it may go above it."),
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
          localDisk: localDisk
            .extend({ size: size.describe("Size of the local disk.") })
            .optional()
            .describe("The flavor has a local disk, which its hosts encrypt."),
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
          overwrite: overwrite.optional().describe("What becomes of a deleted volume. Default: nothing."),
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
          snapshots: z.boolean().optional().describe("Shares can be backed up by snapshots. Default: they cannot."),
          squash: squash
            .optional()
            .describe("What becomes of the user ids that NFS clients send: the operator's word."),
          transit: transit
            .default("none")
            .describe("What encrypts the way between storage and machines: the operator's word."),
        }),
      )
      .default({})
      .describe("Share types by name; the first is the default."),
    routers: z
      .record(
        key,
        z.strictObject({
          ends: z
            .array(z.enum(["site", "network", "outside"]))
            .describe("Kinds of end beyond the zone that flows of this area may name."),
          addresses: z.array(ipAddress).default([]).describe("What sites dial, where the operator fixed it."),
        }),
      )
      .default({})
      .describe("Areas with a router of their own."),
    gateways: z.record(key, grantedGateway).default({}).describe("Areas whose WireGuard gateway has a leg outside."),
    storage: z
      .record(key, z.strictObject({ title: z.string().describe("Which storage that is.") }))
      .default({})
      .describe("Areas with a network to a storage; its subnets stand in networks as `<area>/storage`."),
    quobyte: z
      .record(z.string(), grantedVolume)
      .default({})
      .describe("Volumes on Quobyte that the operator made, by data set: `heart/genomes`."),
    dedicated: z
      .record(
        key,
        z.strictObject({
          slots: z.int().min(0).optional().describe("SEV-SNP machines that its hosts carry, where that is known."),
        }),
      )
      .default({})
      .describe("Areas with hosts of their own; which hosts they are, the operator alone knows."),
  })
  .describe("What the operator granted, as `tresor allocate` wrote it.");

/** What becomes of a zone that lives for one run. */
const lifetime = z
  .strictObject({
    until: moment.describe("The zone's end: a day, to its end, or a point in time; both UTC."),
    onEnd: z
      .enum(["destroy", "freeze"])
      .describe("What `tresor reap` does after the end. Data goes only where `deletion: allowed` stands, too."),
  })
  .describe("A zone for one run: it ends at a time, and its machines start only where `start: on-up` stands.");

const partner = z
  .strictObject({ title: z.string().min(1).max(200).describe("The organisation's name.") })
  .describe("An organisation that takes part; a Keystone group.");

const machines = z
  .strictObject({
    count: z.int().min(1).max(100).default(1).describe("How many equal machines."),
    flavor: openstackName.describe("A granted flavor."),
    image: openstackName.describe("A granted image."),
    disk: size.optional().describe("Root disk: a volume of an encrypted type. Needed, unless `dataInMemory` stands."),
    dataInMemory: z
      .boolean()
      .default(false)
      .describe(
        "No volume, no share, no swap: the machines boot from their flavor's local disk, which its hosts encrypt, and work in `/work`, which is memory.",
      ),
    volumeType: openstackName.optional().describe("Type of the root disk. Default: the first granted encrypted type."),
    volumes: z.array(key).default([]).describe("Data sets of kind volume that are attached; only for a group of one."),
    start: z
      .enum(["on-up", "manual"])
      .optional()
      .describe(
        "Whether the machines run after `pulumi up`, or are made and stopped. Default: on-up; manual in a zone with a lifetime.",
      ),
    metadata: z
      .boolean()
      .default(false)
      .describe(
        "The machines may ask the cloud's metadata service. Without it a machine has its config drive alone; not every preset allows it.",
      ),
    deletion: deletion.optional().describe("Whether the root disks may be deleted or replaced. Default: as the zone."),
    mounts: z
      .record(key, mountDirectory)
      .default({})
      .describe(
        "Shares of this area that cloud-init mounts, each with its directory; read or write as the data set's `machines` says. Needs cloud-init and a client in the image: of NFS, or `mount.ceph`, which waits for its key.",
      ),
    userData: z.string().max(65_535).optional().describe("cloud-init; never a secret: the operator can read it."),
  })
  .describe("A machine, or a group of equal ones.");

const dataset = z
  .strictObject({
    kind: z
      .enum(["volume", "share", "quobyte"])
      .describe(
        "A volume belongs to one machine, a share to those in access; `quobyte` is a volume of a Quobyte cluster that the operator made, and that granted.quobyte names.",
      ),
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
      .describe(
        "Partners whose bench may use the share, and how. A volume has none: it belongs to its machine. On quobyte it is what the operator granted.",
      ),
    machines: z
      .enum(["none", "read", "write"])
      .default("none")
      .describe("How this area's own machines may use the share."),
    tier: z
      .enum(["storage", "host", "guest"])
      .optional()
      .describe("Trust tier demanded; refused where it cannot be met."),
    backup: z
      .strictObject({
        every: interval.describe("How old the newest backup may become before `tresor backup run` makes another one."),
        keep: z
          .int()
          .min(1)
          .max(365)
          .describe("How many are kept; the oldest go first, and never before a newer one is there."),
      })
      .optional()
      .describe(
        "Backups of a volume, or snapshots of a share, made by `tresor backup run`, until the permit's end. Default: none.",
      ),
    deletion: deletion.optional().describe("Default: as the zone."),
    erasure: erasure.optional().describe("How it ends when it is deleted. Default: as the zone."),
    adopt: cloudId.optional().describe("Id of an existing volume or share to take over."),
  })
  .describe("Data with one owner, one classification, one place, and grants.");

const topology = z
  .strictObject({
    broker: key.describe("The group of machines that hands out the work."),
    workers: key.describe("The group of machines that do it: reached from the broker alone, never from each other."),
    ports: z.array(portRange).min(1).describe("Ports on which the broker reaches the workers."),
    home: z
      .array(portRange)
      .min(1)
      .optional()
      .describe("Ports on which the workers reach the broker. Default: none; answers pass by themselves."),
    apart: z
      .enum(["preferred", "required"])
      .optional()
      .describe(
        "Whether broker and workers run on a host each: `required` builds no machine where no host is left, `preferred` shares one then. Default: as the scheduler likes.",
      ),
  })
  .describe("Broker and workers: the flows between them, and the promise that no other flow leads to the workers.");

const logins = z
  .strictObject({ through: key.describe("The group of machines that is the jump host.") })
  .describe("Logins from benches and from beyond the zone lead to the jump host alone. Default: as flows say.");

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
    dedicated: z
      .boolean()
      .default(false)
      .describe("Machines of this area run on hosts of their own, alone there; the operator grants them."),
    sharedStorage: sharedStorage
      .optional()
      .describe(
        "`none`: no machine here uses a volume or a share; the operator's quota of 0 holds it. Default: as the zone.",
      ),
    topology: topology.optional(),
    gateway: gateway.optional(),
    doors: doors.optional(),
    studyKeys,
    logins: logins.optional(),
    flows: z.array(flow).default([]).describe("What may talk to what; ends without an area are this area's."),
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
    lowered: lowered.optional(),
    frozen: frozen.optional(),
    places,
    permit,
    partners: z.record(key, partner).describe("Organisations by name."),
    granted,
    deletion: deletion.default("protected"),
    erasure: erasure.optional(),
    sharedStorage: sharedStorage
      .optional()
      .describe("`none`: no machine of the zone uses a volume or a share. Default: as areas say."),
    lifetime: lifetime.optional(),
    areas: z
      .record(key, area)
      .refine((areas) => Object.keys(areas).length > 0, { error: "allowed: at least one area" })
      .describe("Areas by name."),
    sites: z.record(key, site).default({}).describe("Clinics and institutes that come in by VPN, by name."),
    networks: z.record(key, personNetwork).default({}).describe("Networks of persons and administrators, by name."),
    outside: z.record(key, outside).default({}).describe("What is neither ours nor a site's, by name."),
    flows: z.array(flow).default([]).describe("What may talk to what, each end with its area."),
  })
  .describe("A research zone.");

export type ZoneConfig = z.infer<typeof zoneSchema>;
export type AreaConfig = ZoneConfig["areas"][string];
export type FlowConfig = ZoneConfig["flows"][number];
export type MachinesConfig = AreaConfig["machines"][string];
export type DatasetConfig = AreaConfig["datasets"][string];

/** Whether machines of a group run after `pulumi up`; in a zone that lives for one run nothing starts unless its group says so. */
export const startsOnUp = (config: Pick<ZoneConfig, "lifetime">, machines: Pick<MachinesConfig, "start">): boolean =>
  (machines.start ?? (config.lifetime === undefined ? "on-up" : "manual")) === "on-up";

/** Partners that take part in an area, with their right; the one partner of an exclusive area writes. */
export function areaPartners(area: AreaConfig): Readonly<Record<string, "read" | "write">> {
  if (area.kind === "exclusive") return area.partner === undefined ? {} : { [area.partner]: "write" };
  return area.partners ?? {};
}

/** Partners with a bench in an area. */
export function areaBenches(area: AreaConfig): readonly string[] {
  return area.benches ?? (area.kind === "shared" ? Object.keys(area.partners ?? {}) : []);
}
