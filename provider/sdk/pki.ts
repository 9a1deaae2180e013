import * as pulumi from "@pulumi/pulumi";
import type { In, Options, Out } from "./common.ts";

/** What every resource of an authority takes. */
interface AuthorityArgs {
  /** Name of the `authorities.yaml` entry whose address and token are used. */
  readonly authority: In<string>;
}

export interface PkiRoleArgs extends AuthorityArgs {
  readonly mount: In<string>;
  readonly name: In<string>;
  /** Certificates are for names below these. */
  readonly domains: In<In<string>[]>;
  /** Longest life of a certificate, in seconds; 7 days at most. */
  readonly maxTtl: In<number>;
}

/** For whom an authority signs certificates of clients. Id: `<mount>/<name>`. */
export class PkiRole extends pulumi.CustomResource {
  declare readonly name: Out<string>;

  constructor(name: string, args: PkiRoleArgs, opts?: Options) {
    super(
      "tresor:pki:Role",
      name,
      { ...args, opened: undefined },
      pulumi.mergeOptions({ deleteBeforeReplace: true }, opts),
    );
  }
}

export interface PkiPolicyArgs extends AuthorityArgs {
  readonly name: In<string>;
  /** As OpenBao reads it. */
  readonly policy: In<string>;
}

/** What a token may do that has this policy. Id: its name. */
export class PkiPolicy extends pulumi.CustomResource {
  declare readonly name: Out<string>;

  constructor(name: string, args: PkiPolicyArgs, opts?: Options) {
    super("tresor:pki:Policy", name, { ...args }, opts);
  }
}
