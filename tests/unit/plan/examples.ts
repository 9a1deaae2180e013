import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { PlatformConfig, TenantConfig, ZoneConfig } from "../../../config/index.ts";
import { doors as doorsSchema } from "../../../config/doors.ts";
import { studyKeys as studyKeysSchema } from "../../../config/keys.ts";
import { loadStackFile } from "../../../config/loader.ts";
import { quobyteGrant } from "../../../config/quobyte.ts";
import { ipsecSection } from "../../../config/site.ts";
import { ledgerSchema, type Ledger, type LedgerZone } from "../../../plan/ledger.ts";
import { grantedVolumes } from "../../../plan/quobyte-volumes.ts";

const read = (name: string): string =>
  readFileSync(new URL(`../../../stacks/examples/${name}`, import.meta.url), "utf8");

function load(stack: string): unknown {
  const file = `Pulumi.${stack}.yaml`;
  const { stack: loaded, problems } = loadStackFile(read(file), file);
  if (loaded === undefined) throw new Error(`${file}: ${JSON.stringify(problems)}`);
  return loaded.config;
}

/** The example stacks that the repository ships, read as a user's files are read: a fresh copy each time. */
export const examples = {
  platform: (): PlatformConfig => load("platform") as PlatformConfig,
  tenant: (zone: "digimed" | "mini" = "digimed"): TenantConfig => load(`${zone}-tenant`) as TenantConfig,
  zone: (zone: "digimed" | "mini" = "digimed"): ZoneConfig => load(zone) as ZoneConfig,
  ledger: (): Ledger => ledgerSchema.parse(parse(read("ledger.yaml"))),
  entry: (zone: "digimed" | "mini" = "digimed"): LedgerZone => {
    const entry = examples.ledger().zones[zone];
    if (entry === undefined) throw new Error(`the example ledger has no ${zone}`);
    return entry;
  },
};

/** A clinic that comes in by IPsec. */
export const ipsecSite = (): ZoneConfig["sites"][string] => ({
  title: "A clinic",
  kind: "ipsec",
  networks: ["192.168.40.0/24", "fd40::/64"],
  ipsec: ipsecSection.parse({ peer: "198.51.100.20", secret: "clinic-psk" }),
});

/** A tenant whose area heart has a router with everything that one can have. */
export function withRouter(tenant: TenantConfig): TenantConfig {
  const router: TenantConfig["areas"][string]["router"] = {
    external: "internet",
    ends: ["site", "network"],
    addresses: ["203.0.113.9", "2001:db8::9"],
    routes: [{ to: "10.200.1.0/24", via: "203.0.113.1" }],
  };
  return { ...tenant, areas: { ...tenant.areas, heart: { ...tenant.areas["heart"]!, router } } };
}

/** The zone to it, with a site behind its router and a flow for that. */
export function withIpsec(zone: ZoneConfig): ZoneConfig {
  const flow = { from: "site/clinic", to: "area/heart", ports: ["104/tcp"], reason: "images come in" };
  return {
    ...zone,
    granted: { ...zone.granted, routers: { heart: { ends: ["site", "network"], addresses: ["203.0.113.9"] } } },
    sites: { ...zone.sites, clinic: ipsecSite() },
    flows: [...zone.flows, flow],
  };
}

/** A tenant whose area heart has a leg outside for its gateway. */
export function withUplink(tenant: TenantConfig): TenantConfig {
  const gateway = { network: "internet", addresses: ["203.0.113.19", "2001:db8::19"] };
  return { ...tenant, areas: { ...tenant.areas, heart: { ...tenant.areas["heart"]!, gateway } } };
}

/** The zone to it, with a site that comes in by WireGuard and a flow each way. */
export function withWireguard(zone: ZoneConfig): ZoneConfig {
  const publicKey = Buffer.alloc(32, 1).toString("base64");
  const endpoint = "198.51.100.30:51821";
  const site = { title: "A clinic", kind: "wireguard" as const, networks: ["192.168.50.9/32", "fd50::9/128"] };
  const { flavor, image } = Object.values(zone.areas["heart"]!.machines)[0]!;
  const gateway = { flavor, image, disk: "10 GiB", port: 51_820, key: { size: "1 GiB" } };
  const quota = {
    ...zone.granted.quotas["heart"]!,
    machines: 9,
    cores: 99,
    memory: "1 TiB",
    volumes: 99,
    storage: "9 TiB",
  };
  const gateways = { heart: { addresses: ["203.0.113.19", "2001:db8::19"] } };
  return {
    ...zone,
    granted: { ...zone.granted, gateways, quotas: { ...zone.granted.quotas, heart: quota } },
    areas: { ...zone.areas, heart: { ...zone.areas["heart"]!, gateway } },
    sites: { ...zone.sites, uke: { ...site, wireguard: { publicKey, endpoint, from: ["198.51.101.0/24"] } } },
    flows: [
      ...zone.flows,
      { from: "site/uke", to: "heart/machines/imaging", ports: ["443/tcp"], reason: "images come in" },
      { from: "heart/machines/imaging", to: "site/uke", ports: ["104/tcp"], reason: "reports go back" },
    ],
  };
}

/** The example zone with a machine that mounts a share. */
export function withMounts(zone: ZoneConfig): ZoneConfig {
  const changed = structuredClone(zone);
  changed.areas["commons"]!.machines["analysis"]!.mounts = { cohort: "/data/cohort" };
  return changed;
}

