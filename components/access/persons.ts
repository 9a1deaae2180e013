import * as pulumi from "@pulumi/pulumi";
import type { MemberFacts } from "../../plan/facts.ts";
import type { Planned } from "../../plan/types.ts";
import { DomainAccess, GroupMembers, Person, type Member } from "../../provider/sdk.ts";
import { TresorComponent, type Registry, type Scope } from "../base.ts";

export interface PersonsArgs {
  /** Scoped to the zone's domain. */
  readonly scope: Scope;
  readonly access: Planned<"domain-access">;
  readonly persons: readonly Planned<"person">[];
  readonly groups: readonly Planned<"group-members">[];
  readonly domainId: string;
  readonly pipelineUserId: string;
  /** Holds the partners' groups. */
  readonly registry: Registry;
}

/** Who is who in a zone: roles on its domain, users of persons without an identity provider, and who is in which partner's group. */
export class Persons extends TresorComponent {
  /** One-time passwords of local persons by their user's name: secrets. */
  readonly oneTimePasswords: Readonly<Record<string, pulumi.Output<string>>>;
  /** Names that partners' groups wait for, by group: their persons have not logged in yet. */
  readonly waiting: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: PersonsArgs, options?: pulumi.ComponentResourceOptions) {
    super("access:Persons", name, args.scope, options);
    const { access, domainId, pipelineUserId } = args;
    // Nobody but the pipeline has a role on the domain: persons get theirs from groups, on projects.
    if (access.facts.assignments.length > 0) throw new Error("a zone gives no role on its domain");
    new DomainAccess(
      this.childName("domain-roles"),
      {
        cloud: this.cloud,
        domainId,
        assignments: [],
        expected: access.facts.expected.map(({ role }) => ({ role, userId: pipelineUserId })),
      },
      this.own(),
    );
    this.oneTimePasswords = Object.fromEntries(args.persons.map((person) => this.#person(person, args)));
    this.waiting = Object.fromEntries(args.groups.map((group) => this.#members(group, args)));
    this.registerOutputs({});
  }

  #person({ id, name, facts }: Planned<"person">, args: PersonsArgs): readonly [string, pulumi.Output<string>] {
    const person = new Person(
      this.childName("person", name),
      {
        cloud: this.cloud,
        name,
        domainId: args.domainId,
        description: `${facts.title}, ${facts.partner}, until ${facts.until}`,
        enabled: facts.enabled,
      },
      this.own(),
    );
    args.registry.set(id, person.id);
    return [name, pulumi.secret(person.oneTimePassword)];
  }

  #members(group: Planned<"group-members">, args: PersonsArgs): readonly [string, pulumi.Output<string>] {
    const { registry, domainId } = args;
    const member = ({ user, userId }: MemberFacts): Member =>
      userId === null ? { name: user ?? "" } : { userId: registry.get(userId) };
    const members = new GroupMembers(
      this.childName("members", group.name),
      {
        cloud: this.cloud,
        groupId: registry.get(group.facts.groupId),
        domainId,
        members: group.facts.members.map(member),
      },
      this.own(),
    );
    return [group.name, members.waiting];
  }
}
