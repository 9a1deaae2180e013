import type { Kind } from "../config/index.ts";
import type { Problem } from "../config/problem.ts";
import { preset as presetSchema, type Preset } from "../config/scalars.ts";
import type { ZoneConfig } from "../config/zone.ts";
import type { Sentence } from "../plan/render/diff.ts";
import { controlsOf, isBelow, PRESETS, presetChanges } from "./presets.ts";

const known = (text: string | undefined): Preset | undefined => {
  const read = presetSchema.safeParse(text);
  return read.success ? read.data : undefined;
};

/** What a change of the preset opens or closes, demand by demand. */
export function presetSentences(before: string | undefined, after: string | undefined): readonly Sentence[] {
  const [old, now] = [known(before), known(after)];
  if (old === undefined || now === undefined || old === now) return [];
  const isLower = isBelow(now, old);
  const effect = isLower ? "opens" : "closes";
  return [
    { effect, text: `${isLower ? "lowers" : "raises"} the preset from ${old} to ${now}` },
    ...presetChanges(old, now).map((text): Sentence => ({ effect, text: `preset ${now}: ${text}` })),
  ];
}

/**
 * The refusal of a preset that was lowered without the explicit word; undefined where nothing was, or where it is said.
 * @param kind tenant or zone: whose config has to say it
 */
export function fallen(
  kind: Kind,
  before: string | undefined,
  after: string | undefined,
  lowered: ZoneConfig["lowered"],
): Problem | undefined {
  const [old, now] = [known(before), known(after)];
  if (old === undefined || now === undefined || !isBelow(now, old) || lowered?.from === old) return undefined;
  return {
    path: `${kind}.lowered`,
    what: `the preset is lowered from ${old} to ${now} without a word`,
    found: lowered === undefined ? "no lowered" : `lowered from ${lowered.from}`,
    allowed: `lowered: { from: ${old}, reason: ..., by: ..., until: ... }`,
    why: "less protection is a decision of somebody, for a reason, for a time",
    next: `add it to the ${kind}'s config, or set preset: ${old} again`,
  };
}

/** What the preset of a plan says of an end beyond the zone, where it closes it. */
export function presetSays(preset: string | undefined, end: string, way: "in" | "out"): string | undefined {
  const name = known(preset);
  if (name === undefined) return undefined;
  const demands = PRESETS[name];
  if (end.startsWith("network/"))
    return demands.personNetworks
      ? undefined
      : `${name} takes no flow from a network of persons (${controlsOf("personNetworks")})`;
  if (end.startsWith("site/")) return undefined;
  const key = way === "in" ? "outsideIn" : "outsideOut";
  return demands[key] === "none"
    ? `${name} lets no flow ${way === "in" ? "in from" : "out to"} outside (${controlsOf(key)})`
    : undefined;
}
