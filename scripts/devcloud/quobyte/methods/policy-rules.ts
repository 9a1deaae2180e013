import { randomUUID } from "node:crypto";
import type { POLICY_RULE_METHODS } from "../../../../quobyte/contract/policy-rules.ts";
import type { Subject } from "../effective.ts";
import { effectiveRules, labelsOf, pattern } from "../effective.ts";
import { found, garbage, notFound, taken } from "../refusal.ts";
import type { Rule, State } from "../state.ts";
import type { Checked, Handlers, World } from "../world.ts";
import { note, tenantOf, volumeOf } from "../world.ts";

type GivenRule = Checked<"createPolicyRule">["policy_rule"];

function checkScope({ scope = {} }: GivenRule): void {
  const { global: everywhere, tenant = [], volume = [], file = [], client = [] } = scope;
  const parts = tenant.length + volume.length + file.length + client.length;
  if (everywhere === true ? parts > 0 : parts === 0) throw garbage("A scope is either global or names whom it is for");
  for (const { name_regex, label_pattern } of [...tenant, ...volume])
    for (const text of [name_regex, label_pattern?.name_regex, label_pattern?.value_regex])
      if (text !== undefined) pattern(text);
}

/** What the document demands of a rule, wherever it comes from. */
function checkRule(state: State, rule: GivenRule, own?: string): void {
  if (rule.default === true) throw garbage("Default policy rules cannot be made or changed");
  if (!rule.name) throw garbage("A rule needs a name");
  if ((rule.policies === undefined) === (rule.policy_preset === undefined))
    throw garbage("Of policy_preset and policies exactly one must be set");
  if (rule.policy_preset !== undefined) throw garbage("The simulator has no presets");
  checkScope(rule);
  const others = state.rules.filter(({ uuid }) => uuid !== own);
  if (others.some(({ name }) => name === rule.name)) throw taken(`policy rule ${rule.name}`);
  if (others.some(({ ordering_number }) => ordering_number === rule.ordering_number))
    throw garbage(`The ordering number is taken: ${rule.ordering_number ?? ""}`);
}

const ruleOf = ({ state }: World, uuid: string): Rule =>
  found(
    state.rules.find((rule) => rule.uuid === uuid),
    `policy rule: ${uuid}`,
  );

type Asked = Checked<"filterPolicyRules">["policy_subject"];

/** A subject by its ids; the names and labels are those that are known of it. */
function subjectOf(world: World, asked: Asked): Subject {
  const { state } = world;
  if (asked?.file !== undefined || asked?.client !== undefined) throw garbage("The simulator has no files and clients");
  const volume = asked?.volume?.uuid === undefined ? undefined : volumeOf(world, asked.volume.uuid);
  const id = volume?.tenant ?? asked?.tenant?.uuid;
  if (id === undefined) return {};
  const { name } = tenantOf(world, id);
  return {
    tenant: { uuid: id, labels: labelsOf(state, id), ...(name !== undefined && { name }) },
    ...(volume && { volume: { uuid: volume.uuid, name: volume.name, labels: labelsOf(state, volume.uuid) } }),
  };
}

/** All rules, or those that take effect on the subject. */
const rulesFor = (world: World, asked: Asked): Rule[] =>
  asked === undefined ? world.state.rules : effectiveRules(world.state, subjectOf(world, asked));

/** Protobuf's text form. */
function textForm(value: object, indent = ""): string {
  return Object.entries(value)
    .flatMap(([key, member]: [string, unknown]) =>
      (Array.isArray(member) ? member : [member]).map((one: unknown) => [key, one] as const),
    )
    .map(([key, one]) =>
      typeof one === "object" && one !== null
        ? `${indent}${key} {\n${textForm(one, `${indent}  `)}${indent}}\n`
        : `${indent}${key}: ${typeof one === "string" && !/^[A-Z0-9_]+$/.test(one) ? JSON.stringify(one) : String(one)}\n`,
    )
    .join("");
}

export const POLICY_RULES: Handlers<keyof typeof POLICY_RULE_METHODS> = {
  createPolicyRule(world, { policy_rule: given }) {
    const { state } = world;
    if (given.uuid !== undefined) throw garbage("The UUID of a new rule must be left out");
    const next = 1 + Math.max(0, ...state.rules.map(({ ordering_number }) => ordering_number));
    const rule = { enabled: false, ...given, uuid: randomUUID(), creator: world.caller };
    const numbered = { ...rule, ordering_number: given.ordering_number ?? next };
    checkRule(state, numbered);
    state.rules.push(numbered);
    note(world, "POLICY_RULE", rule.uuid, "CREATE_POLICY_RULE");
    return { policy_rule_uuid: rule.uuid };
  },
  updatePolicyRules(world, { policy_rule: rules }) {
    const { state } = world;
    for (const given of rules) {
      const known = ruleOf(world, given.uuid ?? "");
      const ordering_number = given.ordering_number ?? known.ordering_number;
      const rule = { enabled: false, ...given, uuid: known.uuid, ordering_number, creator: known.creator };
      checkRule(state, rule, known.uuid);
      state.rules = state.rules.map((other) => (other === known ? rule : other));
      note(world, "POLICY_RULE", known.uuid, "UPDATE_POLICY_RULE");
    }
    return {};
  },
  deletePolicyRules(world, { policy_rule_uuid: uuids }) {
    for (const uuid of uuids) ruleOf(world, uuid);
    world.state.rules = world.state.rules.filter(({ uuid }) => !uuids.includes(uuid));
    for (const uuid of uuids) note(world, "POLICY_RULE", uuid, "DELETE_POLICY_RULE");
    return {};
  },
  getPolicyRules(world, { policy_subject: subject, policy_rule_set_version: version }) {
    if (version !== undefined) throw garbage("The simulator keeps no older versions");
    if (subject?.file !== undefined) throw garbage("The simulator has no files");
    const { global: everywhere, tenant, volume } = subject ?? {};
    const asked = {
      global: everywhere,
      tenant: tenant && { uuid: tenant.uuid },
      volume: volume && { uuid: volume.uuid },
    };
    return { policy_rule: rulesFor(world, subject === undefined ? undefined : asked) };
  },
  filterPolicyRules(world, { policy_subject: subject, policy_rule_set_version: version }) {
    if (version !== undefined) throw garbage("The simulator keeps no older versions");
    return { policy_rule: rulesFor(world, subject) };
  },
  dumpEffectivePolicyRules(world, { policy_subject: subject, policies_only: short = false }) {
    const rules = rulesFor(world, subject);
    return {
      proto_dump: short
        ? rules.map(({ policies }) => textForm(policies ?? {})).join("")
        : textForm({ policy_rule: rules }),
    };
  },
  resolvePolicyRuleName({ state }, { policy_rule_name: name }) {
    const rule = state.rules.find((one) => one.name === name);
    if (rule === undefined) throw notFound(`policy rule: ${name}`);
    return { policy_rule_uuid: rule.uuid };
  },
};
