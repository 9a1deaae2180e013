import type * as pulumi from "@pulumi/pulumi";
import type { AssignmentFacts } from "../../plan/facts.ts";
import type { Planned } from "../../plan/types.ts";
import { ProjectAccess, type Assignment } from "../../provider/sdk.ts";
import { TresorComponent, type Registry, type Scope } from "../base.ts";

export interface AreaAccessArgs {
  /** Scoped to the zone's domain. */
  readonly scope: Scope;
  readonly access: Planned<"project-access">;
  readonly projectId: string;
  readonly zone: string;
  readonly pipelineUserId: string;
  /** Holds the partners' groups and the service users. */
  readonly registry: Registry;
}

/** Who may do what in one project: the whole list, so that one more by hand is drift. */
export class AreaAccess extends TresorComponent {
  constructor(name: string, args: AreaAccessArgs, options?: pulumi.ComponentResourceOptions) {
    super("access:AreaAccess", name, args.scope, options);
    const { access, projectId, zone, registry, pipelineUserId } = args;
    const assignment = ({ role, partner, serviceUserId }: AssignmentFacts): Assignment => {
      if (partner !== undefined) return { role, groupId: registry.get(`partner-group/${zone}/${partner}`) };
      return { role, userId: serviceUserId === undefined ? pipelineUserId : registry.get(serviceUserId) };
    };
    new ProjectAccess(
      this.childName("roles"),
      {
        cloud: this.cloud,
        projectId,
        assignments: access.facts.assignments.map(assignment),
        expected: access.facts.expected.map(assignment),
      },
      this.own(),
    );
    this.registerOutputs({});
  }
}