/** The zone whose share is one by CephFS, opened by keys. */
export function withCephfs(zone: ZoneConfig): ZoneConfig {
  const changed = structuredClone(zone);
  changed.granted.shareTypes["project-share"] = { driver: "cephfs", protocols: ["CEPHFS"], transit: "client" };
  return changed;
}

/** The zone with a broker and two workers in its shared area, each on a host of its own. */
export function withTopology(zone: ZoneConfig, apart: "preferred" | "required" = "required"): ZoneConfig {
  const commons = zone.areas["commons"]!;
  const { analysis } = commons.machines;
  const machines = { ...commons.machines, broker: analysis!, worker: { ...analysis!, count: 2 } };
  const topology = { broker: "broker", workers: "worker", ports: ["6000/tcp"], apart };
  return { ...zone, areas: { ...zone.areas, commons: { ...commons, machines, topology } } };
}

/** The tenant with client certificates of an authority. */
export const withCertificates = (tenant: TenantConfig): TenantConfig => ({
  ...tenant,
  certificates: { authority: "main", mount: "pki-clinics", domains: ["digimed.example.org"], hours: 12 },
});

/** What a `because` path of a plan points at: `tenant.flavors[0]`, `zone.granted.networks.commons/heart-centre`; undefined when there is none. */
export function valueAtPath(roots: Readonly<Record<string, unknown>>, path: string): unknown {
  let value: unknown = roots;
  // Keys of networks hold slashes, names of flavors and images dots: the longest key that fits is taken.
  let rest = path.replaceAll(/\[(\d+)\]/g, ".$1");
  while (rest !== "") {
    if (typeof value !== "object" || value === null) return undefined;
    const key = Object.keys(value)
      .filter((candidate) => rest === candidate || rest.startsWith(`${candidate}.`))
      .toSorted((a, b) => b.length - a.length)[0];
    if (key === undefined) return undefined;
    value = (value as Record<string, unknown>)[key];
    rest = rest.slice(key.length + 1);
  }
  return value;
}

/** The zone with an ingest door of a partner, and a door for results, in the area heart. */
export function withDoors(zone: ZoneConfig): ZoneConfig {
  const doors = doorsSchema.parse({
    ingest: {
      "heart-centre": { networks: ["192.0.2.16/28", "2001:db8:17::/64"], until: "2028-06-30", size: "50 GiB" },
    },
    results: { crawler: "harvester", size: "5 GiB" },
  });
  return { ...zone, areas: { ...zone.areas, heart: { ...zone.areas["heart"]!, doors } } };
}

/** A tenant whose shares lie on a Quobyte cluster, with everything that one can ask for there. */
export function withQuobyte(tenant: TenantConfig): TenantConfig {
  const retention = { properties: ["RETAIN_UNTIL", "IMMUTABLE"], days: 3650 } as const;
  const grant = { requiredTags: ["ssd"], forbiddenTags: ["shingled", "hdd"], volumes: {} };
  return {
    ...tenant,
    quobyte: { main: { ...grant, retention: { ...retention, properties: [...retention.properties] } } },
  };
}

export const FINGERPRINT = "AA:BB:CC:DD:EE:FF:00:11";

/** A tenant with volumes of Quobyte without Manila: one by NFS, one by Quobyte's client. */
export function withQuobyteVolumes(tenant: TenantConfig): TenantConfig {
  const on = withQuobyte(tenant);
  const main = quobyteGrant.parse({
    volumes: {
      "commons/genomes": { size: "2 TiB", by: ["nfs"], machines: "write", access: { "heart-centre": "read" } },
      "heart/scans": {
        ...{ size: "500 GiB", by: ["client"], machines: "read" },
        certificates: [{ fingerprint: FINGERPRINT, of: "machines" }],
        owner: { user: "imaging", group: "imaging", groupMay: "write" },
      },
    },
  });
  return { ...on, quobyte: { main: { ...on.quobyte["main"]!, volumes: main.volumes } } };
}

/** The zone to it, whose data sets those are. */
export function withQuobyteDatasets(zone: ZoneConfig): ZoneConfig {
  const { granted } = zone;
  const platform = {
    main: {
      title: "Quobyte",
      url: "https://q.example:7860/",
      registry: ["registry.example:7861"],
      transit: "below" as const,
    },
  };
  const quobyte = grantedVolumes(platform, withQuobyteVolumes(examples.tenant()));
  const dataset = (size: string, machines: "read" | "write", access: Record<string, "read"> = {}) => ({
    ...{ kind: "quobyte" as const, size, machines, access },
    ...{ owner: "heart-centre", classification: "pseudonymised" as const },
  });
  const { commons, heart } = zone.areas;
  return {
    ...zone,
    granted: { ...granted, quobyte },
    areas: {
      ...zone.areas,
      commons: {
        ...commons!,
        datasets: { ...commons!.datasets, genomes: dataset("2 TiB", "write", { "heart-centre": "read" }) },
      },
      heart: { ...heart!, datasets: { ...heart!.datasets, scans: dataset("500 GiB", "read") } },
    },
  };
}

/** The zone with a key of a study in the area heart, whose readers are persons of all three ways and the crawler. */
export function withStudyKey(zone: ZoneConfig, more: Record<string, unknown> = {}): ZoneConfig {
  const studyKeys = studyKeysSchema.parse({
    mammo: {
      owner: "heart-centre",
      until: "2028-06-30",
      persons: ["ada", "dan"],
      services: ["harvester"],
      usedBy: ["datasets/imaging"],
      ...more,
    },
  });
  const opened = withDoors(zone);
  return { ...opened, areas: { ...opened.areas, heart: { ...opened.areas["heart"]!, studyKeys } } };
}
