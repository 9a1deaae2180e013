import type * as pulumi from "@pulumi/pulumi";
import type { PlannedObject } from "../../plan/types.ts";
import { QuobytePolicyRule, QuobyteQuota, QuobyteTenant } from "../../provider/sdk.ts";
import { dataOptions, TresorComponent, type Scope } from "../base.ts";

export interface QuobyteArgs {
  readonly scope: Scope;
  readonly projectId: pulumi.Input<string>;
  /** What the plan gives to this project; other kinds are passed over. */
  readonly objects: readonly PlannedObject[];
}

/**
 * What a project has on Quobyte clusters before the first share can be made there: the tenant, then what holds for its volumes, then
 * its quota. Whoever gives the project a way to make shares waits for this component.
 */
export class QuobyteParts extends TresorComponent {
  constructor(name: string, { scope, projectId, objects }: QuobyteArgs, options?: pulumi.ComponentResourceOptions) {
    super("tenant:QuobyteParts", name, scope, options);
    for (const object of objects) {
      if (object.kind !== "quobyte-tenant") continue;
      const { cluster, deletable } = object.facts;
      const tenant = new QuobyteTenant(
        this.childName("tenant", cluster),
        { cluster, tenantId: projectId, name: object.name, eraseVolumes: deletable },
        this.own(dataOptions(deletable)),
      );
      this.#rules(tenant, object.id, objects);
    }
    this.registerOutputs({});
  }

  /** Rules, each after the tenant; the quota after all of them. */
  #rules(tenant: QuobyteTenant, planId: string, objects: readonly PlannedObject[]): void {
    const rules = objects.flatMap((object) => {
      if (object.kind !== "quobyte-rule" || object.facts.tenantId !== planId) return [];
      const { cluster, encryption, requiredTags, forbiddenTags, retention, deletable } = object.facts;
      const args = {
        cluster,
        name: object.name,
        description: "Every volume of this tenant",
        tenantIds: [tenant.tenantId],
        ...(encryption === null ? {} : { encryption }),
        requiredTags: [...requiredTags],
        forbiddenTags: [...forbiddenTags],
        ...(retention === null ? {} : { retention: { ...retention, properties: [...retention.properties] } }),
      };
      const role = object.id.split("/").at(-1) ?? "";
      // Without the rule the next volume lies in the clear: it goes as its tenant goes.
      return [new QuobytePolicyRule(this.childName(role, cluster), args, this.own({ protect: !deletable }))];
    });
    for (const object of objects) {
      if (object.kind !== "quobyte-quota" || object.facts.tenantId !== planId) continue;
      const { cluster, volumes, gigabytes } = object.facts;
      const args = { cluster, tenantId: tenant.tenantId, volumes, gigabytes };
      new QuobyteQuota(this.childName("quota", cluster), args, this.own({ dependsOn: rules }));
    }
  }
}
