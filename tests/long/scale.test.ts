import { describe, expect, it } from "vitest";
import { generateZones } from "../../bench/generate.ts";
import { parseYaml } from "../../config/yaml.ts";
import { tenantSchema, type TenantConfig } from "../../config/tenant.ts";
import { areaBenches, zoneSchema } from "../../config/zone.ts";
import { parseCidr, subnetsOf } from "../../plan/addresses.ts";
import { allocate, networkKeys } from "../../plan/allocation.ts";
import { checkLedger } from "../../plan/ledger-check.ts";
import type { Ledger } from "../../plan/ledger.ts";
import { planTenant } from "../../plan/tenant.ts";
import { planned } from "../../plan/types.ts";
import { planZone } from "../../plan/zone.ts";
import { checkStackConfig, judge } from "../../policies/index.ts";
import { ledgerText, parseLedger } from "../../plan/ledger-file.ts";
import { record } from "./record.ts";

const today = "2026-11-21";
const ZONES = 1000;
const SEED = Number(process.env.TRESOR_FUZZ_SEED ?? 1);

const emptyLedger = (ipv4 = "10.0.0.0/8"): Ledger => ({
  format: 1,
  pools: { ipv4, ipv6: "fd00::/40", vlans: { from: 1, to: 4094 } },
  zones: {},
});

/** The operator's half of a zone: a project and a network for each area and each bench. */
function tenantOf(
  name: string,
  areas: Readonly<Record<string, readonly string[]>>,
  kind: "vlan" | "overlay",
): TenantConfig {
  return tenantSchema.parse({
    format: 1,
    zone: name,
    cloud: "c",
    places: { region: "RegionOne", zones: ["nova"] },
    network: kind === "vlan" ? { kind, physicalNetwork: "physnet1" } : { kind },
    flavors: ["SCS-4T-16_z4", "SCS-2T-8_z4"],
    images: ["debian-13-snp"],
    volumeTypes: ["encrypted-ssd", "encrypted-hdd"],
    shareTypes: ["project-share"],
    areas: Object.fromEntries(
      Object.entries(areas).map(([area, benches]) => [
        area,
        { benches: Object.fromEntries(benches.map((bench) => [bench, {}])) },
      ]),
    ),
  });
}

interface Half {
  readonly value: Record<string, unknown>;
  readonly tenant: TenantConfig;
}

/** Distinct zones of mixed sizes, both halves; networks are still to be granted. */
function halves(): readonly Half[] {
  return generateZones(ZONES, SEED).map(({ name, text }, index) => {
    const file = parseYaml(text).value as { config: Record<string, Record<string, unknown>> };
    const value = file.config["tresor:zone"]!;
    const { areas } = zoneSchema.parse(value);
    const benches = Object.fromEntries(Object.entries(areas).map(([key, area]) => [key, areaBenches(area)]));
    // There are fewer VLAN ids than a thousand zones have networks: every third zone is made of overlays.
    return { value, tenant: tenantOf(name, benches, index % 3 === 2 ? "overlay" : "vlan") };
  });
}

/** Blocks that share an address with the one before them; sorted, every overlap is one of neighbours. */
function overlapping(cidrs: readonly string[]): readonly string[] {
  const blocks = cidrs
    .map((text) => ({ text, ...parseCidr(text) }))
    .toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  return blocks.flatMap((block, index) => {
    const before = blocks[index - 1];
    return before !== undefined && block.first <= before.last ? [`${before.text} and ${block.text}`] : [];
  });
}

const subnetsIn = (ledger: Ledger, family: "ipv4" | "ipv6"): readonly string[] =>
  Object.values(ledger.zones).flatMap((zone) => Object.keys(zone.networks).map((key) => subnetsOf(zone, key)[family]));

