import type { Violation, ZoneRule } from "../rule.ts";
import { areasOf, pathTo, type AreaAt } from "../walk.ts";

function shared({ area, path }: AreaAt): readonly Violation[] {
  const violations: Violation[] = [];
  if (area.partner !== undefined)
    violations.push({
      path: pathTo(path, "partner"),
      what: "a shared area has no single partner",
      found: area.partner,
      allowed: "partners, with read or write for each",
      next: `write partners: { ${area.partner}: write }, or make the area exclusive`,
    });
  if (Object.keys(area.partners ?? {}).length === 0)
    violations.push({
      path: pathTo(path, "partners"),
      what: "a shared area names no partners",
      allowed: "at least one partner with read or write",
      next: "write partners: { <partner>: read }, or make the area exclusive to one partner",
    });
  return violations;
}

function exclusive({ area, path }: AreaAt): readonly Violation[] {
  const violations: Violation[] = [];
  if (area.partner === undefined)
    violations.push({
      path: pathTo(path, "partner"),
      what: "an exclusive area names no partner",
      allowed: "the one partner to whom it belongs",
      next: "write partner: <partner>, or make the area shared",
    });
  if (area.partners !== undefined)
    violations.push({
      path: pathTo(path, "partners"),
      what: "an exclusive area has no list of partners",
      found: Object.keys(area.partners).join(", ") || "an empty list",
      allowed: "partner, with the one to whom it belongs",
      next: "remove partners, or make the area shared",
    });
  return violations;
}

export const areaKind: ZoneRule = {
  id: "area-kind",
  kind: "zone",
  severity: "error",
  requirements: ["DIGIMED-11"],
  why: "an exclusive area belongs to exactly one partner, a shared one to those it names",
  check({ config }) {
    return areasOf(config).flatMap((at) => (at.area.kind === "shared" ? shared(at) : exclusive(at)));
  },
};
