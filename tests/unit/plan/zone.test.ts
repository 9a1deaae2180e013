import { describe, expect, it } from "vitest";
import type { ZoneConfig } from "../../../config/index.ts";
import { defaultVolumeType } from "../../../plan/area.ts";
import { datasetTier, defaultShareType } from "../../../plan/datasets.ts";
import { planned, type Plan, type PlannedObject } from "../../../plan/types.ts";
import { planZone } from "../../../plan/zone.ts";
import { examples } from "./examples.ts";

const plan = planZone(examples.zone());
const byId = (from: Plan, id: string): PlannedObject => {
  const found = from.objects.find((object) => object.id === id);
  if (found === undefined) throw new Error(`no ${id} in the plan`);
  return found;
};
/** The example with a change. */
function changed(change: (config: ZoneConfig) => void): Plan {
  const config = structuredClone(examples.zone());
  change(config);
  return planZone(config);
}

describe("planZone: access", () => {
  it("DIGIMED-12: every partner is a group of its own", () => {
    expect(planned(plan, "partner-group").map(({ name }) => name)).toEqual([
      "digimed-heart-centre",
      "digimed-uni-north",
      "digimed-uni-south",
    ]);
  });

  it("DIGIMED-11: people read areas they take part in and are members of their own bench alone", () => {
    const access = Object.fromEntries(
      planned(plan, "project-access").map(({ name, facts }) => [name, facts.assignments]),
    );
    expect(access).toEqual({
      "digimed-commons": ["heart-centre", "uni-north", "uni-south"].map((partner) => ({ role: "reader", partner })),
      "digimed-heart": [{ role: "reader", partner: "heart-centre" }],
      "digimed-commons-heart-centre": [{ role: "member", partner: "heart-centre" }],
      "digimed-commons-uni-north": [{ role: "member", partner: "uni-north" }],
      "digimed-commons-uni-south": [{ role: "member", partner: "uni-south" }],
    });
  });

  it("DIGIMED-12: the operator's grant to the pipeline is expected in areas and nowhere else", () => {
    for (const { name, facts } of planned(plan, "project-access"))
      expect(facts.expected, name).toEqual(
        ["digimed-commons", "digimed-heart"].includes(name) ? [{ role: "member", pipeline: true }] : [],
      );
  });
});

describe("planZone: network", () => {
  it("C4H-2: each place has an IPv4 and an IPv6 subnet, owned by the area", () => {
    const subnets = planned(plan, "subnet");
    const { networks } = examples.zone().granted;
    expect(subnets).toHaveLength(Object.keys(networks).length * 2);
    const cidrs = subnets.map(({ facts }) => facts.cidr).toSorted();
    expect(cidrs).toEqual(
      Object.values(networks)
        .flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6])
        .toSorted(),
    );
    for (const { project } of subnets) expect(["digimed-commons", "digimed-heart"]).toContain(project);
  });

  it("C4H-2: the default group of every area is owned, empty", () => {
    for (const area of ["commons", "heart"])
      expect(byId(plan, `rule-set/digimed/${area}/default`).facts).toEqual({ groupId: null, rules: [] });
  });

  it("every security group has its whole set of rules", () => {
    const sets = new Set(planned(plan, "rule-set").map(({ facts }) => facts.groupId));
    for (const { id } of planned(plan, "security-group")) expect(sets).toContain(id);
  });

  it("DIGIMED-10: a machine has a port on a bench's network only where a flow leads, and each port one group", () => {
    const ports = planned(plan, "port");
    expect(ports.map(({ name, facts }) => [name, facts.network])).toEqual([
      ["digimed-commons-analysis", "digimed-commons"],
      ["digimed-commons-analysis-heart-centre", "digimed-commons-heart-centre"],
      ["digimed-commons-analysis-uni-north", "digimed-commons-uni-north"],
      ["digimed-heart-imaging", "digimed-heart"],
    ]);
    for (const { facts } of ports) {
      expect(facts.groupIds).toHaveLength(1);
      expect(facts.subnetIds).toHaveLength(2);
    }
  });

  it("DIGIMED-11: no rule of an area names another area", () => {
    for (const { id, facts } of planned(plan, "rule-set"))
      for (const { remoteGroup } of facts.rules)
        if (remoteGroup !== undefined) expect(remoteGroup.split("/")[2]).toBe(id.split("/")[2]);
  });

  it("the machine's own network is its first interface, benches follow by name whatever the order of flows", () => {
    const turned = changed(({ areas }) => areas["commons"]!.flows.reverse());
    const ports = (from: Plan): unknown => planned(from, "machine").map(({ facts }) => facts.portIds);
    expect(ports(turned)).toEqual(ports(plan));
    expect(planned(plan, "machine")[0]!.facts.portIds[0]).toBe("port/digimed/commons/analysis");
  });
});

