import { z } from "zod";
import type { UserError } from "../../../config/problem.ts";
import { hasStatus } from "../../../openstack/index.ts";
import { id } from "../../fields.ts";
import type { Call } from "../../resource.ts";
import { defineKind, difference, sortedSet } from "../../resource.ts";
import { findPartTogether, findTogether, type PartedList } from "../../together.ts";
import { leftOver, notThere } from "../sets.ts";
import { takeEmpty } from "./empty-groups.ts";
import type { LiveRule, Rule } from "./rules.ts";
import { fromLive, ruleKey, ruleSchema, sayRule, toLive } from "./rules.ts";
import { SECURITY_GROUPS } from "./security-group.ts";

const inputs = z.object({
  securityGroupId: id("a security group"),
  rules: z.array(ruleSchema).transform(sortedSet),
});

interface Group {
  readonly id: string;
  readonly security_group_rules: readonly LiveRule[];
}

const RULES = {
  service: "network",
  path: "/security-group-rules",
  many: "security_group_rules",
  by: "security_group_id",
  title: "rules of security group",
} as const satisfies PartedList;

/** All rules that the credential sees: those within the group and those of the list, which each leave some out. */
async function liveRules(call: Call, groupId: string): Promise<LiveRule[] | undefined> {
  const [group, listed] = await Promise.all([
    findTogether<Group>(call, SECURITY_GROUPS, groupId),
    findPartTogether<LiveRule>(call, RULES, groupId),
  ]);
  if (!group) return undefined;
  return [...new Map([...group.security_group_rules, ...listed].map((rule) => [rule.id, rule])).values()];
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

/** Adds rules in one call; Neutron takes the rules of one group only in it. */
async function add({ session }: Call, groupId: string, rules: readonly Rule[]): Promise<void> {
  if (rules.length === 0) return;
  const body = { security_group_rules: rules.map((rule) => toLive(rule, groupId)) };
  const what = `create ${rules.length === 1 ? "a rule" : `${rules.length} rules`} of security group ${groupId}`;
  await session.request("network", "POST", RULES.path, { body, what });
}

/** Makes the group hold exactly these rules: closes first, then opens in one call. */
async function converge(call: Call, groupId: string, wanted: readonly Rule[]): Promise<void> {
  const live = await liveRules(call, groupId);
  if (!live) throw notThere(`set the rules of security group ${groupId}`);
  const { missing, extra } = difference(wanted, live, ruleKey, (rule) => ruleKey(fromLive(rule)));
  const left = await remove(call, extra);
  await add(call, groupId, missing);
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
    // A group that this run made and emptied has nothing to compare with; every other one is read first.
    await (takeEmpty(call, securityGroupId) ? add : converge)(call, securityGroupId, rules as Rule[]);
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
