import type * as pulumi from "@pulumi/pulumi";
import type { Planned } from "../../plan/types.ts";
import { ServerGroup } from "../../provider/sdk.ts";
import { TresorComponent, type Registry, type Scope } from "../base.ts";

export interface PlacementArgs {
  /** Scoped to the area's project. */
  readonly scope: Scope;
  readonly group: Planned<"server-group">;
  readonly registry: Registry;
}

/** Where machines of an area run relative to each other; each machine says that it is in. */
export class Placement extends TresorComponent {
  constructor(name: string, { scope, group, registry }: PlacementArgs, options?: pulumi.ComponentResourceOptions) {
    super("workload:Placement", name, scope, options);
    const { policy } = group.facts;
    const made = new ServerGroup(this.childName("group"), { cloud: this.cloud, name: group.name, policy }, this.own());
    registry.set(group.id, made.id);
    this.registerOutputs({});
  }
}
