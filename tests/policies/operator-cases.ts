import type { Case, Loose } from "./fixtures.ts";
import type { PlatformConfig, TenantConfig } from "../../config/index.ts";
import { quobyteGrant, type DirectVolume } from "../../config/quobyte.ts";

type Tenant = Loose<TenantConfig>;
type Platform = Loose<PlatformConfig>;
const commons = (config: Tenant) => config.areas["commons"]!;
const heart = (config: Tenant) => config.areas["heart"]!;
const router = (address: string) => ({
  external: "internet",
  ends: ["site" as const],
  addresses: [address],
  routes: [],
});
const routers = (config: Tenant): void => {
  commons(config).router = router("203.0.113.8");
  heart(config).router = router("203.0.113.9");
};
const bench = (config: Tenant) => commons(config).benches["uni-north"]!;
/** Shares of the tenant on one Quobyte cluster. */
const onQuobyte = (config: Tenant, grant: Partial<Tenant["quobyte"][string]>): void => {
  config.shareTypes = ["fast"];
  config.quobyte = { main: { requiredTags: [], forbiddenTags: [], volumes: {}, ...grant } };
};
/** Volumes without Manila on that cluster, used by the area's machines by NFS unless they say more. */
const withVolumes = (config: Tenant, volumes: Readonly<Record<string, Partial<DirectVolume>>>): void => {
  const plain = { size: "1 TiB", by: ["nfs"], machines: "read", owner: { user: "imaging" } };
  const all = Object.fromEntries(Object.entries(volumes).map(([name, more]) => [name, { ...plain, ...more }]));
  onQuobyte(config, { volumes: quobyteGrant.parse({ volumes: all }).volumes });
};
const pass = (of: string, number = 1) => ({ fingerprint: `AA:BB:CC:DD:EE:FF:00:0${number}`, of });

const withoutShares = (config: Tenant): void => {
  config.shareTypes = [];
  for (const { quota, benches } of Object.values(config.areas))
    for (const one of [quota, ...Object.values(benches).map((its) => its.quota)]) {
      one.shares = 0;
      delete one.shareStorage;
    }
};
const empty = () => ({ quota: none(), benches: {} });
const none = () => ({ machines: 0, cores: 0, volumes: 0, snapshots: 0, shares: 0, ports: 20, secrets: 100 });

const onCluster = (cluster?: string): Platform["shareTypes"][string] => ({
  driver: "quobyte",
  backend: "q",
  protocols: ["NFS"],
  snapshots: false,
  transit: "none",
  ...(cluster === undefined ? {} : { cluster }),
});

const certificates = (c: Parameters<Case<"tenant">["change"]>[0], ...domains: string[]): void => {
  c.certificates = { authority: "main", mount: "pki-clinics", domains, hours: 12 };
};

const withCluster = (config: Platform): void => {
  config.quobyte = { main: { title: "Quobyte", url: "https://quobyte.example.org:7860/", transit: "none" } };
};

