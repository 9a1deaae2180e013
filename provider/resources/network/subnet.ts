import { z } from "zod";
import { address, canonicalAddress, canonicalCidr, cidr, id } from "../../fields.ts";
import { LONGEST_DESCRIPTION } from "../../own.ts";
import { defineKind, sortedSet } from "../../resource.ts";
import type { Facts, Live } from "./objects.ts";
import { createObject, readObject, removeObject, updateObject } from "./objects.ts";

export const name = z.string().min(1).max(255);
export const description = z.string().max(LONGEST_DESCRIPTION).default("");

const inputs = z.object({
  name,
  description,
  networkId: id("a network"),
  ipVersion: z.literal([4, 6]),
  cidr,
  gateway: address.optional(),
  enableDhcp: z.boolean(),
  dnsNameservers: z.array(address).default([]),
  hostRoutes: z
    .array(z.strictObject({ destination: cidr, nextHop: address }))
    .default([])
    .transform(sortedSet),
  allocationPools: z
    .array(z.strictObject({ start: address, end: address }))
    .min(1)
    .transform(sortedSet)
    .optional(),
});
type Inputs = z.infer<typeof inputs>;

interface LiveSubnet extends Live {
  readonly network_id: string;
  readonly ip_version: number;
  readonly cidr: string;
  readonly gateway_ip: string | null;
  readonly enable_dhcp: boolean;
  readonly dns_nameservers?: readonly string[];
  readonly host_routes?: readonly { readonly destination: string; readonly nexthop: string }[];
  readonly allocation_pools?: readonly { readonly start: string; readonly end: string }[];
}

const spelled = (text: string): string => canonicalAddress(text) ?? canonicalCidr(text) ?? text;

const facts: Facts<Inputs, LiveSubnet> = {
  collection: { service: "network", path: "/subnets", one: "subnet", many: "subnets", listBy: "id", bulk: true },
  title: "subnet",
  fixed: ["networkId", "cidr", "ipVersion"],
  toLive: {
    networkId: (network_id) => ({ network_id }),
    ipVersion: (ip_version) => ({ ip_version }),
    cidr: (block) => ({ cidr: block }),
    // Left out, Neutron would take the first address for a gateway.
    gateway: (gateway_ip = undefined) => ({ gateway_ip: gateway_ip ?? null }),
    enableDhcp: (enable_dhcp) => ({ enable_dhcp }),
    dnsNameservers: (dns_nameservers) => ({ dns_nameservers }),
    hostRoutes: (routes) => ({
      host_routes: routes.map(({ destination, nextHop }) => ({ destination, nexthop: nextHop })),
    }),
    // Pools that are not named are Neutron's own: all addresses but the gateway's.
    allocationPools: (allocation_pools) => (allocation_pools === undefined ? {} : { allocation_pools }),
  },
  fromLive: (live, known) => ({
    networkId: live.network_id,
    ipVersion: live.ip_version,
    cidr: spelled(live.cidr),
    gateway: live.gateway_ip === null ? undefined : spelled(live.gateway_ip),
    enableDhcp: live.enable_dhcp,
    dnsNameservers: (live.dns_nameservers ?? []).map(spelled),
    hostRoutes: sortedSet(
      (live.host_routes ?? []).map(({ destination, nexthop }) => ({
        destination: spelled(destination),
        nextHop: spelled(nexthop),
      })),
    ),
    allocationPools:
      known.allocationPools === undefined
        ? undefined
        : sortedSet(
            (live.allocation_pools ?? []).map(({ start, end }) => ({ start: spelled(start), end: spelled(end) })),
          ),
  }),
  heldBy: (subnetId) => ({ fixed_ips: `subnet_id=${subnetId}` }),
};

/** A subnet; without a gateway unless one is named, and with no name server and no route but those that are named. */
export const subnet = defineKind({
  module: "network",
  name: "Subnet",
  summary: "A subnet; without a gateway unless one is named, and with no name server and no route but those named.",
  inputs,
  replaceOn: ["networkId", "cidr", "ipVersion"],
  ordered: ["dnsNameservers"],
  create: async (call, wanted) => {
    const { live } = await createObject(call, facts, wanted);
    return { id: live.id };
  },
  read: (call, subnetId, state) => readObject(call, facts, subnetId, state),
  update: (call, subnetId, wanted, state) => updateObject(call, facts, subnetId, wanted, state),
  delete: (call, subnetId, state) => removeObject(call, facts, subnetId, String(state.name ?? subnetId)),
});
