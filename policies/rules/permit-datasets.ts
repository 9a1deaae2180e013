import { nearest } from "../../config/suggest.ts";
import type { ZoneRule } from "../rule.ts";
import { datasetsOf, oneOf, pathTo, repeated } from "../walk.ts";

export const permitDatasets: ZoneRule = {
  id: "permit-datasets",
  kind: "zone",
  severity: "error",
  requirements: ["DENBI-4", "DIGIMED-9"],
  why: "a permit is for certain data, and no others may be where its persons are",
  check({ config }) {
    const covered = config.permit.datasets;
    if (covered === undefined) return [];
    const there = datasetsOf(config).map(({ area, key, path }) => ({ name: `${area.key}/${key}`, path }));
    const names = there.map(({ name }) => name);
    const missing = there
      .filter(({ name }) => !covered.includes(name))
      .map(({ name, path }) => ({
        path: pathTo(path),
        what: "the permit does not cover this data set",
        found: name,
        allowed: oneOf(covered),
        next: `take it out, or add ${name} to zone.permit.datasets once the permit really covers it`,
      }));
    const unknown = covered.flatMap((name, index) => {
      if (names.includes(name)) return [];
      const meant = nearest(name, names);
      return [
        {
          path: pathTo("permit", "datasets", index),
          what: "there is no such data set",
          found: name,
          allowed: oneOf(names),
          next: meant === undefined ? "write it as <area>/<data set>, or remove it" : `did you mean ${meant}?`,
        },
      ];
    });
    const twice = repeated(covered).map(({ entry, index }) => ({
      path: pathTo("permit", "datasets", index),
      what: "this data set is named twice",
      found: entry,
      next: "remove one of the two",
    }));
    return [...missing, ...unknown, ...twice];
  },
};