export const TENANT_CASES: Readonly<Record<string, readonly Case<"tenant">[]>> = {
  "tenant-certificates": [
    { name: "no certificates", change: () => undefined },
    { name: "two domains", change: (c) => certificates(c, "digimed.example.org", "heart.example.org") },
    {
      name: "one twice",
      change: (c) => certificates(c, "digimed.example.org", "digimed.example.org"),
      refuses: ["tenant.certificates.domains[1]"],
    },
    {
      name: "one below another, whichever stands first",
      change: (c) => certificates(c, "a.digimed.example.org", "digimed.example.org"),
      refuses: ["tenant.certificates.domains[0]"],
    },
    {
      name: "one that only ends alike",
      change: (c) => certificates(c, "digimed.example.org", "notdigimed.example.org"),
    },
  ],
  "tenant-adopt-unique": [
    {
      name: "two ids",
      change: (c) => {
        commons(c).adopt = "a1";
        bench(c).adopt = "a2";
      },
    },
    {
      name: "one id twice",
      change: (c) => {
        commons(c).adopt = "a1";
        bench(c).adopt = "A1";
      },
      refuses: ["tenant.areas.commons.benches.uni-north.adopt"],
    },
    {
      name: "two areas on one router",
      change: (c) => {
        routers(c);
        for (const area of [commons(c), heart(c)]) area.router!.adopt = "r1";
      },
      refuses: ["tenant.areas.heart.router.adopt"],
    },
    { name: "unset", change: () => undefined },
  ],
  "tenant-dedicated-hosts": [
    {
      name: "a host each",
      change: (c) => {
        commons(c).dedicated = { hosts: ["snp-1"] };
        c.areas["heart"]!.dedicated = { hosts: ["snp-2"] };
      },
    },
    {
      name: "one host for two areas",
      change: (c) => {
        commons(c).dedicated = { hosts: ["snp-1"] };
        c.areas["heart"]!.dedicated = { hosts: ["snp-2", "snp-1"] };
      },
      refuses: ["tenant.areas.heart.dedicated.hosts[1]"],
    },
    {
      name: "one host twice",
      change: (c) => (commons(c).dedicated = { hosts: ["snp-1", "snp-1"] }),
      refuses: ["tenant.areas.commons.dedicated.hosts[1]"],
    },
    { name: "unset", change: () => undefined },
  ],
  "tenant-dedicated-slots": [
    { name: "as many as machines", change: (c) => (commons(c).dedicated = { hosts: ["snp-1"], slots: 5 }) },
    {
      name: "one too few",
      change: (c) => (commons(c).dedicated = { hosts: ["snp-1"], slots: 4 }),
      refuses: ["tenant.areas.commons.dedicated.slots"],
    },
    {
      name: "a preset that takes machines without slots",
      change: (c) => {
        c.preset = "open";
        commons(c).dedicated = { hosts: ["snp-1"], slots: 0 };
      },
    },
    { name: "unknown", change: (c) => (commons(c).dedicated = { hosts: ["snp-1"] }) },
  ],
  "tenant-gateway": [
    {
      name: "a leg of both versions, beside a router",
      change: (c) => {
        routers(c);
        heart(c).gateway = { network: "internet", addresses: ["203.0.113.19", "2001:db8::19"] };
      },
    },
    {
      name: "an address of a router",
      change: (c) => {
        routers(c);
        heart(c).router!.addresses = ["203.0.113.9"];
        commons(c).gateway = { network: "internet", addresses: ["203.0.113.9"] };
      },
      refuses: ["tenant.areas.commons.gateway.addresses[0]"],
    },
    {
      name: "one address for two areas, however it is spelled",
      change: (c) => {
        heart(c).gateway = { network: "internet", addresses: ["2001:db8::9"] };
        commons(c).gateway = { network: "internet", addresses: ["2001:DB8:0::9"] };
      },
      refuses: ["tenant.areas.heart.gateway.addresses[0]"],
    },
    {
      name: "two addresses of one version",
      change: (c) => (heart(c).gateway = { network: "internet", addresses: ["203.0.113.9", "203.0.113.10"] }),
      refuses: ["tenant.areas.heart.gateway.addresses[1]"],
    },
    { name: "no gateway", change: () => undefined },
  ],
  "tenant-quobyte-retention": [
    {
      name: "retention in a zone that is kept",
      change: (c) => {
        c.deletion = "protected";
        onQuobyte(c, { retention: { properties: ["IMMUTABLE", "RETAIN_UNTIL"], days: 3650 } });
      },
    },
    {
      name: "retention in a zone that may be deleted",
      change: (c) => {
        c.deletion = "allowed";
        onQuobyte(c, { retention: { properties: ["RETAIN_UNTIL"], days: 30 } });
      },
      refuses: ["tenant.quobyte.main.retention"],
    },
    {
      name: "no retention",
      change: (c) => {
        c.deletion = "allowed";
        onQuobyte(c, {});
      },
    },
  ],
  "tenant-quobyte-shares": [
    { name: "a share type and a cluster", change: (c) => onQuobyte(c, {}) },
    {
      name: "a cluster without share types",
      change: (c) => {
        onQuobyte(c, {});
        withoutShares(c);
      },
      refuses: ["tenant.quobyte.main"],
    },
    { name: "no cluster", change: withoutShares },
    {
      name: "a volume alone",
      change: (c) => {
        withVolumes(c, { "heart/scans": {} });
        withoutShares(c);
      },
    },
  ],
  "tenant-quobyte-volumes": [
    { name: "a volume of an area, used from a bench", change: (c) => withVolumes(c, { "commons/genomes": {} }) },
    {
      name: "an area and a bench that are not there",
      change: (c) =>
        withVolumes(c, { "hart/genomes": {}, "heart/scans": { access: { "uni-north": "read" } }, "heart/ok": {} }),
      refuses: ["tenant.quobyte.main.volumes.hart/genomes", "tenant.quobyte.main.volumes.heart/scans.access.uni-north"],
    },
    {
      name: "one data set on two clusters",
      change: (c) => {
        withVolumes(c, { "heart/scans": {} });
        c.quobyte["spare"] = structuredClone(c.quobyte["main"]!);
      },
      refuses: ["tenant.quobyte.spare.volumes.heart/scans"],
    },
    {
      name: "where no shared storage is promised",
      change: (c) => {
        withVolumes(c, { "heart/scans": {} });
        heart(c).sharedStorage = "none";
        heart(c).quota = none();
        delete heart(c).storage;
      },
      refuses: ["tenant.quobyte.main.volumes.heart/scans"],
    },
    { name: "no volumes", change: (c) => onQuobyte(c, {}) },
  ],
  "tenant-quobyte-ways": [
    {
      name: "by both ways",
      change: (c) => withVolumes(c, { "heart/scans": { by: ["nfs", "client"], certificates: [pass("machines")] } }),
    },
    {
      name: "open to nobody",
      change: (c) => withVolumes(c, { "heart/scans": { machines: "none" } }),
      refuses: ["tenant.quobyte.main.volumes.heart/scans"],
    },
    {
      name: "by the client, and its root directory is root's alone",
      change: (c) => {
        const by = { by: ["client"], certificates: [pass("machines")] };
        const owner = { user: "root", group: "imaging", groupMay: "none" as const };
        withVolumes(c, {
          "heart/scans": { ...by, owner },
          "heart/more": { ...by, owner: { ...owner, groupMay: "write" } },
        });
      },
      refuses: ["tenant.quobyte.main.volumes.heart/scans.owner"],
    },
    {
      name: "by the client without a certificate, and a certificate without the client",
      change: (c) =>
        withVolumes(c, {
          "heart/scans": { by: ["client"] },
          "commons/genomes": { certificates: [pass("machines")] },
        }),
      refuses: [
        "tenant.quobyte.main.volumes.heart/scans.by",
        "tenant.quobyte.main.volumes.commons/genomes.certificates",
      ],
    },
    { name: "no volumes", change: (c) => onQuobyte(c, {}) },
  ],
  "tenant-quobyte-certificates": [
    {
      name: "one certificate for two volumes of its place",
      change: (c) => {
        const by = { by: ["client" as const], certificates: [pass("machines")] };
        withVolumes(c, { "heart/scans": by, "heart/more": by });
      },
    },
    {
      name: "of somebody without a right",
      change: (c) =>
        withVolumes(c, {
          "commons/genomes": { by: ["client"], certificates: [pass("machines"), pass("uni-south", 2)] },
        }),
      refuses: ["tenant.quobyte.main.volumes.commons/genomes.certificates[1].of"],
    },
    {
      name: "of two places, and twice in one list",
      change: (c) =>
        withVolumes(c, {
          "heart/scans": { by: ["client"], certificates: [pass("machines"), pass("machines")] },
          "commons/genomes": { by: ["client"], certificates: [pass("machines")] },
        }),
      refuses: [
        "tenant.quobyte.main.volumes.heart/scans.certificates[1].fingerprint",
        "tenant.quobyte.main.volumes.commons/genomes.certificates[0].fingerprint",
      ],
    },
    { name: "no certificates", change: (c) => withVolumes(c, { "heart/scans": {} }) },
  ],
  "tenant-quobyte-tags": [
    {
      name: "one required, another forbidden",
      change: (c) => onQuobyte(c, { requiredTags: ["ssd"], forbiddenTags: ["hdd"] }),
    },
    {
      name: "one both required and forbidden",
      change: (c) => onQuobyte(c, { requiredTags: ["ssd"], forbiddenTags: ["hdd", "ssd"] }),
      refuses: ["tenant.quobyte.main.forbiddenTags[1]"],
    },
    { name: "no tags", change: (c) => onQuobyte(c, {}) },
  ],
  "tenant-router": [
    { name: "a router for each of two areas", change: (c) => routers(c) },
    {
      name: "with routes of both versions",
      change: (c) => {
        routers(c);
        heart(c).router!.routes = [
          { to: "10.200.1.0/24", via: "203.0.113.1" },
          { to: "fd70::/64", via: "2001:db8::1" },
        ];
      },
    },
    {
      name: "one address for two areas",
      change: (c) => {
        routers(c);
        heart(c).router!.addresses = ["203.0.113.8", "2001:db8::9"];
      },
      refuses: ["tenant.areas.heart.router.addresses[0]"],
    },
    {
      name: "two addresses of one version",
      change: (c) => {
        routers(c);
        heart(c).router!.addresses = ["203.0.113.9", "203.0.113.10"];
      },
      refuses: ["tenant.areas.heart.router.addresses[1]"],
    },
    {
      name: "a route to everywhere, and one of two versions",
      change: (c) => {
        routers(c);
        heart(c).router!.routes = [
          { to: "0.0.0.0/0", via: "203.0.113.1" },
          { to: "fd70::/64", via: "203.0.113.1" },
        ];
      },
      refuses: ["tenant.areas.heart.router.routes[0]", "tenant.areas.heart.router.routes[1]"],
    },
  ],
  "tenant-grants": [
    { name: "everything that the quotas use", change: () => undefined },
    { name: "no flavors", change: (c) => (c.flavors = []), refuses: ["tenant.flavors"] },
    { name: "no images", change: (c) => (c.images = []), refuses: ["tenant.images"] },
    { name: "no volume types", change: (c) => (c.volumeTypes = []), refuses: ["tenant.volumeTypes"] },
    { name: "no share types", change: (c) => (c.shareTypes = []), refuses: ["tenant.shareTypes"] },
    {
      name: "nothing granted, nothing used",
      change: (c) => {
        Object.assign(c, { flavors: [], images: [], volumeTypes: [], shareTypes: [] });
        for (const area of Object.values(c.areas)) {
          area.quota = none();
          for (const one of Object.values(area.benches)) one.quota = none();
        }
      },
    },
  ],
  "tenant-ledger": [
    { name: "as allocated", change: () => undefined },
    { name: "no entry for the zone", change: (_c, book) => delete book.zones["digimed"], refuses: ["tenant.zone"] },
    {
      name: "no network for an area",
      change: (_c, book) => delete book.zones["digimed"]!.networks["heart"],
      refuses: ["tenant.areas.heart"],
    },
    {
      name: "no network for a bench",
      change: (_c, book) => delete book.zones["digimed"]!.networks["commons/uni-north"],
      refuses: ["tenant.areas.commons.benches.uni-north"],
    },
    {
      name: "no VLAN id",
      change: (_c, book) => delete book.zones["digimed"]!.networks["heart"]!.vlan,
      refuses: ["tenant.areas.heart"],
    },
    {
      name: "no VLAN id needed in an overlay",
      change: (c, book) => {
        c.network = { kind: "overlay" };
        delete book.zones["digimed"]!.networks["heart"]!.vlan;
      },
    },
    {
      name: "a VLAN id outside the pool",
      change: (_c, book) => (book.zones["digimed"]!.networks["heart"]!.vlan = 4000),
      refuses: ["tenant.areas.heart"],
    },
    {
      name: "a VLAN id of another zone",
      change: (_c, book) => (book.zones["digimed"]!.networks["heart"]!.vlan = 105),
      refuses: ["tenant.areas.heart"],
    },
    {
      name: "no network for a storage",
      change: (c) => (heart(c).storage = { title: "Quobyte cluster", projects: [] }),
      refuses: ["tenant.areas.heart.storage"],
    },
    {
      name: "a block outside the pool",
      change: (_c, book) => (book.zones["digimed"]!.ipv4 = "192.168.0.0/20"),
      refuses: ["tenant.zone"],
    },
    {
      name: "a block that overlaps another",
      change: (_c, book) => (book.zones["digimed"]!.ipv6 = "fd00:8::/48"),
      refuses: ["tenant.zone"],
    },
  ],
  "tenant-lists-unique": [
    { name: "each once", change: () => undefined },
    { name: "a flavor twice", change: (c) => c.flavors.push("SCS-4T-16_z4"), refuses: ["tenant.flavors[2]"] },
    { name: "empty", change: (c) => (c.images = c.images.slice(0, 1)) },
  ],
  "tenant-names-fit": [
    { name: "short", change: () => undefined },
    {
      name: "a project of 66 characters",
      change: (c, book) => {
        const [area, partner] = ["a".repeat(28), "b".repeat(29)];
        c.areas[area] = { ...empty(), benches: { [partner]: { quota: none() } } };
        book.zones["digimed"]!.networks[area] = { index: 8, vlan: 110 };
        book.zones["digimed"]!.networks[`${area}/${partner}`] = { index: 9, vlan: 111 };
      },
      refuses: [`tenant.areas.${"a".repeat(28)}.benches.${"b".repeat(29)}`],
    },
    { name: "no benches", change: (c) => (commons(c).benches = {}) },
  ],
  "tenant-names-unique": [
    { name: "different", change: () => undefined },
    {
      name: "area a with bench b-c against area a-b with bench c",
      change: (c, book) => {
        c.areas["a"] = { ...empty(), benches: { "b-c": { quota: none() } } };
        c.areas["a-b"] = { ...empty(), benches: { c: { quota: none() } } };
        for (const [index, key] of ["a", "a/b-c", "a-b", "a-b/c"].entries())
          book.zones["digimed"]!.networks[key] = { index: 8 + index, vlan: 110 + index };
      },
      refuses: ["tenant.areas.a-b.benches.c"],
    },
    {
      name: "a bench called storage against the area's storage",
      change: (c, book) => {
        heart(c).storage = { title: "Quobyte cluster", projects: [] };
        heart(c).benches = { storage: { quota: none() } };
        book.zones["digimed"]!.networks["heart/storage"] = { index: 8, vlan: 110 };
      },
      refuses: ["tenant.areas.heart.storage"],
    },
    { name: "no benches", change: (c) => (commons(c).benches = {}) },
  ],
  "tenant-places-unique": [
    { name: "two zones", change: (c) => (c.places.zones = ["nova", "other"]) },
    { name: "one zone twice", change: (c) => (c.places.zones = ["nova", "nova"]), refuses: ["tenant.places.zones[1]"] },
    { name: "one zone", change: () => undefined },
  ],
  "tenant-preset-lowered": [
    {
      name: "lowered, with the word",
      change: (c) => {
        c.preset = "isolated";
        c.lowered = { from: "confidential", reason: "synthetic data", by: "the steering board", until: "2027-01-31" };
      },
    },
    {
      name: "the word, and nothing lowered",
      change: (c) => (c.lowered = { from: "open", reason: "none", by: "nobody", until: "2027-01-31" }),
      refuses: ["tenant.lowered.from"],
    },
    { name: "never lowered", change: () => undefined },
  ],
  "tenant-quota": [
    { name: "fits together", change: () => undefined },
    {
      name: "volumes without storage",
      change: (c) => delete bench(c).quota.storage,
      refuses: ["tenant.areas.commons.benches.uni-north.quota.storage"],
    },
    {
      name: "machines without cores",
      change: (c) => (bench(c).quota.cores = 0),
      refuses: ["tenant.areas.commons.benches.uni-north.quota.cores"],
    },
    {
      name: "shares without storage",
      change: (c) => delete commons(c).quota.shareStorage,
      refuses: ["tenant.areas.commons.quota.shareStorage"],
    },
    {
      name: "fewer keys than volumes",
      change: (c) => (commons(c).quota.secrets = 3),
      refuses: ["tenant.areas.commons.quota.secrets"],
    },
    { name: "nothing granted", change: (c) => (bench(c).quota = none()) },
  ],
  "tenant-shared-storage": [
    {
      name: "an area without any, machines and all",
      change: (c) => {
        heart(c).sharedStorage = "none";
        heart(c).quota = { ...none(), machines: 1, cores: 2, memory: "8 GiB" };
      },
    },
    {
      name: "beside quotas, of the bench too",
      change: (c) => {
        commons(c).sharedStorage = "none";
        commons(c).quota = { ...none(), snapshots: 0, shares: 1, shareStorage: "1 GiB" };
        for (const [name, its] of Object.entries(commons(c).benches)) if (name !== "uni-north") its.quota = none();
        bench(c).quota = { ...none(), volumes: 2, storage: "20 GiB" };
      },
      refuses: [
        "tenant.areas.commons.quota.shares",
        "tenant.areas.commons.quota.shareStorage",
        "tenant.areas.commons.benches.uni-north.quota.volumes",
        "tenant.areas.commons.benches.uni-north.quota.storage",
      ],
    },
    {
      name: "for the whole tenant, beside a network to a storage",
      change: (c, book) => {
        c.sharedStorage = "none";
        for (const area of Object.values(c.areas)) {
          area.quota = none();
          for (const its of Object.values(area.benches)) its.quota = none();
        }
        heart(c).storage = { title: "Quobyte", projects: [] };
        book.zones["digimed"]!.networks["heart/storage"] = { index: 8, vlan: 110 };
      },
      refuses: ["tenant.areas.heart.storage"],
    },
    { name: "unset", change: () => undefined },
  ],
  "tenant-types-closed": [
    { name: "the default list", change: () => undefined },
    {
      name: "granted and closed at once",
      change: (c) => c.closedVolumeTypes.push("encrypted-hdd"),
      refuses: ["tenant.volumeTypes[1]"],
    },
    {
      name: "nothing closed",
      change: (c) => (c.closedVolumeTypes = []),
      refuses: ["tenant.closedVolumeTypes"],
    },
    {
      name: "nothing closed in a guarded zone",
      change: (c) => {
        c.preset = "guarded";
        c.closedVolumeTypes = [];
      },
    },
  ],
  "tenant-vlan": [
    { name: "a VLAN with its physical network", change: () => undefined },
    {
      name: "a VLAN without",
      change: (c) => delete c.network.physicalNetwork,
      refuses: ["tenant.network.physicalNetwork"],
    },
    {
      name: "an overlay with a physical network",
      change: (c) => (c.network.kind = "overlay"),
      refuses: ["tenant.network.physicalNetwork"],
    },
    { name: "an overlay without", change: (c) => (c.network = { kind: "overlay" }) },
    {
      name: "overlays with one bench on a VLAN",
      change: (c) => {
        c.network.kind = "overlay";
        c.areas["commons"]!.benches["uni-north"]!.network = "vlan";
      },
    },
    {
      name: "overlays with one area on a VLAN of no physical network",
      change: (c) => {
        c.network = { kind: "overlay" };
        c.areas["heart"]!.network = "vlan";
      },
      refuses: ["tenant.network.physicalNetwork"],
    },
  ],
};

