import type { Violation, TenantRule, ZoneRule } from "../rule.ts";
import { pathTo, repeated } from "../walk.ts";

const common = {
  severity: "error",
  requirements: ["DIGIMED-17"],
  why: "data stays in the one place that is named",
} as const;

const check = (zones: readonly string[]): readonly Violation[] =>
  repeated(zones).map(({ entry, index }) => ({
    path: pathTo("places", "zones", index),
    what: "this availability zone stands twice in the list",
    found: entry,
    next: "remove one of the two",
  }));

export const placesUnique: ZoneRule = {
  ...common,
  id: "places-unique",
  kind: "zone",
  check: ({ config }) => check(config.places.zones),
};

export const tenantPlacesUnique: TenantRule = {
  ...common,
  id: "tenant-places-unique",
  kind: "tenant",
  check: ({ config }) => check(config.places.zones),
};
