import type { ZoneConfig } from "../config/index.ts";
import { areaBenches, areaPartners } from "../config/zone.ts";
import type { AreaContext } from "./area.ts";
import { PlanBuilder } from "./build.ts";
import { planDatasets } from "./datasets.ts";
import { doorAssignments, planDoors } from "./doors.ts";
import type { AssignmentFacts } from "./facts.ts";
import { endText } from "./ends.ts";
import {
  addressGroupParts,
  addressGroups,
  flowGroups,
  flowsOf,
  groupParts,
  type FlowGroup,
  type ZoneFlow,
} from "./flows.ts";
import { planMachines } from "./machines.ts";
import { entryOf, partnerGroupName, placeKey, placeName, STORAGE } from "./names.ts";
import { isFrozen, planPersons } from "./persons.ts";
import { hasLegs, planRouter, poolOf, waysOf } from "./routes.ts";
import { keyAssignments, planStudyKeys } from "./study-keys.ts";
import { planServerGroup } from "./topology.ts";
import type { Plan } from "./types.ts";
import { planIpsec } from "./vpn/area.ts";
import { planGateway } from "./vpn/machine.ts";

function planAccess(context: AreaContext, today: string): void {
  const { plan, config, key, area, project, path } = context;
  // A frozen zone has no role for anybody but its pipeline.
  const frozen = isFrozen(config);
  const readers = frozen ? [] : Object.keys(areaPartners(area)).toSorted();
  const assignments: AssignmentFacts[] = [
    ...readers.map((partner) => ({ role: "reader", partner }) as const),
    ...doorAssignments(context, today),
    ...keyAssignments(context),
  ];
  plan.add(
    "project-access",
    [config.name, key],
    project,
    { assignments, expected: [{ role: "member", pipeline: true }] },
    path,
    { project },
  );
  for (const partner of areaBenches(area).toSorted()) {
    const bench = placeName(config.name, placeKey(key, partner));
    plan.add(
      "project-access",
      [config.name, key, partner],
      bench,
      { assignments: frozen ? [] : [{ role: "member", partner }], expected: [] },
      [`${path}.${area.benches ? "benches" : "partners"}`],
      { project: bench },
    );
  }
}

function planNetworks({ plan, config, key, area, project, path }: AreaContext, flows: readonly ZoneFlow[]): void {
  const storage = entryOf(config.granted.storage, key) === undefined ? [] : [placeKey(key, STORAGE)];
  for (const place of [key, ...areaBenches(area).map((partner) => placeKey(key, partner)), ...storage]) {
    const subnets = entryOf(config.granted.networks, place);
    if (subnets === undefined) continue; // refused by the rules
    for (const [version, cidr] of [
      [4, subnets.ipv4],
      [6, subnets.ipv6],
    ] as const) {
      plan.add(
        "subnet",
        [config.name, ...place.split("/"), `ipv${version}`],
        `${placeName(config.name, place)}-ipv${version}`,
        {
          network: placeName(config.name, place),
          version,
          cidr,
          // Only the area's own network has ways out: a bench reaches machines of its area alone.
          ...(place === key
            ? waysOf(config, key, { cidr, version }, flows)
            : { pool: null, routes: [], resolvers: [] }),
          // The storage's servers have the first addresses.
          ...(storage.includes(place) ? { pool: poolOf(cidr, version) } : {}),
        },
        [path, `zone.granted.networks.${place}`],
        { project },
      );
    }
    // On a network to a storage are the operator's servers.
    if (storage.includes(place)) continue;
    const network = placeName(config.name, place);
    plan.add(
      "network-reach",
      [config.name, ...place.split("/")],
      network,
      {
        network,
        subnets: [subnets.ipv4, subnets.ipv6],
        // A bench's network is its area's and shared with the bench.
        projects: [...new Set([project, network])],
        router: place === key && hasLegs(config, key, flows) ? network : null,
      },
      [path, `zone.granted.networks.${place}`],
      { project },
    );
  }
}

/** Name in the cloud of a group: its keys joined. */
const groupName = (zone: string, area: string, { group, bench }: FlowGroup): string =>
  [zone, area, group ?? "all", ...(bench === undefined ? [] : [bench])].join("-");

function planGroups(context: AreaContext, groups: readonly FlowGroup[]): void {
  const { plan, config, key, project, path } = context;
  plan.add("rule-set", [config.name, key, "default"], "default", { groupId: null, rules: [] }, path, { project });
  for (const flowGroup of groups) {
    const parts = groupParts(config.name, key, flowGroup);
    const name = groupName(config.name, key, flowGroup);
    const of = flowGroup.group === undefined ? `all machines of ${key}` : `${key}/${flowGroup.group}`;
    const groupId = plan.add(
      "security-group",
      parts,
      name,
      { description: `Flows of ${of}${flowGroup.bench === undefined ? "" : `/${flowGroup.bench}`}` },
      flowGroup.because,
      { project },
    );
    plan.add("rule-set", parts, name, { groupId, rules: flowGroup.rules }, flowGroup.because, { project });
  }
}

function planAddressGroups(context: AreaContext, flows: readonly ZoneFlow[]): void {
  const { plan, config, key, project } = context;
  for (const { end, title, addresses, because } of addressGroups(config, key, flows)) {
    const parts = addressGroupParts(config.name, key, end);
    const facts = { description: `${endText(end)}: ${title}`, addresses };
    plan.add("address-group", parts, parts.join("-"), facts, because, { project });
  }
}

/**
 * What shall exist in one zone, made with the zone's own credential inside what the operator granted.
 * @param today the day on which it shall, YYYY-MM-DD. Default: the permit's last, on which fewest persons have access
 */
export function planZone(config: ZoneConfig, today: string = config.permit.expires): Plan {
  const plan = new PlanBuilder("zone");
  for (const [partner, { title }] of Object.entries(config.partners)) {
    plan.add(
      "partner-group",
      [config.name, partner],
      partnerGroupName(config.name, partner),
      { title },
      `zone.partners.${partner}`,
    );
  }
  planPersons(plan, config, today);
  const flows = flowsOf(config);
  for (const [key, area] of Object.entries(config.areas)) {
    const context: AreaContext = {
      plan,
      config,
      key,
      area,
      project: placeName(config.name, key),
      path: `zone.areas.${key}`,
    };
    const groups = flowGroups(config, key, flows);
    planAccess(context, today);
    planNetworks(context, flows);
    planRouter(context, flows);
    planIpsec(context, flows);
    planAddressGroups(context, flows);
    planGroups(context, groups);
    planServerGroup(context);
    planMachines(context, groups);
    planGateway(context, flows);
    planDatasets(context);
    planDoors(context, today);
    planStudyKeys(context, today);
  }
  return plan.close(config.name, config.preset);
}
