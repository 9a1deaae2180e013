import * as pulumi from "@pulumi/pulumi";
import type { CloudArgs, In, Options, Out } from "./common.ts";

export interface GroupArgs extends CloudArgs {
  readonly name: In<string>;
  readonly domainId: In<string>;
  /** @default "" */
  readonly description?: In<string>;
}

/** A group of people; its members are left alone. */
export class Group extends pulumi.CustomResource {
  declare readonly name: Out<string>;
  declare readonly domainId: Out<string>;

  constructor(name: string, args: GroupArgs, opts?: Options) {
    super("tresor:identity:Group", name, { ...args }, opts);
  }
}

/** A role on a project for one user or one group. */
export interface Assignment {
  /** Name of a global role. */
  readonly role: In<string>;
  readonly userId?: In<string>;
  readonly groupId?: In<string>;
}

export interface ProjectAccessArgs extends CloudArgs {
  readonly projectId: In<string>;
  readonly assignments: In<In<Assignment>[]>;
  /** Grants of the operator: known, never made and never removed here. @default - none */
  readonly expected?: In<In<Assignment>[]>;
}

/** All role assignments of a project, direct and inherited from its domain. Id: the project's. */
export class ProjectAccess extends pulumi.CustomResource {
  declare readonly projectId: Out<string>;
  declare readonly assignments: Out<(pulumi.Unwrap<Assignment> & { inheritedFrom?: string })[]>;

  constructor(name: string, args: ProjectAccessArgs, opts?: Options) {
    super("tresor:identity:ProjectAccess", name, { ...args }, opts);
  }
}
