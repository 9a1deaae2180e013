import { UserError } from "../../config/problem.ts";
import { planned, type TrustTier } from "../types.ts";
import type { PublishedPlan } from "./publish.ts";

/** A node of a picture; `id` is unique in it. */
export interface Node {
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly shape: "bench" | "machines" | "dataset" | "network";
  readonly tier?: TrustTier;
}

/** An arrow between two nodes: a flow, or the use of data. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly kind: "flow" | "data";
}

export interface AreaPicture {
  readonly title: string;
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
}

/** Areas, benches, flows and data sets of a zone, or the areas, benches and networks of a tenant. */
export interface Picture {
  readonly title: string;
  readonly areas: readonly AreaPicture[];
}

const partsOf = (id: string): readonly string[] => id.split("/").slice(1);

function machineNodes(plan: PublishedPlan, area: string): readonly Node[] {
  const groups = new Map<string, { count: number; detail: string }>();
  for (const { id, because, facts } of planned(plan, "machine")) {
    if (partsOf(id)[1] !== area) continue;
    const group = because[0]?.split(".").at(-1) ?? partsOf(id)[2] ?? "";
    const count = (groups.get(group)?.count ?? 0) + 1;
    const memory = facts.confidential === "none" ? "plain" : facts.confidential;
    groups.set(group, { count, detail: isGateway(id) ? `WireGuard gateway, ${memory}` : memory });
  }
  return [...groups].map(([group, { count, detail }]) => ({
    id: `${area}/machines/${group}`,
    title: count === 1 ? group : `${group} x ${count}`,
    detail,
    shape: "machines",
  }));
}

const isGateway = (machine: string): boolean => partsOf(machine)[2]?.startsWith("*") === true;

/** Tunnels that end at an area's gateway, from the sites that its outer rules name. */
function tunnels(plan: PublishedPlan, area: string): readonly Edge[] {
  const outer = planned(plan, "rule-set").find(({ id }) => id.endsWith(`/${area}/*uplink`));
  const inward = (outer?.facts.rules ?? []).filter(({ direction }) => direction === "ingress");
  const sites = new Map(inward.map(({ description, portMin }) => [description.split("site/").at(-1) ?? "", portMin]));
  return [...sites].map(([site, port]) => ({
    from: `${area}/site/${site}`,
    to: `${area}/machines/gateway`,
    label: `tunnel, ${port}/udp`,
    kind: "flow",
  }));
}

function datasetParts(
  plan: PublishedPlan,
  area: string,
): { readonly nodes: readonly Node[]; readonly edges: readonly Edge[] } {
  const nodes: Node[] = [];
  const edges: Edge[] = [];
  const placeOf = new Map(
    planned(plan, "subnet").map(({ facts, id }) => [facts.cidr, partsOf(id).slice(1, -1)] as const),
  );
  for (const object of [...planned(plan, "volume"), ...planned(plan, "share"), ...planned(plan, "quobyte-dataset")]) {
    const [, where, key = ""] = partsOf(object.id);
    if (where !== area) continue;
    const { sizeGiB, labels } = object.facts;
    const kind = object.kind === "quobyte-dataset" ? "Quobyte" : object.kind;
    const detail = `${kind} ${sizeGiB} GiB, ${labels.classification}`;
    nodes.push({
      id: `${area}/data/${key}`,
      title: key,
      detail,
      shape: "dataset",
      ...(object.tier && { tier: object.tier }),
    });
  }
  // What is no bench's network is the area's own, or its way to the storage: machines use it.
  const access = planned(plan, "project-access").map(({ id }) => partsOf(id));
  const benches = new Set(access.flatMap(([, where, partner]) => (where === area && partner ? [partner] : [])));
  for (const { id, facts } of [...planned(plan, "share-access"), ...planned(plan, "quobyte-dataset")]) {
    const [, where, key = ""] = partsOf(id);
    if (where !== area) continue;
    const byNetwork = facts.rules
      .filter(({ cidr }) => !cidr.includes(":"))
      .map(({ cidr, level }) => ({ place: placeOf.get(cidr) ?? [], level }));
    // A published plan of before there were any has no list of them.
    const clients = ("clients" in facts ? facts.clients : undefined) ?? [];
    for (const { place, level } of [
      ...byNetwork,
      ...clients.map((client) => ({ place: client.place.split("/"), level: client.level })),
    ]) {
      const label = level === "rw" ? "read and write" : "read";
      const isBench = place.length > 1 && benches.has(place[1] ?? "");
      const users = isBench
        ? [`${area}/bench/${place[1]}`]
        : machineNodes(plan, area).map(({ id: machine }) => machine);
      edges.push(...users.map((from): Edge => ({ from, to: `${area}/data/${key}`, label, kind: "data" })));
    }
  }
  for (const { facts, because } of planned(plan, "machine")) {
    const group = because[0]?.split(".").at(-1) ?? "";
    for (const volume of facts.volumeIds) {
      const [, where, key = ""] = partsOf(volume);
      if (where === area && volume.startsWith("volume/"))
        edges.push({ from: `${area}/machines/${group}`, to: `${area}/data/${key}`, label: "attached", kind: "data" });
    }
  }
  return { nodes, edges };
}

