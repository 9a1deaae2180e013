import type { Session } from "../../../openstack/index.ts";
import type { Call } from "../../resource.ts";

/** Groups that this very process made and emptied, and whose rules nobody has set yet. */
const EMPTY = new WeakMap<Session, Set<string>>();

/** Says that a group was made a moment ago and holds no rule: its rule set need not look first. */
export function rememberEmpty({ session }: Call, groupId: string): void {
  const groups = EMPTY.get(session) ?? new Set();
  EMPTY.set(session, groups.add(groupId));
}

/** True once for a group that is known to be empty. */
export const takeEmpty = ({ session }: Call, groupId: string): boolean => EMPTY.get(session)?.delete(groupId) ?? false;