describe(`${ZONES} distinct zones in one ledger (C4H-2)`, () => {
  const all = halves();
  let ledger = emptyLedger();

  it("grow without an overlap and without a number that changes, also when zones get further areas", async () => {
    const start = performance.now();
    for (const { tenant } of all) {
      const next = allocate(ledger, tenant);
      for (const [zone, entry] of Object.entries(ledger.zones))
        if (next.zones[zone] !== entry) throw new Error(`${zone} changed`);
      ledger = next;
    }
    const before = structuredClone(ledger.zones);
    for (const { tenant } of all.filter((_, index) => index % 10 === 0))
      ledger = allocate(ledger, {
        ...tenant,
        areas: { ...tenant.areas, ...tenantOf("x1", { later: ["uni-late"] }, "overlay").areas },
      });
    for (const [zone, { ipv4, ipv6, networks }] of Object.entries(before)) {
      expect(ledger.zones[zone]).toMatchObject({ ipv4, ipv6, networks });
    }
    for (const { tenant } of all) expect(allocate(ledger, tenant)).toBe(ledger);

    const vlans = Object.values(ledger.zones).flatMap(({ networks }) =>
      Object.values(networks).flatMap(({ vlan }) => (vlan === undefined ? [] : [vlan])),
    );
    expect(new Set(vlans).size).toBe(vlans.length);
    for (const family of ["ipv4", "ipv6"] as const) {
      expect(overlapping(Object.values(ledger.zones).map((zone) => zone[family]))).toEqual([]);
      expect(overlapping(subnetsIn(ledger, family))).toEqual([]);
    }
    expect(checkLedger(ledger)).toEqual([]);
    // The control: one block given twice is seen by both.
    const [first, second] = Object.keys(ledger.zones) as [string, string];
    const twice = { ...ledger, zones: { ...ledger.zones, [second]: ledger.zones[first]! } };
    expect(overlapping(subnetsIn(twice, "ipv4")).length).toBeGreaterThan(0);
    expect(checkLedger(twice).length).toBeGreaterThan(0);

    const seconds = (performance.now() - start) / 1000;
    const networks = subnetsIn(ledger, "ipv4").length;
    await record("scale/allocation", seconds, { seed: SEED, zones: all.length, networks, vlans: vlans.length });
  });

  it("are written, read back the same, and appended to", () => {
    const file = parseLedger(
      "format: 1\npools: { ipv4: 10.0.0.0/8, ipv6: fd00::/40, vlans: { from: 1, to: 4094 } }\n",
      "x",
    );
    const text = ledgerText(file, ledger);
    expect(parseLedger(text, "x").ledger).toEqual(ledger);
    const more = allocate(ledger, tenantOf("newcomer", { work: [] }, "overlay"));
    const again = ledgerText(parseLedger(text, "x"), more);
    expect(again.startsWith(text.trimEnd().slice(0, -1))).toBe(true);
    expect(parseLedger(again, "x").ledger).toEqual(more);
  });

  it("are all validated and planned, both halves, and no two plans have a subnet or a VLAN in common", async () => {
    const start = performance.now();
    const [cidrs, vlans, objects] = [[] as string[], [] as number[], { tenant: 0, zone: 0 }];
    for (const { value, tenant } of all) {
      const entry = ledger.zones[tenant.zone]!;
      expect(judge({ kind: "tenant", config: tenant }, { today, ledger }).map(({ rule }) => rule)).toEqual([]);
      const networks = Object.fromEntries(networkKeys(tenant).map((key) => [key, subnetsOf(entry, key)]));
      const granted = { ...(value["granted"] as object), networks };
      const { stack, problems } = checkStackConfig("zone", { ...value, granted }, { today, ledger });
      expect(problems).toEqual([]);
      if (stack?.kind !== "zone") throw new Error("no zone");
      const plans = { tenant: planTenant(tenant, entry), zone: planZone(stack.config) };
      cidrs.push(...planned(plans.zone, "subnet").map(({ facts }) => facts.cidr));
      vlans.push(...planned(plans.tenant, "network").flatMap(({ facts }) => facts.vlan ?? []));
      for (const half of ["tenant", "zone"] as const) objects[half] += plans[half].objects.length;
    }
    for (const version of [4, 6])
      expect(overlapping(cidrs.filter((text) => parseCidr(text).version === version))).toEqual([]);
    expect(new Set(vlans).size).toBe(vlans.length);
    const seconds = (performance.now() - start) / 1000;
    await record("scale/plans", seconds, {
      seed: SEED,
      zones: all.length,
      subnets: cidrs.length,
      vlans: vlans.length,
      objects,
    });
  });

  it("end where the pool ends, with what to do", () => {
    let small = emptyLedger("10.8.0.0/16");
    for (let index = 0; index < 16; index++) small = allocate(small, tenantOf(`z${index}`, { work: [] }, "overlay"));
    expect(() => allocate(small, tenantOf("late", { work: [] }, "overlay"))).toThrow(
      "the pool 10.8.0.0/16 has no free /20 left for zone late: the ledger never renumbers and never gives a number twice. " +
        "Next: widen pools.ipv4 in ledger.yaml to a larger network that contains 10.8.0.0/16",
    );
    const wider = { ...small, pools: { ...small.pools, ipv4: "10.0.0.0/8" } };
    expect(allocate(wider, tenantOf("late", { work: [] }, "overlay")).zones).toMatchObject(small.zones);
  });
});

