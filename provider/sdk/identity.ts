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

export interface DomainAssignment extends Assignment {
  /** Handed down to all projects of the domain. @default false */
  readonly toProjects?: In<boolean>;
}

export interface DomainAccessArgs extends CloudArgs {
  readonly domainId: In<string>;
  readonly assignments: In<In<DomainAssignment>[]>;
  /** Grants of the operator: known, never made and never removed here. @default - none */
  readonly expected?: In<In<DomainAssignment>[]>;
}

/** All role assignments on a domain, those that it hands down included. Id: the domain's. */
export class DomainAccess extends pulumi.CustomResource {
  declare readonly domainId: Out<string>;

  constructor(name: string, args: DomainAccessArgs, opts?: Options) {
    super("tresor:identity:DomainAccess", name, { ...args }, opts);
  }
}

/** A member of a group: a user by id, or by the name under which the identity provider knows the person. */
export interface Member {
  readonly userId?: In<string>;
  readonly name?: In<string>;
}

export interface GroupMembersArgs extends CloudArgs {
  readonly groupId: In<string>;
  /** Where names are looked for. */
  readonly domainId: In<string>;
  readonly members: In<In<Member>[]>;
}

/** All members of a group. Id: the group's. */
export class GroupMembers extends pulumi.CustomResource {
  /** Names that the domain has no user for yet, joined by commas. */
  declare readonly waiting: Out<string>;

  constructor(name: string, args: GroupMembersArgs, opts?: Options) {
    super("tresor:identity:GroupMembers", name, { ...args, waiting: undefined }, opts);
  }
}

export interface PersonArgs extends CloudArgs {
  readonly name: In<string>;
  readonly domainId: In<string>;
  /** @default "" */
  readonly description?: In<string>;
  /** @default true */
  readonly enabled?: In<boolean>;
}

/** A person's user in a domain, with a one-time password of its own. */
export class Person extends pulumi.CustomResource {
  /** A secret. */
  declare readonly oneTimePassword: Out<string>;

  constructor(name: string, args: PersonArgs, opts: Options = {}) {
    const additionalSecretOutputs = ["oneTimePassword", ...(opts.additionalSecretOutputs ?? [])];
    super(
      "tresor:identity:Person",
      name,
      { ...args, oneTimePassword: undefined },
      { ...opts, additionalSecretOutputs },
    );
  }
}

export interface IdentityProviderArgs extends CloudArgs {
  readonly name: In<string>;
  /** @default "" */
  readonly description?: In<string>;
  /** @default true */
  readonly enabled?: In<boolean>;
  readonly remoteIds: In<In<string>[]>;
  /** @default - Keystone makes one, which goes with the provider */
  readonly domainId?: In<string>;
  /** How long groups of a log-in hold, in minutes. */
  readonly authorizationMinutes: In<number>;
}

/** An identity provider. Id: its name. */
export class IdentityProvider extends pulumi.CustomResource {
  declare readonly usersDomainId: Out<string>;

  constructor(name: string, args: IdentityProviderArgs, opts?: Options) {
    super("tresor:identity:IdentityProvider", name, { ...args, usersDomainId: undefined }, opts);
  }
}

export interface MappingArgs extends CloudArgs {
  readonly name: In<string>;
  /** All rules, as JSON. */
  readonly rules: In<string>;
}

/** A mapping of claims to users and groups. Id: its name. */
export class Mapping extends pulumi.CustomResource {
  constructor(name: string, args: MappingArgs, opts?: Options) {
    super("tresor:identity:Mapping", name, { ...args }, opts);
  }
}

export interface FederationProtocolArgs extends CloudArgs {
  readonly identityProviderId: In<string>;
  readonly name: In<string>;
  readonly mappingId: In<string>;
  readonly remoteIdAttribute: In<string>;
}

/** A protocol of an identity provider. Id: `<provider>/<protocol>`. */
export class FederationProtocol extends pulumi.CustomResource {
  constructor(name: string, args: FederationProtocolArgs, opts?: Options) {
    super("tresor:identity:FederationProtocol", name, { ...args }, opts);
  }
}
