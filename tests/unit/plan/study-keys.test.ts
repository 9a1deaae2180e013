import { describe, expect, it } from "vitest";
import type { ZoneConfig } from "../../../config/index.ts";
import { expiriesOf } from "../../../plan/expiry.ts";
import { needsOf } from "../../../plan/needs.ts";
import { diffPlans } from "../../../plan/render/diff.ts";
import { publish } from "../../../plan/render/publish.ts";
import { planned, type Planned } from "../../../plan/types.ts";
import { planZone } from "../../../plan/zone.ts";
import { examples, withStudyKey } from "./examples.ts";
import { freezeConfig, withPersons } from "./people.ts";

const TODAY = "2026-11-21";
const zone = (more: Record<string, unknown> = {}): ZoneConfig => withStudyKey(withPersons(examples.zone()), more);
const keyOf = (config: ZoneConfig, today = TODAY): Planned<"study-key"> => {
  const [key, ...more] = planned(planZone(config, today), "study-key");
  if (key === undefined || more.length > 0) throw new Error("not exactly one key");
  return key;
};
const who = (config: ZoneConfig, today = TODAY) => keyOf(config, today).facts.readers.map((reader) => reader.who);
const assignments = (config: ZoneConfig, area = "heart") =>
  planned(planZone(config, TODAY), "project-access").find(({ id }) => id === `project-access/digimed/${area}`)?.facts
    .assignments ?? [];

