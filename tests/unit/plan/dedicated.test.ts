import { describe, expect, it } from "vitest";
import { takenHosts } from "../../../plan/dedicated.ts";
import { planTenant } from "../../../plan/tenant.ts";
import { planned } from "../../../plan/types.ts";
import { planZone } from "../../../plan/zone.ts";
import { examples } from "./examples.ts";

const dedicated = (zone: "digimed" | "mini", area: string, hosts: string[]) => {
  const tenant = examples.tenant(zone);
  tenant.areas[area]!.dedicated = { hosts };
  return tenant;
};

describe("dedicated hosts (C4H-4)", () => {
  it("are one aggregate for an area's project and those of its benches, and for no other", () => {
    const plan = planTenant(dedicated("digimed", "commons", ["snp-2", "snp-1"]), examples.entry());
    expect(planned(plan, "host-aggregate")).toMatchObject([
      {
        id: "host-aggregate/digimed/commons",
        name: "digimed-commons",
        because: ["tenant.areas.commons.dedicated"],
        requirements: ["C4H-4"],
        facts: {
          hosts: ["snp-1", "snp-2"],
          projectIds: [
            "project/digimed/commons",
            "project/digimed/commons/heart-centre",
            "project/digimed/commons/uni-north",
            "project/digimed/commons/uni-south",
          ],
        },
      },
    ]);
    expect(planned(planTenant(examples.tenant(), examples.entry()), "host-aggregate")).toEqual([]);
  });

  it("of two zones share none: told at the later one", () => {
    const [one, two] = [dedicated("digimed", "heart", ["a", "b"]), dedicated("mini", "work", ["c", "b"])];
    expect(takenHosts([one, two])).toEqual([
      { tenant: 1, path: ["areas", "work", "dedicated", "hosts", 1], host: "b", owner: "digimed/heart" },
    ]);
    expect(takenHosts([one, dedicated("mini", "work", ["c"])])).toEqual([]);
    // Twice in one zone is refused by a rule.
    expect(takenHosts([dedicated("digimed", "heart", ["a", "a"])])).toEqual([]);
  });
});

describe("machines that start by themselves, or do not (C4H-6)", () => {
  const states = (change: (zone: ReturnType<typeof examples.zone>) => void): readonly string[] => {
    const zone = examples.zone("mini");
    change(zone);
    return planned(planZone(zone), "machine").map(({ facts }) => facts.powerState);
  };
  const box = (zone: ReturnType<typeof examples.zone>) => zone.areas["work"]!.machines["box"]!;

  it("run after `up`, unless their group says manual", () => {
    expect(states(() => undefined)).toEqual(["active"]);
    expect(states((zone) => (box(zone).start = "manual"))).toEqual(["shutoff"]);
  });

  it("are stopped in a zone for one run, unless their group says on-up", () => {
    const lifetime = { until: "2027-01-31", onEnd: "destroy" } as const;
    expect(states((zone) => (zone.lifetime = lifetime))).toEqual(["shutoff"]);
    expect(
      states((zone) => {
        zone.lifetime = lifetime;
        box(zone).start = "on-up";
      }),
    ).toEqual(["active"]);
  });
});
