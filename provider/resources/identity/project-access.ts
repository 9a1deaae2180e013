import { z } from "zod";
import { id } from "../../fields.ts";
import type { Call } from "../../resource.ts";
import { defineKind, sortedSet } from "../../resource.ts";
import { converge, revoke, withoutExpected, type Place } from "./access-set.ts";
import type { Assignment } from "./assignments.ts";
import { assignmentKey, assignmentSchema, grantPath, liveAssignments, plainAssignment } from "./assignments.ts";

const set = z.array(assignmentSchema).transform(sortedSet);
const inputs = z.object({ projectId: id("a project"), assignments: set, expected: set.default([]) });

const placeOf = (call: Call, projectId: string): Place => ({
  name: `project ${projectId}`,
  live: () => liveAssignments(call, projectId),
  path: (one, roleId) => grantPath(`/projects/${projectId}`, one, roleId),
  // What is inherited belongs to the domain and is left.
  mayRevoke: (one) => one.inheritedFrom === undefined,
});

/** All role assignments of a project. */
export const projectAccess = defineKind({
  module: "identity",
  name: "ProjectAccess",
  summary:
    "All role assignments of a project, direct and inherited from its domain: what is neither listed nor expected is revoked.",
  inputs,
  replaceOn: ["projectId"],
  create: async (call, { projectId, assignments, expected }) => {
    await converge(call, placeOf(call, projectId), assignments, expected);
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
    await converge(call, placeOf(call, projectId), assignments, expected);
    return undefined;
  },
  // Only what the state lists: an operator's grant that appeared meanwhile goes with the project.
  delete: async (call, projectId, state) => {
    const live = (await liveAssignments(call, projectId)) ?? [];
    const own = new Set(((state.assignments ?? []) as Assignment[]).map(assignmentKey));
    const ours = live.filter((one) => one.inheritedFrom === undefined && own.has(assignmentKey(one)));
    await revoke(call, placeOf(call, projectId), ours);
  },
});