describe("keys of studies (C4H-9, DIGIMED-5)", () => {
  it("are private to the named persons and service, end when they must, and say what uses them", () => {
    const key = keyOf(zone());
    expect(key).toMatchObject({
      id: "study-key/digimed/heart/mammo",
      name: "digimed-heart-mammo",
      project: "digimed-heart",
      because: ["zone.areas.heart.studyKeys.mammo"],
    });
    expect(key.facts).toEqual({
      owner: "heart-centre",
      expiration: "2028-06-30T23:59:59Z",
      readers: [
        { who: "ada", userId: null, user: "ada@heart.example", cloudId: null },
        { who: "dan", userId: "person/digimed/dan", user: null, cloudId: null },
        { who: "harvester", userId: "service-user/digimed/heart/crawler", user: null, cloudId: null },
      ],
      usedBy: ["volume/digimed/heart/imaging"],
      closes: null,
      ended: false,
      deletable: false,
    });
  });

  it("are registered with every machine of a group that uses them", () => {
    const config = zone({ usedBy: [] });
    const heart = config.areas["heart"]!;
    const [group = "", machines] = Object.entries(heart.machines)[0]!;
    const grown = { ...heart, datasets: {}, machines: { [group]: { ...machines, count: 2, volumes: [] } } };
    const two = {
      ...config,
      areas: {
        ...config.areas,
        heart: { ...grown, studyKeys: { mammo: { ...heart.studyKeys["mammo"]!, usedBy: [`machines/${group}`] } } },
      },
    };
    expect(keyOf(two).facts.usedBy).toEqual([`machine/digimed/heart/${group}`, `machine/digimed/heart/${group}-2`]);
  });

  it("name a user of another domain by the id that the operator told", () => {
    const config = zone({ persons: ["ada"], services: [] });
    const ada = { partner: "heart-centre", identity: { user: "ada@heart.example", id: "0a1b2c" } };
    const known = { ...config, permit: { ...config.permit, persons: { ...config.permit.persons, ada } } };
    expect(keyOf(known).facts.readers).toEqual([
      { who: "ada", userId: null, user: "ada@heart.example", cloudId: "0a1b2c" },
    ]);
  });

  it("C4H-10: lose each reader on the day after his own last, and all with their own end", () => {
    expect(who(zone(), "2026-12-31")).toEqual(["ada", "dan", "harvester"]);
    expect(who(zone(), "2027-01-01")).toEqual(["ada", "harvester"]);
    expect(who(zone(), "2028-07-01")).toEqual([]);
    expect(keyOf(zone(), "2028-06-30").facts.ended).toBe(false);
    expect(keyOf(zone(), "2028-07-01").facts.ended).toBe(true);
  });

  it.each(["2028-01-31T12:00:00Z", "2031-01-01"])(
    "end at a point in time, and with the permit at the latest: %s",
    (until) => {
      expect(keyOf(zone({ until })).facts.expiration).toBe(until.length > 10 ? until : "2029-12-31T23:59:59Z");
    },
  );

  it("DENBI-4, DIGIMED-5: a key of before the permit was shortened keeps its end, and opens to nobody after the new one", () => {
    const key = zone({ until: "2031-06-30", closes: "2028-06-30" });
    expect(keyOf(key).facts).toMatchObject({
      expiration: "2031-06-30T23:59:59Z",
      closes: "2028-06-30T23:59:59Z",
      ended: false,
    });
    expect(who(key, "2028-06-30")).toContain("ada");
    expect(keyOf(key, "2028-07-01").facts).toMatchObject({ readers: [], ended: false });
    // The permit is over, the key is not: a frozen zone must not take it for expired.
    expect(keyOf(freezeConfig(key), "2030-01-01").facts).toMatchObject({ readers: [], ended: false });
    expect(keyOf(freezeConfig(key), "2031-07-01").facts.ended).toBe(true);
    expect(expiriesOf(key)).toContainEqual({
      what: "study key mammo of heart",
      until: "2028-06-30",
      because: "zone.areas.heart.studyKeys.mammo.closes",
    });
  });

  it("DENBI-4: a frozen zone keeps the key and opens it to nobody, and thaws to the same", () => {
    const { facts } = keyOf(freezeConfig(zone()));
    expect(facts).toEqual({ ...keyOf(zone()).facts, readers: [] });
  });

  it("DIGIMED-12: give the pipeline the role by which it writes their lists, in their own area alone, frozen or not", () => {
    const role = { role: "manager", pipeline: true };
    expect(assignments(zone())).toContainEqual(role);
    expect(assignments(freezeConfig(zone()))).toEqual([role]);
    expect(assignments(zone(), "commons")).not.toContainEqual(role);
    expect(assignments(withPersons(examples.zone()))).not.toContainEqual(role);
  });

  it("let the crawler's credential ask for keys only where a key names it", () => {
    const rules = (config: ZoneConfig) =>
      planned(planZone(config, TODAY), "application-credential")[0]?.facts.accessRules.filter(
        ({ service }) => service === "key-manager",
      );
    expect(rules(zone())).toEqual([{ service: "key-manager", method: "GET", path: "/v1/secrets/*/payload" }]);
    expect(rules(zone({ services: [] }))).toEqual([]);
  });

  it("take a secret of the quota, are told before they end, and in the words of a merge request", () => {
    const secrets = (config: ZoneConfig) =>
      needsOf(config, planZone(config, TODAY).objects).get("digimed-heart")?.secrets;
    expect(secrets(zone())).toBe((secrets(withPersons(examples.zone())) ?? 0) + 1);
    expect(expiriesOf(zone())).toContainEqual({
      what: "study key mammo of heart",
      until: "2028-06-30",
      because: "zone.areas.heart.studyKeys.mammo.until",
    });
    const published = (config: ZoneConfig) => publish({ kind: "zone", config }, undefined, TODAY);
    const texts = diffPlans(published(zone({ persons: ["ada"] })), published(zone())).map(({ text }) => text);
    expect(texts).toEqual(["allows dan to read key digimed-heart-mammo (zone.areas.heart.studyKeys.mammo)"]);
    const gone = diffPlans(published(zone()), published(withPersons(examples.zone()))).map(({ text }) => text);
    expect(gone).toContain("removes study key digimed-heart-mammo, and nobody reads again what it closed");
  });
});
