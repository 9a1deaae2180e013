import { describe, expect, it } from "vitest";
import { planZone } from "../../../plan/zone.ts";
import { planTenant } from "../../../plan/tenant.ts";
import { grantedVolumes } from "../../../plan/quobyte-volumes.ts";
import { quobyteProblems } from "../../../plan/quobyte.ts";
import { planned } from "../../../plan/types.ts";
import { examples, FINGERPRINT, withQuobyte, withQuobyteDatasets, withQuobyteVolumes } from "./examples.ts";

const tenant = withQuobyteVolumes(examples.tenant());
const plan = planTenant(tenant, examples.entry());
const cluster = {
  title: "Quobyte",
  url: "https://q.example:7860/",
  registry: ["registry.example:7861"],
  transit: "below" as const,
};
const networks = examples.zone().granted.networks;
const both = (place: string): readonly string[] => [networks[place]!.ipv4, networks[place]!.ipv6];

describe("volumes of Quobyte without Manila, in the operator's plan", () => {
  it("DIGIMED-5, DIGIMED-16: lie in a tenant of their own beside that of the area's shares, under the same rules", () => {
    const tenants = planned(plan, "quobyte-tenant").filter(({ facts }) => facts.holds === "volumes");
    expect(tenants.map(({ name }) => name)).toEqual(["digimed-commons-main-volumes", "digimed-heart-main-volumes"]);
    for (const { id, project } of tenants) {
      const rules = planned(plan, "quobyte-rule").filter(({ facts }) => facts.tenantId === id);
      const shares = planned(plan, "quobyte-rule").filter(
        ({ facts, project: where }) => where === project && facts.tenantId === id.replace(/\/volumes$/, ""),
      );
      expect(rules.filter(({ facts }) => facts.encryption === "SYSTEM_AES_256")).toHaveLength(1);
      const held = (all: typeof rules) =>
        all
          .map(({ facts }) => ({ ...facts, tenantId: "" }))
          .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
      expect(held(rules)).toEqual(held(shares));
    }
    for (const { facts, tier } of planned(plan, "quobyte-volume")) {
      expect(tenants.map(({ id }) => id)).toContain(facts.tenantId);
      expect(tier).toBe("storage");
    }
    // Control: without volumes there is no such tenant.
    const without = planTenant(withQuobyte(examples.tenant()), examples.entry());
    expect(planned(without, "quobyte-tenant").filter(({ facts }) => facts.holds === "volumes")).toEqual([]);
  });

  it("DIGIMED-18: has each its size and its owner", () => {
    expect(planned(plan, "quobyte-volume").map(({ name, facts }) => [name, facts.sizeGiB, facts.owner])).toEqual([
      ["digimed-commons-genomes", 2048, { user: "root", group: "root", mode: "0700" }],
      ["digimed-heart-scans", 500, { user: "imaging", group: "imaging", mode: "0770" }],
    ]);
  });

  it("DIGIMED-9, DIGIMED-10: opens each by NFS to the networks of those who may use it, and to no other", () => {
    const [one, ...more] = planned(plan, "quobyte-export");
    expect(more).toEqual([]);
    const expected = [
      ...both("commons").map((network) => ({ network, level: "rw" })),
      ...both("commons/heart-centre").map((network) => ({ network, level: "ro" })),
    ].toSorted((a, b) => (a.network < b.network ? -1 : 1));
    expect(one?.facts).toMatchObject({ volumeId: "quobyte-volume/digimed/commons/main/genomes", networks: expected });
  });

  it("DIGIMED-10: takes the area's network to its storage for its machines, where it has one", () => {
    const storage = structuredClone(tenant);
    storage.areas["commons"]!.storage = { title: "Quobyte", projects: [] };
    const entry = structuredClone(examples.entry());
    entry.networks["commons/storage"] = { index: 9, vlan: 1999 };
    const [one] = planned(planTenant(storage, entry), "quobyte-export");
    const open = one!.facts.networks.filter(({ level }) => level === "rw").map(({ network }) => network);
    expect(open.some((network) => both("commons").includes(network))).toBe(false);
    expect(open).toHaveLength(2);
  });

  it("DIGIMED-3: restricts a certificate to the networks and volumes of its place, with their right", () => {
    expect(planned(plan, "quobyte-certificate").map(({ facts }) => facts)).toEqual([
      {
        projectId: "project/digimed/heart",
        cluster: "main",
        fingerprint: FINGERPRINT,
        hosts: [...both("heart")].toSorted(),
        uses: [{ volumeId: "quobyte-volume/digimed/heart/main/scans", level: "ro" }],
      },
    ]);
  });

  it("DIGIMED-10: opens nothing of a volume that is closed, keeps it, and tells the zone", () => {
    const closed = structuredClone(tenant);
    for (const volume of Object.values(closed.quobyte["main"]!.volumes)) volume.closed = true;
    const without = planTenant(closed, examples.entry());
    expect([...planned(without, "quobyte-export"), ...planned(without, "quobyte-certificate")]).toEqual([]);
    expect(planned(without, "quobyte-volume")).toEqual(planned(plan, "quobyte-volume"));
    const zone = withQuobyteDatasets(examples.zone());
    const granted = { ...zone.granted, quobyte: { ...grantedVolumes({ main: cluster }, closed) } };
    for (const { facts } of planned(planZone({ ...zone, granted }), "quobyte-dataset")) expect(facts.rules).toEqual([]);
    // A certificate that is good for another volume, too, stays good for that.
    const half = structuredClone(tenant);
    const volumes = half.quobyte["main"]!.volumes;
    volumes["heart/more"] = structuredClone(volumes["heart/scans"]!);
    volumes["heart/scans"]!.closed = true;
    const uses = planned(planTenant(half, examples.entry()), "quobyte-certificate").flatMap(({ facts }) => facts.uses);
    expect(uses.map(({ volumeId }) => volumeId)).toEqual(["quobyte-volume/digimed/heart/main/more"]);
  });

  it("C4H-13: may be erased only where the config says the word", () => {
    const words = (of: typeof plan) => new Set(planned(of, "quobyte-volume").map(({ facts }) => facts.deletable));
    expect(words(plan)).toEqual(new Set([false]));
    expect(words(planTenant({ ...tenant, deletion: "allowed" }, examples.entry()))).toEqual(new Set([true]));
  });

  it("stands on clusters that the platform has, with a registry where Quobyte's client mounts", () => {
    const said = (quobyte: Parameters<typeof quobyteProblems>[0]["quobyte"]) =>
      quobyteProblems({ shareTypes: {}, quobyte }, { shareTypes: [], quobyte: tenant.quobyte }).map(({ path }) => path);
    expect(said({ main: cluster })).toEqual([]);
    expect(said({ main: { title: "Quobyte", url: cluster.url, transit: "none" } })).toEqual([
      "tenant.quobyte.main.volumes.heart/scans.by",
    ]);
    expect(said({ other: cluster })).toEqual(["tenant.quobyte.main"]);
  });
});

