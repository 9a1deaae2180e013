import * as openstack from "@pulumi/openstack";
import type * as pulumi from "@pulumi/pulumi";
import type { Planned } from "../../plan/types.ts";
import { PluginComponent, tagsOf, type PluginScope, type Registry } from "../base.ts";

/** Where a gateway's leg stands outside, as it was looked up. */
export interface Outside {
  readonly networkId: string;
  readonly fixedIps: readonly { readonly subnetId: string; readonly ipAddress: string }[];
}

export interface TenantUplinkArgs {
  readonly scope: PluginScope;
  readonly zone: string;
  readonly uplink: Planned<"uplink">;
  readonly outside: Outside;
  readonly registry: Registry;
}

/**
 * The outside leg of an area's gateway, made by the operator: a member may choose no address on a network that is not his. Without a
 * group it lets nothing pass; groups are the zone's to give, and nothing else of it.
 */
export class TenantUplink extends PluginComponent {
  constructor(name: string, args: TenantUplinkArgs, options?: pulumi.ComponentResourceOptions) {
    super("network:TenantUplink", name, args.scope, options);
    const { uplink, outside, registry, zone } = args;
    const projectId = registry.get(uplink.facts.projectId);
    // Nova plugs a machine into no network that its project does not see.
    const access = new openstack.networking.RbacPolicyV2(
      this.childName("access"),
      { action: "access_as_shared", objectType: "network", objectId: outside.networkId, targetTenant: projectId },
      this.child(),
    );
    const port = new openstack.networking.Port(
      this.childName("port"),
      {
        name: uplink.name,
        description: `Outside leg of a gateway of zone ${zone}`,
        tenantId: projectId,
        networkId: outside.networkId,
        fixedIps: outside.fixedIps.map((ip) => ({ ...ip })),
        adminStateUp: true,
        portSecurityEnabled: true,
        noSecurityGroups: true,
        tags: tagsOf(zone),
      },
      // Its groups are the zone's; what plugs into it is Nova's.
      this.child({
        dependsOn: [access],
        ignoreChanges: ["noSecurityGroups", "securityGroupIds", "deviceId", "deviceOwner", "binding"],
      }),
    );
    registry.set(uplink.id, port.id);
    this.registerOutputs({});
  }
}
