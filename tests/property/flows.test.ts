import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SCHEMAS, type ZoneConfig } from "../../config/index.ts";
import { contains, excluding, overlaps } from "../../plan/addresses.ts";
import { flowsOf } from "../../plan/flows.ts";
import { planned, type Plan } from "../../plan/types.ts";
import { planZone } from "../../plan/zone.ts";
import { BEYOND, halvesOf, zoneShape } from "./arbitraries.ts";

const shape = zoneShape("alpha");
const rulesOf = (plan: Plan) => planned(plan, "rule-set").flatMap(({ facts }) => facts.rules);
const withoutWords = (plan: Plan) => plan.objects.map(({ because: _lines, ...object }) => object);

/** The same zone with every area's flows written as flows of the zone. */
const hoisted = (zone: ZoneConfig): ZoneConfig => {
  const whole = (area: string, end: string): string => (/^(machines|bench)\//.test(end) ? `${area}/${end}` : end);
  return {
    ...zone,
    areas: Object.fromEntries(Object.entries(zone.areas).map(([key, area]) => [key, { ...area, flows: [] }])),
    flows: Object.entries(zone.areas).flatMap(([key, { flows }]) =>
      flows.map((flow) => ({ ...flow, from: whole(key, flow.from), to: whole(key, flow.to) })),
    ),
  };
};

describe("flows (C4H-2, DIGIMED-10)", () => {
  it("open the same wherever they are written", () => {
    fc.assert(
      fc.property(shape, (of) => {
        const { zone } = halvesOf(of);
        expect(withoutWords(planZone(hoisted(zone)))).toEqual(withoutWords(planZone(zone)));
      }),
    );
  });

  it("every address group is named by a rule, and every rule names one that is there", () => {
    fc.assert(
      fc.property(shape, (of) => {
        const plan = planZone(halvesOf(of).zone);
        const named = rulesOf(plan).flatMap(({ remoteAddressGroup }) => remoteAddressGroup ?? []);
        expect(new Set(named)).toEqual(new Set(planned(plan, "address-group").map(({ id }) => id)));
      }),
    );
  });

  it("a network more at a site changes its address groups and no rule (C4H-3)", () => {
    fc.assert(
      fc.property(shape, (of) => {
        const { zone } = halvesOf(of);
        const north = { ...zone.sites["north"]!, networks: [...BEYOND.sites.north.networks, "192.168.44.0/24"] };
        const [before, after] = [planZone(zone), planZone({ ...zone, sites: { ...zone.sites, north } })];
        expect(rulesOf(after)).toEqual(rulesOf(before));
        expect(withoutWords(after).filter(({ kind }) => kind !== "address-group")).toEqual(
          withoutWords(before).filter(({ kind }) => kind !== "address-group"),
        );
      }),
    );
  });
});

/** A zone of so many areas with so many machine groups and flows each, ends of every kind in turn. */
function large(areas: number, flows: number, networks = 1): ZoneConfig {
  const keys = Array.from({ length: areas }, (_, index) => `a${index}`);
  const groups = ["app", "db", "web", "train"];
  const ends = (area: string, index: number): readonly [string, string] => {
    const group = (at: number): string => `${area}/machines/${groups[at % groups.length]}`;
    const kinds: readonly (readonly [string, string])[] = [
      [group(index), group(index + 1)],
      ["site/north", group(index)],
      [group(index), "site/south"],
      [`${area}/bench/clinic`, group(index)],
      [`area/${area}`, "outside/mirror"],
    ];
    return kinds[index % kinds.length]!;
  };
  const partners = { clinic: { title: "Clinic" } };
  const net = (index: number) => ({
    ipv4: `10.${index >> 8}.${index & 255}.0/24`,
    ipv6: `fd00:8:0:${index.toString(16)}::/64`,
  });
  return SCHEMAS.zone.parse({
    format: 1,
    name: "large",
    places: { region: "r", zones: ["az"] },
    permit: { id: "p", basis: "b", expires: "2030-01-01", partners: ["clinic"] },
    partners,
    ...BEYOND,
    sites: {
      ...BEYOND.sites,
      south: {
        ...BEYOND.sites.south,
        networks: Array.from({ length: networks }, (_, index) => `172.16.${index % 256}.${(index >> 8) * 16}/28`),
      },
    },
    granted: {
      flavors: { small: { vcpus: 1, memory: "2 GiB", confidential: "sev-snp" } },
      images: { linux: { confidential: "sev-snp" } },
      volumeTypes: { fast: { encrypted: true, driver: "nfs", tier: "ssd" } },
      networks: Object.fromEntries(
        keys.flatMap((key, index) => [
          [key, net(2 * index)],
          [`${key}/clinic`, net(2 * index + 1)],
        ]),
      ),
    },
    areas: Object.fromEntries(
      keys.map((key) => [
        key,
        {
          kind: "shared",
          partners: { clinic: "read" },
          machines: Object.fromEntries(
            groups.map((group) => [group, { count: 2, flavor: "small", image: "linux", disk: "5 GiB" }]),
          ),
        },
      ]),
    ),
    flows: Array.from({ length: flows }, (_, index) => {
      const [from, to] = ends(keys[index % areas]!, Math.floor(index / areas));
      return { from, to, ports: [`${1000 + index}/tcp`], reason: "a test" };
    }),
  });
}

describe("a large zone: 50 areas, 500 flows", () => {
  it("has at most four rules a flow and port, and twice the rules for twice the flows", () => {
    const count = (areas: number, flows: number, networks?: number): number =>
      rulesOf(planZone(large(areas, flows, networks))).length;
    expect(flowsOf(large(50, 500))).toHaveLength(500);
    const rules = count(50, 500);
    expect(rules).toBeLessThanOrEqual(4 * 500);
    expect(rules).toBeGreaterThanOrEqual(500);
    expect(count(50, 1000)).toBe(2 * rules);
    // Neither the networks of an end nor the number of areas make rules.
    expect(count(50, 500, 400)).toBe(rules);
    expect(count(25, 500)).toBe(rules);
  });
});

describe("networks without what is in them", () => {
  const network = fc
    .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 8, max: 16 }))
    .map(([second, length]) => `10.${second}.0.0/${length}`);
  it("hold every address that is in none, once, and no other", () => {
    fc.assert(
      fc.property(
        network,
        fc.array(network, { maxLength: 4 }),
        fc.integer({ min: 0, max: 2 ** 24 - 1 }),
        (of, holes, at) => {
          const left = excluding(of, holes);
          const address = `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`;
          const expected = contains(of, address) && !holes.some((hole) => contains(hole, address));
          expect(left.filter((one) => contains(one, address))).toHaveLength(expected ? 1 : 0);
          for (const [index, one] of left.entries())
            for (const other of left.slice(index + 1)) expect(overlaps(one, other)).toBe(false);
        },
      ),
    );
  });
});
