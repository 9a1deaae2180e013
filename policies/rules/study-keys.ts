import { areaPartners } from "../../config/zone.ts";
import { nearest } from "../../config/suggest.ts";
import { endOf } from "../../config/scalars.ts";
import { studyKeysOf } from "../../plan/study-keys.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { areasOf, oneOf, own, pathTo, repeated } from "../walk.ts";

type Config = Parameters<ZoneRule["check"]>[0]["config"];

const keysAt = (config: Config) =>
  areasOf(config).flatMap(({ key: areaKey, area, path }) =>
    studyKeysOf(area).map(([key, studyKey]) => ({ areaKey, area, key, studyKey, path: [...path, "studyKeys", key] })),
  );

const common = { kind: "zone", severity: "error" } as const;

/** Names of a list that stand there twice. */
const twice = (path: readonly (string | number)[], list: string, names: readonly string[]): readonly Violation[] =>
  repeated(names).map(({ entry, index }) => ({
    path: pathTo(path, list, index),
    what: "this name stands here before",
    found: entry,
    next: "remove one of the two",
  }));

export const studyKeyPersons: ZoneRule = {
  ...common,
  id: "study-key-persons",
  requirements: ["C4H-9", "DIGIMED-12"],
  why: "a study's key is for persons whom the permit names, and whose partner takes part in the area",
  check({ config }) {
    const persons = config.permit.persons ?? {};
    return keysAt(config).flatMap(({ areaKey, area, studyKey, path }) => {
      const partners = areaPartners(area);
      const allowed = Object.keys(persons).filter((name) => own(partners, persons[name]?.partner ?? "") !== undefined);
      const wrong = studyKey.persons.flatMap((name, index): readonly Violation[] => {
        if (allowed.includes(name)) return [];
        const person = own(persons, name);
        const meant = nearest(name, allowed);
        return [
          {
            path: pathTo(path, "persons", index),
            what:
              person === undefined
                ? "the permit names no such person"
                : `${person.partner}, the partner of this person, has no part in ${areaKey}`,
            found: name,
            allowed: oneOf(allowed.toSorted()),
            next:
              meant === undefined || person !== undefined
                ? "take the person out, or name it in zone.permit.persons with a partner of this area"
                : `did you mean ${meant}?`,
          },
        ];
      });
      return [...wrong, ...twice(path, "persons", studyKey.persons)];
    });
  },
};

export const studyKeyServices: ZoneRule = {
  ...common,
  id: "study-key-services",
  requirements: ["C4H-9", "SPE4HD-7"],
  why: "a key opens to services of its own area alone",
  check({ config }) {
    return keysAt(config).flatMap(({ area, studyKey, path }) => {
      const crawler = area.doors?.results?.crawler;
      const allowed = crawler === undefined ? [] : [crawler];
      const wrong = studyKey.services.flatMap((name, index): readonly Violation[] =>
        allowed.includes(name)
          ? []
          : [
              {
                path: pathTo(path, "services", index),
                what: "this area has no such service user",
                found: name,
                allowed: oneOf(allowed),
                next: "name the crawler of the area's results, or take it out",
              },
            ],
      );
      return [...wrong, ...twice(path, "services", studyKey.services)];
    });
  },
};

export const studyKeyUsedBy: ZoneRule = {
  ...common,
  id: "study-key-used-by",
  requirements: ["C4H-9", "DIGIMED-5"],
  why: "what uses a key is registered at it, and must be there",
  check({ config }) {
    return keysAt(config).flatMap(({ areaKey, area, studyKey, path }) => {
      const allowed = [
        // Barbican registers what OpenStack has an id of: a volume of Quobyte has none.
        ...Object.entries(area.datasets).flatMap(([name, { kind }]) => (kind === "quobyte" ? [] : `datasets/${name}`)),
        ...Object.keys(area.machines).map((name) => `machines/${name}`),
      ].toSorted();
      const wrong = studyKey.usedBy.flatMap((name, index): readonly Violation[] => {
        if (allowed.includes(name)) return [];
        const meant = nearest(name, allowed);
        return [
          {
            path: pathTo(path, "usedBy", index),
            what: `${areaKey} has no such data set or group of machines`,
            found: name,
            allowed: oneOf(allowed),
            next: meant === undefined ? "correct the name, or take it out" : `did you mean ${meant}?`,
          },
        ];
      });
      return [...wrong, ...twice(path, "usedBy", studyKey.usedBy)];
    });
  },
};

export const studyKeyUntil: ZoneRule = {
  ...common,
  id: "study-key-until",
  requirements: ["DIGIMED-5", "DENBI-4", "C4H-10"],
  why: "no key opens anything after the permit, and the end of a key that is there cannot be moved",
  check({ config }) {
    const { expires } = config.permit;
    return keysAt(config).flatMap(({ studyKey: { until, closes }, path }): readonly Violation[] => {
      if (closes !== undefined && endOf(closes) >= endOf(until))
        return [
          {
            path: pathTo(path, "closes"),
            what: "this key ends before its list closes",
            found: closes,
            allowed: `before ${until}`,
            next: "leave closes out",
          },
        ];
      const [word, found, what] =
        closes === undefined
          ? (["until", until, "this key outlives the permit"] as const)
          : (["closes", closes, "this key's list outlives the permit"] as const);
      if (endOf(found) <= endOf(expires)) return [];
      const next =
        word === "closes"
          ? "close it with the permit or earlier"
          : `write an earlier end; a key that is there keeps its own and gets closes: ${expires}, with deletion: allowed where it shall go`;
      return [{ path: pathTo(path, word), what, found, allowed: `${expires} or earlier`, next }];
    });
  },
};

const TAKE_OUT = "to take this one out write deletion: allowed, run `pulumi up`, then remove it";

export const studyKeyOver: ZoneRule = {
  ...common,
  id: "study-key-over",
  severity: "warning",
  requirements: ["DIGIMED-5", "DENBI-4"],
  why: "what an expired key closed is closed for good, and Barbican makes no other in its place",
  check({ config, today }) {
    const isPast = (end: string): boolean => endOf(end) < Date.parse(`${today}T00:00:00Z`);
    return keysAt(config).flatMap(({ studyKey: { until, closes }, path }): readonly Violation[] => {
      if (isPast(until))
        return [
          {
            path: pathTo(path, "until"),
            what: "this key's time is over: nobody reads it any more",
            found: until,
            next: `for a study that goes on add a key under another name; ${TAKE_OUT}`,
          },
        ];
      if (closes === undefined || !isPast(closes)) return [];
      return [
        {
          path: pathTo(path, "closes"),
          what: `this key's list is closed: until ${until} the zone's pipeline reads it, and nobody else`,
          found: closes,
          next: TAKE_OUT,
        },
      ];
    });
  },
};
