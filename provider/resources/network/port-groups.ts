import { z } from "zod";
import { id } from "../../fields.ts";
import type { Call } from "../../resource.ts";
import { defineKind, sortedSet } from "../../resource.ts";
import { findTogether, type Collection } from "../../together.ts";
import { notThere } from "../sets.ts";

const inputs = z.object({
  portId: id("a port"),
  securityGroupIds: z.array(id("a security group")).transform(sortedSet),
});

const PORTS: Collection = { service: "network", path: "/ports", one: "port", many: "ports", listBy: "id", bulk: true };

interface Port {
  readonly id: string;
  readonly security_groups: readonly string[];
}

async function set({ session }: Call, portId: string, groups: readonly string[], isGoing = false): Promise<void> {
  const what = `${isGoing ? "take the groups from" : "set the groups of"} port ${portId}`;
  const body = { port: { security_groups: groups } };
  const { status } = await session.request("network", "PUT", `/ports/${portId}`, { body, what, expect: [404] });
  if (status === 404 && !isGoing) throw notThere(what);
}

/** All groups of a port that somebody else made: the operator's port at which a zone's gateway is reached. Without any, nothing passes. */
export const portGroups = defineKind({
  module: "network",
  name: "PortGroups",
  summary: "All security groups of a port that somebody else made; at delete it has none, and nothing passes.",
  inputs,
  replaceOn: ["portId"],
  create: async (call, { portId, securityGroupIds }) => {
    await set(call, portId, securityGroupIds);
    return { id: portId };
  },
  read: async (call, portId) => {
    const live = await findTogether<Port>(call, PORTS, portId);
    return live && { portId, securityGroupIds: sortedSet(live.security_groups) };
  },
  update: async (call, portId, { securityGroupIds }) => {
    await set(call, portId, securityGroupIds);
    return undefined;
  },
  delete: (call, portId) => set(call, portId, [], true),
});
