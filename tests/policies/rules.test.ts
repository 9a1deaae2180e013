import { describe, expect, it } from "vitest";
import { formatProblem } from "../../config/problem.ts";
import { RULES } from "../../policies/index.ts";
import { judged, type Case } from "./fixtures.ts";
import { PLATFORM_CASES, TENANT_CASES } from "./operator-cases.ts";
import { FEDERATION_CASES, MORE_CASES, PERSON_CASES } from "./person-cases.ts";
import { ZONE_CASES } from "./zone-cases/index.ts";
import { byIpsec, clinic, visited, type Zone } from "./zone-parts.ts";

type Cases = Readonly<Record<string, readonly Case<never>[]>>;
/** Cases of one kind from several tables, rule by rule. */
const together = (...tables: readonly unknown[]): Cases => {
  const all: Record<string, readonly Case<never>[]> = {};
  for (const table of tables as readonly Cases[])
    for (const [id, cases] of Object.entries(table)) all[id] = [...(all[id] ?? []), ...cases];
  return all;
};
const ALL: Readonly<Record<string, Cases>> = {
  zone: together(ZONE_CASES, PERSON_CASES, MORE_CASES),
  tenant: together(TENANT_CASES),
  platform: together(PLATFORM_CASES, FEDERATION_CASES),
};

for (const rule of RULES.filter(({ severity }) => severity === "error")) {
  describe(`${rule.id} (${rule.requirements.join(", ")})`, () => {
    const cases = ALL[rule.kind]?.[rule.id] ?? [];

    it.each(cases.map((one) => [one.name, one] as const))("%s", (_name, one) => {
      const problems = judged(rule.kind as never, one);
      // That rule, at these places, and no other rule: a case that trips a second rule proves neither.
      expect(problems.map(({ rule: id, path }) => `${id}: ${path}`)).toEqual(
        (one.refuses ?? []).map((path) => `${rule.id}: ${path}`),
      );
      for (const problem of problems) {
        expect(problem.next, formatProblem(problem)).toBeTruthy();
        expect(problem.why, formatProblem(problem)).toBe(rule.why);
      }
    });

    it("has a compliant and a refused case", () => {
      expect(cases.length).toBeGreaterThanOrEqual(3);
      expect(cases.some(({ refuses }) => refuses === undefined)).toBe(true);
      expect(cases.some(({ refuses }) => refuses !== undefined)).toBe(true);
    });
  });
}

describe("permit-ends-soon (DENBI-4)", () => {
  const ask = (today: string) => judged("zone", { change: () => undefined, today }, "warning").map(({ rule }) => rule);
  it("warns in the last 30 days, and refuses nothing", () => {
    expect(ask("2029-12-01")).toEqual(["permit-ends-soon"]);
    expect(judged("zone", { change: () => undefined, today: "2029-12-01" })).toEqual([]);
  });
  it("is silent before, and after the end", () => {
    expect(ask("2029-11-30")).toEqual([]);
    expect(ask("2030-01-01")).toEqual([]);
  });
});

describe("site-gateway (C4H-3)", () => {
  const ask = (change: (config: Zone) => void) =>
    judged("zone", { change }, "warning").map(({ rule, path }) => [rule, path]);
  it("warns of a WireGuard site whose gateway the zone does not build, and refuses nothing", () => {
    const change = (config: Zone): void => {
      clinic(config);
      visited(config);
    };
    expect(ask(change)).toEqual([["site-gateway", "zone.sites.clinic.kind"]]);
    expect(judged("zone", { change })).toEqual([]);
  });
  it("is silent over IPsec", () => {
    expect(ask((config) => byIpsec(config, ["192.168.40.0/24"]))).toEqual([]);
  });
});

describe("all rules", () => {
  it("have an id of their own, requirements, and a reason without a full stop", () => {
    expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
    for (const { id, requirements, why } of RULES) {
      expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(requirements.length, id).toBeGreaterThan(0);
      for (const requirement of requirements) expect(requirement).toMatch(/^(DIGIMED|C4H|DENBI|SPE4HD)-\d+$/);
      expect(why, id).toMatch(/^[a-z].*[^.]$/i);
    }
  });
  it("have cases for no rule that does not exist", () => {
    const known = RULES.map(({ kind, id }) => `${kind} ${id}`);
    for (const [kind, cases] of Object.entries(ALL))
      for (const id of Object.keys(cases)) expect(known).toContain(`${kind} ${id}`);
  });
});
