import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { hasStatus } from "../../../openstack/index.ts";
import { id } from "../../fields.ts";
import type { Call } from "../../resource.ts";
import { defineKind, difference, sortedSet } from "../../resource.ts";
import { notThere } from "../sets.ts";
import type { Assignment, LiveAssignment } from "./assignments.ts";
import {
  assignmentKey,
  assignmentSchema,
  grantPath,
  liveAssignments,
  plainAssignment,
  roleIds,
} from "./assignments.ts";

const set = z.array(assignmentSchema).transform(sortedSet);
const inputs = z.object({ projectId: id("a project"), assignments: set, expected: set.default([]) });

/** Without those that the operator is expected to hold; an expected one may be direct or inherited. */
function withoutExpected(live: readonly LiveAssignment[], expected: readonly Assignment[]): LiveAssignment[] {
  const known = new Set(expected.map(assignmentKey));
  return live.filter((one) => !known.has(assignmentKey({ ...one, inheritedFrom: undefined })));
}

const say = (one: LiveAssignment): string =>
  `role ${one.role} of ${one.actor}${one.inheritedFrom === undefined ? "" : `, inherited from ${one.inheritedFrom}`}`;

async function grant(call: Call, projectId: string, missing: readonly Assignment[]): Promise<void> {
  if (missing.length === 0) return;
  const ids = await roleIds(call, [...new Set(missing.map((one) => one.role))]);
  for (const one of missing) {
    const whom = one.userId === undefined ? `group ${one.groupId ?? ""}` : `user ${one.userId}`;
    const what = `give the role ${one.role} on project ${projectId} to ${whom}`;
    await call.session.request("identity", "PUT", grantPath(projectId, one, ids.get(one.role) ?? ""), { what });
  }
}

/** Revokes what this credential may revoke and gives back the rest; what is inherited belongs to the domain and is left. */
async function revoke(call: Call, projectId: string, extra: readonly LiveAssignment[]): Promise<LiveAssignment[]> {
  const left: LiveAssignment[] = extra.filter((one) => one.inheritedFrom !== undefined);
  for (const one of extra.filter((item) => item.inheritedFrom === undefined)) {
    const what = `revoke ${say(one)} on project ${projectId}`;
    try {
      await call.session.request("identity", "DELETE", grantPath(projectId, one, one.roleId), { what, expect: [404] });
    } catch (error) {
      if (!hasStatus(error, 403)) throw error;
      left.push(one);
    }
  }
  return left;
}

async function converge(
  call: Call,
  projectId: string,
  wanted: readonly Assignment[],
  expected: readonly Assignment[],
): Promise<void> {
  const live = await liveAssignments(call, projectId);
  if (!live) throw notThere(`set who may use project ${projectId}`);
  const { missing, extra } = difference(wanted, withoutExpected(live, expected), assignmentKey, assignmentKey);
  const left = await revoke(call, projectId, extra);
  await grant(call, projectId, missing);
  if (left.length > 0)
    throw new UserError({
      what: `project ${projectId} holds role assignments that this credential may not revoke`,
      found: left.map(say).join("; "),
      why: "given by the operator, or on the domain",
      next: "ask the operator to revoke them, or list them as expected, then repeat; everything else of the set is as wanted",
    });
}

/** All role assignments of a project. */
export const projectAccess = defineKind({
  module: "identity",
  name: "ProjectAccess",
  summary:
    "All role assignments of a project, direct and inherited from its domain: what is neither listed nor expected is revoked.",
  inputs,
  replaceOn: ["projectId"],
  create: async (call, { projectId, assignments, expected }) => {
    await converge(call, projectId, assignments, expected);
    return { id: projectId };
  },
  read: async (call, projectId, state) => {
    const live = await liveAssignments(call, projectId);
    const expected = (state.expected ?? []) as Assignment[];
    return (
      live && { projectId, assignments: sortedSet(withoutExpected(live, expected).map(plainAssignment)), expected }
    );
  },
  update: async (call, projectId, { assignments, expected }) => {
    await converge(call, projectId, assignments, expected);
    return undefined;
  },
  // Only what the state lists: an operator's grant that appeared meanwhile goes with the project.
  delete: async (call, projectId, state) => {
    const live = (await liveAssignments(call, projectId)) ?? [];
    const own = new Set(((state.assignments ?? []) as Assignment[]).map(assignmentKey));
    await revoke(
      call,
      projectId,
      live.filter((one) => one.inheritedFrom === undefined && own.has(assignmentKey(one))),
    );
  },
});
