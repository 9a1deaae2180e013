import { analysis, cohort, commons, diskless, heart, imaging, preset, type ZoneCase } from "./parts.ts";

/** Rules about data sets and volumes. */
export const DATA_CASES: Readonly<Record<string, readonly ZoneCase[]>> = {
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
  "erasure-possible": [
    { name: "by the volume's key", change: (c) => (imaging(c).erasure = "cryptoShred") },
    {
      name: "by a key that a share has not",
      change: (c) => (cohort(c).erasure = "cryptoShred"),
      refuses: ["zone.areas.commons.datasets.cohort.erasure"],
    },
    {
      name: "by the zone's word, which a share cannot follow",
      change: (c) => (c.erasure = "cryptoShred"),
      refuses: ["zone.areas.commons.datasets.cohort"],
    },
    {
      name: "by the zone's word, but for the share",
      change: (c) => {
        c.erasure = "cryptoShred";
        cohort(c).erasure = "deleteOnly";
      },
    },
    {
      name: "by a key where there is none, in an open zone",
      change: (c) => {
        preset(c, "open");
        c.granted.volumeTypes["plain"] = { encrypted: false, driver: "lvm", tier: "ssd" };
        imaging(c).type = "plain";
        delete imaging(c).tier;
        imaging(c).erasure = "cryptoShred";
      },
      refuses: ["zone.areas.heart.datasets.imaging.erasure"],
    },
    {
      name: "by zeros on thick LVM",
      change: (c) => {
        Object.assign(c.granted.volumeTypes["encrypted-hdd"]!, { driver: "lvm", overwrite: "zero" });
        imaging(c).erasure = "overwriteZero";
      },
    },
    {
      name: "by zeros on LVM of which nothing is said",
      change: (c) => {
        c.granted.volumeTypes["encrypted-hdd"]!.driver = "lvm";
        imaging(c).erasure = "overwriteZero";
      },
      refuses: ["zone.areas.heart.datasets.imaging.erasure"],
    },
    {
      name: "by random data, root disks too",
      change: (c) => (c.erasure = "overwriteRandom"),
      refuses: [
        "zone.areas.commons.datasets.cohort",
        "zone.areas.heart.datasets.imaging",
        "zone.areas.commons.machines.analysis",
        "zone.areas.heart.machines.imaging",
      ],
    },
    {
      name: "by random data, in a zone that has nothing but local disks which the operator overwrites",
      change: (c) => {
        diskless(c);
        delete c.areas["heart"];
        c.granted.flavors["SCS-4T-16_z4"]!.localDisk!.overwrite = "random";
        c.erasure = "overwriteRandom";
      },
    },
    {
      name: "by random data on local disks of which nothing is said",
      change: (c) => {
        diskless(c);
        delete c.areas["heart"];
        c.erasure = "overwriteRandom";
      },
      refuses: ["zone.areas.commons.machines.analysis"],
    },
    { name: "unset", change: () => undefined },
  ],
  "share-protocol": [
    { name: "NFS first", change: () => undefined },
    {
      name: "CephFS, by keys",
      change: (c) =>
        (c.granted.shareTypes["project-share"] = { driver: "cephfs", protocols: ["CEPHFS"], transit: "client" }),
    },
    {
      name: "no protocol at all",
      change: (c) => (c.granted.shareTypes["project-share"] = { driver: "cephfs", protocols: [], transit: "below" }),
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
  "share-squash-said": [
    { name: "by the driver", change: () => undefined },
    {
      name: "by nobody",
      change: (c) =>
        (c.granted.shareTypes["project-share"] = { driver: "quobyte", protocols: ["NFS"], transit: "below" }),
      refuses: ["zone.areas.commons.datasets.cohort.type"],
    },
    {
      name: "by the operator",
      change: (c) =>
        (c.granted.shareTypes["project-share"] = {
          driver: "quobyte",
          protocols: ["NFS"],
          transit: "below",
          squash: "none",
        }),
    },
    {
      name: "by nobody, where the preset does not ask",
      change: (c) => {
        preset(c, "guarded");
        c.granted.shareTypes["project-share"] = { driver: "netapp", protocols: ["NFS"], transit: "below" };
      },
    },
    {
      name: "no share",
      change: (c) => {
        c.granted.shareTypes = { files: { driver: "quobyte", protocols: ["NFS"], transit: "below" } };
        commons(c).datasets = {};
      },
    },
  ],
  "share-transit": [
    { name: "encrypted by what lies below", change: () => undefined },
    {
      name: "encrypted by client and server",
      change: (c) => (c.granted.shareTypes["project-share"]!.transit = "client"),
    },
    {
      name: "in the clear",
      change: (c) => (c.granted.shareTypes["project-share"]!.transit = "none"),
      refuses: ["zone.areas.commons.datasets.cohort.type"],
    },
    {
      name: "in the clear, where the preset lets it",
      change: (c) => {
        preset(c, "isolated");
        c.granted.shareTypes["project-share"]!.transit = "none";
      },
    },
    {
      name: "no share",
      change: (c) => {
        c.granted.shareTypes["project-share"]!.transit = "none";
        commons(c).datasets = {};
      },
    },
  ],
  "mount-share": [
    {
      name: "a share of the area that machines may write",
      change: (c) => (analysis(c).mounts = { cohort: "/data/cohort" }),
    },
    {
      name: "a share that is not there",
      change: (c) => (analysis(c).mounts = { cohrt: "/data/cohort" }),
      refuses: ["zone.areas.commons.machines.analysis.mounts.cohrt"],
    },
    {
      name: "a volume",
      change: (c) => (heart(c).machines["imaging"]!.mounts = { imaging: "/data/imaging" }),
      refuses: ["zone.areas.heart.machines.imaging.mounts.imaging"],
    },
    {
      name: "a share that machines may not use",
      change: (c) => {
        cohort(c).machines = "none";
        analysis(c).mounts = { cohort: "/data/cohort" };
      },
      refuses: ["zone.areas.commons.machines.analysis.mounts.cohort"],
    },
    {
      name: "no way to the network of the storage",
      change: (c) => {
        c.granted.storage["commons"] = { title: "the storage" };
        c.granted.networks["commons/storage"] = { ipv4: "10.8.14.0/24", ipv6: "fd00:8:0:e::/64" };
        analysis(c).mounts = { cohort: "/data/cohort" };
      },
      refuses: ["zone.areas.commons.machines.analysis.mounts.cohort"],
    },
    {
      name: "a flow to the network of the storage",
      change: (c) => {
        c.granted.storage["commons"] = { title: "the storage" };
        c.granted.networks["commons/storage"] = { ipv4: "10.8.14.0/24", ipv6: "fd00:8:0:e::/64" };
        commons(c).flows.push({
          from: "machines/analysis",
          to: "storage/commons",
          ports: ["2049/tcp"],
          reason: "NFS",
        });
        analysis(c).mounts = { cohort: "/data/cohort" };
      },
    },
    { name: "no mount", change: () => undefined },
  ],
  "mount-directories": [
    {
      name: "beside each other",
      change: (c) => {
        commons(c).datasets["more"] = { ...cohort(c), size: "1 GiB" };
        analysis(c).mounts = { cohort: "/data/a", more: "/data/ab" };
      },
    },
    {
      name: "one below the other",
      change: (c) => {
        commons(c).datasets["more"] = { ...cohort(c), size: "1 GiB" };
        analysis(c).mounts = { cohort: "/data/a", more: "/data/a/b" };
      },
      refuses: ["zone.areas.commons.machines.analysis.mounts.more"],
    },
    {
      name: "the same twice",
      change: (c) => {
        commons(c).datasets["more"] = { ...cohort(c), size: "1 GiB" };
        analysis(c).mounts = { cohort: "/data/a", more: "/data/a" };
      },
      refuses: ["zone.areas.commons.machines.analysis.mounts.more"],
    },
    { name: "one alone", change: (c) => (analysis(c).mounts = { cohort: "/data/a" }) },
  ],
  "mount-user-data": [
    {
      name: "a script beside mounts",
      change: (c) => Object.assign(analysis(c), { mounts: { cohort: "/data/a" }, userData: "#!/bin/sh\n:\n" }),
    },
    {
      name: "an include beside mounts",
      change: (c) => Object.assign(analysis(c), { mounts: { cohort: "/data/a" }, userData: "#include\nhttp://a/b\n" }),
      refuses: ["zone.areas.commons.machines.analysis.userData"],
    },
    { name: "an include alone", change: (c) => (analysis(c).userData = "#include\nhttp://a/b\n") },
    { name: "no user data", change: (c) => (analysis(c).mounts = { cohort: "/data/a" }) },
  ],
  "backup-possible": [
    {
      name: "an encrypted volume",
      change: (c) => {
        imaging(c).backup = { every: "1 day", keep: 2 };
        Object.assign(c.granted.quotas["heart"]!, { backups: 3, backupStorage: "1 TiB" });
      },
    },
    {
      name: "a share whose type has no snapshots",
      change: (c) => {
        cohort(c).backup = { every: "1 day", keep: 2 };
        Object.assign(c.granted.quotas["commons"]!, { shareSnapshots: 3, shareSnapshotStorage: "1 TiB" });
      },
      refuses: ["zone.areas.commons.datasets.cohort.backup"],
    },
    {
      name: "a share whose driver has none",
      change: (c) => {
        cohort(c).backup = { every: "1 day", keep: 2 };
        Object.assign(c.granted.quotas["commons"]!, { shareSnapshots: 3, shareSnapshotStorage: "1 TiB" });
        Object.assign(c.granted.shareTypes["project-share"]!, { driver: "quobyte", squash: "root", snapshots: true });
      },
      refuses: ["zone.areas.commons.datasets.cohort.backup"],
    },
    {
      name: "a share by snapshots",
      change: (c) => {
        cohort(c).backup = { every: "1 day", keep: 2 };
        Object.assign(c.granted.quotas["commons"]!, { shareSnapshots: 3, shareSnapshotStorage: "1 TiB" });
        c.granted.shareTypes["project-share"]!.snapshots = true;
      },
    },
    {
      name: "an unencrypted volume of an open zone",
      change: (c) => {
        preset(c, "open");
        c.granted.volumeTypes["plain"] = { encrypted: false, driver: "lvm", tier: "ssd" };
        Object.assign(imaging(c), { type: "plain", tier: undefined, backup: { every: "1 day", keep: 2 } });
        Object.assign(c.granted.quotas["heart"]!, { backups: 3, backupStorage: "1 TiB" });
      },
    },
    { name: "none", change: () => undefined },
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
    {
      name: "host on a volume in the clear, in an open zone",
      change: (c) => {
        preset(c, "open");
        c.granted.volumeTypes["plain"] = { encrypted: false, driver: "lvm", tier: "ssd" };
        imaging(c).type = "plain";
      },
      refuses: ["zone.areas.heart.datasets.imaging.tier"],
    },
    { name: "storage on a share", change: (c) => (cohort(c).tier = "storage") },
    { name: "less than what is given", change: (c) => (imaging(c).tier = "storage") },
    { name: "unset", change: (c) => delete imaging(c).tier },
  ],
  "volume-encrypted": [
    {
      name: "an unencrypted type in an open zone",
      change: (c) => {
        preset(c, "open");
        c.granted.volumeTypes["plain"] = { encrypted: false, driver: "lvm", tier: "ssd" };
        imaging(c).type = "plain";
        imaging(c).tier = "storage";
      },
    },
    {
      name: "an unencrypted root disk",
      change: (c) => {
        preset(c, "guarded");
        c.granted.volumeTypes["plain"] = { encrypted: false, driver: "lvm", tier: "ssd" };
        analysis(c).volumeType = "plain";
      },
      refuses: ["zone.areas.commons.machines.analysis.volumeType"],
    },
    {
      name: "an unencrypted data set",
      change: (c) => {
        preset(c, "guarded");
        c.granted.volumeTypes["encrypted-hdd"]!.encrypted = false;
        delete imaging(c).tier;
      },
      refuses: ["zone.areas.heart.datasets.imaging.type"],
    },
    {
      name: "an unencrypted type granted and unused in an isolated zone",
      change: (c) => {
        preset(c, "isolated");
        c.granted.volumeTypes["plain"] = { encrypted: false, driver: "lvm", tier: "ssd" };
      },
      refuses: ["zone.granted.volumeTypes.plain"],
    },
    {
      name: "type unset and nothing encrypted granted",
      change: (c) => {
        preset(c, "guarded");
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
};
