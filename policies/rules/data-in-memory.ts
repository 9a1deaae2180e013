import type { ZoneConfig } from "../../config/zone.ts";
import { flowsOf } from "../../plan/flows.ts";
import { inMemoryUserData } from "../../plan/storage/in-memory.ts";
import { userDataKind } from "../../plan/user-data.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { areasOf, machinesOf, oneOf, own, pathTo } from "../walk.ts";

type Machines = ReturnType<typeof machinesOf>[number];

/** Bytes of user data that Nova takes, before it is coded. */
const MOST_USER_DATA = 49_151;

/** What would bring data of such machines onto a disk. */
function onDisk(config: ZoneConfig, { area, machines, path }: Machines): readonly Violation[] {
  const shares = Object.entries(own(config.areas, area)?.datasets ?? {}).filter(
    ([, { kind, machines: right }]) => kind !== "volume" && right !== "none",
  );
  return [
    ...(["disk", "volumeType"] as const).flatMap((key): readonly Violation[] =>
      machines[key] === undefined
        ? []
        : [
            {
              path: pathTo(path, key),
              what: "machines that keep data in memory have no volume",
              found: machines[key],
              next: `remove ${key}: they boot from their flavor's local disk`,
            },
          ],
    ),
    ...machines.volumes.map((name, index) => ({
      path: pathTo(path, "volumes", index),
      what: "machines that keep data in memory have no volume",
      found: name,
      next: "remove it here, or remove dataInMemory",
    })),
    ...shares.map(([name, { machines: right }]) => ({
      path: pathTo("areas", area, "datasets", name, "machines"),
      what: "a share is open to machines that keep data in memory",
      found: right,
      allowed: "none",
      next: "write machines: none and let benches alone use it, or move those machines into an area of their own",
    })),
  ];
}

/** Flows that give such machines an interface in a network to a storage. */
const toStorage = (config: ZoneConfig, { area, group }: Machines): readonly Violation[] =>
  flowsOf(config)
    .filter(({ from, to }) => {
      const ends = [from, to];
      const mine = ends.some((end) => end.kind === "machines" && end.area === area && end.group === group);
      return mine && ends.some(({ kind }) => kind === "storage");
    })
    .map(({ because }) => ({
      path: because.replace(/^zone\./, ""),
      what: "this flow leads machines that keep data in memory to a storage",
      found: `machines/${group}`,
      next: "remove the flow, or dataInMemory",
    }));

function withoutLocalDisk(config: ZoneConfig, { machines, path }: Machines): readonly Violation[] {
  const { flavors } = config.granted;
  const flavor = own(flavors, machines.flavor);
  // A flavor that was not granted is refused by a rule of its own.
  if (flavor === undefined || flavor.localDisk !== undefined) return [];
  return [
    {
      path: pathTo(path, "flavor"),
      what: "the operator does not say that this flavor's hosts encrypt their local disks",
      found: machines.flavor,
      allowed: oneOf(Object.keys(flavors).filter((name) => flavors[name]?.localDisk !== undefined)),
      next: "choose such a flavor, or ask the operator for one (localDisk of the flavor)",
    },
  ];
}

function userData({ machines, path }: Machines): readonly Violation[] {
  const text = machines.userData;
  if (text === undefined) return [];
  if (userDataKind(text) === undefined)
    return [
      {
        path: pathTo(path, "userData"),
        what: "this user data cannot be joined with what keeps the machine's data in memory",
        found: text.split("\n")[0]?.slice(0, 40) ?? "",
        allowed: "a text that begins with #cloud-config, #cloud-boothook or #!",
        next: "write its kind into the first line",
      },
    ];
  const bytes = new TextEncoder().encode(inMemoryUserData(text)).length;
  if (bytes <= MOST_USER_DATA) return [];
  return [
    {
      path: pathTo(path, "userData"),
      what: "this user data is too large beside what keeps the machine's data in memory",
      found: `${bytes} bytes together`,
      allowed: `${MOST_USER_DATA} bytes`,
      next: "put what it writes into the image",
    },
  ];
}

export const dataInMemory: ZoneRule = {
  id: "data-in-memory",
  kind: "zone",
  severity: "error",
  requirements: ["C4H-11", "C4H-5"],
  why: "what is promised to be in memory alone must have no way onto a disk that outlives it",
  check({ config }) {
    const machines = machinesOf(config).filter(({ machines: { dataInMemory: said } }) => said);
    const found = machines.flatMap((at) => [
      ...onDisk(config, at),
      ...toStorage(config, at),
      ...withoutLocalDisk(config, at),
      ...userData(at),
    ]);
    // One share is told once, whatever the number of groups.
    return [...new Map(found.map((violation) => [violation.path, violation])).values()];
  },
};

export const machineDisk: ZoneRule = {
  id: "machine-disk",
  kind: "zone",
  severity: "error",
  requirements: ["DIGIMED-5"],
  why: "a machine boots from an encrypted volume, unless its config says that it keeps data in memory",
  check({ config }) {
    return areasOf(config).flatMap(({ area, path }) =>
      Object.entries(area.machines)
        .filter(([, { disk, dataInMemory: said }]) => disk === undefined && !said)
        .map(([group]) => ({
          path: pathTo(path, "machines", group),
          what: "this group of machines has no disk",
          next: "write disk: with the size of the root disk, or dataInMemory: true",
        })),
    );
  },
};
