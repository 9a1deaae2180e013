import { z } from "zod";
import { canonicalCidr } from "../../fields.ts";
import { defineKind, sortedSet } from "../../resource.ts";
import type { Facts, Live } from "../network/objects.ts";
import { createObject, readObject, removeObject, updateObject } from "../network/objects.ts";
import { description, name } from "../network/subnet.ts";

const spelled = (text: string): string => canonicalCidr(text) ?? text;

const inputs = z.object({
  name,
  description,
  /** Ids of subnets, or address blocks. */
  type: z.enum(["subnet", "cidr"]),
  endpoints: z
    .array(z.string().min(1))
    .min(1, "must name one end at least")
    .transform((ends) => sortedSet(ends.map(spelled))),
});
type Inputs = z.infer<typeof inputs>;

interface LiveGroup extends Live {
  readonly type: Inputs["type"];
  readonly endpoints: readonly string[];
}

const facts: Facts<Inputs, LiveGroup> = {
  collection: {
    service: "network",
    path: "/vpn/endpoint-groups",
    one: "endpoint_group",
    many: "endpoint_groups",
    listBy: "id",
  },
  title: "endpoint group",
  fixed: ["type", "endpoints"],
  toLive: { type: (type) => ({ type }), endpoints: (endpoints) => ({ endpoints }) },
  fromLive: (live) => ({ type: live.type, endpoints: sortedSet(live.endpoints.map(spelled)) }),
};

/** What one side of a tunnel is: Neutron never changes its ends, so another list is another group. */
export const endpointGroup = defineKind({
  module: "vpn",
  name: "EndpointGroup",
  summary: "The networks on one side of IPsec tunnels: subnets of ours, or address blocks of a site.",
  inputs,
  replaceOn: ["type", "endpoints"],
  create: async (call, wanted) => ({ id: (await createObject(call, facts, wanted)).live.id }),
  read: (call, groupId, state) => readObject(call, facts, groupId, state),
  update: (call, groupId, wanted, state) => updateObject(call, facts, groupId, wanted, state),
  delete: (call, groupId, state) => removeObject(call, facts, groupId, String(state.name ?? groupId)),
});
