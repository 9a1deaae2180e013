import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { orAbsent } from "../../../quobyte/client.ts";
import { LONGEST_DESCRIPTION, bearsMark, withMark, withoutMark } from "../../own.ts";
import type { ClusterCall, Made } from "../../resource.ts";
import { defineClusterKind } from "../../resource.ts";
import type { Props } from "../../wire.ts";
import { notThere } from "../sets.ts";
import { fromLive, isWhole, ruleFields, toLive, type LiveRule, type RuleInputs } from "./rule-policies.ts";
import { encryptionOf, findVolume, isEncrypted, say, volumesOf, type LiveVolume } from "./volumes.ts";

const inputs = z.object({
  name: z.string("must be the name of the rule").min(1).max(255),
  description: z.string().max(LONGEST_DESCRIPTION).default(""),
  enabled: z.boolean().default(true),
  ...ruleFields,
});
type Inputs = z.infer<typeof inputs>;

const listRules = async ({ cluster }: ClusterCall): Promise<readonly LiveRule[]> =>
  // What Quobyte brings along itself is nobody's.
  ((await cluster.call("getPolicyRules", {}, "list the policy rules")).policy_rule ?? []).filter(
    (rule) => rule.default !== true,
  );

const findRule = async (call: ClusterCall, ruleId: string): Promise<LiveRule | undefined> =>
  (await listRules(call)).find(({ uuid }) => uuid === ruleId);

/** Volumes that the rule is about and that are not encrypted as it says, in words. A volume keeps for good what it had when it was made. */
async function inTheClear(call: ClusterCall, wanted: RuleInputs): Promise<string> {
  const { encryption, tenantIds, volumeIds } = wanted;
  if (encryption === undefined) return "";
  const lists = await Promise.all([
    ...tenantIds.map((tenantId) => volumesOf(call, tenantId)),
    ...volumeIds.map(async (volumeId) => [await findVolume(call, volumeId)].filter((one) => one !== undefined)),
  ]);
  const volumes = new Map<string, LiveVolume>(lists.flat().map((volume) => [volume.volume_uuid, volume]));
  return [...volumes.values()]
    .filter((volume) => volume.scheduled_for_deletion !== true && !isEncrypted(volume, encryption))
    .map((volume) => `${say(volume)}: ${encryptionOf(volume)}`)
    .sort()
    .join("; ");
}

/** Fails closed: a rule that stands over a volume in the clear is not what was asked for. */
async function demandEncrypted(call: ClusterCall, wanted: Inputs): Promise<void> {
  const found = await inTheClear(call, wanted);
  if (found === "") return;
  throw new UserError({
    what: `policy rule "${wanted.name}" stands, and volumes that it is about are not encrypted as it says`,
    found,
    allowed: wanted.encryption,
    why: "a volume's encryption is settled when it is made: these were made before the rule, or another rule goes before it",
    next: "copy what is in them to volumes made now, erase them, then repeat; if new ones are in the clear too, look for a rule of another scope (`getPolicyRules`)",
  });
}

const bodyOf = ({ urn }: ClusterCall, wanted: Inputs) => ({
  name: wanted.name,
  description: withMark(wanted.description, urn),
  enabled: wanted.enabled,
  ...toLive(wanted),
});

const stateOf = (call: ClusterCall, live: LiveRule) => {
  const said = fromLive(live);
  return {
    name: live.name ?? "",
    description: withoutMark(live.description ?? "", call.urn),
    enabled: live.enabled === true,
    ...said,
    foreign: isWhole(live, said) ? "" : "it says more than its inputs can say",
  };
};

async function change(call: ClusterCall, live: LiveRule, wanted: Inputs): Promise<void> {
  // Its place among the rules must be told again: of two rules for one volume it decides which holds.
  const kept = {
    uuid: live.uuid,
    ...(live.ordering_number === undefined ? {} : { ordering_number: live.ordering_number }),
  };
  const rule = { ...kept, ...bodyOf(call, wanted) };
  await call.cluster.call("updatePolicyRules", { policy_rule: [rule] }, `change policy rule "${wanted.name}"`);
}

async function create(call: ClusterCall, wanted: Inputs): Promise<Made> {
  const rules = await listRules(call);
  const own = rules.find((rule) => bearsMark(rule, call.urn));
  const namesake = rules.find((rule) => rule.name === wanted.name && rule !== own);
  if (namesake !== undefined)
    throw new UserError({
      what: `cannot create policy rule "${wanted.name}": the cluster has one of that name`,
      found: namesake.uuid,
      why: "this stack did not make it",
      next: "rename or delete it, or import it by its id",
    });
  let ruleId = own?.uuid;
  if (own !== undefined) await change(call, own, wanted);
  else {
    const params = { policy_rule: bodyOf(call, wanted) };
    const made = await call.cluster.call("createPolicyRule", params, `create policy rule "${wanted.name}"`);
    ruleId = made.policy_rule_uuid;
  }
  await demandEncrypted(call, wanted);
  return { id: String(ruleId), outs: { inTheClear: "", foreign: "" } };
}

async function read(call: ClusterCall, ruleId: string): Promise<Props | undefined> {
  const live = await findRule(call, ruleId);
  if (live === undefined) return undefined;
  const state = stateOf(call, live);
  return { ...state, inTheClear: await inTheClear(call, state) };
}

const isSaid = (value: unknown): boolean => typeof value === "string" && value !== "";

/** One rule, whole: its scope, what it says, and that it holds for every volume that is there. */
export const policyRule = defineClusterKind({
  module: "quobyte",
  name: "PolicyRule",
  summary:
    "A policy rule of a Quobyte cluster: encryption, placement or retention; one over a volume in the clear is an error that names it.",
  inputs,
  outputs: {
    inTheClear: {
      type: "string",
      description: "Volumes that are not encrypted as the rule says, when it was read last.",
    },
    foreign: { type: "string", description: "Whether the rule says more than its inputs; empty: it does not." },
  },
  replaceOn: [],
  refuse: (_, wanted) => {
    const says = ["encryption", "retention"].some((key) => wanted[key] !== undefined);
    const tags = ["requiredTags", "forbiddenTags"].some((key) => ((wanted[key] ?? []) as unknown[]).length > 0);
    const about = ["tenantIds", "volumeIds"].some((key) => ((wanted[key] ?? []) as unknown[]).length > 0);
    return [
      ...(about
        ? []
        : [{ property: "tenantIds", reason: "must name a tenant or a volume: a rule about everything is nobody's" }]),
      ...(says || tags
        ? []
        : [{ property: "encryption", reason: "must say something: encryption, tags or retention" }]),
    ];
  },
  extraDiff: (state) => ({ changes: ["inTheClear", "foreign"].filter((key) => isSaid(state[key])), replaces: [] }),
  create,
  read,
  update: async (call, ruleId, wanted) => {
    const live = await findRule(call, ruleId);
    if (live === undefined) throw notThere(`change policy rule "${wanted.name}" (${ruleId})`);
    await change(call, live, wanted);
    await demandEncrypted(call, wanted);
    return { inTheClear: "", foreign: "" };
  },
  delete: async ({ cluster }, ruleId, state) => {
    const what = `delete policy rule "${String(state.name ?? ruleId)}"`;
    await orAbsent(cluster.call("deletePolicyRules", { policy_rule_uuid: [ruleId] }, what));
  },
});
