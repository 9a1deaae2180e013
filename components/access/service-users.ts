import * as pulumi from "@pulumi/pulumi";
import type { Planned } from "../../plan/types.ts";
import { ApplicationCredential, ServiceUser } from "../../provider/sdk.ts";
import { TresorComponent, type Registry, type Scope } from "../base.ts";

export interface ServiceUsersArgs {
  /** Scoped to the zone's domain. */
  readonly scope: Scope;
  readonly users: readonly Planned<"service-user">[];
  readonly domainId: string;
  readonly registry: Registry;
}

/** Users that act for services of a zone: nobody can log in as one but by its credential. */
export class ServiceUsers extends TresorComponent {
  constructor(name: string, args: ServiceUsersArgs, options?: pulumi.ComponentResourceOptions) {
    super("access:ServiceUsers", name, args.scope, options);
    for (const { id, name: userName, facts } of args.users) {
      const user = new ServiceUser(
        this.childName("user", userName),
        { cloud: this.cloud, name: userName, domainId: args.domainId, description: facts.title, enabled: true },
        this.own(),
      );
      args.registry.set(id, user.id);
    }
    this.registerOutputs({});
  }
}

export interface ServiceCredentialArgs {
  /** Scoped to the zone's domain. */
  readonly scope: Scope;
  readonly credential: Planned<"application-credential">;
  readonly projectId: string;
  readonly registry: Registry;
  /** The roles on the project: Keystone makes no credential that is wider than its user. */
  readonly after: pulumi.Resource;
}

/** The way to log in of one service user, no longer and no wider than planned. */
export class ServiceCredential extends TresorComponent {
  /** Both parts are one secret. */
  readonly login: pulumi.Output<{ readonly id: string; readonly secret: string }>;

  constructor(name: string, args: ServiceCredentialArgs, options?: pulumi.ComponentResourceOptions) {
    super("access:ServiceCredential", name, args.scope, options);
    const { name: title, facts } = args.credential;
    const credential = new ApplicationCredential(
      this.childName("credential"),
      {
        cloud: this.cloud,
        userId: args.registry.get(facts.userId),
        projectId: args.projectId,
        name: title,
        roles: [facts.role],
        accessRules: facts.accessRules.map(({ path, ...rule }) => ({
          ...rule,
          path: path.replace("{project}", args.projectId),
        })),
        expiresAt: facts.expiresAt,
        enabled: facts.enabled,
      },
      this.own({ dependsOn: args.after }),
    );
    args.registry.set(args.credential.id, credential.id);
    this.login = pulumi.secret({ id: credential.id, secret: credential.secret });
    this.registerOutputs({});
  }
}
