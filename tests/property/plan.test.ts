import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { overlaps } from "../../plan/addresses.ts";
import { flowGroups } from "../../plan/flows.ts";
import { planTenant } from "../../plan/tenant.ts";
import { planned, type Plan, type PlannedObject } from "../../plan/types.ts";
import { planZone } from "../../plan/zone.ts";
import { area, halvesOf, reorderKeys, zoneShape, type Halves, type ZoneShape } from "./arbitraries.ts";
import { allowedByFlows, endsOf, packetsOf, passes } from "./reachability.ts";

const shape = zoneShape("alpha");
const plansOf = (halves: Halves): Record<"tenant" | "zone", Plan> => ({
  tenant: planTenant(halves.tenant, halves.ledger.zones[halves.zone.name]!),
  zone: planZone(halves.zone),
});
const both = (of: ZoneShape): readonly Plan[] => Object.values(plansOf(halvesOf(of)));
const known = ({ name, facts }: PlannedObject): unknown => ({ name, facts });

/** Ids of what stood in a plan before and is gone or different after, both halves; the ledger is appended to as the operator does. */
function touched(before: ZoneShape, after: ZoneShape): Record<"tenant" | "zone", readonly string[]> {
  const old = halvesOf(before);
  const [left, right] = [plansOf(old), plansOf(halvesOf(after, old.ledger))];
  return { tenant: difference(left.tenant, right.tenant), zone: difference(left.zone, right.zone) };
}
function difference(before: Plan, after: Plan): readonly string[] {
  const later = new Map(after.objects.map((object) => [object.id, object]));
  return before.objects.flatMap((object) => {
    const other = later.get(object.id);
    return other !== undefined && JSON.stringify(known(other)) === JSON.stringify(known(object)) ? [] : [object.id];
  });
}
const withArea = (of: ZoneShape, key: string, value: ZoneShape["areas"][string]): ZoneShape => ({
  ...of,
  areas: { ...of.areas, [key]: value },
});
const firstArea = (of: ZoneShape): readonly [string, ZoneShape["areas"][string]] => Object.entries(of.areas)[0]!;

