import { z } from "zod";
import type { Call } from "../../resource.ts";
import { defineKind } from "../../resource.ts";
import type { Collection } from "../../together.ts";
import { rememberEmpty } from "./empty-groups.ts";
import type { Facts, Live } from "./objects.ts";
import { createObject, readObject, removeObject, updateObject } from "./objects.ts";
import { fromLive, sayRule, type LiveRule } from "./rules.ts";
import { description, name } from "./subnet.ts";

const inputs = z.object({ name, description });
type Inputs = z.infer<typeof inputs>;

interface LiveGroup extends Live {
  readonly security_group_rules?: readonly LiveRule[];
}

export const SECURITY_GROUPS = {
  service: "network",
  path: "/security-groups",
  one: "security_group",
  many: "security_groups",
  listBy: "id",
  bulk: true,
} as const satisfies Collection;

const facts: Facts<Inputs, LiveGroup> = {
  collection: SECURITY_GROUPS,
  title: "security group",
  fixed: [],
  toLive: {},
  fromLive: () => ({}),
  heldBy: (groupId) => ({ security_groups: groupId }),
};

/** Takes away what Neutron's template put into a group, before anything can use it. */
async function empty({ session }: Call, group: LiveGroup): Promise<void> {
  const outcomes = await Promise.allSettled(
    (group.security_group_rules ?? []).map((rule) =>
      session.request("network", "DELETE", `/security-group-rules/${rule.id}`, {
        what: `take the default rule ${sayRule(fromLive(rule))} (${rule.id}) out of security group "${group.name}"`,
        expect: [404],
      }),
    ),
  );
  const failed = outcomes.find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
}

/** A group that could not be emptied goes again: nothing may use it, and it is unused still. */
async function emptyOrRemove(call: Call, group: LiveGroup): Promise<void> {
  try {
    await empty(call, group);
  } catch (error) {
    // What stays behind here is taken up by the next run, which empties it or fails the same way.
    await removeObject(call, facts, group.id, group.name).catch(() => undefined);
    throw error;
  }
}

/** A security group without any rule: its rules are a RuleSet's. */
export const securityGroup = defineKind({
  module: "network",
  name: "SecurityGroup",
  summary:
    "A security group that starts without any rule, default and template rules included: its rules are a RuleSet's.",
  inputs,
  replaceOn: [],
  create: async (call, wanted) => {
    const { live, isNew } = await createObject(call, facts, wanted);
    await emptyOrRemove(call, live);
    // One that was taken up may hold what its list does not show.
    if (isNew) rememberEmpty(call, live.id);
    return { id: live.id };
  },
  read: (call, groupId, state) => readObject(call, facts, groupId, state),
  update: (call, groupId, wanted, state) => updateObject(call, facts, groupId, wanted, state),
  delete: (call, groupId, state) => removeObject(call, facts, groupId, String(state.name ?? groupId)),
});
