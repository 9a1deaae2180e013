import type { Preset } from "../../config/scalars.ts";
import type { ZoneConfig } from "../../config/zone.ts";
import { isBelow, ORDER } from "../presets.ts";
import type { TenantRule, Violation, ZoneRule } from "../rule.ts";
import { oneOf } from "../walk.ts";

type Lowered = ZoneConfig["lowered"];

/** Whether the explicit word fits what it speaks of, and still holds. */
function word(preset: Preset, lowered: Lowered, today: string, permit?: string): readonly Violation[] {
  if (lowered === undefined) return [];
  const { from, until } = lowered;
  if (!isBelow(preset, from))
    return [
      {
        path: "lowered.from",
        what: `the preset is not lower than ${from}`,
        found: `preset ${preset}, lowered from ${from}`,
        ...(preset === "confidential" ? {} : { allowed: oneOf(ORDER.filter((other) => isBelow(preset, other))) }),
        next: "remove lowered where nothing is lowered, or name the preset that held before",
      },
    ];
  if (until < today)
    return [
      {
        path: "lowered.until",
        what: `the time of the lower preset is over`,
        found: until,
        allowed: `${today} or later`,
        next: `set preset: ${from} and remove lowered, or have it decided anew`,
      },
    ];
  if (permit === undefined || until <= permit) return [];
  return [
    {
      path: "lowered.until",
      what: "the lower preset outlives the permit",
      found: until,
      allowed: `${permit} or earlier`,
      next: "shorten it",
    },
  ];
}

const common = {
  severity: "error",
  requirements: ["DENBI-1", "DENBI-4"],
  why: "less protection is a decision of somebody, for a reason, for a time",
} as const;

export const presetLowered: ZoneRule = {
  ...common,
  id: "preset-lowered",
  kind: "zone",
  // What takes all access away is not held up by a date.
  check: ({ config: { preset, lowered, permit, frozen }, today }) =>
    word(preset, lowered, frozen === undefined ? today : "", permit.expires),
};

export const tenantPresetLowered: TenantRule = {
  ...common,
  id: "tenant-preset-lowered",
  kind: "tenant",
  check: ({ config: { preset, lowered }, today }) => word(preset, lowered, today),
};

export const presetFloor: ZoneRule = {
  id: "preset-floor",
  kind: "zone",
  severity: "error",
  requirements: ["DENBI-1", "DIGIMED-6"],
  why: "the operator grants the least preset; a zone may go above it and never below",
  check({ config: { preset, granted } }) {
    if (!isBelow(preset, granted.preset)) return [];
    return [
      {
        path: "preset",
        what: "this preset is below the one that is granted",
        found: preset,
        allowed: oneOf(ORDER.filter((other) => !isBelow(other, granted.preset))),
        next: "raise the preset, or ask the operator to lower tenant.preset with a reason and to hand over granted: anew",
      },
    ];
  },
};
