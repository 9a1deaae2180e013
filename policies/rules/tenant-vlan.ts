import type { TenantRule } from "../rule.ts";

export const tenantVlan: TenantRule = {
  id: "tenant-vlan",
  kind: "tenant",
  severity: "error",
  requirements: ["C4H-2"],
  why: "a VLAN exists on a physical network, which Neutron must be told",
  check({ config: { network } }) {
    if (network.kind === "vlan" && network.physicalNetwork === undefined)
      return [
        {
          path: "network.physicalNetwork",
          what: "is missing for networks of kind vlan",
          allowed: "the physical network as Neutron knows it, such as physnet1",
          next: "add it (platform.vlans.physicalNetwork names it), or set network.kind to overlay",
        },
      ];
    if (network.kind === "overlay" && network.physicalNetwork !== undefined)
      return [
        {
          path: "network.physicalNetwork",
          what: "an overlay has no physical network",
          found: network.physicalNetwork,
          next: "remove it, or set network.kind to vlan",
        },
      ];
    return [];
  },
};
