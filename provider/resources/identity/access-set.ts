import { UserError } from "../../../config/problem.ts";
import { hasStatus } from "../../../openstack/index.ts";
import type { Call } from "../../resource.ts";
import { difference } from "../../resource.ts";
import { notThere } from "../sets.ts";
import type { Assignment, LiveAssignment } from "./assignments.ts";
import { assignmentKey, roleIds } from "./assignments.ts";

/** What a set of role assignments belongs to: a project, or a domain. */
export interface Place {
  /** `project 8e2f`. */
  readonly name: string;
  readonly live: () => Promise<LiveAssignment[] | undefined>;
  /** Address of one grant. */
  readonly path: (one: Assignment, roleId: string) => string;
  /** False for what belongs elsewhere, or must stay whoever made it. */
  readonly mayRevoke: (one: LiveAssignment) => boolean;
}

/** Without those that the operator is expected to hold; an expected one may be direct or inherited. */
export function withoutExpected(live: readonly LiveAssignment[], expected: readonly Assignment[]): LiveAssignment[] {
  const known = new Set(expected.map(assignmentKey));
  return live.filter((one) => !known.has(assignmentKey({ ...one, inheritedFrom: undefined })));
}

const say = (one: LiveAssignment): string => {
  const from = one.inheritedFrom === undefined ? "" : `, inherited from ${one.inheritedFrom}`;
  return `role ${one.role} of ${one.actor}${from}${one.toProjects === true ? ", handed down to all projects" : ""}`;
};

async function grant(call: Call, place: Place, missing: readonly Assignment[]): Promise<void> {
  if (missing.length === 0) return;
  const ids = await roleIds(call, [...new Set(missing.map((one) => one.role))]);
  for (const one of missing) {
    const whom = one.userId === undefined ? `group ${one.groupId ?? ""}` : `user ${one.userId}`;
    const what = `give the role ${one.role} on ${place.name} to ${whom}`;
    await call.session.request("identity", "PUT", place.path(one, ids.get(one.role) ?? ""), { what });
  }
}

/** Revokes what this credential may revoke and gives back the rest. */
export async function revoke(call: Call, place: Place, extra: readonly LiveAssignment[]): Promise<LiveAssignment[]> {
  const left = extra.filter((one) => !place.mayRevoke(one));
  for (const one of extra.filter(place.mayRevoke)) {
    const what = `revoke ${say(one)} on ${place.name}`;
    try {
      await call.session.request("identity", "DELETE", place.path(one, one.roleId), { what, expect: [404] });
    } catch (error) {
      if (!hasStatus(error, 403)) throw error;
      left.push(one);
    }
  }
  return left;
}

/** Makes the live assignments equal to the wanted ones: closes before it opens, then fails over what it may not revoke. */
export async function converge(
  call: Call,
  place: Place,
  wanted: readonly Assignment[],
  expected: readonly Assignment[],
): Promise<void> {
  const live = await place.live();
  if (!live) throw notThere(`set who may use ${place.name}`);
  const { missing, extra } = difference(wanted, withoutExpected(live, expected), assignmentKey, assignmentKey);
  const left = await revoke(call, place, extra);
  await grant(call, place, missing);
  if (left.length > 0)
    throw new UserError({
      what: `${place.name} holds role assignments that this credential may not revoke`,
      found: left.map(say).join("; "),
      why: "given by the operator, or on the domain",
      next: "ask the operator to revoke them, or list them as expected, then repeat; everything else of the set is as wanted",
    });
}
