import type { Case, Loose } from "./fixtures.ts";
import type { ZoneConfig } from "../../config/index.ts";

type ZoneCase = Case<"zone">;
type Zone = Loose<ZoneConfig>;
type Area = Zone["areas"][string];

const commons = (config: Zone): Area => config.areas["commons"]!;
const heart = (config: Zone): Area => config.areas["heart"]!;
const analysis = (config: Zone) => commons(config).machines["analysis"]!;
const cohort = (config: Zone) => commons(config).datasets["cohort"]!;
const imaging = (config: Zone) => heart(config).datasets["imaging"]!;
const plain = { vcpus: 2, memory: "8 GiB", confidential: "none", gpu: false } as const;
const flow = (from: string, to: string, port = "443/tcp") => ({ from, to, ports: [port], reason: "a test" });
const room = (config: Zone): void => {
  Object.assign(config.granted.quotas["commons"]!, {
    machines: 9,
    cores: 99,
    memory: "1 TiB",
    volumes: 99,
    storage: "9 TiB",
    ports: 99,
  });
};

/** Each rule: at least one compliant case, one that is refused, and one where the thing is not there at all. */
export const ZONE_CASES: Readonly<Record<string, readonly ZoneCase[]>> = {
  "area-kind": [
    { name: "shared with partners, exclusive with partner", change: () => undefined },
    {
      name: "shared with a single partner",
      change: (c) => (commons(c).partner = "uni-north"),
      refuses: ["zone.areas.commons.partner"],
    },
    {
      name: "exclusive with a list of partners",
      change: (c) => (heart(c).partners = { "uni-north": "read" }),
      refuses: ["zone.areas.heart.partners"],
    },
    {
      name: "shared, partners unset",
      change: (c) => {
        c.areas["empty"] = { kind: "shared", machines: {}, datasets: {}, flows: [] };
        grant(c, "empty");
      },
      refuses: ["zone.areas.empty.partners"],
    },
    {
      name: "exclusive, partner unset",
      change: (c) => {
        c.areas["empty"] = { kind: "exclusive", machines: {}, datasets: {}, flows: [] };
        grant(c, "empty");
      },
      refuses: ["zone.areas.empty.partner"],
    },
  ],
  "bench-partner": [
    { name: "benches of the area's partners", change: (c) => (commons(c).benches = ["heart-centre", "uni-north"]) },
    {
      name: "a bench of a partner outside the area",
      change: (c) => {
        heart(c).benches = ["uni-north"];
        c.granted.networks["heart/uni-north"] = { ipv4: "10.8.9.0/24", ipv6: "fd00:8:0:9::/64" };
      },
      refuses: ["zone.areas.heart.benches[0]"],
    },
    {
      name: "a bench twice",
      change: (c) => (commons(c).benches = ["heart-centre", "uni-north", "uni-north"]),
      refuses: ["zone.areas.commons.benches[2]"],
    },
    { name: "benches unset", change: (c) => delete commons(c).benches },
  ],
  "dataset-access": [
    { name: "read where the area reads", change: (c) => (cohort(c).access = { "uni-south": "read" }) },
    {
      name: "write where the area only reads",
      change: (c) => (cohort(c).access["uni-north"] = "write"),
      refuses: ["zone.areas.commons.datasets.cohort.access.uni-north"],
    },
    {
      name: "a partner outside the area",
      change: (c) => {
        commons(c).partners = { "heart-centre": "write", "uni-north": "read" };
        cohort(c).access["uni-south"] = "read";
      },
      refuses: ["zone.areas.commons.datasets.cohort.access.uni-south"],
    },
    {
      name: "a partner without a bench",
      change: (c) => {
        commons(c).benches = ["heart-centre"];
        commons(c).flows = [];
      },
      refuses: ["zone.areas.commons.datasets.cohort.access.uni-north"],
    },
    {
      name: "access on a volume",
      change: (c) => (imaging(c).access = { "heart-centre": "read" }),
      refuses: ["zone.areas.heart.datasets.imaging.access.heart-centre"],
    },
    {
      name: "machines on a volume",
      change: (c) => (imaging(c).machines = "read"),
      refuses: ["zone.areas.heart.datasets.imaging.machines"],
    },
    { name: "no access at all", change: (c) => (cohort(c).access = {}) },
  ],
  "dataset-attach": [
    { name: "one volume, one machine", change: () => undefined },
    {
      name: "a volume that is not there",
      change: (c) => (heart(c).machines["imaging"]!.volumes = ["imagin"]),
      refuses: ["zone.areas.heart.machines.imaging.volumes[0]"],
    },
    {
      name: "a share as a volume",
      change: (c) => (analysis(c).volumes = ["cohort"]),
      refuses: ["zone.areas.commons.machines.analysis.volumes[0]"],
    },
    {
      name: "one volume twice",
      change: (c) => (heart(c).machines["imaging"]!.volumes = ["imaging", "imaging"]),
      refuses: ["zone.areas.heart.machines.imaging.volumes[1]"],
    },
    {
      name: "a volume at a group of two",
      change: (c) => (heart(c).machines["imaging"]!.count = 2),
      refuses: ["zone.areas.heart.machines.imaging.volumes"],
    },
    { name: "unattached", change: (c) => (heart(c).machines["imaging"]!.volumes = []) },
  ],
  "flow-ends": [
    {
      name: "a group of two talks among itself",
      change: (c) => {
        room(c);
        analysis(c).count = 2;
        commons(c).flows = [flow("machines/analysis", "machines/analysis")];
      },
    },
    {
      name: "machines that are not there",
      change: (c) => (commons(c).flows[0]!.to = "machines/analyses"),
      refuses: ["zone.areas.commons.flows[0].to"],
    },
    {
      name: "a bench that is not there",
      change: (c) => (heart(c).flows = [flow("bench/heart-centre", "machines/imaging")]),
      refuses: ["zone.areas.heart.flows[0].from"],
    },
    {
      name: "into a bench",
      change: (c) => (commons(c).flows = [flow("machines/analysis", "bench/uni-north")]),
      refuses: ["zone.areas.commons.flows[0].to"],
    },
    {
      name: "into another area",
      change: (c) => (commons(c).flows[0]!.to = "heart/machines/imaging"),
      refuses: ["zone.areas.commons.flows[0].to"],
    },
    {
      name: "no end at all",
      change: (c) => (commons(c).flows[0]!.from = "internet"),
      refuses: ["zone.areas.commons.flows[0].from"],
    },
    {
      name: "one machine to itself",
      change: (c) => (commons(c).flows = [flow("machines/analysis", "machines/analysis")]),
      refuses: ["zone.areas.commons.flows[0]"],
    },
    { name: "no flows", change: (c) => (commons(c).flows = []) },
  ],
  "flow-unique": [
    {
      name: "two ports",
      change: (c) =>
        (commons(c).flows = [
          flow("bench/uni-north", "machines/analysis"),
          flow("bench/uni-north", "machines/analysis", "80/tcp"),
        ]),
    },
    {
      name: "one port twice",
      change: (c) =>
        (commons(c).flows = [
          flow("bench/uni-north", "machines/analysis"),
          flow("bench/uni-north", "machines/analysis"),
        ]),
      refuses: ["zone.areas.commons.flows[1].ports[0]"],
    },
    { name: "no flows", change: (c) => (commons(c).flows = []) },
  ],
  "flow-until": [
    { name: "until the permit's last day", change: (c) => (commons(c).flows[0]!.until = c.permit.expires) },
    {
      name: "a day longer than the permit",
      change: (c) => (commons(c).flows[0]!.until = "2030-01-01"),
      refuses: ["zone.areas.commons.flows[0].until"],
    },
    {
      name: "over since yesterday",
      change: (c) => (commons(c).flows[0]!.until = "2026-11-20"),
      refuses: ["zone.areas.commons.flows[0].until"],
    },
    { name: "ends today", change: (c) => (commons(c).flows[0]!.until = "2026-11-21") },
    { name: "until unset", change: (c) => delete commons(c).flows[0]!.until },
  ],
  "grant-exists": [
    { name: "granted names", change: (c) => (analysis(c).volumeType = "encrypted-hdd") },
    {
      name: "a flavor that is not granted",
      change: (c) => (analysis(c).flavor = "SCS-4T-16"),
      refuses: ["zone.areas.commons.machines.analysis.flavor"],
    },
    {
      name: "an image that is not granted",
      change: (c) => (analysis(c).image = "windows"),
      refuses: ["zone.areas.commons.machines.analysis.image"],
    },
    {
      name: "a volume type that is not granted",
      change: (c) => (analysis(c).volumeType = "ssd"),
      refuses: ["zone.areas.commons.machines.analysis.volumeType"],
    },
    {
      name: "a share type that is not granted",
      change: (c) => (cohort(c).type = "fast"),
      refuses: ["zone.areas.commons.datasets.cohort.type"],
    },
    {
      name: "a name that JavaScript knows",
      change: (c) => (analysis(c).flavor = "constructor"),
      refuses: ["zone.areas.commons.machines.analysis.flavor"],
    },
    {
      name: "no share type granted at all",
      change: (c) => (c.granted.shareTypes = {}),
      refuses: ["zone.areas.commons.datasets.cohort.type"],
    },
    {
      name: "no volume type granted at all",
      change: (c) => {
        c.granted.volumeTypes = {};
        delete c.areas["heart"];
      },
      refuses: ["zone.areas.commons.machines.analysis.volumeType"],
    },
  ],
  "granted-gpu": [
    {
      name: "a GPU without memory encryption, in an open zone",
      change: (c) => {
        c.preset = "open";
        c.granted.flavors["gpu"] = { ...plain, gpu: true };
      },
    },
    {
      name: "a GPU with SEV-SNP",
      change: (c) => (c.granted.flavors["SCS-2T-8_z4"]!.gpu = true),
      refuses: ["zone.granted.flavors.SCS-2T-8_z4.gpu"],
    },
    { name: "no GPU", change: (c) => (c.granted.flavors["SCS-2T-8_z4"]!.gpu = false) },
  ],
  "granted-quobyte-luks": [
    {
      name: "Quobyte without LUKS, in a guarded zone",
      change: (c) => {
        c.preset = "guarded";
        c.granted.volumeTypes["q"] = { encrypted: false, driver: "quobyte", tier: "hdd" };
      },
    },
    {
      name: "Quobyte with LUKS",
      change: (c) => (c.granted.volumeTypes["encrypted-hdd"]!.driver = "quobyte"),
      refuses: ["zone.granted.volumeTypes.encrypted-hdd"],
    },
    { name: "no Quobyte", change: () => undefined },
  ],
  "image-pinned": [
    { name: "pinned by its digest", change: () => undefined },
    {
      name: "pinned by its id",
      change: (c) => (c.granted.images["debian-13-snp"] = { id: "0a1b2c3d", confidential: "sev-snp" }),
    },
    {
      name: "granted by its name alone",
      change: (c) => delete c.granted.images["debian-13-snp"]!.sha512,
      refuses: ["zone.granted.images.debian-13-snp"],
    },
    {
      name: "one that no machine uses: people at a bench do",
      change: (c) => (c.granted.images["other"] = { confidential: "sev-snp" }),
      refuses: ["zone.granted.images.other"],
    },
    {
      name: "by its name alone in a guarded zone",
      change: (c) => {
        c.preset = "guarded";
        delete c.granted.images["debian-13-snp"]!.sha512;
      },
      refuses: ["zone.granted.images.debian-13-snp"],
    },
    {
      name: "by its name alone in an open zone",
      change: (c) => {
        c.preset = "open";
        delete c.granted.images["debian-13-snp"]!.sha512;
      },
    },
    {
      name: "no image granted, and no machine",
      change: (c) => {
        c.granted.images = {};
        for (const area of Object.values(c.areas)) Object.assign(area, { machines: {}, flows: [] });
      },
    },
  ],
  "image-disk": [
    { name: "as large as the image asks", change: (c) => (analysis(c).disk = "4 GiB") },
    {
      name: "smaller than the image asks",
      change: (c) => (analysis(c).disk = "3 GiB"),
      refuses: ["zone.areas.commons.machines.analysis.disk"],
    },
    {
      name: "the image asks for nothing",
      change: (c) => {
        delete c.granted.images["debian-13-snp"]!.minDisk;
        analysis(c).disk = "1 GiB";
      },
    },
  ],
  "machine-confidential": [
    { name: "SEV-SNP on both", change: () => undefined },
    {
      name: "a plain machine",
      change: (c) => {
        c.granted.flavors["plain"] = { ...plain };
        analysis(c).flavor = "plain";
      },
      refuses: ["zone.areas.commons.machines.analysis.flavor", "zone.granted.flavors.plain"],
    },
    {
      name: "plain SEV is not enough",
      change: (c) => (c.granted.flavors["SCS-4T-16_z4"]!.confidential = "sev"),
      refuses: ["zone.areas.commons.machines.analysis.flavor", "zone.granted.flavors.SCS-4T-16_z4"],
    },
    {
      name: "a plain image",
      change: (c) => {
        c.granted.images["debian-13"] = { id: "debian", confidential: "none" };
        analysis(c).image = "debian-13";
      },
      refuses: ["zone.areas.commons.machines.analysis.image", "zone.granted.images.debian-13"],
    },
    {
      name: "a plain flavor granted and unused",
      change: (c) => (c.granted.flavors["plain"] = { ...plain }),
      refuses: ["zone.granted.flavors.plain"],
    },
    {
      name: "a plain pair in an isolated zone",
      change: (c) => {
        c.preset = "isolated";
        c.granted.flavors["SCS-4T-16_z4"]!.confidential = "none";
        c.granted.images["debian-13"] = { id: "debian", confidential: "none" };
        analysis(c).image = "debian-13";
      },
    },
    {
      name: "no machines, nothing granted",
      change: (c) => {
        c.granted.flavors = {};
        c.granted.images = {};
        for (const area of Object.values(c.areas)) Object.assign(area, { machines: {}, flows: [] });
      },
    },
  ],
  "machine-pair": [
    { name: "an encrypted pair in a guarded zone", change: (c) => (c.preset = "guarded") },
    {
      name: "a flavor without its image",
      change: (c) => {
        c.preset = "guarded";
        c.granted.images["debian-13"] = { id: "debian", confidential: "none" };
        analysis(c).image = "debian-13";
      },
      refuses: ["zone.areas.commons.machines.analysis.image"],
    },
    {
      name: "an image without its flavor",
      change: (c) => {
        c.preset = "open";
        c.granted.flavors["plain"] = { ...plain };
        analysis(c).flavor = "plain";
      },
      refuses: ["zone.areas.commons.machines.analysis.image"],
    },
    {
      name: "no machines",
      change: (c) => {
        c.preset = "open";
        c.areas = { heart: { ...heart(c), machines: {} } };
      },
    },
  ],
  "network-granted": [
    { name: "each area and bench", change: () => undefined },
    {
      name: "an entry more than needed",
      change: (c) => (c.granted.networks["old"] = { ipv4: "10.8.9.0/24", ipv6: "fd00:8:0:9::/64" }),
    },
    { name: "an area without", change: (c) => delete c.granted.networks["heart"], refuses: ["zone.areas.heart"] },
    {
      name: "a bench without",
      change: (c) => delete c.granted.networks["commons/uni-south"],
      refuses: ["zone.areas.commons.partners.uni-south"],
    },
    {
      name: "nothing granted",
      change: (c) => {
        c.granted.networks = {};
        c.areas = { heart: heart(c) };
      },
      refuses: ["zone.areas.heart"],
    },
  ],
  "network-range": [
    { name: "neighbours", change: () => undefined },
    {
      name: "two networks overlap in IPv4",
      change: (c) => (c.granted.networks["heart"]!.ipv4 = "10.8.0.0/23"),
      refuses: ["zone.granted.networks.heart.ipv4"],
    },
    {
      name: "two networks are one in IPv6",
      change: (c) => (c.granted.networks["heart"]!.ipv6 = "fd00:8:0:0:0::/64"),
      refuses: ["zone.granted.networks.heart.ipv6"],
    },
    {
      name: "host bits",
      change: (c) => (c.granted.networks["heart"]!.ipv4 = "10.8.4.7/24"),
      refuses: ["zone.granted.networks.heart.ipv4"],
    },
    {
      name: "too small",
      change: (c) => (c.granted.networks["heart"]!.ipv4 = "10.8.4.0/30"),
      refuses: ["zone.granted.networks.heart.ipv4"],
    },
    {
      name: "not a /64",
      change: (c) => (c.granted.networks["heart"]!.ipv6 = "fd00:8:0:4::/80"),
      refuses: ["zone.granted.networks.heart.ipv6"],
    },
    {
      name: "somebody else's addresses",
      change: (c) => (c.granted.networks["heart"]!.ipv4 = "8.8.8.0/24"),
      refuses: ["zone.granted.networks.heart.ipv4"],
    },
    {
      name: "multicast",
      change: (c) => (c.granted.networks["heart"]!.ipv6 = "ff02::/64"),
      refuses: ["zone.granted.networks.heart.ipv6"],
    },
    {
      name: "one network alone",
      change: (c) => {
        c.areas = { heart: heart(c) };
        c.granted.networks = { heart: c.granted.networks["heart"]! };
      },
    },
  ],
  "partner-known": [
    { name: "known everywhere", change: () => undefined },
    {
      name: "an unknown partner of an area",
      change: (c) => (commons(c).partners!["uni-west"] = "read"),
      refuses: ["zone.areas.commons.partners.uni-west"],
    },
    {
      name: "an unknown owner",
      change: (c) => (cohort(c).owner = "uni-west"),
      refuses: ["zone.areas.commons.datasets.cohort.owner"],
    },
    {
      name: "an unknown grantee",
      change: (c) => (cohort(c).access["uni-west"] = "read"),
      refuses: ["zone.areas.commons.datasets.cohort.access.uni-west"],
    },
    {
      name: "an unknown bench",
      change: (c) => (heart(c).benches = ["uni-west"]),
      refuses: ["zone.areas.heart.benches[0]"],
    },
    {
      name: "an unknown end of a flow",
      change: (c) => (commons(c).flows[1]!.from = "bench/uni-west"),
      refuses: ["zone.areas.commons.flows[1].from"],
    },
    {
      name: "an unknown partner in the permit",
      change: (c) => c.permit.partners.push("uni-west"),
      refuses: ["zone.permit.partners[3]"],
    },
    {
      name: "a name that JavaScript knows",
      change: (c) => (cohort(c).access["constructor"] = "read"),
      refuses: ["zone.areas.commons.datasets.cohort.access.constructor"],
    },
    { name: "nobody named", change: (c) => (cohort(c).access = {}) },
  ],
  "partner-permitted": [
    { name: "named by the permit", change: () => undefined },
    {
      name: "a write grant to a partner that the permit does not name",
      change: (c) => {
        c.partners["uni-west"] = { title: "University of the West" };
        cohort(c).access["uni-west"] = "write";
      },
      refuses: ["zone.areas.commons.datasets.cohort.access.uni-west"],
    },
    {
      name: "a partner of the area that the permit does not name",
      change: (c) => c.permit.partners.pop(),
      refuses: ["zone.areas.commons.partners.uni-south"],
    },
    {
      name: "known, not permitted, nowhere used",
      change: (c) => (c.partners["uni-west"] = { title: "University of the West" }),
    },
  ],
  "permit-valid": [
    { name: "its last day", change: () => undefined, today: "2029-12-31" },
    { name: "the day after", change: () => undefined, today: "2030-01-01", refuses: ["zone.permit.expires"] },
    { name: "long in force", change: (c) => (c.permit.expires = "9999-12-31") },
  ],
  "places-unique": [
    { name: "two zones", change: (c) => (c.places.zones = ["nova", "other"]) },
    {
      name: "one zone twice",
      change: (c) => (c.places.zones = ["nova", "other", "nova"]),
      refuses: ["zone.places.zones[2]"],
    },
    { name: "one zone", change: () => undefined },
  ],
  "quota-fits": [
    { name: "within", change: () => undefined },
    {
      name: "more machines, cores, memory, volumes and storage than granted",
      change: (c) => {
        analysis(c).count = 10;
        analysis(c).disk = "11 GiB";
      },
      refuses: ["machines", "cores", "memory", "volumes", "storage", "ports"].map(
        (key) => `zone.granted.quotas.commons.${key}`,
      ),
    },
    {
      name: "more share storage than granted",
      change: (c) => (cohort(c).size = "1 TiB"),
      refuses: ["zone.granted.quotas.commons.shareStorage"],
    },
    {
      name: "too few shares",
      change: (c) => (c.granted.quotas["commons"]!.shares = 0),
      refuses: ["zone.granted.quotas.commons.shares"],
    },
    {
      name: "too few keys",
      change: (c) => (c.granted.quotas["heart"]!.secrets = 1),
      refuses: ["zone.granted.quotas.heart.secrets"],
    },
    {
      name: "too few ports",
      change: (c) => (c.granted.quotas["commons"]!.ports = 3),
      refuses: ["zone.granted.quotas.commons.ports"],
    },
    { name: "exactly enough ports", change: (c) => (c.granted.quotas["commons"]!.ports = 7) },
    {
      name: "memory unset",
      change: (c) => delete c.granted.quotas["heart"]!.memory,
      refuses: ["zone.granted.quotas.heart.memory"],
    },
    {
      name: "no quota at all",
      change: (c) => (c.granted.quotas = { commons: c.granted.quotas["commons"]! }),
      refuses: ["zone.areas.heart"],
    },
    {
      name: "as many rules as an area has",
      change: (c) => {
        const ports = Array.from({ length: 500 }, (_, index) => `${index + 1000}/tcp`);
        commons(c).flows = [{ from: "bench/uni-north", to: "machines/analysis", ports, reason: "a test" }];
      },
    },
    {
      name: "one port more than an area has rules for",
      change: (c) => {
        const ports = Array.from({ length: 501 }, (_, index) => `${index + 1000}/tcp`);
        commons(c).flows = [{ from: "bench/uni-north", to: "machines/analysis", ports, reason: "a test" }];
      },
      refuses: ["zone.areas.commons.flows"],
    },
  ],
  "share-protocol": [
    { name: "NFS first", change: () => undefined },
    {
      name: "CephFS first",
      change: (c) => (c.granted.shareTypes["project-share"]!.protocols = ["CEPHFS", "NFS"]),
      refuses: ["zone.areas.commons.datasets.cohort.type"],
    },
    {
      name: "no share",
      change: (c) => {
        c.granted.shareTypes = {};
        commons(c).datasets = {};
      },
    },
  ],
  "trust-tier": [
    { name: "host on a volume", change: () => undefined },
    {
      name: "guest cannot be met",
      change: (c) => (imaging(c).tier = "guest"),
      refuses: ["zone.areas.heart.datasets.imaging.tier"],
    },
    {
      name: "host on a share",
      change: (c) => (cohort(c).tier = "host"),
      refuses: ["zone.areas.commons.datasets.cohort.tier"],
    },
    { name: "storage on a share", change: (c) => (cohort(c).tier = "storage") },
    { name: "less than what is given", change: (c) => (imaging(c).tier = "storage") },
    { name: "unset", change: (c) => delete imaging(c).tier },
  ],
  "user-data-secret": [
    { name: "packages", change: (c) => (analysis(c).userData = "#cloud-config\npackages: [r-base]\n") },
    {
      name: "a password",
      change: (c) => (analysis(c).userData = "#cloud-config\npassword: x\n"),
      refuses: ["zone.areas.commons.machines.analysis.userData"],
    },
    {
      name: "a private key",
      change: (c) => (analysis(c).userData = `-----BEGIN OPENSSH ${"PRIVATE"} KEY-----`),
      refuses: ["zone.areas.commons.machines.analysis.userData"],
    },
    { name: "unset", change: (c) => delete analysis(c).userData },
  ],
  "volume-encrypted": [
    {
      name: "an unencrypted type in an open zone",
      change: (c) => {
        c.preset = "open";
        c.granted.volumeTypes["plain"] = { encrypted: false, driver: "lvm", tier: "ssd" };
        imaging(c).type = "plain";
      },
    },
    {
      name: "an unencrypted root disk",
      change: (c) => {
        c.preset = "guarded";
        c.granted.volumeTypes["plain"] = { encrypted: false, driver: "lvm", tier: "ssd" };
        analysis(c).volumeType = "plain";
      },
      refuses: ["zone.areas.commons.machines.analysis.volumeType"],
    },
    {
      name: "an unencrypted data set",
      change: (c) => {
        c.preset = "guarded";
        c.granted.volumeTypes["encrypted-hdd"]!.encrypted = false;
      },
      refuses: ["zone.areas.heart.datasets.imaging.type"],
    },
    {
      name: "an unencrypted type granted and unused in an isolated zone",
      change: (c) => {
        c.preset = "isolated";
        c.granted.volumeTypes["plain"] = { encrypted: false, driver: "lvm", tier: "ssd" };
      },
      refuses: ["zone.granted.volumeTypes.plain"],
    },
    {
      name: "type unset and nothing encrypted granted",
      change: (c) => {
        c.preset = "guarded";
        delete c.areas["heart"];
        c.granted.volumeTypes = { plain: { encrypted: false, driver: "lvm", tier: "ssd" } };
      },
      refuses: ["zone.areas.commons.machines.analysis.volumeType"],
    },
  ],
  "zone-adopt-unique": [
    {
      name: "two ids",
      change: (c) => {
        imaging(c).adopt = "a1";
        cohort(c).adopt = "a2";
      },
    },
    {
      name: "one id twice, spelled differently",
      change: (c) => {
        cohort(c).adopt = "0A-1";
        imaging(c).adopt = "0a1";
      },
      refuses: ["zone.areas.heart.datasets.imaging.adopt"],
    },
    { name: "unset", change: () => undefined },
  ],
  "zone-names-fit": [
    { name: "short", change: () => undefined },
    {
      name: "a host name of 64 characters",
      change: (c) => {
        commons(c).machines["a".repeat(30)] = { ...analysis(c) };
        c.areas["b".repeat(25)] = {
          kind: "exclusive",
          partner: "heart-centre",
          machines: { ["c".repeat(30)]: { ...analysis(c) } },
          datasets: {},
          flows: [],
        };
        room(c);
        c.granted.networks["b".repeat(25)] = { ipv4: "10.8.9.0/24", ipv6: "fd00:8:0:9::/64" };
        c.granted.quotas["b".repeat(25)] = { ...c.granted.quotas["commons"]! };
      },
      refuses: [`zone.areas.${"b".repeat(25)}.machines.${"c".repeat(30)}`],
    },
    {
      name: "no machines",
      change: (c) => {
        commons(c).machines = {};
        commons(c).flows = [];
      },
    },
  ],
  "zone-names-unique": [
    { name: "different", change: () => undefined },
    {
      name: "an area named as a bench",
      change: (c) => {
        c.areas["commons-uni-north"] = {
          kind: "exclusive",
          partner: "uni-north",
          machines: {},
          datasets: {},
          flows: [],
        };
        grant(c, "commons-uni-north");
      },
      refuses: ["zone.areas.commons-uni-north"],
    },
    {
      name: "a machine named as one of a group",
      change: (c) => {
        room(c);
        analysis(c).count = 2;
        commons(c).machines["analysis-2"] = { ...analysis(c), count: 1 };
      },
      refuses: ["zone.areas.commons.machines.analysis-2"],
    },
    {
      name: "a port named as one of another group",
      change: (c) => {
        room(c);
        commons(c).machines["analysis-uni-north"] = { ...analysis(c) };
      },
      refuses: ["zone.areas.commons.flows[1]"],
    },
    { name: "one area alone", change: (c) => (c.areas = { heart: heart(c) }) },
  ],
};

function grant(config: Zone, place: string): void {
  config.granted.networks[place] = { ipv4: "10.8.14.0/24", ipv6: "fd00:8:0:e::/64" };
  config.granted.quotas[place] = { ...config.granted.quotas["heart"]! };
}