const QUOTA = { machines: 2, cores: 4, memory: "16 GiB", volumes: 2, storage: "20 GiB", ports: 50 };

const numbered = (count: number): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`area-${index + 1}`, []]));

describe("one zone as large as the address plan allows", () => {
  it("holds 16 networks; of 50 areas the 17th is refused with its name and a way on", () => {
    const full = allocate(emptyLedger(), tenantOf("big", numbered(16), "vlan"));
    expect(Object.keys(full.zones["big"]!.networks)).toHaveLength(16);
    expect(planTenant(tenantOf("big", numbered(16), "vlan"), full.zones["big"]!).objects.length).toBeGreaterThan(100);
    const words =
      "zone big has no free subnet left for area-17: 10.0.0.0/20 holds 16 networks: the ledger never renumbers and never gives a " +
      "number twice. Next: make a second zone for the further areas";
    for (const before of [emptyLedger(), full])
      expect(() => allocate(before, tenantOf("big", numbered(50), "vlan"))).toThrow(words);
    // What was refused left nothing behind.
    expect(Object.keys(full.zones["big"]!.networks)).toHaveLength(16);
  });

  it("has rules in proportion to its flows: up to 500, four for each between machines and two for each from a bench", async () => {
    const start = performance.now();
    const [template] = generateZones(1, SEED);
    const value = (parseYaml(template!.text).value as { config: Record<string, Record<string, unknown>> }).config[
      "tresor:zone"
    ]!;
    const tenant = tenantOf("big", { work: ["lab"] }, "vlan");
    const entry = allocate(emptyLedger(), tenant).zones["big"]!;
    const machine = { flavor: "SCS-2T-8_z4", image: "debian-13-snp", disk: "10 GiB" };
    const rulesOf = (count: number, from: string): number => {
      const flows = Array.from({ length: count }, (_, index) => ({
        from,
        to: "machines/db",
        ports: [`${index + 1000}/tcp`],
        reason: `study ${index}`,
      }));
      const zone = {
        ...value,
        name: "big",
        partners: { lab: { title: "Laboratory" } },
        permit: { id: "p", basis: "consent", expires: "2029-12-31", partners: ["lab"] },
        granted: {
          ...(value["granted"] as object),
          networks: { work: subnetsOf(entry, "work"), "work/lab": subnetsOf(entry, "work/lab") },
          quotas: { work: QUOTA, "work/lab": QUOTA },
        },
        areas: { work: { kind: "shared", partners: { lab: "write" }, machines: { web: machine, db: machine }, flows } },
      };
      const { problems } = checkStackConfig("zone", zone, { today });
      const rules = planned(planZone(zoneSchema.parse(zone)), "rule-set").reduce(
        (sum, { facts }) => sum + facts.rules.length,
        0,
      );
      // Neutron would refuse the rules beyond the area's quota half-way.
      const refused = rules > 1000 ? [`${rules} planned, at most 1000`] : [];
      expect(problems.map(({ found, allowed }) => `${found}, ${allowed}`)).toEqual(refused);
      return rules;
    };
    const counts = [0, 1, 100, 250, 500];
    const machines = counts.map((count) => rulesOf(count, "machines/web"));
    const benches = counts.map((count) => rulesOf(count, "bench/lab"));
    expect(machines).toEqual(counts.map((count) => 4 * count));
    expect(benches).toEqual(counts.map((count) => 2 * count));
    await record("scale/flows", (performance.now() - start) / 1000, { flows: counts, rules: { machines, benches } });
  });
});
