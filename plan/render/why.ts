import { UserError } from "../../config/problem.ts";
import { layersBetween, serviceText, type Layer, type Service } from "./path.ts";
import type { PublishedPlan } from "./publish.ts";
import { everybody, networkOf, standsOf, versionsOf, type Stand } from "./stands.ts";

export type { Layer } from "./path.ts";

/** The end of a path that somebody asks about. */
export interface Target extends Service {
  readonly host: string;
}

type Verdict = "open" | "closed";

/** What is said of one direction. */
export interface Direction {
  readonly verdict: Verdict;
  /** Each version of IP in which it was asked. */
  readonly versions: Readonly<Partial<Record<"IPv4" | "IPv6", Verdict>>>;
  readonly layers: readonly Layer[];
}

export interface Explanation extends Direction {
  readonly target: string;
  /** Who was asked about; absent for anybody. */
  readonly from?: string;
  /** The other way round: a connection that the target begins. Answers to an open one pass by themselves. */
  readonly back: Direction;
}

/** What a preset says of an end beyond the zone; the policies know. */
export type PresetSays = (preset: string | undefined, end: string, way: "in" | "out") => string | undefined;

/**
 * Reads `10.8.1.7:443`, `[fd00:8::7]:443`, `analysis:22`, `10.8.1.7:53/udp`, `10.8.1.7/icmp`, `outside/mirror:443`.
 * @throws UserError for anything else
 */
export function parseTarget(text: string): Target {
  const match =
    /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/]+(?:\/(?!tcp$|udp$|icmp$)[^:[\]/]+){0,2}))(?::(\d{1,5}))?(?:\/(tcp|udp|icmp))?$/.exec(
      text,
    );
  const [, ipv6, name, port, protocol = port === undefined ? "icmp" : "tcp"] = match ?? [];
  const host = ipv6 ?? name;
  const number = port === undefined ? undefined : Number(port);
  const isPort = number === undefined || (number >= 1 && number <= 65_535);
  if (host === undefined || !isPort || (protocol === "icmp") !== (number === undefined))
    throw new UserError({
      what: "this names no host and port",
      found: JSON.stringify(text),
      allowed: "10.8.1.7:443, [fd00:8::7]:443, analysis:22, 10.8.1.7:53/udp, 10.8.1.7/icmp, outside/mirror:443",
    });
  return { host, protocol: protocol as Target["protocol"], ...(number === undefined ? {} : { port: number }) };
}

const isOpen = (layers: readonly Layer[]): boolean => layers.every(({ passes }) => passes);

/** Machines of a bench talk among themselves as their members like: that is not part of the plan. */
const isOwnBusiness = (from: Stand, to: Stand): boolean => from.kind === "bench" && to.kind === "bench";

interface Asked {
  readonly from: readonly Stand[];
  readonly to: readonly Stand[];
  readonly service: Service;
  readonly versions: readonly (4 | 6)[];
}

const distinct = (layers: readonly Layer[]): readonly Layer[] => [
  ...new Map(layers.map((layer) => [`${layer.layer} ${layer.says}`, layer])).values(),
];

/** Which pairs are open in one version; each with its layers. */
function pairs(plan: PublishedPlan, { from, to, service }: Asked, version: 4 | 6): readonly (readonly Layer[])[] {
  return from.flatMap((start) =>
    to
      .filter((end) => start !== end && !isOwnBusiness(start, end))
      .map((end) => layersBetween(plan, start, end, service, version)),
  );
}

/** How far a closed path came: the one that passed most layers says most. */
const furthest = (all: readonly (readonly Layer[])[]): readonly Layer[] => {
  const reached = (layers: readonly Layer[]): number => {
    const at = layers.findIndex(({ passes }) => !passes);
    return at === -1 ? layers.length : at;
  };
  return all.toSorted((a, b) => reached(b) - reached(a))[0] ?? [];
};

