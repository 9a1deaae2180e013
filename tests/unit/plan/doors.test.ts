import { describe, expect, it } from "vitest";
import type { ZoneConfig } from "../../../config/index.ts";
import { expiriesOf } from "../../../plan/expiry.ts";
import { planned, type ObjectKind, type Planned } from "../../../plan/types.ts";
import { planZone } from "../../../plan/zone.ts";
import { examples, withDoors } from "./examples.ts";

const TODAY = "2026-11-21";
const zone = (change: (config: ZoneConfig) => void = () => undefined): ZoneConfig => {
  const config = structuredClone(withDoors(examples.zone()));
  change(config);
  return config;
};
const one = <K extends ObjectKind>(config: ZoneConfig, kind: K, id: string, today = TODAY): Planned<K> => {
  const found = planned(planZone(config, today), kind).find((object) => object.id === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
};
const KEY = "ingest-key/digimed/heart/ingest/heart-centre";
const INGEST = "container/digimed/heart/ingest/heart-centre";
const CREDENTIAL = "application-credential/digimed/heart/crawler";
const container = (config: ZoneConfig, purpose: string, today = TODAY) =>
  one(config, "container", `container/digimed/heart/${purpose}`, today).facts;
const roles = (config: ZoneConfig, today = TODAY) =>
  one(config, "project-access", "project-access/digimed/heart", today).facts.assignments;
const frozen = { since: "2026-11-20", reason: "a question of the ethics board", by: "the data steward" };

describe("doors of an area", () => {
  it("DIGIMED-20: an ingest is a container that nobody but the pipeline reads, keeps what is overwritten, and is opened by a key alone", () => {
    expect(one(zone(), "container", INGEST)).toMatchObject({
      name: "digimed-heart-ingest-heart-centre",
      project: "digimed-heart",
      facts: { readers: [], writers: [], versions: true, signed: true, sizeGiB: 50, deletable: false },
    });
    expect(one(zone(), "ingest-key", KEY).facts).toEqual({
      containerId: INGEST,
      networks: ["192.0.2.16/28", "2001:db8:17::/64"],
      expiresAt: "2028-06-30T23:59:59Z",
      enabled: true,
    });
  });

  it("SPE4HD-7: the crawler reads the run container and writes the results; readers read what was released and nothing else", () => {
    expect(container(zone(), "run")).toMatchObject({ readers: ["crawler"], writers: [] });
    expect(container(zone(), "results")).toMatchObject({ readers: [], writers: ["crawler"], versions: true });
    // Readers of a container read older versions, too: what is revoked must be gone.
    expect(container(zone(), "released")).toMatchObject({ readers: ["readers"], writers: [], versions: false });
    expect(roles(zone())).toContainEqual({ role: "reader", serviceUserId: "service-user/digimed/heart/crawler" });
    expect(one(zone(), "application-credential", CREDENTIAL).facts.accessRules).toEqual([
      { service: "object-store", method: "GET", path: "/v1/AUTH_{project}/digimed-heart-run" },
      { service: "object-store", method: "GET", path: "/v1/AUTH_{project}/digimed-heart-run/**" },
      { service: "object-store", method: "PUT", path: "/v1/AUTH_{project}/digimed-heart-results/**" },
    ]);
  });

  it.each([
    [undefined, "2029-12-31T23:59:59Z"],
    ["2028-01-31", "2028-01-31T23:59:59Z"],
    ["2028-01-31T12:00:00Z", "2028-01-31T12:00:00Z"],
    // Refused by a rule; where that is passed over, the permit's end holds all the same.
    ["2035-01-01", "2029-12-31T23:59:59Z"],
  ])("C4H-10: until %s ends at %s, never after the permit", (until, end) => {
    const config = zone(({ areas }) => {
      Object.assign(areas["heart"]!.doors!.ingest["heart-centre"]!, { until });
      Object.assign(areas["heart"]!.doors!.results!, { until });
    });
    expect(one(config, "ingest-key", KEY).facts.expiresAt).toBe(end);
    expect(one(config, "application-credential", CREDENTIAL).facts.expiresAt).toBe(end);
  });

  it("DENBI-4: a frozen zone has no key, no list and no role of the crawler; nothing else of the plan changes", () => {
    const config = zone((each) => (each.frozen = frozen));
    expect(one(config, "ingest-key", KEY).facts.enabled).toBe(false);
    expect(one(config, "application-credential", CREDENTIAL).facts.enabled).toBe(false);
    for (const purpose of ["run", "results", "released"])
      expect(container(config, purpose)).toMatchObject({ readers: [], writers: [] });
    expect(roles(config)).toEqual([]);
    const idsOf = (each: ZoneConfig) => planZone(each, TODAY).objects.map(({ id }) => id);
    expect(idsOf(config)).toEqual(idsOf(zone()));
  });

  it("is shut on the day after its last one, and open on that day; what was released stays readable", () => {
    const config = zone(({ areas }) => {
      Object.assign(areas["heart"]!.doors!.ingest["heart-centre"]!, { until: "2026-12-01" });
      Object.assign(areas["heart"]!.doors!.results!, { until: "2026-12-01" });
    });
    expect(one(config, "ingest-key", KEY, "2026-12-01").facts.enabled).toBe(true);
    expect(one(config, "ingest-key", KEY, "2026-12-02").facts.enabled).toBe(false);
    expect(roles(config, "2026-12-01")).toHaveLength(2);
    expect(roles(config, "2026-12-02")).toEqual([{ role: "reader", partner: "heart-centre" }]);
    expect(container(config, "run", "2026-12-02").readers).toEqual([]);
    expect(container(config, "released", "2026-12-02").readers).toEqual(["readers"]);
    expect(planned(planZone(config, "2026-12-02"), "application-credential")).toEqual([]);
  });

  it("says what ends when", () => {
    expect(expiriesOf(zone())).toContainEqual({
      what: "ingest of heart-centre into heart",
      until: "2028-06-30",
      because: "zone.areas.heart.doors.ingest.heart-centre.until",
    });
  });

  it("plans nothing where an area has no door", () => {
    const plan = planZone(examples.zone(), TODAY);
    for (const kind of ["container", "ingest-key", "service-user", "application-credential"] as const)
      expect(planned(plan, kind)).toEqual([]);
  });
});
