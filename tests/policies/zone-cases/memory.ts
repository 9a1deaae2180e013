import { analysis, cohort, commons, diskless, flow, inMemory, type ZoneCase } from "./parts.ts";

const MACHINES = "zone.areas.commons.machines.analysis";
const granted = (c: Parameters<ZoneCase["change"]>[0]) => c.granted.flavors["SCS-4T-16_z4"]!;

/** Rules about places without disk. */
export const MEMORY_CASES: Readonly<Record<string, readonly ZoneCase[]>> = {
  "data-in-memory": [
    { name: "on a flavor with encrypted local disks, beside a share of the benches", change: inMemory },
    {
      name: "with cloud-init of its own",
      change: (c) => {
        inMemory(c);
        analysis(c).userData = "#cloud-config\npackages: []\n";
      },
    },
    {
      name: "with a root disk",
      change: (c) => {
        inMemory(c);
        analysis(c).disk = "10 GiB";
        analysis(c).volumeType = "encrypted-ssd";
      },
      refuses: [`${MACHINES}.disk`, `${MACHINES}.volumeType`],
    },
    {
      name: "with a volume",
      change: (c) => {
        inMemory(c);
        commons(c).datasets["scratch"] = { ...cohort(c), kind: "volume", access: {}, size: "1 GiB" };
        analysis(c).volumes = ["scratch"];
      },
      refuses: [`${MACHINES}.volumes[0]`],
    },
    {
      name: "with a share, told once for two groups",
      change: (c) => {
        inMemory(c);
        cohort(c).machines = "read";
        commons(c).machines["more"] = { ...analysis(c) };
        for (const quota of [c.granted.quotas["commons"]!]) Object.assign(quota, { machines: 9, cores: 99 });
      },
      refuses: ["zone.areas.commons.datasets.cohort.machines"],
    },
    {
      name: "with an interface in a network to a storage",
      change: (c) => {
        inMemory(c);
        c.granted.storage["commons"] = { title: "Quobyte" };
        c.granted.networks["commons/storage"] = { ipv4: "10.8.9.0/24", ipv6: "fd00:8:0:9::/64" };
        commons(c).flows.push(flow("machines/analysis", "storage/commons", "7866/tcp"));
      },
      refuses: ["zone.areas.commons.flows[2]"],
    },
    {
      name: "on a flavor of which the operator says nothing",
      change: (c) => {
        inMemory(c);
        delete granted(c).localDisk;
      },
      refuses: [`${MACHINES}.flavor`],
    },
    {
      name: "with user data of no known kind",
      change: (c) => {
        inMemory(c);
        analysis(c).userData = "hello";
      },
      refuses: [`${MACHINES}.userData`],
    },
    {
      name: "with user data that leaves no room",
      change: (c) => {
        inMemory(c);
        analysis(c).userData = `#!/bin/sh\n${"# \n".repeat(12_000)}`;
      },
      refuses: [`${MACHINES}.userData`],
    },
    { name: "unset", change: () => undefined },
  ],
  "machine-disk": [
    { name: "a disk", change: () => undefined },
    { name: "no disk, and data in memory", change: inMemory },
    { name: "neither", change: (c) => delete analysis(c).disk, refuses: [MACHINES] },
  ],
  "shared-storage-none": [
    { name: "an area without any", change: diskless },
    {
      name: "an area that the operator left open, its benches too",
      change: (c) => {
        diskless(c);
        c.granted.quotas["commons"]!.volumes = 1;
        c.granted.quotas["commons/uni-north"]!.snapshots = 2;
      },
      refuses: ["zone.granted.quotas.commons.volumes", "zone.granted.quotas.commons/uni-north.snapshots"],
    },
    {
      name: "beside a data set",
      change: (c) => {
        const share = { ...cohort(c), machines: "none" as const };
        diskless(c);
        commons(c).datasets = { cohort: share };
        Object.assign(c.granted.quotas["commons"]!, { shares: 1, shareStorage: "5 GiB" });
      },
      refuses: [
        "zone.areas.commons.datasets.cohort",
        "zone.granted.quotas.commons.shares",
        "zone.granted.quotas.commons.shareStorage",
      ],
    },
    {
      name: "for the whole zone, of which one area has disks",
      change: (c) => {
        diskless(c);
        delete commons(c).sharedStorage;
        c.sharedStorage = "none";
      },
      refuses: [
        "zone.areas.heart.datasets.imaging",
        "zone.areas.heart.machines.imaging.disk",
        "zone.granted.quotas.heart.volumes",
        "zone.granted.quotas.heart.storage",
      ],
    },
    { name: "unset", change: () => undefined },
  ],
};
