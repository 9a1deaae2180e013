import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TresorProvider } from "../../provider/server.ts";
import type { Props } from "../../provider/wire.ts";
import { Resource } from "../unit/provider/fake/harness.ts";
import type { Site } from "./provider-site.ts";
import { hasCloud, site } from "./provider-site.ts";

/** Every kind of the provider on the real APIs, each by the credential that owns it, without an engine. */
let s: Site;
let provider: TresorProvider;
const it_ = (token: string, name = "it"): Resource => new Resource(provider, `tresor:${token}`, name);

/** Makes it, and shows that a refresh and a second run see no change. */
async function settled(resource: Resource, args: Props): Promise<void> {
  await resource.create(args);
  await unchanged(resource, args);
}
async function unchanged(resource: Resource, args: Props): Promise<void> {
  const before = resource.state;
  expect((await resource.refresh()).props).toEqual(before);
  expect((await resource.diff(args)).changes).toBe(false);
}
async function gone(resource: Resource): Promise<void> {
  await resource.delete();
  expect((await resource.refresh()).id).toBe("");
}

describe.skipIf(!hasCloud)("the provider on a real cloud", () => {
  beforeAll(async () => {
    s = await site();
    const sessions: Record<string, Site["area"]> = { operator: s.operator, domain: s.domain, area: s.area };
    provider = new TresorProvider({ open: (cloud) => Promise.resolve(sessions[cloud ?? ""] ?? s.area) });
  });
  afterAll(() => s?.down());

  describe("RuleSet, as a member of the area", () => {
    const ssh = { direction: "ingress", ethertype: "IPv4", protocol: "tcp", portMin: 22, remoteCidr: "10.1.0.0/24" };
    const icmp = { direction: "ingress", ethertype: "IPv6", protocol: "icmpv6" };
    let groupId: string;
    let set: Resource;
    const args = (...rules: Props[]): Props => ({ cloud: "area", securityGroupId: groupId, rules });
    const addRule = (who: Site["area"], port: number, more: object = {}): Promise<unknown> =>
      who.request("network", "POST", "/security-group-rules", {
        body: {
          security_group_rule: {
            security_group_id: groupId,
            direction: "ingress",
            protocol: "tcp",
            port_range_min: port,
            port_range_max: port,
            ...more,
          },
        },
      });
    beforeAll(async () => {
      groupId = (await s.make("network", "/security-groups", "security_group", { name: `${s.prefix}-g` }, s.area)).id;
      set = it_("network:RuleSet");
    });

    it("DIGIMED-11: starts from default rules and leaves exactly its own", async () => {
      await settled(set, args(ssh, icmp, { ...ssh, portMin: 443, remoteCidr: undefined, remoteGroupId: groupId }));
      expect(set.state.rules).toHaveLength(3);
      await settled(set, args(ssh, icmp));
    });

    it("sees a member's rule and removes it", async () => {
      await addRule(s.area, 2222);
      await set.refresh();
      expect(JSON.stringify(set.state.rules)).toContain("2222");
      expect((await set.diff(args(ssh, icmp))).changes).toBe(true);
      await set.update(args(ssh, icmp));
      await unchanged(set, args(ssh, icmp));
    });

    it("sees the operator's rule, and removes it or fails closed over it", async () => {
      await addRule(s.operator, 3333);
      await set.refresh();
      expect(JSON.stringify(set.state.rules)).toContain("3333");
      await expect(set.update(args(ssh, icmp))).rejects.toThrow(
        /may not remove .*3333.*Next: ask the operator to remove/,
      );
      const operators = it_("network:RuleSet");
      await operators.create({ ...args(ssh, icmp), cloud: "operator" });
      await set.refresh();
      await unchanged(set, args(ssh, icmp));
    });

    it("leaves no rule at delete, and takes a group that is gone for gone", async () => {
      await set.delete();
      expect((await set.refresh()).props).toMatchObject({ rules: [] });
      await s.area.request("network", "DELETE", `/security-groups/${groupId}`);
      await gone(set);
    });
  });

  it("Subnet, SecurityGroup, Port: are made together, taken up, held to what is planned, and gone again", async () => {
    const network = await s.make("network", "/networks", "network", { name: `${s.prefix}-o` }, s.area);
    const named = (name: string): Props => ({ cloud: "area", name: `${s.prefix}-${name}`, description: "e2e" });
    const subnet = (name: string, ipVersion: number, cidr: string): Props => ({
      ...named(name),
      networkId: network.id,
      ipVersion,
      cidr,
      enableDhcp: ipVersion === 4,
    });
    const subnets = [subnet("o4", 4, "10.78.0.0/24"), subnet("o6", 6, "fd00:78::/64")];
    const [four, six] = [it_("network:Subnet", "o4"), it_("network:Subnet", "o6")];
    const [group, other] = [it_("network:SecurityGroup", "og"), it_("network:SecurityGroup", "oh")];
    await Promise.all([
      ...[four, six].map((one, index) => settled(one, subnets[index] as Props)),
      settled(group, named("og")),
      settled(other, named("oh")),
    ]);
    const rules = await s.area.paginate("network", "/security-group-rules", "security_group_rules", {
      query: { security_group_id: [group.id, other.id] },
    });
    expect(rules).toEqual([]);
    const args = {
      ...named("op"),
      networkId: network.id,
      securityGroupIds: [group.id],
      fixedIps: [{ subnetId: four.id }, { subnetId: six.id }],
    };
    const ports = [it_("network:Port", "op"), it_("network:Port", "oq")];
    await Promise.all(ports.map((port) => settled(port, args)));
    const [port, second] = ports as [Resource, Resource];
    const again = it_("network:Port", "op");
    await again.create(args);
    expect(again.id).toBe(port.id);
    await s.area.request("network", "PUT", `/ports/${port.id}`, {
      body: { port: { security_groups: [], port_security_enabled: false } },
    });
    await s.area.request("network", "PUT", `/ports/${second.id}`, {
      body: { port: { allowed_address_pairs: [{ ip_address: "10.78.0.0/25" }] } },
    });
    for (const one of ports) {
      await one.refresh();
      expect((await one.diff(args)).changes).toBe(true);
      await one.update(args);
      await one.refresh();
      await unchanged(one, args);
    }
    const twin = it_("network:Subnet", "twin");
    await expect(twin.create(subnet("twin", 4, "10.78.0.0/25"))).rejects.toThrow(
      /cannot create subnet ".*twin": its addresses overlap/,
    );
    await expect(group.delete()).rejects.toThrow(/it is in use .*port ".*-op"/);
    for (const one of [...ports, group, other, four, six]) await gone(one);
  });

  it("SharedNetworkAccess: owns all RBAC policies of a network", async () => {
    const network = await s.make("network", "/networks", "network", { name: `${s.prefix}-n`, project_id: s.projectId });
    const access = it_("network:SharedNetworkAccess");
    const other = await s.make("identity", "/projects", "project", {
      name: `${s.prefix}-bench`,
      domain_id: s.domainId,
    });
    const args = {
      cloud: "operator",
      networkId: network.id,
      access: [{ action: "access_as_shared", targetProjectId: other.id }],
    };
    await settled(access, args);
    const policy = { object_type: "network", object_id: network.id, action: "access_as_external", target_tenant: "*" };
    await s.operator.request("network", "POST", "/rbac-policies", { body: { rbac_policy: policy } });
    await access.refresh();
    expect(access.state.access).toHaveLength(2);
    await access.update(args);
    await unchanged(access, args);
    await access.delete();
    expect((await access.refresh()).props).toMatchObject({ access: [] });
  });

  it("DefaultSecurityGroup: finds the group of a project that never had a port, and leaves none", async () => {
    const project = await s.make("identity", "/projects", "project", {
      name: `${s.prefix}-empty`,
      domain_id: s.domainId,
    });
    const group = it_("network:DefaultSecurityGroup");
    await settled(group, { cloud: "operator", projectId: project.id });
    await gone(group);
    await group.delete();
  });

  describe("ProjectAccess, as manager of the domain", () => {
    let access: Resource;
    let args: (...more: Props[]) => Props;
    let ada: string;
    beforeAll(async () => {
      ada = await s.person("ada");
      const group = await s.make("identity", "/groups", "group", { name: `${s.prefix}-clinic`, domain_id: s.domainId });
      access = it_("identity:ProjectAccess");
      const assignments = [{ role: "reader", groupId: group.id }];
      const expected = [{ role: "member", userId: s.pipelineId }];
      args = (...more) => ({
        cloud: "domain",
        projectId: s.projectId,
        assignments: [...assignments, ...more],
        expected,
      });
    });

    it("DIGIMED-12: makes grants, sees one made by hand and revokes it", async () => {
      await settled(access, args());
      await access.update(args({ role: "reader", userId: ada }));
      await unchanged(access, args({ role: "reader", userId: ada }));
      await s.grant(`/projects/${s.projectId}/users/${ada} member`);
      await access.refresh();
      expect(access.state.assignments).toContainEqual({ role: "member", userId: ada });
      await access.update(args());
      await unchanged(access, args());
    });

    it("DIGIMED-6: shows the operator's self-granted role and fails closed over it", async () => {
      const { userId } = await s.operator.token();
      await s.grant(`/projects/${s.projectId}/users/${userId} admin`);
      await access.refresh();
      expect(access.state.assignments).toContainEqual({ role: "admin", userId });
      await expect(access.update(args())).rejects.toThrow(
        /may not revoke \(found role admin of user admin .*Next: ask the operator to revoke/,
      );
      const roles = await s.operator.paginate<{ id: string; name: string }>("identity", "/roles", "roles");
      const admin = roles.find((role) => role.name === "admin")?.id ?? "";
      await s.operator.request("identity", "DELETE", `/projects/${s.projectId}/users/${userId}/roles/${admin}`);
      await access.refresh();
      await unchanged(access, args());
    });

    it("shows a role that the domain hands down", async () => {
      const roles = await s.operator.paginate<{ id: string; name: string }>("identity", "/roles", "roles");
      const reader = roles.find((role) => role.name === "reader")?.id ?? "";
      const path = `/OS-INHERIT/domains/${s.domainId}/users/${ada}/roles/${reader}/inherited_to_projects`;
      await s.operator.request("identity", "PUT", path);
      await access.refresh();
      expect(access.state.assignments).toContainEqual({
        role: "reader",
        userId: ada,
        inheritedFrom: `domain ${s.domainId}`,
      });
      await s.operator.request("identity", "DELETE", path);
    });

    it("gives its own grants back at delete and leaves the operator's", async () => {
      await access.delete();
      expect((await access.refresh()).props).toMatchObject({ assignments: [] });
      await s.area.request("network", "GET", "/networks");
    });
  });

  it("VolumeTypeEncryption and ProjectDefaultVolumeType: encrypt a private type and make it the default", async () => {
    const type = await s.make("block-storage", "/types", "volume_type", {
      name: `${s.prefix}-luks`,
      "os-volume-type-access:is_public": false,
    });
    const encryption = it_("blockstorage:VolumeTypeEncryption");
    const luks = {
      cloud: "operator",
      volumeTypeId: type.id,
      provider: "luks",
      cipher: "aes-xts-plain64",
      keySize: 256,
      controlLocation: "front-end",
    };
    await settled(encryption, luks);
    await settled(it_("blockstorage:VolumeTypeEncryption", "again"), luks);
    const standard = it_("blockstorage:ProjectDefaultVolumeType");
    await settled(standard, { cloud: "operator", projectId: s.projectId, volumeTypeId: type.id });
    await gone(standard);
    await gone(encryption);
    await encryption.delete();
  });

  describe("Volume, as a member of the area", () => {
    const luks = { provider: "luks", cipher: "aes-xts-plain64", key_size: 256, control_location: "front-end" };
    const typeOf = async (name: string, more: { encryption?: object; extra_specs?: object }): Promise<string> => {
      const { encryption, ...rest } = more;
      const { id } = await s.make("block-storage", "/types", "volume_type", { name: `${s.prefix}-${name}`, ...rest });
      if (encryption !== undefined)
        await s.operator.request("block-storage", "POST", `/types/${id}/encryption`, { body: { encryption } });
      return `${s.prefix}-${name}`;
    };
    const args = (volumeType: string): Props => ({
      cloud: "area",
      name: `${s.prefix}-volume`,
      size: 1,
      volumeType,
      metadata: { owner: "e2e" },
    });
    const left = async (): Promise<unknown[]> => s.area.paginate("block-storage", "/volumes", "volumes");

    it("DIGIMED-5: is encrypted, is taken up again, grows, is taken over by its id, and goes", async () => {
      const type = await typeOf("luks-volume", { encryption: luks });
      const volume = it_("blockstorage:Volume");
      await settled(volume, args(type));
      const again = it_("blockstorage:Volume");
      await again.create(args(type));
      expect(again.id).toBe(volume.id);
      await volume.update({ ...args(type), size: 2, metadata: { owner: "other" } });
      await unchanged(volume, { ...args(type), size: 2, metadata: { owner: "other" } });
      const { inputs } = await provider.read(`area//${volume.id}`, volume.urn);
      expect(inputs).toMatchObject({ ...args(type), size: 2, metadata: { owner: "other" }, encrypted: true });
      await gone(volume);
      await volume.delete();
    });

    it("is removed where it failed to build or came unencrypted, and the reason is told", async () => {
      const nowhere = await typeOf("nowhere", { extra_specs: { volume_backend_name: "tresor-e2e-nowhere" } });
      await expect(it_("blockstorage:Volume").create(args(nowhere))).rejects.toThrow(
        /was not built: it came to error, it never held data and was removed: Cinder says: /,
      );
      const plain = await typeOf("plain", {});
      await expect(it_("blockstorage:Volume").create(args(plain))).rejects.toThrow(
        /is not encrypted: it was removed before anything used it/,
      );
      expect(await left()).toEqual([]);
    });
  });

  describe("quotas of a project, as the operator", () => {
    const QUOTA_SET = "/os-quota-sets";
    const limitsOf = async (service: "compute" | "block-storage"): Promise<Record<string, number>> =>
      (
        await s.operator.request<{ quota_set: Record<string, number> }>(
          service,
          "GET",
          `${QUOTA_SET}/${s.projectId}`,
          service === "compute" ? { atMost: "2.56" } : {},
        )
      ).body.quota_set;

    it("ComputeQuota: sets, sees a change by hand, and gives the cloud's defaults back", async () => {
      const before = await limitsOf("compute");
      const quota = it_("compute:ComputeQuota");
      const args = {
        ...{ cloud: "operator", projectId: s.projectId, instances: 3, cores: 6, memoryMiB: 6144 },
        ...{ serverGroups: 3, serverGroupMembers: 3, metadataItems: 128, keyPairs: 100 },
        ...{ injectedFiles: 0, injectedFileContentBytes: 0, injectedFilePathBytes: 0 },
      };
      await settled(quota, args);
      expect(await limitsOf("compute")).toMatchObject({ instances: 3, ram: 6144, injected_files: 0 });
      const body = { quota_set: { cores: 60 } };
      await s.operator.request("compute", "PUT", `${QUOTA_SET}/${s.projectId}`, { body });
      await quota.refresh();
      expect((await quota.diff(args)).changes).toBe(true);
      await quota.update(args);
      await unchanged(quota, args);
      await quota.delete();
      expect(await limitsOf("compute")).toEqual(before);
    });

    it("DIGIMED-5: VolumeQuota: closes an unencrypted type, states every type, and gives the cloud's defaults back", async () => {
      const before = await limitsOf("block-storage");
      const types = await s.operator.paginate<{ name: string }>("block-storage", "/types", "volume_types", {
        query: { is_public: "None" },
      });
      const quota = it_("blockstorage:VolumeQuota");
      const limit = (name: string): number => (name === "__DEFAULT__" ? 0 : -1);
      const args = {
        ...{ cloud: "operator", projectId: s.projectId, volumes: 3, gigabytes: 30, snapshots: 0 },
        ...{ perVolumeGigabytes: 30, backups: 0, backupGigabytes: 0, groups: 0 },
        volumeTypeQuotas: types.map(({ name }) => ({
          ...{ volumeType: name, volumes: limit(name), gigabytes: limit(name), snapshots: limit(name) },
        })),
      };
      await settled(quota, args);
      expect(await limitsOf("block-storage")).toMatchObject({ volumes: 3, backups: 0, volumes___DEFAULT__: 0 });
      const body = { quota_set: { volumes___DEFAULT__: 5 } };
      await s.operator.request("block-storage", "PUT", `${QUOTA_SET}/${s.projectId}`, { body });
      await quota.refresh();
      expect((await quota.diff(args)).changes).toBe(true);
      await quota.update(args);
      await unchanged(quota, args);
      await quota.delete();
      expect(await limitsOf("block-storage")).toEqual(before);
    });
  });

  it("KeyQuota: sets, reads and gives back a project's quota", async () => {
    const quota = it_("keys:KeyQuota");
    const args = {
      cloud: "operator",
      projectId: s.projectId,
      secrets: 7,
      orders: 7,
      containers: 7,
      consumers: 7,
      cas: 0,
    };
    await settled(quota, args);
    await quota.update({ ...args, secrets: -1 });
    await unchanged(quota, { ...args, secrets: -1 });
    await gone(quota);
    await quota.delete();
  });

  describe("shares", () => {
    let type: Resource;
    const typeArgs = (): Props => ({
      cloud: "operator",
      name: `${s.prefix}-type`,
      description: "e2e",
      driverHandlesShareServers: false,
      extraSpecs: { snapshot_support: "True" },
    });

    it("ShareType: is made, changed in place, taken up again", async () => {
      type = it_("share:ShareType");
      await settled(type, typeArgs());
      s.later(() => type.delete());
      const next = {
        ...typeArgs(),
        description: "changed",
        extraSpecs: { mount_snapshot_support: "True" },
      };
      await type.update(next);
      await unchanged(type, next);
      await type.update(typeArgs());
      const again = it_("share:ShareType", "again");
      await again.create(typeArgs());
      expect(again.id).toBe(type.id);
    });

    it("ShareQuota: sets limits of the project and of the type", async () => {
      const quota = it_("share:ShareQuota");
      const perType = { shareType: `${s.prefix}-type`, shares: 2, gigabytes: 10, snapshots: 0, snapshotGigabytes: 0 };
      const args = {
        cloud: "operator",
        projectId: s.projectId,
        shares: 5,
        gigabytes: 50,
        snapshots: 1,
        snapshotGigabytes: 5,
        shareNetworks: 0,
        shareTypeQuotas: [perType],
      };
      await settled(quota, args);
      await quota.update({ ...args, shares: 1, shareTypeQuotas: [] });
      await unchanged(quota, { ...args, shares: 1, shareTypeQuotas: [] });
      await quota.delete();
      await quota.refresh();
      expect(quota.state.shares).not.toBe(1);
    });

    it("DIGIMED-10: ShareTypeAccess and ShareAccessSet, as a member of the area", async () => {
      const access = it_("share:ShareTypeAccess");
      await settled(access, { cloud: "operator", shareTypeId: type.id, projectId: s.projectId });
      const share = it_("share:Share");
      const shareArgs = {
        cloud: "area",
        name: `${s.prefix}-share`,
        size: 1,
        shareProto: "NFS",
        shareType: `${s.prefix}-type`,
        metadata: { owner: "e2e" },
      };
      await settled(share, shareArgs);
      try {
        const again = it_("share:Share");
        await again.create(shareArgs);
        expect(again.id).toBe(share.id);
        await ownsAccessRules(share.id);
        await share.update({ ...shareArgs, size: 2, description: "larger" });
        await unchanged(share, { ...shareArgs, size: 2, description: "larger" });
      } finally {
        await gone(share);
      }
      await gone(access);
      await gone(type);
    });

    async function ownsAccessRules(shareId: string): Promise<void> {
      const set = it_("share:ShareAccessSet");
      const rule = (accessTo: string, accessLevel: string): Props => ({ accessType: "ip", accessTo, accessLevel });
      const args = { cloud: "area", shareId, rules: [rule("10.1.0.0/24", "rw"), rule("10.2.0.0/24", "ro")] };
      await settled(set, args);
      const allow = (access_to: string, more = {}): object => ({
        allow_access: { access_type: "ip", access_to, access_level: "rw", ...more },
      });
      const act = (who: Site["area"], body: object): Promise<unknown> =>
        who.request("shared-file-system", "POST", `/shares/${shareId}/action`, { body });
      await act(s.area, allow("0.0.0.0/0"));
      await set.refresh();
      expect(set.state.rules).toContainEqual(rule("0.0.0.0/0", "rw"));
      const next = { ...args, rules: [rule("10.1.0.0/24", "ro")] };
      await set.update(next);
      await unchanged(set, next);
      // The operator's locked rule is seen, and masked where its visibility is locked too.
      await act(s.operator, allow("10.9.0.0/24", { lock_deletion: true, lock_visibility: true, lock_reason: "e2e" }));
      await set.refresh();
      expect(set.state.rules).toHaveLength(2);
      await expect(set.update(next)).rejects.toThrow(/may not withdraw .*Next: ask the operator to withdraw/);
      const operators = it_("share:ShareAccessSet");
      await operators.create({ ...next, cloud: "operator" });
      await set.refresh();
      await unchanged(set, next);
      await set.delete();
      expect((await set.refresh()).props).toMatchObject({ rules: [] });
    }
  });

  it("C4H-15: ServerGroup: is made by a member, taken up again by its name, made anew for another policy, and goes", async () => {
    const args = { cloud: "area", name: `${s.prefix}-apart`, policy: "anti-affinity" };
    const group = it_("compute:ServerGroup");
    await settled(group, args);
    const { id } = group;
    expect((await group.create(args)).id).toBe(id);
    expect(await group.diff({ ...args, policy: "soft-anti-affinity" })).toMatchObject({ replaces: ["policy"] });
    await group.create({ ...args, policy: "soft-anti-affinity" });
    expect(group.id).not.toBe(id);
    const groups = await s.area.paginate<{ id: string }>("compute", "/os-server-groups", "server_groups");
    expect(groups.map((one) => one.id)).toEqual([group.id]);
    await gone(group);
  });

  it("DIGIMED-1: Machine is ACTIVE or not made, and its reason is told", async () => {
    const extra = { "hw:mem_encryption": "false" };
    const flavor = async (name: string, more: object): Promise<string> => {
      const { id } = await s.make("compute", "/flavors", "flavor", {
        name: `${s.prefix}-${name}`,
        vcpus: 1,
        ram: 512,
        disk: 0,
        "os-flavor-access:is_public": true,
      });
      await s.operator.request("compute", "POST", `/flavors/${id}/os-extra_specs`, {
        body: { extra_specs: { ...extra, ...more } },
      });
      return id;
    };
    const good = await flavor("small", {});
    const never = await flavor("never", { "trait:CUSTOM_TRESOR_E2E_NOWHERE": "required" });
    const network = await s.make("network", "/networks", "network", { name: `${s.prefix}-m` }, s.area);
    await s.make(
      "network",
      "/subnets",
      "subnet",
      { network_id: network.id, ip_version: 4, cidr: "10.77.0.0/24" },
      s.area,
    );
    const port = await s.make("network", "/ports", "port", { network_id: network.id }, s.area);
    const volume = await s.make("block-storage", "/volumes", "volume", { size: 1, name: `${s.prefix}-boot` }, s.area);
    const state = async (): Promise<string | undefined> =>
      (await s.area.find<{ volume: { status: string } }>("block-storage", `/volumes/${volume.id}`))?.volume.status;
    await expect.poll(state, { timeout: 60_000 }).toBe("available");
    await s.area.request("block-storage", "POST", `/volumes/${volume.id}/action`, {
      body: { "os-set_bootable": { bootable: true } },
    });
    const args = {
      cloud: "area",
      name: `${s.prefix}-db`,
      flavorId: good,
      bootVolumeId: volume.id,
      ports: [port.id],
      userData: "#cloud-config canary",
      tags: ["e2e"],
      metadata: { zone: "e2e" },
    };
    const machine = it_("compute:Machine");
    await s.operator.request("placement", "PUT", "/traits/CUSTOM_TRESOR_E2E_NOWHERE");
    await expect(machine.create({ ...args, flavorId: never })).rejects.toThrow(
      /was not built: it came to ERROR, and it was removed.*Nova says: No valid host/,
    );
    await expect.poll(state, { timeout: 60_000 }).toBe("available");
    await settled(machine, args);
    expect(machine.state.status).toBe("ACTIVE");
    const again = it_("compute:Machine");
    expect((await again.create(args)).id).toBe(machine.id);
    const data = await s.make("block-storage", "/volumes", "volume", { size: 1, name: `${s.prefix}-data` }, s.area);
    const dataStatus = async (): Promise<string | undefined> =>
      (await s.area.find<{ volume: { status: string } }>("block-storage", `/volumes/${data.id}`))?.volume.status;
    await expect.poll(dataStatus, { timeout: 60_000 }).toBe("available");
    const attachment = it_("compute:VolumeAttachment");
    await settled(attachment, { cloud: "area", serverId: machine.id, volumeId: data.id });
    expect(await dataStatus()).toBe("in-use");
    await it_("compute:VolumeAttachment").create({ cloud: "area", serverId: machine.id, volumeId: data.id });
    await gone(attachment);
    expect(await dataStatus()).toBe("available");
    await attachment.delete();
    await machine.update({ ...args, name: `${s.prefix}-db2`, tags: [], powerState: "shutoff" });
    await unchanged(machine, { ...args, name: `${s.prefix}-db2`, tags: [], powerState: "shutoff" });
    await machine.update(args);
    await s.area.request("compute", "POST", `/servers/${machine.id}/action`, { body: { "os-stop": null } });
    await expect
      .poll(async () => (await machine.refresh()).props.status as string, { timeout: 60_000 })
      .toBe("SHUTOFF");
    expect(await machine.diff(args)).toMatchObject({ changes: true, replaces: [] });
    await machine.update(args);
    await s.operator.request("compute", "POST", `/servers/${machine.id}/action`, {
      body: { "os-resetState": { state: "error" } },
    });
    await machine.refresh();
    expect(await machine.diff(args)).toMatchObject({ changes: true, replaces: ["status"] });
    await gone(machine);
    await expect.poll(state, { timeout: 60_000 }).toBe("available");
    await s.operator.request("placement", "DELETE", "/traits/CUSTOM_TRESOR_E2E_NOWHERE", { expect: [404, 409] });
  });
});
