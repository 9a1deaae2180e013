import * as pulumi from "@pulumi/pulumi";
import type { CloudArgs, In, Options, Out } from "./common.ts";

export interface ServiceUserArgs extends CloudArgs {
  readonly name: In<string>;
  readonly domainId: In<string>;
  /** @default "" */
  readonly description?: In<string>;
  /** Keystone deletes the credentials of one that is disabled. @default true */
  readonly enabled?: In<boolean>;
}

/** A user for one service, without a password that anybody knows. Id: the user's. */
export class ServiceUser extends pulumi.CustomResource {
  declare readonly name: Out<string>;

  constructor(name: string, args: ServiceUserArgs, opts?: Options) {
    super("tresor:identity:ServiceUser", name, { ...args }, opts);
  }
}

/** What a credential may be used for; `*` stands for one part of a path, `**` for all that follow. */
export interface AccessRule {
  /** Service type, for example `object-store`. */
  readonly service: In<string>;
  readonly method: In<"GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE">;
  readonly path: In<string>;
}

export interface ApplicationCredentialArgs extends CloudArgs {
  /** Of a `ServiceUser`. */
  readonly userId: In<string>;
  readonly projectId: In<string>;
  readonly name: In<string>;
  readonly roles: In<In<string>[]>;
  readonly accessRules: In<In<AccessRule>[]>;
  /** `2027-12-31T23:59:59Z`. */
  readonly expiresAt: In<string>;
  /** False while its role is taken away. @default true */
  readonly enabled?: In<boolean>;
}

/** The one application credential of a service user. Id: the credential's. */
export class ApplicationCredential extends pulumi.CustomResource {
  /** A secret. */
  declare readonly secret: Out<string>;

  constructor(name: string, args: ApplicationCredentialArgs, opts: Options = {}) {
    const additionalSecretOutputs = ["secret", ...(opts.additionalSecretOutputs ?? [])];
    super(
      "tresor:identity:ApplicationCredential",
      name,
      { ...args, secret: undefined },
      pulumi.mergeOptions({ deleteBeforeReplace: true }, { ...opts, additionalSecretOutputs }),
    );
  }
}