const snp = (config: Platform) => config.flavors["SCS-4T-16_z4"]!;
const ssd = (config: Platform) => config.volumeTypes["encrypted-ssd"]!;
const shareType = (config: Platform) => config.shareTypes["project-share"]!;
const rename = (config: Platform, from: string, to: string): void => {
  config.flavors[to] = config.flavors[from]!;
  Reflect.deleteProperty(config.flavors, from);
};

export const PLATFORM_CASES: Readonly<Record<string, readonly Case<"platform">[]>> = {
  "flavor-gpu": [
    { name: "a GPU on a plain flavor", change: (c) => (c.flavors["SCS-2V-8"]!.gpu = { alias: "a100", count: 1 }) },
    {
      name: "a GPU with SEV-SNP",
      change: (c) => (snp(c).gpu = { alias: "a100", count: 1 }),
      refuses: ["platform.flavors.SCS-4T-16_z4.gpu"],
    },
    { name: "no GPU", change: (c) => delete snp(c).gpu },
  ],
  "platform-adopt-unique": [
    {
      name: "two ids",
      change: (c) => {
        snp(c).adopt = "1";
        c.flavors["SCS-2V-8"]!.adopt = "2";
      },
    },
    {
      name: "one id twice",
      change: (c) => {
        snp(c).adopt = "1";
        c.flavors["SCS-2V-8"]!.adopt = "1";
      },
      refuses: ["platform.flavors.SCS-2V-8.adopt"],
    },
    { name: "unset", change: () => undefined },
  ],
  "platform-backends": [
    { name: "a backend each", change: () => undefined },
    {
      name: "one backend, plain and encrypted",
      change: (c) => {
        c.volumeTypes["plain"] = { ...ssd(c) };
        delete c.volumeTypes["plain"].encryption;
      },
    },
    {
      name: "two equal types",
      change: (c) => (c.volumeTypes["again"] = { ...ssd(c) }),
      refuses: ["platform.volumeTypes.again.backend"],
    },
    {
      name: "one backend with two media",
      change: (c) => (c.volumeTypes["again"] = { ...ssd(c), tier: "hdd" }),
      refuses: ["platform.volumeTypes.again.tier"],
    },
    { name: "no types", change: (c) => (c.volumeTypes = {}) },
  ],
  "platform-image-source": [
    { name: "a file", change: () => undefined },
    {
      name: "adopted",
      change: (c) => {
        const image = c.images["debian-13"]!;
        delete image.file;
        delete image.build;
        image.adopt = "a1";
      },
    },
    {
      name: "both",
      change: (c) => (c.images["debian-13"]!.adopt = "a1"),
      refuses: ["platform.images.debian-13.adopt"],
    },
    {
      name: "neither, confidential",
      change: (c) => delete c.images["debian-13-snp"]!.file,
      refuses: ["platform.images.debian-13-snp.file"],
    },
  ],
  "platform-local-disk": [
    { name: "a local disk on a plain flavor", change: (c) => (c.flavors["SCS-2V-8"]!.disk = "20 GiB") },
    {
      name: "a local disk on a confidential one",
      change: (c) => (snp(c).disk = "20 GiB"),
      refuses: ["platform.flavors.SCS-4T-16_z4.disk"],
    },
    {
      name: "one that the hosts encrypt",
      change: (c) =>
        Object.assign(snp(c), { disk: "20 GiB", localDisk: { encrypted: "host-lvm", overwrite: "random" } }),
    },
    {
      name: "one that is not there",
      change: (c) => (snp(c).localDisk = { encrypted: "host-lvm" }),
      refuses: ["platform.flavors.SCS-4T-16_z4.localDisk"],
    },
    { name: "no disk", change: () => undefined },
  ],
  "share-squash": [
    {
      name: "what the driver always does",
      change: (c) => Object.assign(shareType(c), { driver: "generic", squash: "none" }),
    },
    {
      name: "what the driver never does",
      change: (c) => Object.assign(shareType(c), { driver: "cephfs", squash: "root" }),
      refuses: ["platform.shareTypes.project-share.squash"],
    },
    {
      name: "the operator's word",
      change: (c) => {
        withCluster(c);
        Object.assign(shareType(c), { ...onCluster("main"), squash: "root" });
      },
    },
    { name: "not said", change: () => undefined },
  ],
  "share-transit-possible": [
    {
      name: "a Quobyte cluster of which nobody knows it",
      change: (c) => {
        withCluster(c);
        c.quobyte["main"]!.transit = "client";
      },
      refuses: ["platform.quobyte.main.transit"],
    },
    { name: "by TLS", change: (c) => Object.assign(shareType(c), { driver: "netapp", transit: "client" }) },
    {
      name: "by Ceph's own protocol",
      change: (c) => Object.assign(shareType(c), { driver: "cephfs", protocols: ["CEPHFS"], transit: "client" }),
    },
    {
      name: "by an export of CephFS that has none",
      change: (c) => Object.assign(shareType(c), { driver: "cephfs", protocols: ["NFS"], transit: "client" }),
      refuses: ["platform.shareTypes.project-share.transit"],
    },
    {
      name: "by a storage of which nobody says it",
      change: (c) => {
        withCluster(c);
        Object.assign(shareType(c), { ...onCluster("main"), transit: "client" });
      },
      refuses: ["platform.shareTypes.project-share.transit"],
    },
    {
      name: "by what lies below",
      change: (c) => {
        withCluster(c);
        Object.assign(shareType(c), { ...onCluster("main"), transit: "below" });
      },
    },
    { name: "not said", change: (c) => (shareType(c).transit = "none") },
  ],
  "platform-scs-name": [
    { name: "valid", change: () => undefined },
    { name: "not an SCS name", change: (c) => rename(c, "SCS-4T-16_z4", "secure.large_snp") },
    {
      name: "an own suffix",
      change: (c) => rename(c, "SCS-4T-16_z4", "SCS-4T-16_z4_snp"),
      refuses: ["platform.flavors.SCS-4T-16_z4_snp"],
    },
    {
      name: "fewer vCPUs than named",
      change: (c) => (snp(c).vcpus = 3),
      refuses: ["platform.flavors.SCS-4T-16_z4.vcpus"],
    },
    {
      name: "less memory than named",
      change: (c) => (snp(c).memory = "15 GiB"),
      refuses: ["platform.flavors.SCS-4T-16_z4.memory"],
    },
    { name: "more than named", change: (c) => (snp(c).memory = "17 GiB") },
    {
      name: "a disk that is not there",
      change: (c) => rename(c, "SCS-2V-8", "SCS-2V-8-20s"),
      refuses: ["platform.flavors.SCS-2V-8-20s.disk"],
    },
    {
      name: "a GPU that is not there",
      change: (c) => rename(c, "SCS-2V-8", "SCS-2V-8_GNa-14"),
      refuses: ["platform.flavors.SCS-2V-8_GNa-14.gpu"],
    },
    { name: "no flavors", change: (c) => (c.flavors = {}) },
  ],
  "platform-vlans": [
    { name: "a range", change: () => undefined },
    { name: "upside down", change: (c) => (c.vlans!.to = 50), refuses: ["platform.vlans.to"] },
    { name: "less than the ledger hands out", change: (c) => (c.vlans!.to = 500), refuses: ["platform.vlans"] },
    { name: "unset", change: (c) => delete c.vlans },
  ],
  "quobyte-cluster": [
    {
      name: "a share type on a cluster",
      change: (c) => {
        withCluster(c);
        c.shareTypes["fast"] = onCluster("main");
      },
    },
    {
      name: "no cluster, one that is not there, and one of another driver",
      change: (c) => {
        withCluster(c);
        c.shareTypes = { a: onCluster(), b: onCluster("other"), c: { ...onCluster("main"), driver: "cephfs" } };
      },
      refuses: ["platform.shareTypes.a", "platform.shareTypes.b.cluster", "platform.shareTypes.c.cluster"],
    },
    { name: "no share types", change: (c) => (c.shareTypes = {}) },
  ],
  "storage-possible": [
    {
      name: "luks2 with 512 bits on LVM, thick and overwritten",
      change: (c) =>
        Object.assign(ssd(c), {
          driver: "lvm",
          encryption: { provider: "luks2", cipher: "aes-xts-plain64", keySize: 512 },
          overwrite: "zero",
        }),
    },
    {
      name: "luks2 with 512 bits on NFS",
      change: (c) => Object.assign(ssd(c).encryption!, { provider: "luks2", keySize: 512 }),
      refuses: [
        "platform.volumeTypes.encrypted-ssd.encryption.provider",
        "platform.volumeTypes.encrypted-ssd.encryption.keySize",
      ],
    },
    {
      name: "luks2 with 512 bits on RBD",
      change: (c) => {
        ssd(c).driver = "rbd";
        Object.assign(ssd(c).encryption!, { provider: "luks2", keySize: 512 });
      },
      refuses: [
        "platform.volumeTypes.encrypted-ssd.encryption.provider",
        "platform.volumeTypes.encrypted-ssd.encryption.keySize",
      ],
    },
    {
      name: "Quobyte without LUKS",
      change: (c) => {
        ssd(c).driver = "quobyte";
        delete ssd(c).encryption;
      },
    },
    {
      name: "Quobyte with LUKS, told once",
      change: (c) => {
        ssd(c).driver = "quobyte";
        ssd(c).encryption!.provider = "luks2";
      },
      refuses: ["platform.volumeTypes.encrypted-ssd.encryption"],
    },
    {
      name: "zeros on NFS",
      change: (c) => (ssd(c).overwrite = "zero"),
      refuses: ["platform.volumeTypes.encrypted-ssd.overwrite"],
    },
    {
      name: "random data on LVM",
      change: (c) => Object.assign(ssd(c), { driver: "lvm", overwrite: "random" }),
      refuses: ["platform.volumeTypes.encrypted-ssd.overwrite"],
    },
    {
      name: "snapshots of shares on CephFS, by two protocols",
      change: (c) =>
        Object.assign(c.shareTypes["project-share"]!, {
          driver: "cephfs",
          snapshots: true,
          protocols: ["NFS", "CEPHFS"],
        }),
    },
    {
      name: "snapshots of shares on Quobyte, and a protocol of CephFS",
      change: (c) => {
        withCluster(c);
        const impossible = { snapshots: true, protocols: ["NFS", "CEPHFS"] };
        Object.assign(c.shareTypes["project-share"]!, { driver: "quobyte", cluster: "main", ...impossible });
      },
      refuses: ["platform.shareTypes.project-share.snapshots", "platform.shareTypes.project-share.protocols[1]"],
    },
    {
      name: "no types",
      change: (c) => {
        c.volumeTypes = {};
        c.shareTypes = {};
      },
    },
  ],
};
