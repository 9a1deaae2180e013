import { describe, expect, it } from "vitest";
import { endOf } from "../../../plan/persons.ts";
import { planned } from "../../../plan/types.ts";
import { planZone } from "../../../plan/zone.ts";
import { examples } from "./examples.ts";
import { freezeConfig, PERSONS, withPersons } from "./people.ts";

const TODAY = "2026-11-21";
const zone = () => withPersons(examples.zone());
const members = (today: string) =>
  Object.fromEntries(
    planned(planZone(zone(), today), "group-members").map(({ name, facts }) => [
      name,
      facts.members.map(({ person }) => person),
    ]),
  );

describe("persons of a zone (DIGIMED-12, DENBI-4)", () => {
  it("are members of their partner's group, by the provider's name or as users of the zone, and of no other", () => {
    expect(members(TODAY)).toEqual({
      "digimed-heart-centre": ["ada", "dan"],
      "digimed-uni-north": ["ben"],
      "digimed-uni-south": ["cleo"],
    });
    const [heart] = planned(planZone(zone(), TODAY), "group-members");
    expect(heart!.facts).toEqual({
      groupId: "partner-group/digimed/heart-centre",
      members: [
        { person: "ada", user: "ada@heart.example", userId: null },
        { person: "dan", user: null, userId: "person/digimed/dan" },
      ],
    });
  });

  it("leave their group after their last day, and not on it", () => {
    expect(members("2026-12-31")["digimed-heart-centre"]).toEqual(["ada", "dan"]);
    expect(members("2027-01-01")["digimed-heart-centre"]).toEqual(["ada"]);
    expect(members("2027-07-01")["digimed-uni-north"]).toEqual([]);
  });

  it("have a user of the zone only where the config says local, disabled after the last day (C4H-10)", () => {
    const users = (today: string) =>
      planned(planZone(zone(), today), "person").map(({ name, facts }) => [name, facts.until, facts.enabled]);
    expect(users(TODAY)).toEqual([
      ["digimed-cleo", "2029-12-31", true],
      ["digimed-dan", "2026-12-31", true],
    ]);
    expect(users("2027-01-01")[1]).toEqual(["digimed-dan", "2026-12-31", false]);
    expect(users("2030-01-01")[0]).toEqual(["digimed-cleo", "2029-12-31", false]);
  });

  it("are fewest where nobody says which day it is", () => {
    const groups = planned(planZone(zone()), "group-members").flatMap(({ facts }) => facts.members);
    expect(groups.map(({ person }) => person)).toEqual(["ada", "cleo"]);
  });

  it("that the permit does not name leave the groups to the identity provider; none named is a set of nobody", () => {
    expect(planned(planZone(examples.zone(), TODAY), "group-members")).toEqual([]);
    const nobody = planned(planZone(withPersons(examples.zone(), {}), TODAY), "group-members");
    expect(nobody.map(({ facts }) => facts.members)).toEqual([[], [], []]);
  });

  it("have their days cut to the permit's", () => {
    expect(endOf(zone(), undefined)).toBe("2029-12-31");
    expect(endOf(zone(), "2031-01-01")).toBe("2029-12-31");
    expect(endOf(zone(), PERSONS["dan"]?.until)).toBe("2026-12-31");
  });

  it("never hold a role on the domain: the pipeline alone does, by the operator's grant", () => {
    const [access, ...more] = planned(planZone(zone(), TODAY), "domain-access");
    expect(more).toEqual([]);
    expect(access!.facts).toEqual({ assignments: [], expected: [{ role: "manager", pipeline: true }] });
  });
});

describe("a frozen zone (DENBI-4, SPE4HD-11)", () => {
  const before = planZone(zone(), TODAY);
  const after = planZone(freezeConfig(zone()), TODAY);

  it("gives nobody a role and no network a share; the control: before it does both", () => {
    const grants = (plan: typeof before) => [
      planned(plan, "project-access").flatMap(({ facts }) => facts.assignments).length,
      planned(plan, "share-access").flatMap(({ facts }) => facts.rules).length,
    ];
    for (const count of grants(before)) expect(count).toBeGreaterThan(0);
    expect(grants(after)).toEqual([0, 0]);
  });

  it("stops its machines, and keeps members, data, keys and every object", () => {
    expect(new Set(planned(after, "machine").map(({ facts }) => facts.powerState))).toEqual(new Set(["shutoff"]));
    expect(new Set(planned(before, "machine").map(({ facts }) => facts.powerState))).toEqual(new Set(["active"]));
    expect(after.objects.map(({ id }) => id)).toEqual(before.objects.map(({ id }) => id));
    for (const kind of ["group-members", "person", "volume", "share", "root-volume"] as const)
      expect(planned(after, kind), kind).toEqual(planned(before, kind));
  });
});
