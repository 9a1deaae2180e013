import { askedNetworks } from "../../plan/allocation.ts";
import type { TenantRule } from "../rule.ts";

export const tenantVlan: TenantRule = {
  id: "tenant-vlan",
  kind: "tenant",
  severity: "error",
  requirements: ["C4H-2"],
  why: "a VLAN exists on a physical network, which Neutron must be told",
  check({ config }) {
    const { network } = config;
    const vlans = askedNetworks(config).filter(({ kind }) => kind === "vlan");
    if (vlans.length > 0 && network.physicalNetwork === undefined)
      return [
        {
          path: "network.physicalNetwork",
          what: "is missing for networks of kind vlan",
          found: vlans.map(({ key }) => key).join(", "),
          allowed: "the physical network as Neutron knows it, such as physnet1",
          next: "add it (platform.vlans.physicalNetwork names it), or make them overlays",
        },
      ];
    if (vlans.length === 0 && network.physicalNetwork !== undefined)
      return [
        {
          path: "network.physicalNetwork",
          what: "an overlay has no physical network, and no network is a VLAN",
          found: network.physicalNetwork,
          next: "remove it, or set network.kind to vlan",
        },
      ];
    return [];
  },
};
