import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ZoneConfig } from "../../config/index.ts";
import { endOf } from "../../plan/persons.ts";
import { planned } from "../../plan/types.ts";
import { planZone } from "../../plan/zone.ts";
import { halvesOf, zoneShape } from "./arbitraries.ts";

const DAYS = ["2026-01-01", "2026-11-20", "2026-11-21", "2027-05-05", "2030-01-01", "2031-01-01"] as const;
const day = fc.constantFrom(...DAYS);
const PARTNERS = ["clinic", "uni-a", "uni-b", "constructor"] as const;

const person = fc.record({
  partner: fc.constantFrom(...PARTNERS),
  identity: fc.oneof(fc.constant({ local: true as const }), fc.constant({ user: "somebody@uni.example" })),
  until: fc.option(day, { nil: undefined }),
});
const persons = fc.option(fc.dictionary(fc.constantFrom("ada", "ben", "cleo", "constructor"), person), {
  nil: undefined,
});

const end = { until: fc.option(day, { nil: undefined }), size: fc.constant("5 GiB") };
const doors: fc.Arbitrary<ZoneConfig["areas"][string]["doors"]> = fc.option(
  fc.record({
    backend: fc.constant("swift"),
    ingest: fc.dictionary(
      fc.constantFrom(...PARTNERS),
      fc.record({ access: fc.constant("write"), networks: fc.constant(["192.0.2.16/28"]), ...end }),
    ),
    results: fc.option(fc.record({ crawler: fc.constant("crawler"), ...end }), { nil: undefined }),
  }),
  { nil: undefined },
);

const studyKey = fc.record({
  owner: fc.constantFrom(...PARTNERS),
  until: day,
  persons: fc.subarray(["ada", "ben", "cleo", "constructor"]),
  services: fc.subarray(["crawler"]),
  usedBy: fc.constant([]),
});
const studyKeys = fc.dictionary(fc.constantFrom("mammo", "constructor"), studyKey, { maxKeys: 2 });

const zone: fc.Arbitrary<ZoneConfig> = fc
  .tuple(zoneShape("alpha"), persons, fc.array(fc.tuple(doors, studyKeys), { minLength: 1, maxLength: 3 }))
  .map(([shape, named, opened]) => {
    const config = halvesOf(shape).zone;
    const areas = Object.entries(config.areas).map(([key, area], index) => [
      key,
      { ...area, doors: opened[index % opened.length]?.[0], studyKeys: opened[index % opened.length]?.[1] ?? {} },
    ]);
    return {
      ...config,
      areas: Object.fromEntries(areas) as ZoneConfig["areas"],
      permit: { ...config.permit, persons: named },
    };
  });
const freeze = (config: ZoneConfig): ZoneConfig => ({
  ...config,
  frozen: { since: "2026-11-21", reason: "a test", by: "us" },
});
function unfreeze({ frozen: _taken, ...config }: ZoneConfig): ZoneConfig {
  return config;
}

const DATA = ["volume", "share", "root-volume"] as const;

describe("keys and credentials of any zone on any day (C4H-10)", () => {
  it("end with the permit or sooner, and with their own door", () => {
    let seen = 0;
    fc.assert(
      fc.property(zone, day, (config, today) => {
        const plan = planZone(config, today);
        for (const { facts } of planned(plan, "study-key")) {
          expect(facts.expiration <= `${config.permit.expires}T23:59:59Z`).toBe(true);
          if (facts.readers.length > 0) expect(facts.expiration >= `${today}T00:00:00Z`).toBe(true);
        }
        for (const { facts } of [...planned(plan, "ingest-key"), ...planned(plan, "application-credential")]) {
          seen++;
          expect(facts.expiresAt <= `${config.permit.expires}T23:59:59Z`).toBe(true);
          if (facts.enabled) expect(facts.expiresAt >= `${today}T00:00:00Z`).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
    expect(seen).toBeGreaterThan(0);
  });
});

describe("freezing any zone on any day (DENBI-4, SPE4HD-11)", () => {
  it("and unfreezing it gives the very plan that was", () => {
    fc.assert(
      fc.property(zone, day, (config, today) => {
        expect(planZone(unfreeze(freeze(config)), today)).toEqual(planZone(config, today));
      }),
      { numRuns: 60 },
    );
  });

  it("keeps every object, and every data object as it is", () => {
    fc.assert(
      fc.property(zone, day, (config, today) => {
        const [before, after] = [planZone(config, today), planZone(freeze(config), today)];
        expect(after.objects.map(({ id }) => id)).toEqual(before.objects.map(({ id }) => id));
        for (const kind of DATA) expect(planned(after, kind)).toEqual(planned(before, kind));
      }),
      { numRuns: 60 },
    );
  });

  it("leaves no person a role, no network a share and no machine running", () => {
    let opened = 0;
    fc.assert(
      fc.property(zone, day, (config, today) => {
        const open = (of: ZoneConfig): number => {
          const plan = planZone(of, today);
          return [
            // The pipeline keeps the role by which it empties the lists of keys.
            ...planned(plan, "project-access").flatMap(({ facts }) =>
              facts.assignments.filter(({ pipeline }) => pipeline !== true),
            ),
            ...planned(plan, "study-key").flatMap(({ facts }) => facts.readers),
            ...planned(plan, "domain-access").flatMap(({ facts }) => facts.assignments),
            ...planned(plan, "share-access").flatMap(({ facts }) => facts.rules),
            ...planned(plan, "container").flatMap(({ facts }) => [...facts.readers, ...facts.writers]),
            ...planned(plan, "ingest-key").filter(({ facts }) => facts.enabled),
            ...planned(plan, "application-credential").filter(({ facts }) => facts.enabled),
            ...planned(plan, "machine").filter(({ facts }) => facts.powerState === "active"),
          ].length;
        };
        opened += open(config);
        expect(open(freeze(config))).toBe(0);
      }),
      { numRuns: 60 },
    );
    // The control: before it there was something to take away.
    expect(opened).toBeGreaterThan(0);
  });
});

describe("persons of any zone (DENBI-4, C4H-10)", () => {
  it("are in one group at most, that of their partner, and in none after their day", () => {
    fc.assert(
      fc.property(zone, day, (config, today) => {
        const groups = planned(planZone(config, today), "group-members");
        for (const [key, { partner, until }] of Object.entries(config.permit.persons ?? {})) {
          const into = groups.filter(({ facts }) => facts.members.some((one) => one.person === key));
          const expected = until !== undefined && until < today ? [] : [`alpha-${partner}`];
          expect(into.map(({ name }) => name)).toEqual(expected);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("hold nothing longer than the permit: every credential that is made ends with it or sooner", () => {
    fc.assert(
      fc.property(zone, day, (config, today) => {
        for (const { facts } of planned(planZone(config, today), "person")) {
          expect(facts.until <= config.permit.expires).toBe(true);
          expect(facts.enabled).toBe(facts.until >= today);
        }
        for (const { until } of Object.values(config.permit.persons ?? {}))
          expect(endOf(config, until) <= config.permit.expires).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
