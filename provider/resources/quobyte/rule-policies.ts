import { z } from "zod";
import { RETENTION } from "../../../config/quobyte.ts";
import type { Params, Result } from "../../../quobyte/client.ts";
import { sortedSet, stable } from "../../resource.ts";

/** A rule as it is sent, and as it is read. */
export type RuleBody = Params<"createPolicyRule">["policy_rule"];
export type LiveRule = NonNullable<Result<"getPolicyRules">["policy_rule"]>[number];

const ids = (what: string) =>
  z
    .array(z.string(`must be the id of ${what}`).min(1))
    .default([])
    .transform(sortedSet);
const tags = z.array(z.string("must be the tag of a device").min(1)).default([]).transform(sortedSet);
const DAY = 86_400n;

/** What a rule is about, and what it says of it. */
export const ruleFields = {
  /** Every volume of these tenants. */
  tenantIds: ids("a tenant"),
  /** These volumes. */
  volumeIds: ids("a volume"),
  /** By a key of the cluster. `NONE` is no input: who wants it has no rule. */
  encryption: z.enum(["SYSTEM_AES_128", "SYSTEM_AES_256"], "must be SYSTEM_AES_128 or SYSTEM_AES_256").optional(),
  /** Tags that a device must have to hold files, and tags that it must not have. */
  requiredTags: tags,
  forbiddenTags: tags,
  retention: z
    .strictObject({
      properties: z.array(z.enum(RETENTION, "must be a word of FileRetentionPolicy")).min(1).transform(sortedSet),
      days: z.int("must be a whole number of days").min(1).max(36_500),
    })
    .optional(),
};
export type RuleInputs = z.infer<z.ZodObject<typeof ruleFields>>;

/** Scope and policies as Quobyte's API has them. */
export function toLive(wanted: RuleInputs): Pick<RuleBody, "scope" | "policies"> {
  const { tenantIds, volumeIds, encryption, requiredTags, forbiddenTags, retention } = wanted;
  const placed = requiredTags.length + forbiddenTags.length > 0;
  return {
    scope: {
      ...(tenantIds.length > 0 && { tenant: tenantIds.map((uuid) => ({ uuid })) }),
      ...(volumeIds.length > 0 && { volume: volumeIds.map((uuid) => ({ uuid })) }),
    },
    policies: {
      ...(encryption && { volume_encryption: { profile: encryption } }),
      ...(placed && { file_tag_based_placement: { required_tag: requiredTags, forbidden_tag: forbiddenTags } }),
      ...(retention && {
        file_retention: {
          property: retention.properties,
          default_retention_duration_s: BigInt(retention.days) * DAY,
        },
      }),
    },
  };
}

/** The fields that a live rule has, as inputs. What no input can say shows in {@link isWhole}. */
export function fromLive({ scope, policies }: LiveRule): RuleInputs {
  const uuids = (list: readonly { readonly uuid?: string }[] | undefined): string[] =>
    sortedSet((list ?? []).flatMap(({ uuid }) => uuid ?? []));
  const { volume_encryption, file_tag_based_placement: placed, file_retention: kept } = policies ?? {};
  const seconds = kept?.default_retention_duration_s ?? 0n;
  return {
    tenantIds: uuids(scope?.tenant),
    volumeIds: uuids(scope?.volume),
    ...(volume_encryption?.profile && { encryption: volume_encryption.profile as RuleInputs["encryption"] }),
    requiredTags: sortedSet(placed?.required_tag ?? []),
    forbiddenTags: sortedSet(placed?.forbidden_tag ?? []),
    ...(kept && {
      retention: {
        properties: sortedSet(kept.property ?? []) as NonNullable<RuleInputs["retention"]>["properties"],
        days: Number(seconds / DAY),
      },
    }),
  };
}

/** Without what says nothing: empty lists and objects, false, 0 and empty texts, as servers write them or leave them out. */
function terse(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(terse);
  if (typeof value === "bigint") return value === 0n ? undefined : String(value);
  if (typeof value !== "object" || value === null)
    return value === "" || value === false || value === 0 ? undefined : value;
  const entries = Object.entries(value)
    .map(([key, member]) => [key, terse(member)] as const)
    .filter(([, member]) => member !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Whether a live rule says just what its inputs say: another scope or policy in it widens or weakens what was asked for. */
export const isWhole = ({ scope, policies, policy_preset: preset }: LiveRule, said: RuleInputs): boolean =>
  terse(preset) === undefined && stable(terse({ scope, policies })) === stable(terse(toLive(said)));
