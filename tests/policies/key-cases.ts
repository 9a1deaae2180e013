import { doors } from "../../config/doors.ts";
import { studyKeys } from "../../config/keys.ts";
import type { Case } from "./fixtures.ts";
import { heart, type Zone } from "./zone-parts.ts";

const AT = "zone.areas.heart.studyKeys.mammo";

/** A key of the area heart, which has two persons and a crawler. */
const withKey = (config: Zone, change: Record<string, unknown> = {}): void => {
  config.permit.persons = {
    ada: { partner: "heart-centre", identity: { user: "ada@heart.example" } },
    ben: { partner: "uni-north", identity: { user: "ben@north.example" } },
  };
  heart(config).doors = doors.parse({ results: { crawler: "crawler", size: "5 GiB" } }) as never;
  heart(config).studyKeys = studyKeys.parse({
    mammo: { owner: "heart-centre", until: "2028-06-30", ...change },
  }) as never;
};
const key = (name: string, change: Record<string, unknown>, ...refuses: string[]): Case<"zone"> => ({
  name,
  change: (config) => withKey(config, change),
  ...(refuses.length === 0 ? {} : { refuses: refuses.map((path) => `${AT}.${path}`) }),
});

/** Rules about keys of studies. */
export const KEY_CASES: Readonly<Record<string, readonly Case<"zone">[]>> = {
  "study-key-persons": [
    key("a person of the area's partner", { persons: ["ada"] }),
    key("nobody", { persons: [] }),
    key("somebody whom the permit does not name", { persons: ["ada", "eve"] }, "persons[1]"),
    key("a person of a partner without a part in the area", { persons: ["ben"] }, "persons[0]"),
    key("an inherited name", { persons: ["constructor"] }, "persons[0]"),
    key("one twice", { persons: ["ada", "ada"] }, "persons[1]"),
  ],
  "study-key-services": [
    key("the crawler", { services: ["crawler"] }),
    key("no service", { services: [] }),
    key("a service that is none", { services: ["broker"] }, "services[0]"),
    key("the pipeline, which may read it anyway", { services: ["pipeline"] }, "services[0]"),
    {
      name: "a crawler where no results leave",
      change: (c) => {
        withKey(c, { services: ["crawler"] });
        delete heart(c).doors;
      },
      refuses: [`${AT}.services[0]`],
    },
  ],
  "study-key-used-by": [
    key("a data set of the area", { usedBy: ["datasets/imaging"] }),
    key("nothing", {}),
    key("a data set of another area", { usedBy: ["datasets/cohort"] }, "usedBy[0]"),
    key("a data set and a group of machines of one name", { usedBy: ["datasets/imaging", "machines/imaging"] }),
    key("one twice", { usedBy: ["machines/imaging", "machines/imaging"] }, "usedBy[1]"),
  ],
  "study-key-until": [
    key("sooner than the permit", {}),
    key("on the permit's last day", { until: "2029-12-31" }),
    key("at a point of that day", { until: "2029-12-31T18:00:00Z" }),
    key("a day later", { until: "2030-01-01" }, "until"),
    key("over already: nobody reads it, and the zone goes on", { until: "2026-01-01" }),
    { name: "no key at all", change: () => undefined },
    key("one of before the permit was shortened, whose list closes with it", {
      until: "2030-06-30",
      closes: "2029-12-31",
    }),
    key("one that stays open a day longer", { until: "2030-06-30", closes: "2030-01-01" }, "closes"),
    key("a list that closes with the key", { until: "2029-06-30", closes: "2029-06-30" }, "closes"),
  ],
};

export { withKey };