/** Where a flow begins or ends that is neither a bench nor a group of machines: an end beyond the zone, or all machines of the area. */
function endNode(plan: PublishedPlan, id: string): Node {
  const [, kind = "", name = ""] = id.split("/");
  if (kind === "area") return { id, title: "all machines", detail: `of ${name}`, shape: "machines" };
  if (kind === "storage") return { id, title: "storage", detail: "over a network of its own", shape: "network" };
  const end = plan.ends?.find((one) => one.end === `${kind}/${name}`);
  return { id, title: name, detail: end === undefined ? kind : `${kind}: ${end.title}`, shape: "network" };
}

function zoneArea(plan: PublishedPlan, area: string): AreaPicture {
  const access = planned(plan, "project-access").filter(({ id }) => partsOf(id)[1] === area);
  const readers = access.find(({ id }) => partsOf(id).length === 2)?.facts.assignments ?? [];
  const benches = access
    .filter(({ id }) => partsOf(id).length === 3)
    .map(({ id }): Node => {
      const partner = partsOf(id)[2] ?? "";
      return { id: `${area}/bench/${partner}`, title: partner, detail: "bench", shape: "bench" };
    });
  const data = datasetParts(plan, area);
  const flows = plan.flows
    .filter((flow) => flow.area === area)
    .map(({ from, to, ports }): Edge => ({
      from: `${area}/${from}`,
      to: `${area}/${to}`,
      label: ports.join(", "),
      kind: "flow",
    }));
  const drawn = new Set([...benches, ...machineNodes(plan, area)].map(({ id }) => id));
  const others = [...new Set(flows.flatMap(({ from, to }) => [from, to]))].filter((id) => !drawn.has(id)).toSorted();
  const partners = readers.flatMap(({ partner }) => partner ?? []).join(", ");
  return {
    title: partners === "" ? area : `${area} (${partners})`,
    nodes: [...benches, ...others.map((id) => endNode(plan, id)), ...machineNodes(plan, area), ...data.nodes],
    edges: [...flows, ...tunnels(plan, area), ...data.edges],
  };
}

function tenantArea(plan: PublishedPlan, area: string): AreaPicture {
  const networks = planned(plan, "network").filter(({ id }) => partsOf(id)[1] === area);
  const nodes = networks.flatMap(({ id, name, facts }): readonly Node[] => {
    const [, , bench] = partsOf(id);
    const network: Node = {
      id: `${id}`,
      title: name,
      detail: facts.vlan === null ? "overlay network" : `VLAN ${facts.vlan}`,
      shape: "network",
    };
    const title = bench === undefined ? area : bench;
    return [
      { id: `place/${id}`, title, detail: bench === undefined ? "area's project" : "bench", shape: "bench" },
      network,
    ];
  });
  const edges = networks.map(({ id }): Edge => ({ from: `place/${id}`, to: id, label: "uses", kind: "flow" }));
  return { title: area, nodes, edges };
}

/** The picture of a zone or a tenant. @throws UserError for a platform, which has neither areas nor flows */
export function pictureOf(plan: PublishedPlan): Picture {
  if (plan.kind === "platform")
    throw new UserError({ what: "a platform has no areas to draw", next: "draw a tenant or a zone" });
  const source = plan.kind === "zone" ? planned(plan, "project-access") : planned(plan, "project");
  const areas = [...new Set(source.map(({ id }) => partsOf(id)[1] ?? ""))].toSorted();
  const draw = plan.kind === "zone" ? zoneArea : tenantArea;
  const preset = plan.preset === undefined ? "" : `, ${plan.preset}`;
  return { title: `${plan.kind} ${plan.subject}${preset}`, areas: areas.map((area) => draw(plan, area)) };
}
