import { z } from "zod";
import { address, canonicalAddress, id } from "../../fields.ts";
import { defineKind } from "../../resource.ts";
import type { Facts, Live } from "../network/objects.ts";
import { createObject, readObject, removeObject, updateObject } from "../network/objects.ts";
import { description, name } from "../network/subnet.ts";

const seconds = z.int("must be whole seconds").min(1, "must be 1 second or more");

const inputs = z.object({
  name,
  description,
  serviceId: id("a VPN service"),
  ikePolicyId: id("an IKE policy"),
  ipsecPolicyId: id("an IPsec policy"),
  localEndpointGroupId: id("an endpoint group"),
  peerEndpointGroupId: id("an endpoint group"),
  peerAddress: address,
  /** How the peer names itself. */
  peerId: z.string().min(1),
  /** Pre-shared key. */
  psk: z.string("must be a text").min(1, "must not be empty"),
  initiator: z.enum(["bi-directional", "response-only"]),
  mtu: z.int().min(68, "must be 68 bytes or more"),
  dpd: z
    .strictObject({
      action: z.enum(["clear", "disabled", "hold", "restart", "restart-by-peer"]),
      interval: seconds,
      timeout: seconds,
    })
    .refine(({ interval, timeout }) => timeout > interval, "must have a timeout above its interval"),
  adminStateUp: z.boolean().default(true),
});
type Inputs = z.infer<typeof inputs>;

interface LiveConnection extends Live {
  readonly vpnservice_id: string;
  readonly ikepolicy_id: string;
  readonly ipsecpolicy_id: string;
  readonly local_ep_group_id: string | null;
  readonly peer_ep_group_id: string | null;
  readonly peer_address: string;
  readonly peer_id: string;
  readonly psk?: string;
  readonly initiator: Inputs["initiator"];
  readonly mtu: number;
  readonly dpd: Inputs["dpd"];
  readonly admin_state_up: boolean;
}

const REFERENCES = [
  "serviceId",
  "ikePolicyId",
  "ipsecPolicyId",
  "localEndpointGroupId",
  "peerEndpointGroupId",
] as const;

const facts: Facts<Inputs, LiveConnection> = {
  collection: {
    service: "network",
    path: "/vpn/ipsec-site-connections",
    one: "ipsec_site_connection",
    many: "ipsec_site_connections",
    listBy: "id",
  },
  title: "VPN connection",
  fixed: REFERENCES,
  secret: ["psk"],
  toLive: {
    serviceId: (vpnservice_id) => ({ vpnservice_id }),
    ikePolicyId: (ikepolicy_id) => ({ ikepolicy_id }),
    ipsecPolicyId: (ipsecpolicy_id) => ({ ipsecpolicy_id }),
    localEndpointGroupId: (local_ep_group_id) => ({ local_ep_group_id }),
    peerEndpointGroupId: (peer_ep_group_id) => ({ peer_ep_group_id }),
    peerAddress: (peer_address) => ({ peer_address }),
    peerId: (peer_id) => ({ peer_id }),
    psk: (psk) => ({ psk }),
    initiator: (initiator) => ({ initiator }),
    mtu: (mtu) => ({ mtu }),
    dpd: (dpd) => ({ dpd }),
    adminStateUp: (admin_state_up) => ({ admin_state_up }),
  },
  fromLive: (live, known) => ({
    serviceId: live.vpnservice_id,
    ikePolicyId: live.ikepolicy_id,
    ipsecPolicyId: live.ipsecpolicy_id,
    localEndpointGroupId: live.local_ep_group_id ?? undefined,
    peerEndpointGroupId: live.peer_ep_group_id ?? undefined,
    peerAddress: canonicalAddress(live.peer_address) ?? live.peer_address,
    peerId: live.peer_id,
    // Neutron gives the key back to whoever may read the connection, unless the operator's policy takes that field away.
    psk: live.psk ?? known.psk,
    initiator: live.initiator,
    mtu: live.mtu,
    dpd: { action: live.dpd.action, interval: live.dpd.interval, timeout: live.dpd.timeout },
    adminStateUp: live.admin_state_up,
  }),
};

/** One IPsec tunnel between a router of ours and a site. Whether it is up is the site's business, too: no part of what was planned. */
export const vpnConnection = defineKind({
  module: "vpn",
  name: "Connection",
  summary: "One IPsec tunnel between a VPN service and a site, by endpoint groups of one version of IP.",
  inputs,
  secret: ["psk"],
  replaceOn: [...REFERENCES],
  create: async (call, wanted) => ({ id: (await createObject(call, facts, wanted)).live.id }),
  read: (call, connectionId, state) => readObject(call, facts, connectionId, state),
  update: (call, connectionId, wanted, state) => updateObject(call, facts, connectionId, wanted, state),
  delete: (call, connectionId, state) => removeObject(call, facts, connectionId, String(state.name ?? connectionId)),
});