describe("the same, as the zone gets them", () => {
  it("DIGIMED-7: what is handed over says where each is mounted from, and nothing of the others' certificates", () => {
    const granted = grantedVolumes({ main: cluster }, tenant);
    expect(granted["heart/scans"]).toEqual({
      cluster: "main",
      tenant: "digimed-heart-main-volumes",
      volume: "digimed-heart-scans",
      registry: ["registry.example:7861"],
      size: "500 GiB",
      by: ["client"],
      transit: "below",
      machines: "read",
      access: {},
      closed: false,
    });
    expect(granted["commons/genomes"]?.registry).toEqual([]);
    expect(JSON.stringify(granted)).not.toContain(FINGERPRINT);
  });

  it("DIGIMED-6, DIGIMED-9: the zone's plan names each with owner, class, trust tier and networks, and makes nothing of it", () => {
    const zone = planZone(withQuobyteDatasets(examples.zone()));
    const [genomes, scans, ...more] = planned(zone, "quobyte-dataset");
    expect(more).toEqual([]);
    expect(genomes).toMatchObject({ name: "digimed-commons-genomes", tier: "storage" });
    const exported = planned(plan, "quobyte-export")[0]!.facts.networks;
    const rules = genomes!.facts.rules.map(({ cidr, level }) => `${cidr} ${level}`).toSorted();
    expect(rules).toEqual(exported.map(({ network, level }) => `${network} ${level}`).toSorted());
    expect(genomes!.facts.labels).toMatchObject({ owner: "heart-centre", tier: "storage" });
    expect(scans!.facts).toMatchObject({ registry: ["registry.example:7861"], tenant: "digimed-heart-main-volumes" });
    const before = planZone(examples.zone()).objects.map(({ id }) => id);
    expect(zone.objects.map(({ id }) => id).filter((id) => !before.includes(id))).toEqual([genomes!.id, scans!.id]);
  });
});