function direction(
  plan: PublishedPlan,
  asked: Asked,
  closing: (layers: readonly Layer[]) => readonly Layer[],
): Direction {
  const each = asked.versions.map((version) => [version, pairs(plan, asked, version)] as const);
  const open = each.flatMap(([, all]) => all.filter(isOpen));
  const versions = Object.fromEntries(
    each.map(([version, all]) => [`IPv${version}`, all.some(isOpen) ? "open" : "closed"] as const),
  );
  if (open.length > 0) {
    const layers = distinct(open.flat());
    const flows = layers.filter(({ layer }) => layer === "flow");
    return { verdict: "open", versions, layers: [...layers.filter(({ layer }) => layer !== "flow"), ...flows] };
  }
  return { verdict: "closed", versions, layers: distinct(closing(furthest(each.flatMap(([, all]) => all)))) };
}

/** What closes the way to a target when nobody in particular asks. */
function closedToAll(plan: PublishedPlan, target: Target, to: readonly Stand[]): readonly Layer[] {
  const layers: Layer[] = [];
  const network = networkOf(plan, target.host);
  if (network)
    layers.push({
      layer: "network",
      passes: true,
      says: `${network.cidr} of network ${network.name}: reached from that network, and by flows from beyond the zone`,
    });
  const beyond = to.find(({ kind }) => kind === "beyond");
  if (beyond)
    return [
      {
        layer: beyond.ends.length > 0 ? "route" : "network",
        passes: false,
        says:
          beyond.ends.length > 0
            ? `no flow leads to ${beyond.ends.join(", ")} on ${serviceText(target)}`
            : `${target.host} lies in no network of ${plan.subject} and in no end that it declares, so nothing of it is reached from here`,
      },
    ];
  const machines = to.filter(({ kind }) => kind === "machine").map(({ label }) => label);
  layers.push({
    layer: "group",
    passes: false,
    says:
      machines.length === 0
        ? "no machine of the plan stands there"
        : `no rule of ${machines.join(", ")} allows it: what no flow names is dropped`,
  });
  for (const bench of to.filter(({ kind }) => kind === "bench"))
    layers.push({
      layer: "bench",
      passes: false,
      says: `machines that the members of ${bench.network} start themselves have groups of their own: not part of this plan`,
    });
  return layers;
}

/**
 * Which flow opens a path to a host and port, or which layer closes it: no common network, no route, the preset, or a group that lets
 * nothing pass. Both ways, in each version of IP that the two can have.
 * @param options.from who begins: an address, a machine, an end of a flow. Default: anybody of whom the plan knows
 * @throws UserError when the plan has no such machine or end
 */
export function explain(
  plan: PublishedPlan,
  target: Target,
  { from, presetSays }: { readonly from?: string; readonly presetSays?: PresetSays } = {},
): Explanation {
  const to = standsOf(plan, target.host);
  const start = from === undefined ? everybody(plan) : standsOf(plan, from);
  const versions = versionsOf(target.host).filter(
    (version) => from === undefined || versionsOf(from).includes(version),
  );
  if (versions.length === 0)
    throw new UserError({
      what: `${from} and ${target.host} are addresses of different versions of IP`,
      next: "ask with two IPv4 or two IPv6 addresses",
    });
  const names = (stands: readonly Stand[]): readonly string[] =>
    stands.filter(({ kind }) => kind === "beyond").flatMap(({ ends, label }) => (ends.length > 0 ? ends : [label]));
  const closedBy = (ends: readonly string[], way: "in" | "out"): readonly Layer[] =>
    ends.flatMap((end): readonly Layer[] => {
      const says = presetSays?.(plan.preset, end, way);
      return says === undefined ? [] : [{ layer: "preset", passes: false, says }];
    });
  const there = direction(plan, { from: start, to, service: target, versions }, (layers) => [
    ...(from === undefined ? closedToAll(plan, target, to) : layers),
    ...closedBy(names(to), "out"),
    ...(from === undefined ? [] : closedBy(names(start), "in")),
  ]);
  const back = direction(plan, { from: to, to: start, service: target, versions }, (layers) =>
    from === undefined
      ? [{ layer: "group", passes: false, says: `no flow begins at ${target.host} on ${serviceText(target)}` }]
      : layers,
  );
  const text = `${target.host} ${serviceText(target)}`;
  return {
    target: target.port === undefined ? `${target.host} icmp` : text,
    ...(from === undefined ? {} : { from }),
    ...there,
    back,
  };
}
