import { planned, type Json, type ObjectKind, type Planned, type PlannedObject } from "../types.ts";
import type { PublishedFlow, PublishedPlan } from "./publish.ts";

/** One sentence of a difference. `weight` orders: what opens or destroys stands first. */
export interface Sentence {
  readonly text: string;
  readonly effect: "opens" | "grants" | "removes" | "closes" | "changes" | "adds";
}

const ORDER: readonly Sentence["effect"][] = ["opens", "grants", "removes", "changes", "closes", "adds"];

/** How people call what a plan holds; a kind that is not named here is called by itself. */
const NOUNS: Partial<Record<ObjectKind, string>> = {
  "partner-group": "partner",
  "root-volume": "root disk",
  "key-volume": "key of gateway",
  uplink: "outside leg",
  "uplink-groups": "groups of outside leg",
  "share-access": "access to share",
  "share-lock": "lock of share",
  "project-access": "access to project",
  "group-members": "members of group",
  "domain-access": "access to domain",
  "rule-set": "rules of group",
  "default-group": "default group",
};
const noun = (kind: ObjectKind): string => NOUNS[kind] ?? kind.replaceAll("-", " ");

/** Kinds that flows bring along: their sentence is the flow's. */
const CARRIED: ReadonlySet<ObjectKind> = new Set(["rule-set", "security-group", "address-group", "port"]);

const end = (text: string): string => {
  const [kind = "", name] = text.split("/");
  if (kind === "machines") return name ?? text;
  return kind === "bench" ? `bench of ${name}` : kind === "area" ? "all machines" : `${kind} ${name}`;
};
const flowText = ({ area, from, to }: PublishedFlow, port: string): string =>
  `${end(from)} -> ${end(to)} ${port} in ${area}`;

/** Flows by what they open: one entry for each port. */
function byPort(plan: PublishedPlan): ReadonlyMap<string, { readonly flow: PublishedFlow; readonly port: string }> {
  const entries = plan.flows.flatMap((flow) =>
    flow.ports.map((port) => [`${flow.area} ${flow.from} ${flow.to} ${port}`, { flow, port }] as const),
  );
  return new Map(entries);
}

function flowSentences(before: PublishedPlan, after: PublishedPlan): readonly Sentence[] {
  const [old, now] = [byPort(before), byPort(after)];
  const opened = [...now].flatMap(([key, { flow, port }]): readonly Sentence[] => {
    const was = old.get(key)?.flow;
    const what = flowText(flow, port);
    if (was === undefined)
      return [{ effect: "opens", text: `opens ${what} until ${flow.until}, because ${flow.reason} (${flow.because})` }];
    if (was.until === flow.until) return [];
    const longer = flow.until > was.until;
    const verb = longer ? "keeps open" : "closes earlier";
    return [
      { effect: longer ? "opens" : "closes", text: `${verb} ${what} until ${flow.until} instead of ${was.until}` },
    ];
  });
  const closed = [...old]
    .filter(([key]) => !now.has(key))
    .map(([, { flow, port }]): Sentence => ({ effect: "closes", text: `closes ${flowText(flow, port)}` }));
  return [...opened, ...closed];
}

type Leaf = readonly [path: string, value: Json];

/** Facts as flat paths; lists of plain values are one value, so that a change reads `zones [a] -> [a, b]`. */
function leaves(value: Json, path: string): readonly Leaf[] {
  if (value === null || typeof value !== "object") return [[path, value]];
  if (Array.isArray(value)) {
    if (value.every((entry) => entry === null || typeof entry !== "object"))
      return [[path, `[${value.map(String).toSorted().join(", ")}]`]];
    return value.flatMap((entry, index) => leaves(entry as Json, `${path}[${index}]`));
  }
  return Object.entries(value).flatMap(([key, entry]) => leaves(entry as Json, path === "" ? key : `${path}.${key}`));
}

const shown = (value: Json): string => (value === undefined || value === null ? "nothing" : String(value));

function changesOf(before: PlannedObject, after: PlannedObject): string {
  const [old, now] = [before, after].map(
    ({ facts, name, tier }) => new Map(leaves({ name, tier, ...facts } as Json, "")),
  );
  const paths = [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])].filter(
    (path) => shown(old?.get(path)) !== shown(now?.get(path)),
  );
  return paths.map((path) => `${path} ${shown(old?.get(path))} -> ${shown(now?.get(path))}`).join(", ");
}

/** Networks by their subnets, so that an access rule names who stands there. */
const placesOf = (plan: PublishedPlan): ReadonlyMap<string, string> =>
  new Map(planned(plan, "subnet").map(({ facts }) => [facts.cidr, facts.network]));

/** A service user in words: `the crawler of heart`. */
const serviceWord = (id: string | undefined): string => {
  const [, , area, name] = id?.split("/") ?? [];
  return name === undefined ? "nobody" : `the ${name} of ${area}`;
};

/** What a door lets whom do. */
function doorEntries(object: Planned<"container"> | Planned<"ingest-key">): readonly string[] {
  const { name, facts } = object;
  if ("networks" in facts)
    return facts.enabled
      ? facts.networks.map((network) => `${network} to send into ${name} until ${facts.expiresAt}`)
      : [];
  const who = (one: "crawler" | "readers"): string => (one === "crawler" ? "the crawler" : "readers of the area");
  return [
    ...facts.readers.map((one) => `${who(one)} to read ${name}`),
    ...facts.writers.map((one) => `${who(one)} to write ${name}`),
  ];
}

