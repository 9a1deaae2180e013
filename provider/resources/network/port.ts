import { z } from "zod";
import { address, addresses, canonicalAddress, canonicalCidr, id } from "../../fields.ts";
import { defineKind, sortedSet, stable } from "../../resource.ts";
import type { Props } from "../../wire.ts";
import type { Facts, Live } from "./objects.ts";
import { createObject, readObject, removeObject, updateObject } from "./objects.ts";
import { description, name } from "./subnet.ts";

const MAC = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/;

const fixedIps = z
  .array(z.strictObject({ subnetId: id("a subnet"), ipAddress: address.optional() }))
  .refine((ips) => {
    const open = ips.filter(({ ipAddress }) => ipAddress === undefined).map(({ subnetId }) => subnetId);
    return new Set(open).size === open.length;
  }, "must name a subnet once only, unless each entry says its address")
  .transform(sortedSet);

const addressPair = z.strictObject({
  ipAddress: addresses,
  macAddress: z
    .string()
    .transform((text) => text.toLowerCase())
    .refine((text) => MAC.test(text), "must be a MAC address such as fa:16:3e:00:00:01")
    .optional(),
});

const inputs = z.object({
  name,
  description,
  networkId: id("a network"),
  securityGroupIds: z.array(id("a security group")).transform(sortedSet),
  fixedIps,
  portSecurityEnabled: z.boolean().default(true),
  adminStateUp: z.boolean().default(true),
  allowedAddressPairs: z.array(addressPair).default([]).transform(sortedSet),
});
type Inputs = z.infer<typeof inputs>;
type FixedIp = Inputs["fixedIps"][number];
type Pair = Inputs["allowedAddressPairs"][number];

interface LivePort extends Live {
  readonly network_id: string;
  readonly mac_address: string;
  readonly security_groups: readonly string[];
  readonly fixed_ips: readonly { readonly subnet_id: string; readonly ip_address: string }[];
  readonly port_security_enabled?: boolean;
  readonly admin_state_up: boolean;
  readonly allowed_address_pairs?: readonly { readonly ip_address: string; readonly mac_address?: string }[];
}

/** Addresses as the program names them: by the subnet alone where it left the choice to Neutron, for one address each. */
function liveIps(live: LivePort, known: readonly FixedIp[]): FixedIp[] {
  const named = new Set(known.filter(({ ipAddress }) => ipAddress !== undefined).map((ip) => stable(ip)));
  const open = new Set(known.filter(({ ipAddress }) => ipAddress === undefined).map(({ subnetId }) => subnetId));
  return sortedSet(
    live.fixed_ips.map(({ subnet_id: subnetId, ip_address }) => {
      const full = { subnetId, ipAddress: canonicalAddress(ip_address) ?? ip_address };
      return !named.has(stable(full)) && open.delete(subnetId) ? { subnetId } : full;
    }),
  );
}

/** Neutron fills in the port's own MAC address: it counts only where the program named it. */
function livePairs(live: LivePort, known: readonly Pair[]): Pair[] {
  const named = new Set(known.map((pair) => stable(pair)));
  return sortedSet(
    (live.allowed_address_pairs ?? []).map(({ ip_address, mac_address: macAddress }) => {
      const ipAddress = canonicalAddress(ip_address) ?? canonicalCidr(ip_address) ?? ip_address;
      const own = macAddress === undefined || macAddress === live.mac_address;
      return own && !named.has(stable({ ipAddress, macAddress })) ? { ipAddress } : { ipAddress, macAddress };
    }),
  );
}

const facts: Facts<Inputs, LivePort> = {
  collection: { service: "network", path: "/ports", one: "port", many: "ports", listBy: "id", bulk: true },
  title: "port",
  fixed: ["networkId", "fixedIps"],
  toLive: {
    networkId: (network_id) => ({ network_id }),
    securityGroupIds: (security_groups) => ({ security_groups }),
    // Neutron keeps the address of a subnet that stays.
    fixedIps: (ips) => ({
      fixed_ips: ips.map(({ subnetId, ipAddress }) => ({
        subnet_id: subnetId,
        ...(ipAddress !== undefined && { ip_address: ipAddress }),
      })),
    }),
    portSecurityEnabled: (port_security_enabled) => ({ port_security_enabled }),
    adminStateUp: (admin_state_up) => ({ admin_state_up }),
    allowedAddressPairs: (pairs) => ({
      allowed_address_pairs: pairs.map(({ ipAddress, macAddress }) => ({
        ip_address: ipAddress,
        ...(macAddress !== undefined && { mac_address: macAddress }),
      })),
    }),
  },
  fromLive: (live, known) => ({
    networkId: live.network_id,
    securityGroupIds: sortedSet(live.security_groups),
    fixedIps: liveIps(live, (known.fixedIps ?? []) as FixedIp[]),
    // A cloud without the extension filters every port.
    portSecurityEnabled: live.port_security_enabled ?? true,
    adminStateUp: live.admin_state_up,
    allowedAddressPairs: livePairs(live, (known.allowedAddressPairs ?? []) as Pair[]),
    macAddress: live.mac_address,
  }),
};

/** A port whose groups, addresses, address pairs and port security are what is listed; what plugs into it is Nova's. */
export const port = defineKind({
  module: "network",
  name: "Port",
  summary: "A port whose groups, addresses, address pairs and port security are what is listed; its device is Nova's.",
  inputs,
  outputs: { macAddress: { type: "string", description: "The MAC address that Neutron gave it." } },
  replaceOn: ["networkId"],
  create: async (call, wanted) => {
    const { live } = await createObject(call, facts, wanted);
    return { id: live.id, outs: { macAddress: live.mac_address } };
  },
  read: (call, portId, state): Promise<Props | undefined> => readObject(call, facts, portId, state),
  update: (call, portId, wanted, state) => updateObject(call, facts, portId, wanted, state),
  delete: (call, portId, state) => removeObject(call, facts, portId, String(state.name ?? portId)),
});
