import { describe, expect, it } from "vitest";
import { UserError } from "../../../config/problem.ts";
import { allocate } from "../../../plan/allocation.ts";
import { planTenant } from "../../../plan/tenant.ts";
import { planned, type Plan } from "../../../plan/types.ts";
import { examples } from "./examples.ts";

const plan = planTenant(examples.tenant(), examples.entry());
const PLACES = ["commons", "commons-heart-centre", "commons-uni-north", "commons-uni-south", "heart"];
const names = PLACES.map((place) => `digimed-${place}`);

describe("planTenant", () => {
  it("C4H-1: makes a domain of the zone's name and a project for each area and each bench", () => {
    expect(planned(plan, "domain").map(({ name }) => name)).toEqual(["digimed"]);
    expect(planned(plan, "project").map(({ name }) => name)).toEqual(names);
  });

  it("gives every project the whole of what closes it: quota, default group, default type, accesses", () => {
    for (const kind of ["quota", "default-group", "default-volume-type"] as const)
      expect(
        planned(plan, kind).map(({ project }) => project),
        kind,
      ).toEqual(names);
    const { flavors, images, volumeTypes, shareTypes } = examples.tenant();
    expect(planned(plan, "flavor-access")).toHaveLength(names.length * flavors.length);
    expect(planned(plan, "image-access")).toHaveLength(names.length * images.length);
    expect(planned(plan, "volume-type-access")).toHaveLength(names.length * volumeTypes.length);
    expect(planned(plan, "share-type-access")).toHaveLength(names.length * shareTypes.length);
  });

  it("DIGIMED-18: quotas are what was granted, in the units of the APIs", () => {
    const [commons] = planned(plan, "quota").filter(({ name }) => name === "digimed-commons");
    expect(commons!.facts).toMatchObject({
      compute: { instances: 2, cores: 8, memoryMiB: 32 * 1024 },
      volume: { volumes: 4, gigabytes: 100, snapshots: 0 },
      share: { shares: 2, gigabytes: 20 },
    });
  });

  it("DIGIMED-7: what is not named in a quota is closed, and nothing is unlimited", () => {
    const tenant = examples.tenant();
    const { heart } = tenant.areas;
    const bare = {
      ...tenant,
      areas: { heart: { ...heart!, quota: { ...heart!.quota, volumes: 0, storage: undefined } } },
    };
    const [quota] = planned(planTenant(bare, examples.entry()), "quota");
    expect(quota!.facts.volume).toMatchObject({ volumes: 0, gigabytes: 0, snapshots: 0 });
    for (const { facts } of planned(plan, "quota"))
      for (const section of [facts.compute, facts.volume, facts.network, facts.share, facts.keys])
        for (const limit of Object.values(section))
          if (typeof limit === "number") expect(limit).toBeGreaterThanOrEqual(0);
  });

  it("DIGIMED-18: hundreds of TiB and a PiB come to the services as GiB, to the last one", () => {
    const tenant = examples.tenant();
    const heart = tenant.areas["heart"]!;
    const large = { ...heart.quota, storage: "802 TiB", shares: 3, shareStorage: "1 PiB" };
    const { objects } = planTenant({ ...tenant, areas: { heart: { ...heart, quota: large } } }, examples.entry());
    const [quota] = planned({ objects } as never, "quota");
    expect(quota?.facts.volume.gigabytes).toBe(821_248);
    expect(quota?.facts.share.gigabytes).toBe(1_048_576);
  });

  it("DIGIMED-5: unencrypted volume types are closed for areas and benches alike", () => {
    for (const { facts, name } of planned(plan, "quota"))
      expect(facts.volume.closedTypes, name).toEqual(["__DEFAULT__"]);
  });

  it("DIGIMED-5: a volume without a named type gets the first granted one, in every project", () => {
    for (const { facts } of planned(plan, "default-volume-type")) expect(facts.volumeType).toBe("encrypted-ssd");
  });

  it("C4H-2: one network for each area and bench, with the VLAN of the ledger, each VLAN once", () => {
    const networks = planned(plan, "network");
    expect(networks.map(({ name }) => name)).toEqual(names);
    const vlans = networks.map(({ facts }) => facts.vlan);
    expect(vlans).toEqual(
      PLACES.map((place) => examples.entry().networks[place.replace("commons-", "commons/")]?.vlan),
    );
    expect(new Set(vlans).size).toBe(names.length);
    const { physicalNetwork } = examples.tenant().network;
    for (const { facts } of networks) expect(facts).toMatchObject({ physicalNetwork, vlan: expect.any(Number) });
  });

  it("C4H-2: a bench's network belongs to the area and is shared with this bench alone; an area's with nobody", () => {
    const access = Object.fromEntries(planned(plan, "network-access").map((object) => [object.name, object]));
    expect(access["digimed-commons"]!.facts.sharedWith).toEqual([]);
    expect(access["digimed-heart"]!.facts.sharedWith).toEqual([]);
    for (const bench of ["heart-centre", "uni-north", "uni-south"]) {
      const object = access[`digimed-commons-${bench}`]!;
      expect(object.project).toBe("digimed-commons");
      expect(object.facts.sharedWith).toEqual([`project/digimed/commons/${bench}`]);
    }
  });

  it("a bench owns no network: its quota for networks and subnets is 0", () => {
    const byName = Object.fromEntries(planned(plan, "quota").map((object) => [object.name, object.facts.network]));
    expect(byName["digimed-commons-uni-north"]).toMatchObject({ networks: 0, subnets: 0 });
    expect(byName["digimed-commons"]).toMatchObject({ networks: 4, subnets: 16 });
    expect(byName["digimed-heart"]).toMatchObject({ networks: 1, subnets: 4 });
  });

  it("DIGIMED-9: domain and projects may go only where the tenant says so", () => {
    const deletable = (all: Plan) => [
      ...planned(all, "domain").map(({ facts }) => facts.deletable),
      ...planned(all, "project").map(({ facts }) => facts.deletable),
    ];
    const allowed = planTenant({ ...examples.tenant(), deletion: "allowed" }, examples.entry());
    expect(new Set(deletable(plan))).toEqual(new Set([false]));
    expect(new Set(deletable(allowed))).toEqual(new Set([true]));
    expect(deletable(allowed)).toHaveLength(deletable(plan).length);
  });

  it("DIGIMED-12: the pipeline is member of areas, never of a bench", () => {
    const [pipeline] = planned(plan, "pipeline");
    expect(pipeline).toMatchObject({ name: "digimed-pipeline" });
    expect(pipeline!.facts.memberOf).toEqual(["project/digimed/commons", "project/digimed/heart"]);
  });

  it("C4H-2: each area and bench may choose between VLAN and overlay; a bench follows its area, a zone needs no VLAN more", () => {
    const tenant = examples.tenant();
    tenant.areas["commons"]!.network = "overlay";
    tenant.areas["commons"]!.benches["uni-north"]!.network = "vlan";
    const { networks } = allocate({ ...examples.ledger(), zones: {} }, tenant).zones["digimed"]!;
    const numbered = Object.entries(networks).filter(([, { vlan }]) => vlan !== undefined);
    expect(numbered.map(([key]) => key).toSorted()).toEqual(["commons/uni-north", "heart"]);
    const plan = planTenant(tenant, { ...examples.entry(), networks });
    const segments = planned(plan, "network").map(({ name, facts }) => [
      name,
      facts.vlan !== null,
      facts.physicalNetwork,
    ]);
    expect(segments).toEqual([
      ["digimed-commons", false, null],
      ["digimed-commons-heart-centre", false, null],
      ["digimed-commons-uni-north", true, "physnet1"],
      ["digimed-commons-uni-south", false, null],
      ["digimed-heart", true, "physnet1"],
    ]);
  });

  it("C4H-2: a VLAN network without a VLAN in the ledger is refused; it would be an overlay without a word", () => {
    const entry = examples.entry();
    const { heart: _gone, ...rest } = entry.networks;
    expect(() => planTenant(examples.tenant(), { ...entry, networks: rest })).toThrow(UserError);
    const tenant = examples.tenant();
    expect(() => planTenant({ ...tenant, network: { kind: "vlan" } }, entry)).toThrow(/physical network/);
    const overlay = planTenant({ ...tenant, network: { kind: "overlay" } }, { ...entry, networks: rest });
    for (const { facts } of planned(overlay, "network"))
      expect(facts).toMatchObject({ vlan: null, physicalNetwork: null });
  });

  it("knows no person, no data set and no machine of the zone", () => {
    const kinds = new Set(plan.objects.map(({ kind }) => kind));
    for (const kind of ["machine", "volume", "share", "partner-group", "project-access", "subnet"] as const)
      expect(kinds).not.toContain(kind);
  });

  it("takes over a project by id where the config names one", () => {
    const tenant = examples.tenant("mini");
    const adopted = { ...tenant, areas: { work: { ...tenant.areas["work"]!, adopt: "0a1b" } } };
    expect(planned(planTenant(adopted, examples.entry("mini")), "project")[0]!.facts.adopt).toBe("0a1b");
    expect(planned(planTenant(tenant, examples.entry("mini")), "project")[0]!.facts.adopt).toBeNull();
  });
});
