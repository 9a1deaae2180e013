import { z } from "zod";
import { id } from "../../fields.ts";
import type { Call } from "../../resource.ts";
import { defineKind, sortedSet } from "../../resource.ts";
import { converge, revoke, withoutExpected, type Place } from "./access-set.ts";
import type { Assignment, LiveAssignment } from "./assignments.ts";
import {
  assignmentFields,
  assignmentKey,
  fromEntry,
  grantPath,
  listAssignments,
  oneActor,
  plainAssignment,
} from "./assignments.ts";

const assignment = oneActor(assignmentFields.extend({ toProjects: z.boolean().optional() }));
const set = z.array(assignment).transform((all) => sortedSet(all.map(plainAssignment)));
const inputs = z.object({ domainId: id("a domain"), assignments: set, expected: set.default([]) });

/** All assignments on a domain, those that it hands down to its projects included. */
async function liveOnDomain(call: Call, domainId: string): Promise<LiveAssignment[] | undefined> {
  const { session } = call;
  const what = `read domain ${domainId}`;
  // A domain that is gone has an empty list, which must not count as an empty set.
  if ((await session.token()).domainId !== domainId) {
    const found = await session.find("identity", `/domains/${domainId}`, { what });
    if (found === undefined) return undefined;
  }
  const entries = await listAssignments(session, `list the role assignments of domain ${domainId}`, {
    "scope.domain.id": domainId,
  });
  return entries.map((entry) => {
    const { inheritedFrom, ...live } = fromEntry(entry);
    return inheritedFrom === undefined ? live : { ...live, toProjects: true };
  });
}

async function placeOf(call: Call, domainId: string): Promise<Place> {
  const { userId } = await call.session.token();
  return {
    name: `domain ${domainId}`,
    live: () => liveOnDomain(call, domainId),
    path: (one, roleId) =>
      one.toProjects === true
        ? `/OS-INHERIT${grantPath(`/domains/${domainId}`, one, roleId)}/inherited_to_projects`
        : grantPath(`/domains/${domainId}`, one, roleId),
    // Whoever saws off the branch on which he sits cannot mend it.
    mayRevoke: (one) => one.userId !== userId,
  };
}

/** All role assignments on a domain. */
export const domainAccess = defineKind({
  module: "identity",
  name: "DomainAccess",
  summary:
    "All role assignments on a domain, those that it hands down to its projects included: what is neither listed nor expected is revoked.",
  inputs,
  replaceOn: ["domainId"],
  create: async (call, { domainId, assignments, expected }) => {
    await converge(call, await placeOf(call, domainId), assignments, expected);
    return { id: domainId };
  },
  read: async (call, domainId, state) => {
    const live = await liveOnDomain(call, domainId);
    const expected = (state.expected ?? []) as Assignment[];
    return live && { domainId, assignments: sortedSet(withoutExpected(live, expected).map(plainAssignment)), expected };
  },
  update: async (call, domainId, { assignments, expected }) => {
    await converge(call, await placeOf(call, domainId), assignments, expected);
    return undefined;
  },
  delete: async (call, domainId, state) => {
    const live = (await liveOnDomain(call, domainId)) ?? [];
    const own = new Set(((state.assignments ?? []) as Assignment[]).map(assignmentKey));
    const place = await placeOf(call, domainId);
    await revoke(
      call,
      place,
      live.filter((one) => own.has(assignmentKey(one))),
    );
  },
});
