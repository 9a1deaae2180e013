import { gibibytes } from "../config/scalars.ts";
import { startsOnUp, type MachinesConfig } from "../config/zone.ts";
import { defaultVolumeType, isDeletable, typeFacts, type AreaContext } from "./area.ts";
import { typeOf } from "./datasets.ts";
import { groupParts, type FlowGroup } from "./flows.ts";
import { mountsOf } from "./mounts.ts";
import { byText, entryOf, memberNames, placeKey, placeName } from "./names.ts";
import { isFrozen } from "./persons.ts";
import { erasureOf } from "./storage/erasure.ts";
import { inMemoryUserData } from "./storage/in-memory.ts";
import { storedLocally, tierOf } from "./storage/stored.ts";
import { serverGroupOf } from "./topology.ts";
import { userDataKind } from "./user-data.ts";

/** A machine's ports, one in each network that its flows lead to. Gives their ids. */
function planPorts(
  context: AreaContext,
  groups: readonly FlowGroup[],
  group: string,
  member: string,
): readonly string[] {
  const { plan, config, key, project } = context;
  const name = `${project}-${member}`;
  const mine = groups.filter((candidate) => candidate.group === group || candidate.group === undefined);
  // The area's own network first, then benches by name.
  return [...new Set(mine.map(({ bench }) => bench ?? ""))].toSorted(byText).map((benchKey) => {
    const bench = benchKey === "" ? undefined : benchKey;
    const here = mine.filter((candidate) => candidate.bench === bench);
    const place = placeKey(key, bench);
    const subnetIds = [4, 6].map((version) => ["subnet", config.name, ...place.split("/"), `ipv${version}`].join("/"));
    const because = [...new Set(here.flatMap((flowGroup) => flowGroup.because))];
    return plan.add(
      "port",
      [config.name, key, member, ...(bench === undefined ? [] : [bench])],
      bench === undefined ? name : `${name}-${bench}`,
      {
        network: placeName(config.name, place),
        groupIds: here
          .map((flowGroup) => ["security-group", ...groupParts(config.name, key, flowGroup)].join("/"))
          .toSorted(byText),
        subnetIds,
        addresses: [],
        pairs: [],
      },
      because,
      { project },
    );
  });
}

/** What cloud-init is told. A text that could not be joined with ours is refused by a rule. */
function userDataOf({ dataInMemory, userData }: MachinesConfig): string | null {
  if (!dataInMemory) return userData ?? null;
  return inMemoryUserData(userData === undefined || userDataKind(userData) === undefined ? undefined : userData);
}

/** A machine's root disk; null where it keeps data in memory and boots from its flavor's local disk. */
function planRootDisk(
  { plan, config, key, project }: AreaContext,
  machines: MachinesConfig,
  member: string,
  because: string,
): string | null {
  if (machines.dataInMemory || machines.disk === undefined) return null; // no disk without the word: refused by the rules
  const type = typeFacts(config, machines.volumeType ?? defaultVolumeType(config));
  return plan.add(
    "root-volume",
    [config.name, key, member],
    `${project}-${member}-root`,
    {
      sizeGiB: gibibytes(machines.disk),
      ...type,
      image: machines.image,
      zone: config.places.zones[0] ?? "",
      deletable: isDeletable(config, machines),
    },
    because,
    { project, tier: tierOf(type) },
  );
}

/** The machines of an area, each with its ports and its root disk. */
export function planMachines(context: AreaContext, groups: readonly FlowGroup[]): void {
  const { plan, config, key, area, project } = context;
  const zone = config.places.zones[0] ?? "";
  for (const [group, machines] of Object.entries(area.machines)) {
    const because = `${context.path}.machines.${group}`;
    for (const member of memberNames(group, machines.count)) {
      const name = `${project}-${member}`;
      const portIds = planPorts(context, groups, group, member);
      const rootVolumeId = planRootDisk(context, machines, member, because);
      plan.add(
        "machine",
        [config.name, key, member],
        name,
        {
          flavor: machines.flavor,
          image: machines.image,
          rootVolumeId,
          localErasure:
            rootVolumeId === null ? erasureOf(config, undefined, storedLocally(config, machines.flavor)) : null,
          portIds,
          volumeIds: machines.volumes.map((dataset) => `volume/${config.name}/${key}/${dataset}`),
          zone,
          confidential: entryOf(config.granted.flavors, machines.flavor)?.confidential ?? "none",
          userData: userDataOf(machines),
          mounts: mountsOf(config, key, machines, (dataset) => typeOf(config, dataset)),
          powerState: !isFrozen(config) && startsOnUp(config, machines) ? "active" : "shutoff",
          serverGroupId: serverGroupOf(context, group),
        },
        because,
        { project },
      );
    }
  }
}
