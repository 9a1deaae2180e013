import type * as pulumi from "@pulumi/pulumi";
import type { Planned, PlannedObject } from "../../plan/types.ts";
import { QuobytePolicyRule, QuobyteQuota, QuobyteTenant, quobyteVolumesTenantId } from "../../provider/sdk.ts";
import { dataOptions, TresorComponent, type Scope } from "../base.ts";
import { QuobyteVolumes, type MountedFrom } from "./quobyte-volumes.ts";

export interface QuobyteArgs {
  readonly scope: Scope;
  readonly projectId: pulumi.Input<string>;
  /** What the plan gives to this project; other kinds are passed over. */
  readonly objects: readonly PlannedObject[];
}

/**
 * What a project has on Quobyte clusters before the first share can be made there: the tenant, then what holds for its volumes, then
 * its quota. Whoever gives the project a way to make shares waits for this component. Volumes without Manila come after the rules of
 * their own tenant in the same way.
 */
export class QuobyteParts extends TresorComponent {
  /** Where each volume without Manila is mounted from, by its plan id. */
  readonly volumes: Readonly<Record<string, MountedFrom>>;

  constructor(name: string, { scope, projectId, objects }: QuobyteArgs, options?: pulumi.ComponentResourceOptions) {
    super("tenant:QuobyteParts", name, scope, options);
    const volumes: Record<string, MountedFrom> = {};
    for (const object of objects) {
      if (object.kind !== "quobyte-tenant") continue;
      const { cluster, deletable, holds } = object.facts;
      const tenant = new QuobyteTenant(
        this.childName(this.#role(object, "tenant"), cluster),
        {
          ...{ cluster, name: object.name, eraseVolumes: deletable },
          tenantId: holds === "shares" ? projectId : quobyteVolumesTenantId(projectId),
        },
        this.own(dataOptions(deletable)),
      );
      const rules = this.#rules(tenant, object, objects);
      if (holds === "shares") continue;
      const of = { scope, tenant, tenantPlanId: object.id, rules, objects };
      const made = new QuobyteVolumes(this.childName("volumes", cluster), of, { parent: this });
      Object.assign(volumes, made.mountedFrom);
    }
    this.volumes = volumes;
    this.registerOutputs({});
  }

  /** Role of a child; what belongs to a tenant of volumes says so. */
  #role({ facts: { holds } }: Planned<"quobyte-tenant">, role: string): string {
    return holds === "shares" ? role : `${holds}-${role}`;
  }

  /** Rules, each after the tenant; the quota after all of them. */
  #rules(tenant: QuobyteTenant, of: Planned<"quobyte-tenant">, objects: readonly PlannedObject[]): QuobytePolicyRule[] {
    const rules = objects.flatMap((object) => {
      if (object.kind !== "quobyte-rule" || object.facts.tenantId !== of.id) return [];
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
      const role = this.#role(of, object.id.split("/").at(-1) ?? "");
      // Without the rule the next volume lies in the clear: it goes as its tenant goes.
      return [new QuobytePolicyRule(this.childName(role, cluster), args, this.own({ protect: !deletable }))];
    });
    for (const object of objects) {
      if (object.kind !== "quobyte-quota" || object.facts.tenantId !== of.id) continue;
      const { cluster, volumes, gigabytes } = object.facts;
      const args = { cluster, tenantId: tenant.tenantId, volumes, gigabytes };
      new QuobyteQuota(this.childName("quota", cluster), args, this.own({ dependsOn: rules }));
    }
    return rules;
  }
}
