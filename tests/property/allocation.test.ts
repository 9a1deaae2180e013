import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tenantSchema, type TenantConfig } from "../../config/tenant.ts";
import { contains, overlaps, subnetsOf } from "../../plan/addresses.ts";
import { allocate, networkKeys } from "../../plan/allocation.ts";
import type { Ledger } from "../../plan/ledger.ts";

const empty: Ledger = {
  format: 1,
  pools: { ipv4: "10.8.0.0/16", ipv6: "fd00:8::/48", vlans: { from: 100, to: 900 } },
  zones: {},
};

function tenant(zone: string, areas: Readonly<Record<string, readonly string[]>>): TenantConfig {
  return tenantSchema.parse({
    format: 1,
    zone,
    cloud: "c",
    places: { region: "r", zones: ["z"] },
    network: { physicalNetwork: "p" },
    areas: Object.fromEntries(
      Object.entries(areas).map(([area, benches]) => [
        area,
        { benches: Object.fromEntries(benches.map((bench) => [bench, {}])) },
      ]),
    ),
  });
}

const zoneName = fc.constantFrom("alpha", "bravo", "carol", "delta", "constructor");
const key = fc.constantFrom("heart", "lungs", "commons", "constructor", "x", "y");
const areas = fc.dictionary(key, fc.uniqueArray(fc.constantFrom("clinic", "uni-a"), { maxLength: 2 }), {
  minKeys: 1,
  maxKeys: 5,
});
/** What an allocator does: the ledger with everything that a tenant asks for. */
type Allocator = (ledger: Ledger, config: TenantConfig) => Ledger;

/** Goes through a history and throws where an entry that stood is another one after a later step. */
function neverRenumbers(
  allocator: Allocator,
  steps: readonly (readonly [string, Parameters<typeof tenant>[1]])[],
): void {
  let ledger = empty;
  for (const [zone, wanted] of steps) {
    let next: Ledger;
    try {
      next = allocator(ledger, tenant(zone, wanted));
    } catch {
      continue;
    }
    for (const [name, before] of Object.entries(ledger.zones)) {
      const after = next.zones[name];
      expect(after).toMatchObject({ ipv4: before.ipv4, ipv6: before.ipv6 });
      for (const [network, entry] of Object.entries(before.networks)) expect(after?.networks[network]).toEqual(entry);
    }
    // No address is written by hand: whoever asks gets a network by its key alone.
    expect(JSON.stringify(tenant(zone, wanted))).not.toMatch(/\d+\.\d+\.\d+\.\d+|::/);
    expect(Object.keys(next.zones[zone]?.networks ?? {})).toEqual(
      expect.arrayContaining([...networkKeys(tenant(zone, wanted))]),
    );
    ledger = next;
  }
}

/** A history: tenants as they were allocated one after another, zones coming back with other areas. */
const history = fc.array(fc.tuple(zoneName, areas), { minLength: 1, maxLength: 12 });

describe("allocation (DIGIMED-10, C4H-2)", () => {
  it("never gives two zones or two networks the same addresses or VLAN", () => {
    fc.assert(
      fc.property(history, (steps) => {
        let ledger = empty;
        for (const [zone, wanted] of steps) {
          try {
            ledger = allocate(ledger, tenant(zone, wanted));
          } catch (error) {
            expect(String(error)).toMatch(/no free subnet/);
          }
        }
        const zones = Object.values(ledger.zones);
        const subnets = zones.flatMap((zone) =>
          Object.keys(zone.networks).map((network) => ({ zone, ...subnetsOf(zone, network) })),
        );
        for (const [index, left] of subnets.entries()) {
          expect(contains(left.zone.ipv4, left.ipv4) && contains(left.zone.ipv6, left.ipv6)).toBe(true);
          for (const right of subnets.slice(index + 1))
            expect(overlaps(left.ipv4, right.ipv4) || overlaps(left.ipv6, right.ipv6)).toBe(false);
        }
        for (const [index, left] of zones.entries())
          for (const right of zones.slice(index + 1))
            expect(overlaps(left.ipv4, right.ipv4) || overlaps(left.ipv6, right.ipv6)).toBe(false);
        const vlans = zones.flatMap(({ networks }) => Object.values(networks).map(({ vlan }) => vlan));
        expect(new Set(vlans).size).toBe(vlans.length);
      }),
      { numRuns: 200 },
    );
  });

  it("never renumbers: what stood in the ledger stands in it after every later step, and a repeated step changes nothing", () => {
    fc.assert(
      fc.property(history, (steps) => {
        const twice: Allocator = (ledger, config) => {
          const next = allocate(ledger, config);
          expect(allocate(next, config)).toBe(next);
          return next;
        };
        neverRenumbers(twice, steps);
      }),
      { numRuns: 200 },
    );
  });

  it("finds out an allocator that counts places in the file's order (control)", () => {
    const byPlace: Allocator = (ledger, config) => {
      const next = allocate(ledger, config);
      const entry = next.zones[config.zone]!;
      const numbered = [...networkKeys(config)].map((place, index) => [place, { ...entry.networks[place]!, index }]);
      const networks = { ...entry.networks, ...Object.fromEntries(numbered) };
      return { ...next, zones: { ...next.zones, [config.zone]: { ...entry, networks } } };
    };
    const holds = fc.check(
      fc.property(history, (steps) => neverRenumbers(byPlace, steps)),
      // From some first finds the shrinker ends a step above the smallest history, so that this one starts the same way each time.
      { numRuns: 200, seed: 1 },
    );
    expect(holds.failed).toBe(true);
    // The smallest history that shows it: an area beside one that stands.
    expect(holds.counterexample?.[0]).toHaveLength(2);
  });
});