describe("plans of any zone", () => {
  it("C4H-2: networks of two zones never overlap, IPv4 and IPv6, and no VLAN is given twice", () => {
    fc.assert(
      fc.property(shape, zoneShape("bravo"), (left, right) => {
        const first = halvesOf(left);
        const second = halvesOf(right, first.ledger);
        const cidrs = [first, second].flatMap(({ zone }) =>
          planned(planZone(zone), "subnet").map(({ facts }) => facts.cidr),
        );
        for (const [index, one] of cidrs.entries())
          for (const other of cidrs.slice(index + 1)) expect(overlaps(one, other), `${one} ${other}`).toBe(false);
        const vlans = [first, second].flatMap(({ tenant }) =>
          planned(planTenant(tenant, second.ledger.zones[tenant.zone]!), "network").map(({ facts }) => facts.vlan),
        );
        expect(new Set(vlans).size).toBe(vlans.length);
      }),
      { numRuns: 60 },
    );
  });

  it("C4H-5: where there is no shared storage no place has a quota or a type of it, and elsewhere nothing changes", () => {
    fc.assert(
      fc.property(shape, fc.boolean(), (of, whole) => {
        const { tenant, ledger } = halvesOf(of);
        const [first] = firstArea(of);
        const areas = { ...tenant.areas, [first]: { ...tenant.areas[first]!, sharedStorage: "none" as const } };
        const said = whole ? { ...tenant, sharedStorage: "none" as const } : { ...tenant, areas };
        const [before, after] = [tenant, said].map((config) => planTenant(config, ledger.zones[tenant.zone]!)) as [
          Plan,
          Plan,
        ];
        const closed = ({ id }: { readonly id: string }): boolean => whole || id.split("/")[2] === first;
        for (const { id, facts } of planned(after, "quota")) {
          const none = { volumes: 0, gigabytes: 0, snapshots: 0 };
          if (!closed({ id }))
            expect(facts, id).toEqual(planned(before, "quota").find((object) => object.id === id)?.facts);
          else
            expect(facts, id).toMatchObject({ volume: { ...none, openTypes: [] }, share: { shares: 0, gigabytes: 0 } });
        }
        for (const kind of ["volume-type-access", "share-type-access", "default-volume-type"] as const)
          expect(planned(after, kind).map(({ id }) => id)).toEqual(
            planned(before, kind)
              .filter((object) => !closed(object))
              .map(({ id }) => id),
          );
      }),
      { numRuns: 40 },
    );
  });

  it("C4H-11: a group that keeps data in memory has no volume, whatever else the zone has", () => {
    fc.assert(
      fc.property(shape, (of) => {
        const { zone } = halvesOf(of);
        const before = planZone(zone);
        const [first] = firstArea(of);
        const { machines } = zone.areas[first]!;
        const inMemory = Object.fromEntries(
          Object.entries(machines).map(([key, { disk: _disk, ...group }]) => [
            key,
            { ...group, volumes: [], dataInMemory: true },
          ]),
        );
        const after = planZone({
          ...zone,
          areas: { ...zone.areas, [first]: { ...zone.areas[first]!, machines: inMemory } },
        });
        for (const { id, facts } of planned(after, "machine")) {
          const was = planned(before, "machine").find((object) => object.id === id)?.facts;
          if (id.split("/")[2] === first) expect(facts, id).toMatchObject({ rootVolumeId: null, volumeIds: [] });
          else expect(facts, id).toEqual(was);
          expect(facts.portIds, id).toEqual(was?.portIds);
        }
        expect(planned(after, "root-volume").filter(({ id }) => id.split("/")[2] === first)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it("DIGIMED-10: every rule has a flow and every flow its rules, in IPv4 and IPv6", () => {
    fc.assert(
      fc.property(shape, (of) => {
        const { zone } = halvesOf(of);
        for (const [key, config] of Object.entries(zone.areas)) {
          const rulesWith = (flows: typeof config.flows): readonly string[] =>
            flowGroups({ ...zone, areas: { [key]: { ...config, flows } } }, key).flatMap(({ group, bench, rules }) =>
              rules.map(({ description: _text, ...rule }) =>
                JSON.stringify([group, bench, Object.entries(rule).toSorted()]),
              ),
            );
          const alone = config.flows.map((flow) => rulesWith([flow]));
          for (const rules of alone)
            for (const version of ["IPv4", "IPv6"]) expect(rules.some((rule) => rule.includes(version))).toBe(true);
          expect(new Set(rulesWith(config.flows))).toEqual(new Set(alone.flat()));
          expect(rulesWith([])).toEqual([]);
        }
      }),
    );
  });

  it("C4H-2: a group that declares the metadata service may ask it there, and nothing else changes", () => {
    let declared = 0;
    fc.assert(
      fc.property(shape, fc.infiniteStream(fc.boolean()), (of, coins) => {
        const { zone } = halvesOf(of);
        const asking = structuredClone(zone);
        const groups = new Set<string>();
        for (const [key, { machines }] of Object.entries(asking.areas))
          for (const [group, entry] of Object.entries(machines))
            if ((entry.metadata = coins.next().value)) groups.add(`rule-set/alpha/${key}/${group}`);
        declared += groups.size;
        const [before, after] = [planZone(zone), planZone(asking)];
        const isAsking = ({ remoteCidr = "" }): boolean => /^(169\.254|fe80:)/.test(remoteCidr);
        const rest = (plan: Plan) =>
          plan.objects.map((object) =>
            object.kind === "rule-set"
              ? { ...object, facts: { ...object.facts, rules: object.facts.rules.filter((rule) => !isAsking(rule)) } }
              : object,
          );
        expect(rest(after)).toEqual(before.objects);
        for (const { id, facts } of planned(after, "rule-set"))
          expect(
            facts.rules.filter(isAsking).map(({ description: _text, ...rule }) => rule),
            id,
          ).toEqual(
            groups.has(id)
              ? (["169.254.169.254/32", "fe80::a9fe:a9fe/128"] as const).map((remoteCidr, index) => ({
                  direction: "egress",
                  ethertype: index === 0 ? "IPv4" : "IPv6",
                  ...{ protocol: "tcp", portMin: 80, portMax: 80, remoteCidr },
                }))
              : [],
          );
      }),
      { numRuns: 60 },
    );
    expect(declared).toBeGreaterThan(20);
  });

  it("DIGIMED-11: a rule's remote is a group or an address group of the same area, or the network of one of its own benches", () => {
    fc.assert(
      fc.property(shape, (of) => {
        const { zone } = halvesOf(of);
        for (const { id, facts } of planned(planZone(zone), "rule-set")) {
          const [, , key] = id.split("/");
          const benches = Object.entries(zone.granted.networks).filter(([place]) => place.startsWith(`${key}/`));
          const own = benches.flatMap(([, { ipv4, ipv6 }]) => [ipv4, ipv6]);
          for (const { remoteGroup, remoteCidr, remoteAddressGroup } of facts.rules) {
            if (remoteGroup !== undefined) expect(remoteGroup.startsWith(`security-group/alpha/${key}/`)).toBe(true);
            else if (remoteAddressGroup !== undefined)
              expect(remoteAddressGroup.startsWith(`address-group/alpha/${key}/`)).toBe(true);
            else expect(own).toContain(remoteCidr);
          }
        }
      }),
    );
  });

  it("DIGIMED-11: what the plan lets pass is what a flow allows, no more and no less, over all pairs of ends of two zones", () => {
    let allowed = 0;
    fc.assert(
      fc.property(shape, zoneShape("bravo"), (left, right) => {
        const first = halvesOf(left);
        const second = halvesOf(right, first.ledger);
        const stranger = planZone(second.zone);
        const plan = planZone(first.zone);
        const world: Plan = { ...plan, objects: [...plan.objects, ...stranger.objects] };
        const ends = endsOf(plan, first.zone);
        const packets = packetsOf(first.zone);
        // A clinic may come to two zones: what lies beyond is told apart by its addresses alone.
        const strangers = endsOf(stranger, second.zone).filter(({ beyond }) => beyond === undefined);
        for (const from of [...ends, ...strangers.slice(0, 3)])
          for (const to of ends)
            for (const packet of packets) {
              if (from === to || (from.zone !== to.zone && to.beyond !== undefined)) continue;
              const expected = allowedByFlows(first.zone, from, to, packet);
              if (expected) allowed++;
              if (passes(world, from, to, packet) !== expected)
                throw new Error(`${expected ? "closed" : "open"}: ${JSON.stringify({ from, to, packet })}`);
            }
      }),
      { numRuns: 25 },
    );
    // Without a single open path the test would prove nothing.
    expect(allowed).toBeGreaterThan(100);
  });

  it("every id is there once, and every name once for its kind and project, at most 255 characters long", () => {
    fc.assert(
      fc.property(shape, (of) => {
        for (const { objects } of both(of)) {
          expect(new Set(objects.map(({ id }) => id)).size).toBe(objects.length);
          expect(new Set(objects.map(({ kind, project, name }) => [kind, project, name].join("|"))).size).toBe(
            objects.length,
          );
          for (const { name } of objects) expect(name.length).toBeLessThanOrEqual(255);
        }
      }),
    );
  });

  it("is the same whatever the order of keys: Pulumi hands them over sorted", () => {
    fc.assert(
      fc.property(shape, fc.constantFrom(-1, 1), (of, sign) => {
        const { tenant, zone, ledger } = halvesOf(of);
        const order = (a: string, b: string): number => (a < b ? -sign : sign);
        expect(planZone(reorderKeys(zone, order))).toStrictEqual(planZone(zone));
        const entry = ledger.zones["alpha"]!;
        expect(planTenant(reorderKeys(tenant, order), reorderKeys(entry, order))).toStrictEqual(
          planTenant(tenant, entry),
        );
      }),
    );
  });

  it("loses nothing as JSON, and holds no value that JSON does not know", () => {
    fc.assert(
      fc.property(shape, (of) => {
        for (const plan of both(of)) expect(JSON.parse(JSON.stringify(plan))).toStrictEqual(plan);
      }),
    );
  });
});

describe("a plan that grows (DIGIMED-9)", () => {
  it("an area more leaves all other objects as they are; the pipeline's list of projects grows", () => {
    fc.assert(
      fc.property(shape, area, (of, more) => {
        expect(touched(of, withArea(of, "added", more))).toEqual({ tenant: ["pipeline/alpha"], zone: [] });
      }),
    );
  });

  it("a bench more leaves all other objects as they are; the area's quota for networks and its list of readers grow", () => {
    fc.assert(
      fc.property(shape, (of) => {
        const [key, first] = firstArea(of);
        const { "uni-b": _left, ...others } = { ...first.partners };
        const partners = { clinic: "read", ...others } as const;
        const shared = { ...first, shared: true, flows: [], datasets: {} };
        const before = withArea(of, key, { ...shared, partners });
        const after = withArea(of, key, { ...shared, partners: { ...partners, "uni-b": "read" } });
        expect(touched(before, after)).toEqual({
          tenant: [`quota/alpha/${key}`],
          zone: [`project-access/alpha/${key}`],
        });
      }),
    );
  });

  it("a data set more changes nothing else; one less leaves every other data set as it is", () => {
    fc.assert(
      fc.property(shape, fc.constantFrom("volume", "share"), (of, kind) => {
        const [key, first] = firstArea(of);
        const added = { kind, access: {}, machines: "read" } as const;
        const grown = withArea(of, key, { ...first, datasets: { ...first.datasets, added } });
        expect(touched(of, grown)).toEqual({ tenant: [], zone: [] });
        const kinds = kind === "volume" ? ["volume"] : ["share", "share-access", "share-lock"];
        const gone = touched(grown, of);
        expect(gone.zone.toSorted()).toEqual(kinds.map((name) => `${name}/alpha/${key}/added`).toSorted());
      }),
    );
  });

  it("an area less leaves the data, the networks and the projects of every other as they are", () => {
    fc.assert(
      fc.property(shape, area, (of, more) => {
        const { tenant, zone } = touched(withArea(of, "added", more), of);
        for (const id of [...tenant, ...zone])
          expect(id === "pipeline/alpha" || id.split("/")[2] === "added", id).toBe(true);
      }),
    );
  });

  it("a flow more, wherever it is written, touches the rule sets of its two ends and nothing else", () => {
    fc.assert(
      fc.property(shape, fc.nat(), (of, at) => {
        const [key, first] = firstArea(of);
        const machines = { app: 1, db: 2, ...first.machines };
        const before = withArea(of, key, { ...first, machines });
        const added = { from: "machines/app", to: "machines/db", ports: ["5432/tcp"] };
        const flows = first.flows.toSpliced(at % (first.flows.length + 1), 0, added);
        const { tenant, zone } = touched(before, withArea(of, key, { ...first, machines, flows }));
        expect(tenant).toEqual([]);
        for (const id of zone) expect([`rule-set/alpha/${key}/app`, `rule-set/alpha/${key}/db`]).toContain(id);
      }),
    );
  });

  it("machines more in a group leave the machines that are there, with their disks and ports, as they are", () => {
    fc.assert(
      fc.property(shape, fc.integer({ min: 1, max: 4 }), (of, count) => {
        const [key, first] = firstArea(of);
        const sized = (app: number): ZoneShape => withArea(of, key, { ...first, machines: { ...first.machines, app } });
        expect(touched(sized(count), sized(count + 2))).toEqual({ tenant: [], zone: [] });
      }),
    );
  });
});
