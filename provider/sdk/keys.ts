import * as pulumi from "@pulumi/pulumi";
import type { CloudArgs, In, Options, Out } from "./common.ts";

/** What uses a key: Barbican deletes no key that one is registered for. */
export interface KeyConsumer {
  /** For example `compute`. */
  readonly service: In<string>;
  /** For example `servers`. */
  readonly resourceType: In<string>;
  readonly resourceId: In<string>;
}

export interface StudyKeyArgs extends CloudArgs {
  /** For good. */
  readonly name: In<string>;
  /** Last second in which it can be read, `2027-12-31T23:59:59Z`; for good. */
  readonly expiration: In<string>;
  /** Ids of the users who may read it. @default - nobody but the one who made it */
  readonly readers?: In<In<string>[]>;
  /** @default - none */
  readonly consumers?: In<In<KeyConsumer>[]>;
  /** Its time is over, so that an expired key is as wanted. @default false */
  readonly ended?: In<boolean>;
  /** Its list is emptied before its end: a key that is there stays, a new one is refused. @default false */
  readonly shortened?: In<boolean>;
}

/** An AES-256 key that Barbican makes and keeps; its bytes are in no state. Id: the secret's. */
export class StudyKey extends pulumi.CustomResource {
  declare readonly name: Out<string>;
  declare readonly expiration: Out<string>;
  /** `ACTIVE`, or `expired`. */
  declare readonly status: Out<string>;

  constructor(name: string, args: StudyKeyArgs, opts?: Options) {
    super(
      "tresor:keys:StudyKey",
      name,
      { ...args, orderId: undefined, status: undefined, access: undefined, others: undefined },
      opts,
    );
  }
}

export interface SecretAclArgs extends CloudArgs {
  readonly secretId: In<string>;
  /** Ids of the users who may read it. @default - nobody but the one who made it */
  readonly readers?: In<In<string>[]>;
  /** Whether members of its project may read it too. @default false */
  readonly projectAccess?: In<boolean>;
}

/** Who may read a secret that was not made here: the whole list. Id: the secret's. */
export class SecretAcl extends pulumi.CustomResource {
  declare readonly secretId: Out<string>;
  declare readonly readers: Out<string[]>;

  constructor(name: string, args: SecretAclArgs, opts?: Options) {
    super("tresor:keys:SecretAcl", name, { ...args }, opts);
  }
}