/** A container or a key without its lists, of which {@link entriesOf} tells. */
function withoutLists(object: PlannedObject | undefined): PlannedObject | undefined {
  if (object?.kind === "container") return { ...object, facts: { ...object.facts, readers: [], writers: [] } };
  return object?.kind === "study-key" ? { ...object, facts: { ...object.facts, readers: [] } } : object;
}

/** Kinds that are more than their lists. */
const LISTED: ReadonlySet<ObjectKind> = new Set(["container", "study-key"]);

/** The entries of a set (assignments, access rules) in words; undefined for what is no set. */
function entriesOf(
  object: PlannedObject | undefined,
  places: ReadonlyMap<string, string>,
): readonly string[] | undefined {
  if (object?.kind === "project-access")
    return object.facts.assignments.map(
      ({ role, partner, pipeline, serviceUserId }) =>
        `${partner ?? (pipeline ? "the pipeline" : serviceWord(serviceUserId))} ${role} in ${object.name}`,
    );
  if (object?.kind === "group-members")
    return object.facts.members.map(
      ({ person, user }) => `${person}${user === null ? "" : ` (${user})`} into ${object.name}`,
    );
  if (object?.kind === "address-group") {
    const [, , area, kind, name] = object.id.split("/");
    return object.facts.addresses.map((network) => `flows of ${area} with ${kind} ${name} to mean ${network}`);
  }
  if (object?.kind === "container" || object?.kind === "ingest-key") return doorEntries(object);
  if (object?.kind === "study-key") return object.facts.readers.map(({ who }) => `${who} to read key ${object.name}`);
  if (object?.kind !== "share-access") return undefined;
  const right = { rw: "write", ro: "read" } as const;
  return [
    ...object.facts.rules.map(
      ({ cidr, level }) => `network ${places.get(cidr) ?? "?"} (${cidr}) to ${right[level]} ${object.name}`,
    ),
    // A plan of before there were any has no list of them.
    ...((object.facts.clients as typeof object.facts.clients | undefined) ?? []).map(
      ({ name, level }) => `client ${name} of CephX to ${right[level]} ${object.name}`,
    ),
  ];
}

/** What a set gained and lost. */
function setSentences(
  [before, old]: readonly [PlannedObject | undefined, readonly string[]],
  [after, now]: readonly [PlannedObject | undefined, readonly string[]],
): readonly Sentence[] {
  const because = ` (${(after ?? before)?.because.join(", ")})`;
  const gained = now.filter((word) => !old.includes(word));
  const lost = old.filter((word) => !now.includes(word));
  return [
    ...gained.map((word): Sentence => ({ effect: "grants", text: `allows ${word}${because}` })),
    ...lost.map((word): Sentence => ({ effect: "closes", text: `no longer allows ${word}` })),
  ];
}

const DATA: ReadonlySet<ObjectKind> = new Set([
  "volume",
  "share",
  "root-volume",
  "key-volume",
  "container",
  "quobyte-volume",
]);

function sentence(before: PlannedObject | undefined, after: PlannedObject | undefined): readonly Sentence[] {
  if (after === undefined && before !== undefined) {
    const data = DATA.has(before.kind) ? ", and the data on it with it where deletion is allowed" : "";
    const loss = before.kind === "study-key" ? ", and nobody reads again what it closed" : data;
    return [{ effect: "removes", text: `removes ${noun(before.kind)} ${before.name}${loss}` }];
  }
  if (after === undefined) return [];
  if (before === undefined)
    return [{ effect: "adds", text: `adds ${noun(after.kind)} ${after.name}, because of ${after.because.join(", ")}` }];
  const changes = changesOf(before, after);
  return changes === "" ? [] : [{ effect: "changes", text: `changes ${noun(after.kind)} ${after.name}: ${changes}` }];
}

/** What a merge request does to a cloud, as sentences: what opens or destroys first. Empty when both plans are the same. */
export function diffPlans(before: PublishedPlan, after: PublishedPlan): readonly Sentence[] {
  const flows = flowSentences(before, after);
  const [old, now] = [before, after].map(({ objects }) => new Map(objects.map((object) => [object.id, object])));
  const [oldPlaces, newPlaces] = [placesOf(before), placesOf(after)];
  const ids = [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])].toSorted();
  const objects = ids.flatMap((id) => {
    const [was, is] = [old?.get(id), now?.get(id)];
    const [had, has] = [entriesOf(was, oldPlaces), entriesOf(is, newPlaces)];
    // An end that comes or goes does so with its flows, which say it.
    const isNew = (is ?? was)?.kind === "address-group" && (was === undefined || is === undefined);
    if (!isNew && (had !== undefined || has !== undefined)) {
      const lists = setSentences([was, had ?? []], [is, has ?? []]);
      return LISTED.has((is ?? was)?.kind ?? "machine")
        ? [...lists, ...sentence(withoutLists(was), withoutLists(is))]
        : lists;
    }
    const carried = CARRIED.has((is ?? was)?.kind ?? "machine");
    // Only where no flow says it: an address that moved, a group of machines that came or went.
    return carried && (flows.length > 0 || was === undefined || is === undefined) ? [] : sentence(was, is);
  });
  return [...flows, ...objects].toSorted((a, b) => ORDER.indexOf(a.effect) - ORDER.indexOf(b.effect));
}