describe("planZone: machines", () => {
  it("DIGIMED-1: machines are what their flavor was granted as", () => {
    expect(planned(plan, "machine").map(({ facts }) => facts.confidential)).toEqual(["sev-snp", "sev-snp"]);
    const plain = changed(({ granted }) => (granted.flavors["SCS-2T-8_z4"]!.confidential = "none"));
    expect(byId(plain, "machine/digimed/heart/imaging").facts).toMatchObject({ confidential: "none" });
  });

  it("DIGIMED-5: every machine boots from a volume of an encrypted type; the hypervisor could read it", () => {
    const { volumeTypes } = examples.zone().granted;
    const roots = planned(plan, "root-volume");
    expect(roots).toHaveLength(planned(plan, "machine").length);
    for (const { facts, tier } of roots) {
      expect(volumeTypes[facts.volumeType]!.encrypted).toBe(true);
      expect(tier).toBe("host");
    }
  });

  it("DIGIMED-17: machines and data stand in the first allowed zone, and nowhere else", () => {
    const moved = changed(({ places }) => (places.zones = ["berlin-1", "berlin-2"]));
    for (const { id, facts } of moved.objects) if ("zone" in facts) expect(facts.zone, id).toBe("berlin-1");
  });

  it("an attached data set is a volume of the same area", () => {
    expect(byId(plan, "machine/digimed/heart/imaging").facts).toMatchObject({
      volumeIds: ["volume/digimed/heart/imaging"],
    });
  });

  it("growing a group from one to three leaves the first machine, its disk and its port as they are", () => {
    const grown = changed(({ areas }) => (areas["commons"]!.machines["analysis"]!.count = 3));
    for (const id of ["machine", "root-volume", "port"].map((kind) => `${kind}/digimed/commons/analysis`))
      expect(byId(grown, id)).toEqual(byId(plan, id));
    expect(planned(grown, "machine").map(({ name }) => name)).toContain("digimed-commons-analysis-3");
  });
});

describe("planZone: data", () => {
  it("DIGIMED-9: each data set is an object of its own, with owner, class, permit and trust tier on it", () => {
    expect(byId(plan, "share/digimed/commons/cohort").facts).toMatchObject({
      labels: { owner: "heart-centre", classification: "pseudonymised", permit: "ethics-2026-117", tier: "storage" },
      sizeGiB: 5,
    });
    expect(byId(plan, "volume/digimed/heart/imaging")).toMatchObject({
      tier: "host",
      facts: { volumeType: "encrypted-hdd" },
    });
  });

  it("DIGIMED-10: a share is open to networks, each with its right: IPv4 and IPv6, the area's own included, nobody else", () => {
    const { networks } = examples.zone().granted;
    const rules = planned(plan, "share-access")[0]!.facts.rules;
    const expected = [
      ["commons", "rw"],
      ["commons/heart-centre", "rw"],
      ["commons/uni-north", "ro"],
    ] as const;
    expect(rules).toEqual(
      expected.flatMap(([place, level]) =>
        [networks[place]!.ipv4, networks[place]!.ipv6].map((cidr) => ({ cidr, level })),
      ),
    );
  });

  it("DIGIMED-10: a share without grants has an empty list, which is owned too", () => {
    const closed = changed(({ areas }) =>
      Object.assign(areas["commons"]!.datasets["cohort"]!, { access: {}, machines: "none" }),
    );
    expect(planned(closed, "share-access")[0]!.facts.rules).toEqual([]);
  });

  it("data is protected unless the explicit word stands at it, or at the zone", () => {
    const deletable = (from: Plan): Record<string, boolean> =>
      Object.fromEntries(
        from.objects.flatMap(({ id, facts }) => ("deletable" in facts ? [[id, facts.deletable]] : [])),
      );
    expect(new Set(Object.values(deletable(plan)))).toEqual(new Set([false]));
    const one = deletable(changed(({ areas }) => (areas["heart"]!.datasets["imaging"]!.deletion = "allowed")));
    expect(
      Object.entries(one)
        .filter(([, value]) => value)
        .map(([id]) => id),
    ).toEqual(["volume/digimed/heart/imaging"]);
    const all = deletable(changed((config) => (config.deletion = "allowed")));
    expect(new Set(Object.values(all))).toEqual(new Set([true]));
    const but = deletable(
      changed((config) => {
        config.deletion = "allowed";
        config.areas["heart"]!.datasets["imaging"]!.deletion = "protected";
      }),
    );
    expect(but["volume/digimed/heart/imaging"]).toBe(false);
  });

  it("a data set that exists already is taken over by id", () => {
    const adopted = changed(({ areas }) => (areas["heart"]!.datasets["imaging"]!.adopt = "11-22"));
    expect(byId(adopted, "volume/digimed/heart/imaging").facts).toMatchObject({ adopt: "11-22" });
    expect(byId(plan, "volume/digimed/heart/imaging").facts).toMatchObject({ adopt: null });
  });

  it("DIGIMED-5: the type of a volume that names none is encrypted, SSD before HDD, whatever the order of keys", () => {
    const config = examples.zone();
    config.granted.volumeTypes = {
      "a-plain": { encrypted: false, driver: "nfs", tier: "ssd" },
      "b-hdd": { encrypted: true, driver: "nfs", tier: "hdd" },
      "d-ssd": { encrypted: true, driver: "nfs", tier: "ssd" },
      "c-ssd": { encrypted: true, driver: "nfs", tier: "ssd" },
    };
    expect(defaultVolumeType(config)).toBe("c-ssd");
    config.granted.volumeTypes = { plain: { encrypted: false, driver: "nfs", tier: "ssd" } };
    expect(defaultVolumeType(config)).toBe("");
  });

  it("the type of a share that names none is the first by name", () => {
    const config = examples.zone();
    config.granted.shareTypes = {
      z: { driver: "generic", protocols: ["NFS"], transit: "below" },
      a: { driver: "generic", protocols: ["NFS"], transit: "below" },
    };
    expect(defaultShareType(config)).toBe("a");
  });

  it("says who could read data at rest: a volume in the clear is no better than a share", () => {
    const config = examples.zone();
    const { cohort } = config.areas["commons"]!.datasets;
    const { imaging } = config.areas["heart"]!.datasets;
    expect([datasetTier(config, imaging!), datasetTier(config, cohort!)]).toEqual(["host", "storage"]);
    config.granted.volumeTypes["encrypted-hdd"]!.encrypted = false;
    expect(datasetTier(config, imaging!)).toBe("storage");
    const [volume] = planned(planZone(config), "volume");
    expect([volume?.tier, volume?.facts.labels.tier]).toEqual(["storage", "storage"]);
  });
});
