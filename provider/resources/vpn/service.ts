import { z } from "zod";
import { id } from "../../fields.ts";
import { defineKind } from "../../resource.ts";
import type { Facts, Live } from "../network/objects.ts";
import { createObject, readObject, removeObject, updateObject } from "../network/objects.ts";
import { description, name } from "../network/subnet.ts";

const inputs = z.object({ name, description, routerId: id("a router"), adminStateUp: z.boolean().default(true) });

interface LiveService extends Live {
  readonly router_id: string;
  readonly admin_state_up: boolean;
  readonly external_v4_ip?: string | null;
  readonly external_v6_ip?: string | null;
}

const outsOf = (live: LiveService) => ({
  externalIpv4: live.external_v4_ip ?? "",
  externalIpv6: live.external_v6_ip ?? "",
});

const facts: Facts<z.infer<typeof inputs>, LiveService> = {
  collection: {
    service: "network",
    path: "/vpn/vpnservices",
    one: "vpnservice",
    many: "vpnservices",
    listBy: "id",
  },
  title: "VPN service",
  fixed: ["routerId"],
  toLive: {
    // What a tunnel leads to is said by the endpoint groups of its connection, never by one subnet for all.
    routerId: (router_id) => ({ router_id, subnet_id: null }),
    adminStateUp: (admin_state_up) => ({ admin_state_up }),
  },
  fromLive: (live) => ({ routerId: live.router_id, adminStateUp: live.admin_state_up, ...outsOf(live) }),
};

/** The end of tunnels at a router. Its status is the tunnels' business: it is no part of what was planned. */
export const vpnService = defineKind({
  module: "vpn",
  name: "Service",
  summary: "The cloud's end of IPsec tunnels, at a router that has an external gateway.",
  inputs,
  outputs: {
    externalIpv4: { type: "string", description: "The address that sites dial; empty where there is none." },
    externalIpv6: { type: "string", description: "The IPv6 address that sites dial; empty where there is none." },
  },
  replaceOn: ["routerId"],
  create: async (call, wanted) => {
    const { live } = await createObject(call, facts, wanted);
    return { id: live.id, outs: outsOf(live) };
  },
  read: (call, serviceId, state) => readObject(call, facts, serviceId, state),
  update: (call, serviceId, wanted, state) => updateObject(call, facts, serviceId, wanted, state),
  delete: (call, serviceId, state) => removeObject(call, facts, serviceId, String(state.name ?? serviceId)),
});
