import type { EncryptionContext, Label, Rule, State } from "./state.ts";
import { garbage } from "./refusal.ts";

/** Whom a rule is asked about: a tenant, or a volume in its tenant. */
export interface Subject {
  readonly tenant?: Named;
  readonly volume?: Named;
}
interface Named {
  readonly uuid?: string;
  readonly name?: string;
  readonly labels: readonly Pick<Label, "name" | "value">[];
}

type Scope = NonNullable<NonNullable<Rule["scope"]>["tenant"]>[number];

/** A pattern holds for the whole name; which of Java's two ways is meant no document says. */
export function pattern(text: string): RegExp {
  try {
    return new RegExp(`^(?:${text})$`);
  } catch {
    throw garbage(`Not a regular expression: ${text}`);
  }
}

function holds(scope: Scope, { uuid, name, labels }: Named): boolean {
  const { label_pattern: wanted } = scope;
  const labelled = ({ name: key, value }: Pick<Label, "name" | "value">): boolean =>
    pattern(wanted?.name_regex ?? ".*").test(key ?? "") && pattern(wanted?.value_regex ?? ".*").test(value ?? "");
  return (
    (scope.uuid === undefined || scope.uuid === uuid) &&
    (scope.name_regex === undefined || pattern(scope.name_regex).test(name ?? "")) &&
    (wanted === undefined || labels.some(labelled))
  );
}

const any = (scopes: readonly Scope[] | undefined, who: Named | undefined): boolean =>
  scopes === undefined || scopes.length === 0 || (who !== undefined && scopes.some((scope) => holds(scope, who)));

/** Enabled rules that take effect on the subject as a whole, in their order: rules for single files or clients do not. */
export function effectiveRules(state: State, { tenant, volume }: Subject): Rule[] {
  return state.rules
    .filter(({ enabled, scope }) => {
      if (enabled !== true || scope === undefined) return false;
      if (scope.global === true) return true;
      if ((scope.file?.length ?? 0) + (scope.client?.length ?? 0) > 0) return false;
      return any(scope.tenant, tenant) && any(scope.volume, volume);
    })
    .sort((one, other) => one.ordering_number - other.ordering_number);
}

export const labelsOf = (state: State, id: string | undefined): Label[] =>
  state.labels.filter(({ entity_id }) => entity_id === id);

const STRENGTH = ["NONE", "SYSTEM_AES_128", "SYSTEM_AES_256"] as const;
const CONTEXTS: Readonly<Record<string, EncryptionContext>> = {
  SYSTEM_AES_128: {
    ...{ key_owner: "SYSTEM", file_encryption_method: "AES_XTS_128", key_derivation_method: "HMAC_SHA256" },
  },
  SYSTEM_AES_256: {
    ...{ key_owner: "SYSTEM", file_encryption_method: "AES_XTS_256", key_derivation_method: "HMAC_SHA512" },
  },
};

/**
 * The encryption that a volume gets at its creation. Which of two rules comes first is in no document: where they disagree the
 * weaker one holds, so that nothing stands on a guess.
 */
export function encryptionOf(rules: readonly Rule[]): EncryptionContext | undefined {
  const profiles = rules.flatMap(({ policies }) => policies?.volume_encryption?.profile ?? []);
  const weakest = STRENGTH.find((profile) => profiles.includes(profile));
  return CONTEXTS[weakest ?? "NONE"];
}
