import { endOf } from "../../config/scalars.ts";
import { contains, hasHostBits, parseCidr } from "../../plan/addresses.ts";
import { ingestsOf } from "../../plan/doors.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { areasOf, isAdmitted, oneOf, own, pathTo, repeated } from "../walk.ts";
import { NOBODY } from "./end-range.ts";

type Config = Parameters<ZoneRule["check"]>[0]["config"];

/** Ingest doors with the paths that lead to them. */
const ingestsAt = (config: Config) =>
  areasOf(config).flatMap(({ area, path }) =>
    ingestsOf(area.doors).map(([provider, door]) => ({
      provider,
      door,
      path: [...path, "doors", "ingest", provider],
    })),
  );

const resultsAt = (config: Config) =>
  areasOf(config).flatMap(({ key, area, path }) =>
    area.doors?.results === undefined
      ? []
      : [{ area: key, door: area.doors.results, path: [...path, "doors", "results"] }],
  );

/** Shortest prefix of a network from which a provider sends: more is no certain place. */
const WIDEST = { 4: 16, 6: 32 } as const;

const common = { kind: "zone", severity: "error" } as const;

export const doorProvider: ZoneRule = {
  ...common,
  id: "door-provider",
  requirements: ["DIGIMED-20", "DENBI-4"],
  why: "data come from somebody whom the permit names, or from a site of the zone",
  check({ config }) {
    const known = [...config.permit.partners.filter((one) => isAdmitted(config, one)), ...Object.keys(config.sites)];
    return ingestsAt(config).flatMap(({ provider, path }): readonly Violation[] =>
      known.includes(provider)
        ? []
        : [
            {
              path: pathTo(path),
              what: "this provider is neither a partner of the permit nor a site",
              found: provider,
              allowed: oneOf(known.toSorted()),
              next: "correct the name, or take the partner into the permit",
            },
          ],
    );
  },
};

function wrongNetwork(network: string): Omit<Violation, "path"> | undefined {
  const { version, length } = parseCidr(network);
  if (hasHostBits(network))
    return { what: "this is an address inside a network, not a network", found: network, next: "correct the network" };
  if (length < WIDEST[version])
    return {
      what: "a door from a network of this size would be open to everybody",
      found: network,
      allowed: `/${WIDEST[version]} or narrower`,
      next: "name the networks that the provider really sends from",
    };
  const nobody = NOBODY.find(([reserved]) => contains(reserved, network));
  if (nobody === undefined) return undefined;
  return { what: `nobody can send from these addresses (${nobody[1]})`, found: network, next: "correct the network" };
}

export const doorNetworks: ZoneRule = {
  ...common,
  id: "door-networks",
  requirements: ["DIGIMED-20", "SPE4HD-10"],
  why: "an ingest door opens to certain addresses and to nobody else",
  check({ config }) {
    return ingestsAt(config).flatMap(({ door: { networks }, path }): readonly Violation[] => {
      const at = (index: number): string => pathTo(path, "networks", index);
      const wrong = networks.flatMap((network, index): readonly Violation[] => {
        const words = wrongNetwork(network);
        return words === undefined ? [] : [{ path: at(index), ...words }];
      });
      const twice = repeated(networks).map(({ entry, index }) => ({
        path: at(index),
        what: "this network stands here before",
        found: entry,
        next: "remove one of the two",
      }));
      return [...wrong, ...twice];
    });
  },
};

export const doorUntil: ZoneRule = {
  ...common,
  id: "door-until",
  requirements: ["DIGIMED-20", "C4H-10", "DENBI-4"],
  why: "every key and credential of a zone ends with the permit or sooner",
  check({ config }) {
    const { expires } = config.permit;
    return [...ingestsAt(config), ...resultsAt(config)].flatMap(({ door: { until }, path }): readonly Violation[] =>
      until === undefined || endOf(until) <= endOf(expires)
        ? []
        : [
            {
              path: pathTo(path, "until"),
              what: "this door outlives the permit",
              found: until,
              allowed: `${expires} or earlier`,
              next: "shorten it, or leave until out: then it ends with the permit",
            },
          ],
    );
  },
};

/** Names that are somebody already: what the crawler does must lead to the crawler. */
function takenBy(config: Config, crawler: string): string | undefined {
  if (own(config.permit.persons, crawler) !== undefined) return "a person";
  if (own(config.partners, crawler) !== undefined) return "a partner, whose people are readers";
  return crawler === "pipeline" ? "the zone's pipeline" : undefined;
}

export const doorCrawler: ZoneRule = {
  ...common,
  id: "door-crawler",
  requirements: ["SPE4HD-7", "C4H-14"],
  why: "the crawler alone puts results before the airlock, and reads none of what was released",
  check({ config }) {
    return resultsAt(config).flatMap(({ door: { crawler }, path }): readonly Violation[] => {
      const taken = takenBy(config, crawler);
      if (taken === undefined) return [];
      return [
        {
          path: pathTo(path, "crawler"),
          what: `this name is that of ${taken}`,
          found: crawler,
          allowed: "a name of its own, such as crawler",
          next: "give the crawler another name",
        },
      ];
    });
  },
};

export const doorReaders: ZoneRule = {
  ...common,
  id: "door-readers",
  requirements: ["SPE4HD-6", "DIGIMED-11"],
  why: "results that nobody may read, or that are held for nobody, are a door to nowhere",
  check({ config }) {
    return resultsAt(config).flatMap(({ area, path }): readonly Violation[] => {
      if (config.permit.outputs === undefined || config.permit.outputs.length > 0) return [];
      return [
        {
          path: pathTo(path),
          what: `results would leave ${area}, and the permit lets no kind of results out`,
          found: "permit.outputs: []",
          next: "name the kinds that the permit lets out, or remove the door",
        },
      ];
    });
  },
};
