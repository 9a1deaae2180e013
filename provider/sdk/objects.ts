import * as pulumi from "@pulumi/pulumi";
import type { CloudArgs, In, Options, Out } from "./common.ts";

export interface ContainerArgs extends CloudArgs {
  readonly name: In<string>;
  /** `<project id>:<user id>` or a role's name: who may read and list beside the project's members. @default - nobody */
  readonly readers?: In<In<string>[]>;
  /** As `readers`: who may write, overwrite and delete. @default - nobody */
  readonly writers?: In<In<string>[]>;
  /** @default - without limit */
  readonly quotaBytes?: In<number>;
  /** What is overwritten or deleted stays as an older version. @default false */
  readonly versions?: In<boolean>;
  /** An `IngestKey` belongs to it. @default false */
  readonly signed?: In<boolean>;
  /** Keys in lower case. @default - none */
  readonly metadata?: In<Record<string, In<string>>>;
}

/** A container of objects with its whole lists of readers and writers; deleting it deletes what is in it. Id: its name. */
export class Container extends pulumi.CustomResource {
  declare readonly name: Out<string>;
  /** Ways in that nobody planned, when it was read last; empty: none. */
  declare readonly ways: Out<string>;

  constructor(name: string, args: ContainerArgs, opts?: Options) {
    super(
      "tresor:objectstorage:Container",
      name,
      { ...args, ways: undefined },
      pulumi.mergeOptions({ deleteBeforeReplace: true }, opts),
    );
  }
}

export interface IngestKeyArgs extends CloudArgs {
  /** Name of the container. */
  readonly container: In<string>;
  readonly networks: In<In<string>[]>;
  /** `2027-12-31T23:59:59Z`. */
  readonly expiresAt: In<string>;
  /** False: no key, so that nothing that was signed opens anything. @default true */
  readonly enabled?: In<boolean>;
}

/** The key that signs write-only addresses of a container; any change makes a new one. Id: the container's. */
export class IngestKey extends pulumi.CustomResource {
  /** `ours`, `none` or `foreign`. */
  declare readonly status: Out<string>;
  /** SHA-256 of the key. */
  declare readonly mark: Out<string>;

  constructor(name: string, args: IngestKeyArgs, opts?: Options) {
    super("tresor:objectstorage:IngestKey", name, { ...args, status: undefined, mark: undefined }, opts);
  }
}
