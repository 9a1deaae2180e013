import { describe, expect, it } from "vitest";
import { capacityRows, grantsByZone, slotsOverGranted } from "../../../plan/capacity.ts";
import { COUNTERS } from "../../../plan/needs.ts";
import { isOver, quotaRows, type LiveQuota } from "../../../plan/quota.ts";
import { planZone } from "../../../plan/zone.ts";
import { examples } from "./examples.ts";

const rows = (live?: LiveQuota, change: (zone: ReturnType<typeof examples.zone>) => void = () => undefined) => {
  const zone = examples.zone("mini");
  change(zone);
  const of = quotaRows(zone, planZone(zone).objects, live && new Map([["mini-work", live]]));
  return (counter: string) => of.find((row) => row.counter === counter);
};

describe("planned, granted and used (SPE4HD-11, DIGIMED-18)", () => {
  it("says each counter of each project with its service, benches too", () => {
    const zone = examples.zone();
    const all = quotaRows(zone, planZone(zone).objects);
    const projects = ["commons", "commons-heart-centre", "commons-uni-north", "commons-uni-south", "heart"];
    expect(all.map(({ project, counter }) => `${project} ${counter}`)).toEqual(
      projects.flatMap((project) => COUNTERS.map(({ counter }) => `digimed-${project} ${counter}`)),
    );
    expect(all.filter(isOver)).toEqual([]);
    // Nothing is planned in a bench: its people use what is granted themselves.
    expect(all.filter(({ project, planned }) => project.includes("uni") && planned > 0)).toEqual([]);
    expect(rows()("cores")).toMatchObject({ service: "compute", planned: 2, granted: 2, verdict: "fits" });
    expect(rows()("memory")).toMatchObject({ planned: 8, granted: 8 });
  });

  it("is over where more is planned than is granted, by one", () => {
    const one = rows(undefined, (zone) => (zone.granted.quotas["work"]!.cores = 1));
    expect(one("cores")).toMatchObject({ planned: 2, granted: 1, verdict: "over grant" });
    expect(one("machines")!.verdict).toBe("fits");
  });

  it("counts what others use against the limit, and what is ours already not twice", () => {
    const verdict = (limit: number, used: number, own: number) =>
      rows({ cores: { limit, used, own } })("cores")!.verdict;
    // Two cores are planned.
    expect(verdict(2, 0, 0)).toBe("fits");
    expect(verdict(2, 2, 2)).toBe("fits");
    expect(verdict(3, 1, 0)).toBe("fits");
    expect(verdict(2, 1, 0)).toBe("over limit");
    expect(verdict(1, 0, 0)).toBe("over limit");
    expect(rows({ cores: { used: 99, own: 0 } })("cores")).toMatchObject({ others: 99, verdict: "fits" });
  });

  it("never takes what it may not see for room", () => {
    expect(rows({})("ports")).toMatchObject({ verdict: "not visible" });
    expect(rows({})("ports")).not.toHaveProperty("limit");
    expect(rows()("ports")!.verdict).toBe("fits");
  });
});

describe("grants against the cloud (DIGIMED-1, SPE4HD-11)", () => {
  const tenants = [examples.tenant("digimed"), examples.tenant("mini")];
  const zones = grantsByZone(tenants, examples.platform());
  const supply = (physical: number, allocatable = physical) => ({ physical, allocatable });
  const row = (resource: string, of: object) => capacityRows(zones, of).find((one) => one.resource === resource);

  it("sums all areas and benches of all zones", () => {
    expect(zones.map(({ zone }) => zone)).toEqual(["digimed", "mini"]);
    // 2 machines in each of two areas and one in each of three benches.
    expect(zones[0]!.grants).toEqual({ cores: 22, memory: 88, storage: 260, shareStorage: 20, slots: 7 });
    const sum = zones.reduce((total, { grants }) => total + grants.slots, 0);
    expect(row("slots", {})).toEqual({ resource: "slots", granted: sum, verdict: "not visible" });
  });

  it("counts no slot for machines that nobody may make confidential", () => {
    const plain = { ...examples.tenant("mini"), preset: "open" as const, flavors: ["SCS-2V-8"] };
    expect(grantsByZone([plain], examples.platform())[0]!.grants.slots).toBe(0);
    // Granted a confidential flavor, each of them may take one.
    const mixed = { ...plain, flavors: ["SCS-2V-8", "SCS-2T-8_z4"] };
    expect(grantsByZone([mixed], examples.platform())[0]!.grants.slots).toBeGreaterThan(0);
  });

  it("tells over-commit in numbers, and what the cloud would refuse", () => {
    const granted = row("cores", {})!.granted;
    expect(row("cores", { cores: supply(granted) })).toMatchObject({ verdict: "fits", overcommit: 1 });
    expect(row("cores", { cores: supply(granted / 2, granted) })).toMatchObject({
      verdict: "over-committed",
      overcommit: 2,
    });
    expect(row("cores", { cores: supply(granted / 2, granted - 1) })!.verdict).toBe("over-granted");
    expect(row("memory", { memory: supply(0) })).toMatchObject({ verdict: "over-granted" });
  });

  it("fails over slots alone: there is no over-commit of keys in a processor", () => {
    const granted = row("slots", {})!.granted;
    const over = (of: object): boolean => slotsOverGranted(capacityRows(zones, of));
    expect(over({ slots: supply(granted) })).toBe(false);
    expect(over({ slots: supply(granted - 1) })).toBe(true);
    expect(over({ slots: supply(granted), cores: supply(1) })).toBe(false);
    expect(over({})).toBe(false);
  });
});
