import { z } from "zod";
import type { UserError } from "../../../config/problem.ts";
import { hasStatus } from "../../../openstack/index.ts";
import { id } from "../../fields.ts";
import type { Call } from "../../resource.ts";
import { defineKind, difference, sortedSet } from "../../resource.ts";
import { leftOver, notThere } from "../sets.ts";
import type { LiveRule, Rule } from "./rules.ts";
import { fromLive, ruleKey, ruleSchema, sayRule, toLive } from "./rules.ts";

const inputs = z.object({
  securityGroupId: id("a security group"),
  rules: z.array(ruleSchema).transform(sortedSet),
});

interface Group {
  readonly security_group: { readonly name: string; readonly security_group_rules: readonly LiveRule[] };
}

/** All rules that the credential sees: those within the group and those of the list, which each leave some out. */
async function liveRules({ session }: Call, groupId: string): Promise<LiveRule[] | undefined> {
  const what = `read the rules of security group ${groupId}`;
  const group = await session.find<Group>("network", `/security-groups/${groupId}`, { what });
  if (!group) return undefined;
  const listed = await session.paginate<LiveRule>("network", "/security-group-rules", "security_group_rules", {
    query: { security_group_id: groupId },
    what,
  });
  const all = [...group.security_group.security_group_rules, ...listed];
  return [...new Map(all.map((rule) => [rule.id, rule])).values()];
}

/** Deletes rules; gives back those that this credential may not delete. */
async function remove(call: Call, rules: readonly LiveRule[]): Promise<LiveRule[]> {
  const outcomes = await Promise.all(
    rules.map(async (rule) => {
      const what = `remove the rule ${rule.id} (${sayRule(fromLive(rule))})`;
      try {
        await call.session.request("network", "DELETE", `/security-group-rules/${rule.id}`, { what });
        return undefined;
      } catch (error) {
        if (hasStatus(error, 403, 404)) return rule;
        throw error;
      }
    }),
  );
  return outcomes.filter((rule) => rule !== undefined);
}

const madeByOperator = (groupId: string, rules: readonly LiveRule[]): UserError =>
  leftOver({
    what: `security group ${groupId} holds ${rules.length === 1 ? "a rule" : "rules"}`,
    verb: "remove",
    found: rules.map((rule) => `${sayRule(fromLive(rule))} (${rule.id})`),
    ids: rules.map((rule) => rule.id),
    why: "made by the operator or by another project",
  });

/** Makes the group hold exactly these rules: closes first, then opens in one call. */
async function converge(call: Call, groupId: string, wanted: readonly Rule[]): Promise<void> {
  const live = await liveRules(call, groupId);
  if (!live) throw notThere(`set the rules of security group ${groupId}`);
  const { missing, extra } = difference(wanted, live, ruleKey, (rule) => ruleKey(fromLive(rule)));
  const left = await remove(call, extra);
  if (missing.length > 0) {
    const body = { security_group_rules: missing.map((rule) => toLive(rule, groupId)) };
    const what = `create ${missing.length} rules of security group ${groupId}`;
    await call.session.request("network", "POST", "/security-group-rules", { body, what });
  }
  // A 404 is said for what was removed meanwhile as well: only what is still there is left.
  const after = left.length > 0 ? await liveRules(call, groupId) : [];
  const still = left.filter((rule) => after?.some((one) => one.id === rule.id));
  if (still.length > 0) throw madeByOperator(groupId, still);
}

/** All rules of a security group. */
export const ruleSet = defineKind({
  module: "network",
  name: "RuleSet",
  summary: "All rules of a security group: what is not listed is removed, default and template rules included.",
  inputs,
  replaceOn: ["securityGroupId"],
  create: async (call, { securityGroupId, rules }) => {
    await converge(call, securityGroupId, rules as Rule[]);
    return { id: securityGroupId };
  },
  read: async (call, groupId) => {
    const live = await liveRules(call, groupId);
    return live && { securityGroupId: groupId, rules: sortedSet(live.map(fromLive)) };
  },
  update: async (call, groupId, { rules }) => {
    await converge(call, groupId, rules as Rule[]);
    return undefined;
  },
  delete: async (call, groupId) => {
    // The group goes next and takes along what this credential could not remove.
    const live = await liveRules(call, groupId);
    if (live) await remove(call, live);
  },
});
