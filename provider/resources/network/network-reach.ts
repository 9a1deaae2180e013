import { z } from "zod";
import { hasStatus } from "../../../openstack/index.ts";
import { cidr, id } from "../../fields.ts";
import type { Call } from "../../resource.ts";
import { defineKind, sortedSet } from "../../resource.ts";
import { findPartTogether, findTogether, type Collection, type PartedList } from "../../together.ts";
import { leftOver } from "../sets.ts";

const inputs = z.object({
  networkId: id("a network"),
  subnets: z.array(cidr).transform(sortedSet),
  projectIds: z.array(id("a project")).min(1).transform(sortedSet),
  routerIds: z.array(id("a router")).default([]).transform(sortedSet),
  strangers: z.array(z.string()).max(0).default([]),
});
type May = Pick<z.infer<typeof inputs>, "subnets" | "projectIds" | "routerIds">;

interface LiveSubnet {
  readonly id: string;
  readonly name: string;
  readonly cidr: string;
}

interface LiveNetwork {
  readonly id: string;
  /** Ids of all subnets on it, whoever made them. */
  readonly subnets?: readonly string[];
}

interface LivePort {
  readonly id: string;
  readonly name: string;
  readonly project_id: string;
  readonly device_id: string;
  readonly device_owner: string;
  readonly fixed_ips: readonly { readonly ip_address: string }[];
}

const listOf = (path: string, many: string, title: string): PartedList => ({
  service: "network",
  path,
  many,
  by: "network_id",
  title,
});
const SUBNETS = listOf("/subnets", "subnets", "subnets of network");
const NETWORKS: Collection = { service: "network", path: "/networks", one: "network", many: "networks", listBy: "id" };
const PORTS = listOf("/ports", "ports", "ports of network");

/** Something on the network that may not be there, and how it goes. */
interface Stranger {
  readonly id: string;
  readonly says: string;
  readonly remove: { readonly method: "DELETE" | "PUT"; readonly path: string; readonly body?: object };
}

const isLeg = ({ device_owner }: LivePort): boolean => device_owner.startsWith("network:router");
const at = ({ fixed_ips, name, id }: LivePort): string =>
  `${fixed_ips.map(({ ip_address }) => ip_address).join(" and ") || "without an address"} (port ${name ? `"${name}" ` : ""}${id})`;

function strangerPort(port: LivePort, { projectIds, routerIds }: May): Stranger | undefined {
  const { id: portId, device_id, project_id } = port;
  if (isLeg(port))
    return routerIds.includes(device_id)
      ? undefined
      : {
          id: portId,
          says: `leg of router ${device_id} at ${at(port)}`,
          remove: { method: "PUT", path: `/routers/${device_id}/remove_router_interface`, body: { port_id: portId } },
        };
  // What Neutron makes for itself belongs to nobody, or to the network's project.
  if (projectIds.includes(project_id) || project_id === "") return undefined;
  const says = `port of project ${project_id} at ${at(port)}`;
  return { id: portId, says, remove: { method: "DELETE", path: `/ports/${portId}` } };
}

/** What is on the network and may not be. */
async function strangersOn(call: Call, networkId: string, may: May): Promise<Stranger[]> {
  const [network, ports, subnets] = await Promise.all([
    findTogether<LiveNetwork>(call, NETWORKS, networkId),
    findPartTogether<LivePort>(call, PORTS, networkId),
    findPartTogether<LiveSubnet>(call, SUBNETS, networkId),
  ]);
  const legsFirst = ports.toSorted((a, b) => Number(isLeg(b)) - Number(isLeg(a)));
  const strangers = legsFirst.flatMap((port) => strangerPort(port, may) ?? []);
  const allowed = may.subnets.map((text) => text.toLowerCase());
  for (const subnet of subnets)
    if (!allowed.includes(subnet.cidr.toLowerCase()))
      strangers.push({
        id: subnet.id,
        says: `subnet ${subnet.cidr} (${subnet.name ? `"${subnet.name}" ` : ""}${subnet.id})`,
        remove: { method: "DELETE", path: `/subnets/${subnet.id}` },
      });
  // A subnet of another project stands in no list of this one; the network itself names it.
  for (const subnetId of network?.subnets ?? [])
    if (!subnets.some(({ id: seen }) => seen === subnetId))
      strangers.push({
        id: subnetId,
        says: `subnet ${subnetId} of another project`,
        remove: { method: "DELETE", path: `/subnets/${subnetId}` },
      });
  return strangers;
}

const said = (strangers: readonly Stranger[]): string[] => sortedSet(strangers.map(({ says }) => says));

/** Takes away what may not be there, legs of routers first; fails by name over what this credential may not take away. */
async function clear(call: Call, networkId: string, may: May): Promise<void> {
  const refused: Stranger[] = [];
  for (const stranger of await strangersOn(call, networkId, may)) {
    const { method, path, body } = stranger.remove;
    const what = `take ${stranger.says} from network ${networkId}`;
    try {
      await call.session.request("network", method, path, { what, ...(body && { body }) });
    } catch (error) {
      if (!hasStatus(error, 403, 404, 409)) throw error;
      refused.push(stranger);
    }
  }
  if (refused.length === 0) return;
  // A 404 is said for what was removed meanwhile as well: only what is still there is left.
  const after = new Set((await strangersOn(call, networkId, may)).map((one) => one.id));
  const still = refused.filter((one) => after.has(one.id));
  if (still.length === 0) return;
  throw leftOver({
    what: `network ${networkId} has ${still.length === 1 ? "something on it" : "things on it"}`,
    verb: "remove",
    found: said(still),
    ids: still.map((one) => one.id),
    why: "made by the operator or by another project",
  });
}

/**
 * What may be on a network: these subnets, ports of these projects, legs of these routers. Whatever else there is, a second way to the
 * network, is a stranger and drift. What may be there and is not, other resources tell.
 */
export const networkReach = defineKind({
  module: "network",
  name: "NetworkReach",
  summary:
    "What may be on a network: its subnets, ports of these projects, legs of these routers; all else is drift and taken away.",
  inputs,
  replaceOn: ["networkId"],
  create: async (call, wanted) => {
    await clear(call, wanted.networkId, wanted);
    return { id: wanted.networkId };
  },
  read: async (call, networkId, state) => {
    const may = inputs.partial().parse({ ...state, networkId, strangers: [] });
    const { subnets = [], projectIds = [], routerIds = [] } = may;
    const strangers = said(await strangersOn(call, networkId, { subnets, projectIds, routerIds }));
    return { networkId, subnets, projectIds, routerIds, strangers };
  },
  update: async (call, networkId, wanted) => {
    await clear(call, networkId, wanted);
    return undefined;
  },
  // It made nothing.
  delete: async () => undefined,
});
