import * as openstack from "@pulumi/openstack";
import type * as pulumi from "@pulumi/pulumi";
import type { Planned } from "../../plan/types.ts";
import { adoptOptions, PluginComponent, tagsOf, type PluginScope, type Registry } from "../base.ts";

export interface TenantRouterArgs {
  readonly scope: PluginScope;
  readonly zone: string;
  readonly router: Planned<"router">;
  /** Id of the external network. */
  readonly externalId: string;
  readonly registry: Registry;
}

/**
 * The router of an area, made by the operator: a member could make one only with translation of addresses. It belongs to the area's
 * project, whose zone attaches the area's subnets and nothing else.
 */
export class TenantRouter extends PluginComponent {
  constructor(name: string, args: TenantRouterArgs, options?: pulumi.ComponentResourceOptions) {
    super("network:TenantRouter", name, args.scope, options);
    const { router, registry, externalId } = args;
    const { projectId, addresses, routes, adopt } = router.facts;
    const made = new openstack.networking.Router(
      this.childName("router"),
      {
        name: router.name,
        tenantId: registry.get(projectId),
        description: `Router of an area of zone ${args.zone}`,
        adminStateUp: true,
        externalNetworkId: externalId,
        // An address that is translated is nobody's: what leaves must be told apart, and answered by name.
        enableSnat: false,
        ...(addresses.length === 0 ? {} : { externalFixedIps: addresses.map((ipAddress) => ({ ipAddress })) }),
        tags: tagsOf(args.zone),
      },
      this.child(adoptOptions(adopt, ["description", "tags", "externalFixedIps"])),
    );
    registry.set(router.id, made.id);
    for (const { destination, nextHop } of routes)
      new openstack.networking.RouterRoute(
        this.childName("route", destination),
        { routerId: made.id, destinationCidr: destination, nextHop },
        this.child(),
      );
    this.registerOutputs({});
  }
}
