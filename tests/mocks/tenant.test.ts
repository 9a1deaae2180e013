import { describe, expect, it } from "vitest";
import { allocate } from "../../plan/allocation.ts";
import { planned } from "../../plan/types.ts";
import { examples, FINGERPRINT, withQuobyte, withQuobyteVolumes, withRouter } from "../unit/plan/examples.ts";
import { directTenantId } from "../../quobyte/direct-tenant.ts";
import { ofType, valueOf, type Registered } from "./harness.ts";
import { runTenant } from "./programs.ts";

const { plan, resources, result } = await runTenant(examples.tenant(), examples.entry());
const projects = planned(plan, "project").map(({ name }) => name);

/** URNs of all that must be there before a resource, by one step or many. */
function before(resource: Registered): readonly string[] {
  const found = new Set<string>();
  const open = [...resource.dependencies];
  for (let urn = open.pop(); urn !== undefined; urn = open.pop()) {
    if (found.has(urn)) continue;
    found.add(urn);
    const next = resources.find((candidate) => candidate.urn === urn);
    if (next !== undefined) open.push(...next.dependencies, next.parent);
  }
  return [...found];
}

describe("Tenant", () => {
  it("C4H-1: makes the domain and every project in it, all with the operator's credential", () => {
    const [domain, ...rest] = ofType(resources, "Project").toSorted(
      (a, b) => Number(b.inputs["isDomain"] ?? 0) - Number(a.inputs["isDomain"] ?? 0),
    );
    expect(domain!.inputs).toMatchObject({ name: "digimed", isDomain: true });
    expect(rest.map(({ inputs }) => inputs["name"]).toSorted()).toEqual(projects);
    for (const { inputs } of rest) expect(inputs["domainId"]).toBe("digimed-domain-id");
    for (const { name, provider, type } of resources)
      if (type.startsWith("openstack:")) expect(provider, name).toBe("operator");
  });

  it("DIGIMED-7: every project has its quota in all five services", () => {
    for (const type of ["ComputeQuota", "VolumeQuota", "NetworkQuota", "ShareQuota", "KeyQuota"])
      expect(
        ofType(resources, type)
          .map(({ inputs }) => inputs["projectId"])
          .toSorted(),
        type,
      ).toEqual(projects.map((name) => `${name}-project-id`).toSorted());
  });

  it("DIGIMED-7: routers, floating IPs, RBAC policies and subnet pools are closed everywhere", () => {
    for (const { inputs } of ofType(resources, "NetworkQuota"))
      expect(inputs).toMatchObject({ routers: 0, floatingIps: 0, rbacPolicies: 0, subnetPools: 0 });
  });

  it("DIGIMED-5: unencrypted types, backups and groups are closed everywhere", () => {
    for (const { inputs } of ofType(resources, "VolumeQuota"))
      expect(inputs).toMatchObject({
        backups: 0,
        backupGigabytes: 0,
        groups: 0,
        volumeTypeQuotas: expect.arrayContaining([
          { volumeType: "__DEFAULT__", volumes: 0, gigabytes: 0, snapshots: 0 },
          { volumeType: "encrypted-ssd", volumes: -1, gigabytes: -1, snapshots: -1 },
        ]),
      });
  });

  it("C4H-5: a place without shared storage has quota 0 for all of it, and no type; the others are as granted", async () => {
    const tenant = examples.tenant();
    const run = await runTenant(
      { ...tenant, areas: { ...tenant.areas, commons: { ...tenant.areas["commons"]!, sharedStorage: "none" } } },
      examples.entry(),
    );
    const inputsOf = (type: string, project: string) =>
      ofType(run.resources, type).find(({ inputs }) => inputs["projectId"] === `${project}-project-id`)?.inputs;
    for (const project of ["digimed-commons", "digimed-commons-uni-north"]) {
      const none = { volumes: 0, gigabytes: 0, snapshots: 0, backups: 0, perVolumeGigabytes: 0 };
      expect(inputsOf("VolumeQuota", project)).toMatchObject(none);
      for (const type of inputsOf("VolumeQuota", project)!["volumeTypeQuotas"] as object[])
        expect(type).toMatchObject({ volumes: 0, gigabytes: 0, snapshots: 0 });
      const shares = { shares: 0, gigabytes: 0, snapshots: 0, snapshotGigabytes: 0, shareNetworks: 0 };
      expect(inputsOf("ShareQuota", project)).toMatchObject(shares);
      for (const type of ["VolumeTypeAccessV3", "ShareTypeAccess", "ProjectDefaultVolumeType"])
        expect(inputsOf(type, project), type).toBeUndefined();
    }
    // Control: the area beside it.
    expect(inputsOf("VolumeQuota", "digimed-heart")).toMatchObject({ volumes: 4, gigabytes: 100 });
    expect(inputsOf("ProjectDefaultVolumeType", "digimed-heart")).toBeDefined();
  });

  it("DIGIMED-7: no machine can be given files by the old ways, in no project", () => {
    for (const { inputs } of ofType(resources, "ComputeQuota"))
      expect(inputs).toMatchObject({ injectedFiles: 0, injectedFileContentBytes: 0, injectedFilePathBytes: 0 });
  });

  it("C4H-2: networks carry their VLAN, port security on, and are the area's", () => {
    const networks = ofType(resources, "Network");
    for (const { name, facts } of planned(plan, "network")) {
      const { inputs } = networks.find((network) => network.inputs["name"] === name)!;
      expect(inputs).toMatchObject({
        portSecurityEnabled: true,
        shared: false,
        external: false,
        segments: [{ networkType: "vlan", segmentationId: facts.vlan, physicalNetwork: facts.physicalNetwork }],
      });
      expect(inputs["tenantId"]).toMatch(/^digimed-(commons|heart)-project-id$/);
    }
  });

  it("C4H-2: an overlay network has no segments", async () => {
    const tenant = examples.tenant();
    const run = await runTenant({ ...tenant, network: { kind: "overlay" } }, examples.entry());
    expect(ofType(run.resources, "Network")).toHaveLength(5);
    for (const { inputs } of ofType(run.resources, "Network")) expect(inputs["segments"]).toBeUndefined();
  });

  it("C4H-2, DIGIMED-19: networks carry the MTU that the config says, VLAN or overlay; without one the cloud's own stays", async () => {
    const tenant = examples.tenant();
    for (const network of [
      { ...tenant.network, mtu: 9000 },
      { kind: "overlay", mtu: 1342 },
    ] as const) {
      const run = await runTenant({ ...tenant, network }, examples.entry());
      const networks = ofType(run.resources, "Network");
      expect(networks.map(({ inputs }) => inputs["mtu"])).toEqual(networks.map(() => network.mtu));
      expect(networks.map(({ inputs }) => inputs["segments"] === undefined)).toEqual(
        networks.map(() => network.kind === "overlay"),
      );
    }
    for (const { inputs } of ofType(resources, "Network")) expect(inputs["mtu"]).toBeUndefined();
  });

  it("C4H-2: the whole list of who sees a network is owned: one bench, or nobody", () => {
    const access = Object.fromEntries(
      ofType(resources, "SharedNetworkAccess").map(({ name, inputs }) => [name, inputs["access"]]),
    );
    expect(access["digimed-heart-net-access"]).toEqual([]);
    expect(access["digimed-commons-net-access"]).toEqual([]);
    expect(access["digimed-commons-uni-north-net-access"]).toEqual([
      { action: "access_as_shared", targetProjectId: "digimed-commons-uni-north-project-id" },
    ]);
  });

  it("doors are closed before anybody can log in, and quotas stand before the networks that need them", () => {
    // One for each service.
    const quotas = resources.filter(({ type }) => /Quot[ae]/.test(type)).map(({ urn }) => urn);
    expect(quotas).toHaveLength(projects.length * 5);
    // A component's dependencies hold for its children: they wait for their parent, and go before it.
    const waiting = [...ofType(resources, "Pipeline"), ...ofType(resources, "TenantNetwork")];
    expect(waiting).toHaveLength(1 + projects.length);
    for (const resource of waiting) expect(before(resource), resource.name).toEqual(expect.arrayContaining(quotas));
  });

  it("DIGIMED-12: the pipeline is manager of the domain and member of areas, never of benches", () => {
    const roles = ofType(resources, "RoleAssignment").map(({ name, inputs }) => [
      name,
      inputs["roleId"],
      inputs["domainId"] ?? inputs["projectId"],
    ]);
    expect(roles.toSorted()).toEqual([
      ["digimed-pipeline-area-role-commons", "member-role", "digimed-commons-project-id"],
      ["digimed-pipeline-area-role-heart", "member-role", "digimed-heart-project-id"],
      ["digimed-pipeline-domain-role", "manager-role", "digimed-domain-id"],
    ]);
  });

  it("an area of any name has a role of its own beside the domain's", async () => {
    const tenant = examples.tenant();
    const areas = { domain: tenant.areas["heart"]! };
    const networks = { domain: examples.entry().networks["heart"]! };
    const run = await runTenant({ ...tenant, areas }, { ...examples.entry(), networks });
    const names = ofType(run.resources, "RoleAssignment").map(({ name }) => name);
    expect(names.toSorted()).toEqual(["digimed-pipeline-area-role-domain", "digimed-pipeline-domain-role"]);
  });

  it("DIGIMED-9: domain and projects are protected, unless the explicit word stands in the config", async () => {
    const kept = ofType(resources, "Project");
    expect(kept).toHaveLength(1 + projects.length);
    for (const { name, protect } of kept) expect(protect, name).toBe(true);
    const allowed = await runTenant({ ...examples.tenant(), deletion: "allowed" }, examples.entry());
    for (const { name, protect } of ofType(allowed.resources, "Project")) expect(protect, name).toBe(false);
  });

  it("the one-time password is random, long, and a secret wherever it stands", async () => {
    const [password] = ofType(resources, "RandomPassword");
    expect(password!.inputs["length"]).toBeGreaterThanOrEqual(32);
    expect(password!.additionalSecretOutputs).toContain("result");
    const [user] = ofType(resources, "User");
    expect(user!.secretInputs).toContain("password");
    expect(await valueOf(result.oneTimePassword)).toMatchObject({ secret: true });
    // Control: what is no secret is told apart.
    expect(await valueOf(result.domainId)).toMatchObject({ secret: false });
  });

  it("C4H-4: an area's hosts are for its project and those of its benches, and closed before anybody logs in", async () => {
    expect(ofType(resources, "HostAggregate")).toEqual([]);
    const tenant = examples.tenant();
    tenant.areas["commons"]!.dedicated = { hosts: ["snp-2", "snp-1"] };
    const run = await runTenant(tenant, examples.entry());
    const [aggregate, ...more] = ofType(run.resources, "HostAggregate");
    expect(more).toEqual([]);
    expect(aggregate!.inputs).toEqual({
      cloud: "operator",
      name: "digimed-commons",
      hosts: ["snp-1", "snp-2"],
      projectIds: ["", "-heart-centre", "-uni-north", "-uni-south"].map(
        (bench) => `digimed-commons${bench}-project-id`,
      ),
    });
    const [pipeline] = ofType(run.resources, "Pipeline");
    expect(pipeline!.dependencies).toContain(aggregate!.urn);
  });

  it("C4H-2, DIGIMED-16: a network to a storage belongs to its area, and is shared with nobody but the storage's own project", async () => {
    const tenant = examples.tenant();
    tenant.areas["heart"]!.storage = { title: "Quobyte cluster", projects: ["storage-project"] };
    const entry = allocate(examples.ledger(), tenant).zones["digimed"]!;
    const run = await runTenant(tenant, entry);
    const network = ofType(run.resources, "Network").find(({ inputs }) => inputs["name"] === "digimed-heart-storage");
    expect(network?.inputs).toMatchObject({
      tenantId: "digimed-heart-project-id",
      shared: false,
      segments: [{ networkType: "vlan", physicalNetwork: "physnet1", segmentationId: 106 }],
    });
    const shared = ofType(run.resources, "SharedNetworkAccess").filter(({ parent }) => parent === network?.parent);
    expect(shared.map(({ inputs }) => inputs["access"])).toEqual([
      [{ action: "access_as_shared", targetProjectId: "storage-project" }],
    ]);
    // Benches' networks are shared as before.
    expect(ofType(run.resources, "SharedNetworkAccess")).toHaveLength(
      ofType(resources, "SharedNetworkAccess").length + 1,
    );
  });

  it("takes over a project by id, and keeps it when the stack goes", async () => {
    const tenant = examples.tenant("mini");
    tenant.areas["work"]!.adopt = "p1";
    const run = await runTenant(tenant, examples.entry("mini"));
    expect(ofType(run.resources, "Project").filter(({ importId }) => importId === "p1")).toMatchObject([
      { retainOnDelete: true },
    ]);
  });

  it("DIGIMED-5, DIGIMED-16: on Quobyte each project has its tenant and the encryption rule before it can make a share", async () => {
    const run = await runTenant(withQuobyte(examples.tenant()), examples.entry());
    const tenants = run.resources.filter(({ type }) => type === "tresor:quobyte:Tenant");
    // Manila's driver puts shares into the tenant that has the project's id.
    expect(tenants.map(({ inputs }) => inputs["tenantId"]).toSorted()).toEqual(
      projects.map((name) => `${name}-project-id`).toSorted(),
    );
    const rules = ofType(run.resources, "PolicyRule").filter(({ inputs }) => inputs["encryption"] === "SYSTEM_AES_256");
    expect(rules.map(({ inputs }) => inputs["tenantIds"])).toEqual(tenants.map(({ inputs }) => [inputs["tenantId"]]));
    for (const rule of rules) expect(before(rule), rule.name).toContain(tenants[rules.indexOf(rule)]!.urn);
    const accesses = ofType(run.resources, "ShareTypeAccess");
    expect(accesses).toHaveLength(projects.length);
    for (const access of accesses) {
      const rule = rules.find(({ inputs }) =>
        (inputs["tenantIds"] as string[]).includes(String(access.inputs["projectId"])),
      );
      expect(before(access), access.name).toContain(rule!.urn);
    }
  });

  it("DIGIMED-16: tenants and rules of Quobyte are protected, and what is in them is erased on the explicit word alone", async () => {
    const kept = await runTenant(withQuobyte(examples.tenant()), examples.entry());
    const allowed = await runTenant({ ...withQuobyte(examples.tenant()), deletion: "allowed" }, examples.entry());
    const of = (run: typeof kept) =>
      run.resources.filter(({ type }) => /^tresor:quobyte:(Tenant|PolicyRule)$/.test(type));
    expect(of(kept).length).toBeGreaterThan(projects.length * 2);
    for (const { name, protect } of of(kept)) expect(protect, name).toBe(true);
    for (const { name, protect } of of(allowed)) expect(protect, name).toBe(false);
    const words = (run: typeof kept) => of(run).flatMap(({ inputs }) => inputs["eraseVolumes"] ?? []);
    expect(new Set(words(kept))).toEqual(new Set([false]));
    expect(new Set(words(allowed))).toEqual(new Set([true]));
  });

  it("DIGIMED-5, DIGIMED-16: a volume without Manila comes after the rule of its tenant, and is opened after its limit is known", async () => {
    const run = await runTenant(withQuobyteVolumes(examples.tenant()), examples.entry());
    const volumes = ofType(run.resources, "Volume");
    const project = "digimed-heart-project-id";
    const own = ofType(run.resources, "Tenant").find(({ name }) => name.includes("heart-quobyte-volumes-tenant"));
    const tenantId = own!.inputs["tenantId"];
    // Manila's driver makes what it makes in the tenant with the project's id: that is another.
    expect(tenantId).toBe(directTenantId(project));
    expect(volumes.map(({ inputs }) => inputs["name"]).toSorted()).toEqual([
      "digimed-commons-genomes",
      "digimed-heart-scans",
    ]);
    for (const volume of volumes) {
      const rules = ofType(run.resources, "PolicyRule").filter(({ inputs }) =>
        (inputs["tenantIds"] as unknown[]).includes(volume.inputs["tenantId"]),
      );
      expect(rules.map(({ inputs }) => inputs["encryption"])).toContain("SYSTEM_AES_256");
      for (const rule of rules) expect(volume.dependencies, volume.name).toContain(rule.urn);
    }
    const scans = volumes.find(({ inputs }) => inputs["tenantId"] === tenantId)!;
    expect(scans.inputs).toMatchObject({ rootUser: "imaging", rootGroup: "imaging", accessMode: "0770", erase: false });
    const limits = ofType(run.resources, "Quota").filter(({ inputs }) => inputs["volumeId"] !== undefined);
    expect(limits.map(({ inputs }) => inputs["gigabytes"]).toSorted()).toEqual([2048, 500]);
    const [certificate] = ofType(run.resources, "CertificateSubject");
    expect(certificate!.inputs).toMatchObject({
      fingerprint: FINGERPRINT,
      services: ["CLIENT"],
      subjects: [{ tenantId, volumeId: `${scans.name}-id`, readOnly: true, noPrivilegedAccess: true }],
      close: true,
    });
    expect(Object.keys(run.result.quobyteVolumes)).toEqual(["commons/genomes", "heart/scans"]);
  });

  it("C4H-13: a volume without Manila is protected, and erased on the explicit word alone", async () => {
    const of = async (deletion: "allowed" | "protected") =>
      ofType(
        (await runTenant({ ...withQuobyteVolumes(examples.tenant()), deletion }, examples.entry())).resources,
        "Volume",
      );
    for (const { protect, retainOnDelete, inputs } of await of("protected"))
      expect([protect, retainOnDelete, inputs["erase"]]).toEqual([true, true, false]);
    for (const { protect, retainOnDelete, inputs } of await of("allowed"))
      expect([protect, retainOnDelete, inputs["erase"]]).toEqual([false, false, true]);
  });

  it("C4H-3: an area's router is its own, has a gateway, translates nothing, and stands after networks and quota", async () => {
    expect(ofType(resources, "Router")).toEqual([]);
    const run = await runTenant(withRouter(examples.tenant()), examples.entry());
    const [router, ...more] = ofType(run.resources, "Router");
    expect(more).toEqual([]);
    expect(router!.inputs).toMatchObject({
      name: "digimed-heart",
      tenantId: "digimed-heart-project-id",
      externalNetworkId: "internet-looked-up",
      enableSnat: false,
      externalFixedIps: [{ ipAddress: "2001:db8::9" }, { ipAddress: "203.0.113.9" }],
    });
    expect(ofType(run.resources, "RouterRoute").map(({ inputs }) => inputs)).toEqual([
      { routerId: router!.name.concat("-id"), destinationCidr: "10.200.1.0/24", nextHop: "203.0.113.1" },
    ]);
    const quotas = ofType(run.resources, "NetworkQuota").map(({ inputs }) => [inputs["projectId"], inputs["routers"]]);
    expect(quotas.filter(([, routers]) => routers !== 0)).toEqual([["digimed-heart-project-id", 1]]);
  });
});
