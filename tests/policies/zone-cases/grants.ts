import { analysis, cohort, commons, preset, type ZoneCase } from "./parts.ts";

/** Rules about what the operator granted. */
export const GRANTS_CASES: Readonly<Record<string, readonly ZoneCase[]>> = {
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
  "granted-storage-possible": [
    {
      name: "Quobyte without LUKS, in a guarded zone",
      change: (c) => {
        preset(c, "guarded");
        c.granted.volumeTypes["q"] = { encrypted: false, driver: "quobyte", tier: "hdd" };
      },
    },
    {
      name: "Quobyte with LUKS",
      change: (c) => (c.granted.volumeTypes["encrypted-hdd"]!.driver = "quobyte"),
      refuses: ["zone.granted.volumeTypes.encrypted-hdd"],
    },
    {
      name: "LUKS on a driver that nobody described",
      change: (c) => (c.granted.volumeTypes["encrypted-hdd"]!.driver = "floppy"),
      refuses: ["zone.granted.volumeTypes.encrypted-hdd"],
    },
    {
      name: "zeros on NFS",
      change: (c) => (c.granted.volumeTypes["encrypted-hdd"]!.overwrite = "zero"),
      refuses: ["zone.granted.volumeTypes.encrypted-hdd.overwrite"],
    },
    {
      name: "shares of a protocol that the driver does not speak, and of a driver that nobody described",
      change: (c) => {
        c.granted.shareTypes["project-share"]!.protocols = ["NFS", "CEPHFS"];
        c.granted.shareTypes["tape"] = { driver: "tape", protocols: ["NFS"], transit: "below" };
      },
      refuses: ["zone.granted.shareTypes.project-share.protocols[1]", "zone.granted.shareTypes.tape.driver"],
    },
    { name: "no Quobyte", change: () => undefined },
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
};
