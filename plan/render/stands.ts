import { UserError } from "../../config/problem.ts";
import { contains, overlaps, parseAddress } from "../addresses.ts";
import { byText, STORAGE } from "../names.ts";
import { planned, type Planned } from "../types.ts";
import type { PublishedPlan } from "./publish.ts";

/** Where somebody stands in a plan: on a port of a machine, on a bench, at a free address, or beyond the zone. */
export interface Stand {
  readonly label: string;
  readonly kind: "machine" | "bench" | "storage" | "address" | "beyond";
  /** Network in which it stands; absent beyond the zone. */
  readonly network?: string;
  readonly area?: string;
  /** Networks or the one address it has; a machine's addresses are known by its network alone. */
  readonly cidrs: readonly string[];
  /** Plan ids of its groups; absent where the plan does not rule it. */
  readonly groups?: readonly string[];
  /** End as flows write it inside its area. */
  readonly ends: readonly string[];
}

const isAddress = (text: string): boolean => /^[\d.]+$/.test(text) || text.includes(":");
const single = (address: string): string => `${address}/${parseAddress(address).version === 4 ? 32 : 128}`;

const cidrsOf = (plan: PublishedPlan, network: string): readonly string[] =>
  planned(plan, "subnet")
    .filter(({ facts }) => facts.network === network)
    .map(({ facts }) => facts.cidr);

/** Machine group of a machine, from the config path that asked for it. */
const groupOf = ({ because, id }: Planned<"machine">): string =>
  /\.machines\.([^.[\]]+)$/.exec(because[0] ?? "")?.[1] ?? id.split("/").at(-1) ?? "";

function machineStands(plan: PublishedPlan): readonly (Stand & { readonly names: readonly string[] })[] {
  const ports = new Map(planned(plan, "port").map((port) => [port.id, port]));
  return planned(plan, "machine").flatMap((machine) => {
    const [, , area = "", member = ""] = machine.id.split("/");
    // A gateway is no end of a flow: what passes through it is said of those whom it connects.
    if (member.startsWith("*")) return [];
    const group = groupOf(machine);
    return machine.facts.portIds.flatMap((id) => {
      const port = ports.get(id);
      if (port === undefined) return [];
      const { network, groupIds } = port.facts;
      return [
        {
          label: port.name,
          kind: "machine" as const,
          network,
          area,
          cidrs: cidrsOf(plan, network),
          groups: groupIds,
          ends: [`machines/${group}`, `area/${area}`],
          names: [machine.name, member, `machines/${group}`, `${area}/machines/${group}`, `area/${area}`],
        },
      ];
    });
  });
}

function benchStands(plan: PublishedPlan): readonly (Stand & { readonly names: readonly string[] })[] {
  return planned(plan, "project-access").flatMap(({ id, name }) => {
    const [, , area = "", partner] = id.split("/");
    if (partner === undefined) return [];
    return [
      {
        label: `bench/${partner} of ${area}`,
        kind: "bench" as const,
        network: name,
        area,
        cidrs: cidrsOf(plan, name),
        ends: [`bench/${partner}`],
        names: [`bench/${partner}`, `${area}/bench/${partner}`, name],
      },
    ];
  });
}

/** Networks to storages: what stands there besides machines is the storage's, and not ours to rule. */
function storageStands(plan: PublishedPlan): readonly (Stand & { readonly names: readonly string[] })[] {
  const benches = new Set(planned(plan, "project-access").map(({ name }) => name));
  const networks = planned(plan, "subnet").filter(({ id, facts }) => {
    const [, , , place, version] = id.split("/");
    return place === STORAGE && version === "ipv4" && !benches.has(facts.network);
  });
  return networks.map(({ id, facts: { network } }) => {
    const end = `${STORAGE}/${id.split("/")[2] ?? ""}`;
    return {
      label: end,
      kind: "storage" as const,
      network,
      area: id.split("/")[2] ?? "",
      cidrs: cidrsOf(plan, network),
      ends: [end],
      names: [end],
    };
  });
}

const beyondStands = (plan: PublishedPlan): readonly (Stand & { readonly names: readonly string[] })[] =>
  (plan.ends ?? []).map(({ end, addresses }) => ({
    label: end,
    kind: "beyond" as const,
    cidrs: addresses,
    ends: [end],
    names: [end],
  }));

/** Everybody of whom the plan knows. */
export const everybody = (plan: PublishedPlan): readonly (Stand & { readonly names: readonly string[] })[] => [
  ...machineStands(plan),
  ...benchStands(plan),
  ...storageStands(plan),
  ...beyondStands(plan),
];

function standsAt(plan: PublishedPlan, address: string): readonly Stand[] {
  const cidr = single(address);
  const subnet = planned(plan, "subnet").find(({ facts }) => contains(facts.cidr, cidr));
  if (subnet === undefined) {
    const ends = (plan.ends ?? []).filter(({ addresses }) => addresses.some((network) => contains(network, cidr)));
    // The narrowest name is whose address it is; a site is never inside of what is outside.
    return [{ label: address, kind: "beyond", cidrs: [cidr], ends: ends.map(({ end }) => end).toSorted(byText) }];
  }
  const { network } = subnet.facts;
  const gateway = planned(plan, "port").find(({ facts }) => facts.addresses?.some((one) => single(one) === cidr));
  if (gateway !== undefined) {
    const area = gateway.id.split("/")[2] ?? "";
    return [
      { label: `${gateway.name} (${address})`, kind: "address", network, area, cidrs: [cidr], groups: [], ends: [] },
    ];
  }
  // Which machine has which address only the cloud knows: any on that network may be meant.
  const machines = machineStands(plan).filter((stand) => stand.network === network);
  const bench = [...benchStands(plan), ...storageStands(plan)].filter((stand) => stand.network === network);
  const here = [...machines, ...bench].map((stand) => ({ ...stand, cidrs: [cidr] }));
  const area = subnet.id.split("/")[2] ?? "";
  return here.length > 0
    ? here
    : [{ label: address, kind: "address", network, area, cidrs: [cidr], groups: [], ends: [] }];
}

/**
 * Where the named one stands: an address, a machine or its name in the cloud, or an end of a flow.
 * @throws UserError for a name that the plan does not have, or that several areas have
 */
export function standsOf(plan: PublishedPlan, text: string): readonly Stand[] {
  if (isAddress(text)) return standsAt(plan, text);
  const all = everybody(plan);
  const found = all.filter(({ names }) => names.includes(text));
  if (found.length > 0) return found;
  const short = (text.includes("/") ? all : all.filter(({ kind }) => kind === "machine")).map(({ names }) =>
    text.includes("/") ? (names.at(-1) ?? "") : (names[1] ?? ""),
  );
  throw new UserError({
    what: text.includes("/") ? `the plan has no end ${text}` : `the plan has no machine ${text}`,
    allowed: [...new Set(short)].join(", ") || "an address: the plan has no machines",
  });
}

/** The network's name and addresses for an address of the zone. */
export function networkOf(
  plan: PublishedPlan,
  host: string,
): { readonly name: string; readonly cidr: string } | undefined {
  if (!isAddress(host)) return undefined;
  const subnet = planned(plan, "subnet").find(({ facts }) => overlaps(facts.cidr, single(host)));
  return subnet && { name: subnet.facts.network, cidr: subnet.facts.cidr };
}

/** IP versions that an address or a name can mean. */
export const versionsOf = (host: string): readonly (4 | 6)[] =>
  isAddress(host) ? [parseAddress(host).version] : [4, 6];
