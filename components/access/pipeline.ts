import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Planned } from "../../plan/types.ts";
import { PluginComponent, type Registry, type PluginScope } from "../base.ts";

export interface PipelineArgs {
  readonly scope: PluginScope;
  readonly pipeline: Planned<"pipeline">;
  readonly domainId: pulumi.Input<string>;
  readonly registry: Registry;
  /** Ids of Keystone's roles. */
  readonly roles: Readonly<Record<"manager" | "member", string>>;
}

/**
 * The zone pipeline's identity: manager of the domain, member of each area's project, nothing on benches. It is made with a
 * one-time password which `tresor claim` changes: afterwards nothing in the operator's state logs in.
 */
export class Pipeline extends PluginComponent {
  readonly oneTimePassword: pulumi.Output<string>;

  constructor(name: string, args: PipelineArgs, options?: pulumi.ComponentResourceOptions) {
    super("access:Pipeline", name, args.scope, options);
    const { pipeline, domainId, registry, roles } = args;
    const password = new random.RandomPassword(
      this.childName("one-time-password"),
      { length: 40, special: false },
      { parent: this },
    );
    const user = new openstack.identity.User(
      this.childName("user"),
      {
        name: pipeline.name,
        domainId,
        description: "Acts for the zone's pipeline",
        password: password.result,
        ignoreChangePasswordUponFirstUse: false,
      },
      this.child({ additionalSecretOutputs: ["password"] }),
    );
    new openstack.identity.RoleAssignment(
      this.childName("domain-role"),
      { userId: user.id, domainId, roleId: roles.manager },
      this.child(),
    );
    for (const project of pipeline.facts.memberOf) {
      const area = project.split("/").at(-1) ?? "";
      new openstack.identity.RoleAssignment(
        this.childName("area-role", area),
        { userId: user.id, projectId: registry.get(project), roleId: roles.member },
        this.child(),
      );
    }
    this.oneTimePassword = pulumi.secret(password.result);
    this.registerOutputs({});
  }
}
