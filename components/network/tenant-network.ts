import * as openstack from "@pulumi/openstack";
import type * as pulumi from "@pulumi/pulumi";
import type { Planned } from "../../plan/types.ts";
import { SharedNetworkAccess } from "../../provider/sdk.ts";
import { tagsOf, PluginComponent, type Registry, type PluginScope } from "../base.ts";

export interface TenantNetworkArgs {
  readonly scope: PluginScope;
  readonly zone: string;
  readonly network: Planned<"network">;
  readonly access: Planned<"network-access">;
  readonly registry: Registry;
}

/**
 * The network of an area or a bench, made by the operator: provider attributes and sharing with another project are closed to a
 * member. It belongs to the area's project; a bench's network is shared with that bench's project and nobody else.
 */
export class TenantNetwork extends PluginComponent {
  constructor(name: string, args: TenantNetworkArgs, options?: pulumi.ComponentResourceOptions) {
    super("network:TenantNetwork", name, args.scope, options);
    const { network, access, registry } = args;
    const { vlan, physicalNetwork, mtu } = network.facts;
    const made = new openstack.networking.Network(
      this.childName("network"),
      {
        name: network.name,
        tenantId: registry.get(network.facts.projectId),
        adminStateUp: true,
        shared: false,
        external: false,
        portSecurityEnabled: true,
        ...(mtu === null ? {} : { mtu }),
        tags: tagsOf(args.zone),
        ...(vlan === null || physicalNetwork === null
          ? {}
          : { segments: [{ networkType: "vlan", physicalNetwork, segmentationId: vlan }] }),
      },
      // `shared` follows from the RBAC policies, which SharedNetworkAccess owns.
      this.child({ ignoreChanges: ["shared"] }),
    );
    registry.set(network.id, made.id);
    new SharedNetworkAccess(
      this.childName("access"),
      {
        cloud: this.cloud,
        networkId: made.id,
        access: access.facts.sharedWith.map((project) => ({
          action: "access_as_shared",
          targetProjectId: project.startsWith("project/") ? registry.get(project) : project,
        })),
      },
      this.own(),
    );
    this.registerOutputs({});
  }
}
