import { describe, expect, it } from "vitest";
import { formatProblem } from "../../config/problem.ts";
import { RULES } from "../../policies/index.ts";
import { judged, zone, type Case } from "./fixtures.ts";
import { PLATFORM_CASES, TENANT_CASES } from "./operator-cases.ts";
import { foreignPairs } from "../../policies/rules/gateway.ts";
import { plannedBy } from "../../policies/planned.ts";
import { GATEWAY_MACHINE_CASES } from "./gateway-cases.ts";
import { withKey } from "./key-cases.ts";
import { clinic, flow, visited } from "./zone-parts.ts";
import { FEDERATION_CASES, MORE_CASES, PERSON_CASES } from "./person-cases.ts";
import { ZONE_CASES } from "./zone-cases/index.ts";
import { QUOBYTE_CASES } from "./zone-cases/quobyte.ts";

type Cases = Readonly<Record<string, readonly Case<never>[]>>;
/** Cases of one kind from several tables, rule by rule. */
const together = (...tables: readonly unknown[]): Cases => {
  const all: Record<string, readonly Case<never>[]> = {};
  for (const table of tables as readonly Cases[])
    for (const [id, cases] of Object.entries(table)) all[id] = [...(all[id] ?? []), ...cases];
  return all;
};
const ALL: Readonly<Record<string, Cases>> = {
  zone: together(ZONE_CASES, QUOBYTE_CASES, PERSON_CASES, MORE_CASES, GATEWAY_MACHINE_CASES),
  tenant: together(TENANT_CASES),
  platform: together(PLATFORM_CASES, FEDERATION_CASES),
};

/** Rules that no config can trip, because they judge what our own planner makes of it; shown over tampered plans below. */
const OF_THE_PLAN: readonly string[] = ["address-pairs"];

for (const rule of RULES.filter(({ severity, id }) => severity === "error" && !OF_THE_PLAN.includes(id))) {
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

describe("study-key-over (DIGIMED-5)", () => {
  const ask = (until: string, closes?: string) =>
    judged("zone", { change: (c) => withKey(c, { until, closes }) }, "warning").filter(
      ({ rule }) => rule === "study-key-over",
    );
  it("warns of a key that nobody reads any more, with the next step, and of no other", () => {
    expect(ask("2026-11-20").map(({ path }) => path)).toEqual(["zone.areas.heart.studyKeys.mammo.until"]);
    expect(ask("2026-11-20")[0]?.next).toContain("under another name");
    expect(ask("2026-11-21")).toEqual([]);
    expect(ask("2028-06-30")).toEqual([]);
    expect(ask("2030-06-30", "2026-11-20").map(({ path }) => path)).toEqual([
      "zone.areas.heart.studyKeys.mammo.closes",
    ]);
    expect(ask("2030-06-30", "2026-11-21")).toEqual([]);
  });
});

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

describe("address-pairs (C4H-2, C4H-3, DIGIMED-11)", () => {
  const config = zone();
  clinic(config);
  visited(config);
  const { objects } = plannedBy(config as never);
  const pairsOf = (member: string, pairs: readonly string[]) =>
    objects.map((object) =>
      object.kind === "port" && object.id === `port/digimed/heart/${member}`
        ? { ...object, facts: { ...object.facts, pairs } }
        : object,
    );
  const refused = (member: string, ...pairs: string[]) =>
    foreignPairs(config as never, pairsOf(member, pairs)).map(({ found }) => found);

  it("passes a gateway's, which are its sites' networks", () => {
    const [gateway] = objects.filter(({ id }) => id === "port/digimed/heart/*gateway");
    expect(gateway?.facts).toMatchObject({ pairs: ["192.168.40.0/24", "fd40::/64"] });
    expect(foreignPairs(config as never, objects)).toEqual([]);
    expect(refused("*gateway", "192.168.40.9/32")).toEqual([]);
  });
  it("refuses every other at a gateway, and any at another machine", () => {
    expect(refused("*gateway", "192.168.40.0/24", "192.168.0.0/16", "0.0.0.0/0")).toEqual([
      "192.168.0.0/16, 0.0.0.0/0",
    ]);
    expect(refused("imaging", "192.168.40.0/24")).toEqual(["192.168.40.0/24"]);
  });
  it("refuses a site that only another area's flows name", () => {
    const other = structuredClone(config);
    other.flows = [flow("site/clinic", "area/commons")];
    expect(foreignPairs(other as never, objects)).toHaveLength(1);
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
