import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { platformSchema } from "../../config/platform.ts";
import { traitsOf } from "../../plan/storage/local-disk.ts";
import { inMemoryUserData } from "../../plan/storage/in-memory.ts";
import { TresorProvider } from "../../provider/server.ts";
import type { Props } from "../../provider/wire.ts";
import { localDisks } from "../../scripts/preflight/checks/local-disk.ts";
import { Resource } from "../unit/provider/fake/harness.ts";
import { hasCloud, site, type Site } from "./provider-site.ts";
import { tinyImage } from "./tiny-image.ts";

/** What the operator's half and the scheduler promise of disks, on the real services. */
let s: Site;
let provider: TresorProvider;
const it_ = (token: string, name = "it"): Resource => new Resource(provider, `tresor:${token}`, name);

const LUKS = { provider: "luks", cipher: "aes-xts-plain64", key_size: 256, control_location: "front-end" };
/** A public volume type, as somebody might make it by hand; encrypted where that is asked for. */
async function volumeType(name: string, encrypted: boolean): Promise<string> {
  const { id } = await s.make("block-storage", "/types", "volume_type", { name: `${s.prefix}-${name}` });
  if (encrypted)
    await s.operator.request("block-storage", "POST", `/types/${id}/encryption`, { body: { encryption: LUKS } });
  return `${s.prefix}-${name}`;
}
const order = (type: string, size = 1): Promise<unknown> =>
  s.area.request("block-storage", "POST", "/volumes", {
    body: { volume: { size, volume_type: type, name: `${s.prefix}-order` } },
    what: "create a volume",
  });
const quotaOf = (more: Props): Props => ({
  // 802 TiB, in GiB.
  ...{ cloud: "operator", projectId: s.projectId, volumes: 3, gigabytes: 821_248, snapshots: 0 },
  ...{ perVolumeGigabytes: 20, backups: 0, backupGigabytes: 0, groups: 0, ...more },
});
const open = (volumeType: string): Props => ({ volumeType, volumes: -1, gigabytes: -1, snapshots: -1 });

/** A network with a port of the area. */
async function port(cidr: string): Promise<string> {
  const network = await s.make("network", "/networks", "network", { name: `${s.prefix}-n` }, s.area);
  await s.make("network", "/subnets", "subnet", { network_id: network.id, ip_version: 4, cidr }, s.area);
  return (await s.make("network", "/ports", "port", { network_id: network.id }, s.area)).id;
}

async function flavor(name: string, disk: number, extra: object): Promise<string> {
  const { id } = await s.make("compute", "/flavors", "flavor", {
    ...{ name: `${s.prefix}-${name}`, vcpus: 1, ram: 512, disk, "os-flavor-access:is_public": true },
  });
  await s.operator.request("compute", "POST", `/flavors/${id}/os-extra_specs`, {
    body: { extra_specs: { "hw:mem_encryption": "false", ...extra } },
  });
  return id;
}

describe.skipIf(!hasCloud)("promises of disks on a real cloud", () => {
  beforeAll(async () => {
    s = await site();
    const sessions: Record<string, Site["area"]> = { operator: s.operator, domain: s.domain, area: s.area };
    provider = new TresorProvider({ open: (cloud) => Promise.resolve(sessions[cloud ?? ""] ?? s.area) });
  });
  afterAll(() => s?.down());

  it("DIGIMED-5, DIGIMED-18: a type that no config names is closed, seen when it comes later, and Cinder refuses it", async () => {
    const [granted, byHand] = [await volumeType("granted", true), await volumeType("by-hand", false)];
    const quota = it_("blockstorage:VolumeQuota");
    const args = quotaOf({ volumeTypeQuotas: [open(granted)] });
    await quota.create(args);
    await quota.refresh();
    expect((await quota.diff(args)).changes).toBe(false);
    await expect(order(byHand)).rejects.toThrow(
      /^cannot create a volume: .*quota of \w+ is used up.*Next: choose a volume type that was granted, or ask the operator to grant/,
    );
    await expect(order("__DEFAULT__")).rejects.toThrow(/Next: choose a volume type that was granted/);
    await expect(order(granted, 21)).rejects.toThrow(/quota of storage is used up.*raise `storage`/);
    // Control: the granted type, by the same call.
    const volume = it_("blockstorage:Volume");
    await volume.create({ cloud: "area", name: `${s.prefix}-good`, size: 1, volumeType: granted });
    await volume.delete();
    const later = await volumeType("later", false);
    await quota.refresh();
    expect(JSON.stringify(quota.state.volumeTypeQuotas)).toContain(later);
    expect((await quota.diff(args)).changes).toBe(true);
    await quota.update(args);
    await quota.refresh();
    expect((await quota.diff(args)).changes).toBe(false);
    await expect(order(later)).rejects.toThrow(/Next: choose a volume type that was granted/);
    await quota.delete();
  });

  it("DIGIMED-5: a type with volumes keeps its encryption: the change is refused, and the next step named", async () => {
    const type = await s.make("block-storage", "/types", "volume_type", { name: `${s.prefix}-kept` });
    const encryption = it_("blockstorage:VolumeTypeEncryption");
    const args = {
      ...{ cloud: "operator", volumeTypeId: type.id, provider: "luks", cipher: "aes-xts-plain64" },
      ...{ keySize: 256, controlLocation: "front-end" },
    };
    await encryption.create(args);
    const volume = it_("blockstorage:Volume");
    await volume.create({ cloud: "area", name: `${s.prefix}-kept`, size: 1, volumeType: `${s.prefix}-kept` });
    expect((await encryption.diff({ ...args, keySize: 512 })).replaces).toEqual(["keySize"]);
    await expect(encryption.delete()).rejects.toThrow(
      /it has volumes.*Next: an encrypted type is replaced and never edited: make a new type, retype its volumes/,
    );
    expect((await encryption.refresh()).props).toMatchObject({ keySize: 256 });
    expect((await volume.refresh()).props).toMatchObject({ encrypted: true, status: "available" });
    await volume.delete();
    await encryption.delete();
  });

  it("C4H-5, C4H-11, DIGIMED-8: a machine on an encrypted local disk lands only where hosts say so, and has no volume", async () => {
    const disk = { encrypted: "host-lvm", overwrite: "random" } as const;
    const traits = traitsOf(disk);
    const demanded = Object.fromEntries(traits.map((trait) => [`trait:${trait}`, "required"]));
    const flavorId = await flavor("memory", 1, demanded);
    const args = {
      ...{
        cloud: "area",
        name: `${s.prefix}-memory`,
        flavorId,
        imageId: (await tinyImage(s)).id,
        ports: [await port("10.78.0.0/24")],
      },
      ...{ userData: inMemoryUserData(), configDrive: true },
    };
    const platform = platformSchema.parse({
      ...{ format: 1, cloud: "operator", region: "r" },
      flavors: { memory: { vcpus: 1, memory: "1 GiB", disk: "1 GiB", localDisk: disk } },
    });
    const stack = { kind: "platform" as const, config: platform };
    const context = {
      ...{ stack, entry: "operator", areaEntries: [] },
      session: () => Promise.resolve(s.operator),
      cluster: () => Promise.reject(new Error("no cluster is asked")),
    };
    const preflight = async () => localDisks.judge(await localDisks.fetch(context), { stack });
    const at = (path: string, body?: object) =>
      s.operator.request<Record<string, never>>("placement", body ? "PUT" : "GET", path, body ? { body } : {});
    expect((await preflight()).says).toBe("no host has the traits for memory");

    for (const trait of traits) await s.operator.request("placement", "PUT", `/traits/${trait}`);
    const machine = it_("compute:Machine");
    await expect(machine.create(args)).rejects.toThrow(/was not built.*No valid host/);

    const hosts = (await at("/resource_providers")).body["resource_providers"] as unknown as {
      uuid: string;
      name: string;
      parent_provider_uuid: string | null;
    }[];
    const [host] = hosts.filter(({ parent_provider_uuid: parent }) => parent === null);
    const path = `/resource_providers/${host?.uuid ?? ""}/traits`;
    const { traits: before } = (await at(path)).body as unknown as { traits: string[] };
    const say = async (all: readonly string[]) => {
      const { resource_provider_generation: generation } = (await at(path)).body;
      await at(path, { traits: all, resource_provider_generation: generation });
    };
    await say([...before, ...traits]);
    try {
      expect(await preflight()).toMatchObject({ result: "ok", says: `memory: ${host?.name}` });
      await machine.create(args);
      await machine.refresh();
      expect((await machine.diff(args)).changes).toBe(false);
      const { server } = (await s.operator.find<{ server: Record<string, unknown> }>(
        "compute",
        `/servers/${machine.id}`,
      ))!;
      expect(server["os-extended-volumes:volumes_attached"]).toEqual([]);
      expect(server["OS-EXT-SRV-ATTR:hypervisor_hostname"]).toBe(host?.name);

      await growth(machine.id);
    } finally {
      await machine.delete();
      await say(before);
      for (const trait of traits)
        await s.operator.request("placement", "DELETE", `/traits/${trait}`, { expect: [404, 409] });
    }
    expect((await preflight()).result).toBe("failed");
  });

  /** A volume at a machine, on this cloud's driver, which makes files larger only while no machine has them. */
  async function growth(serverId: string): Promise<void> {
    const type = await volumeType("grows", true);
    const volume = it_("blockstorage:Volume");
    const wanted = { cloud: "area", name: `${s.prefix}-grows`, size: 1, volumeType: type };
    const said = { ...wanted, growsAttached: false };
    await volume.create(said);
    const attachment = it_("compute:VolumeAttachment");
    await attachment.create({ cloud: "area", serverId, volumeId: volume.id });
    try {
      await expect(volume.update({ ...said, size: 2 })).rejects.toThrow(
        new RegExp(`while a machine has it \\(found attached to machine ${serverId}\\)`),
      );
      expect((await volume.refresh()).props).toMatchObject({ size: 1, status: "in-use" });
      // Control: the same order without the word, which Cinder takes, and what becomes of the volume.
      await expect(volume.update({ ...wanted, size: 2 })).rejects.toThrow(
        /is in status error_extending: Cinder says: .*it may hold data, so it is never removed or replaced/,
      );
    } finally {
      await s.operator.request("block-storage", "POST", `/volumes/${volume.id}/action`, {
        body: { "os-reset_status": { status: "in-use" } },
      });
      await attachment.delete();
    }
    await volume.update({ ...said, size: 2 });
    expect((await volume.refresh()).props).toMatchObject({ size: 2, status: "available" });
    await volume.delete();
  }

  it("C4H-5: without shared storage nothing of it can be made, and a quota raised by hand is seen and closed", async () => {
    const none = { volumes: 0, gigabytes: 0, perVolumeGigabytes: 0, volumeTypeQuotas: [] };
    const volumes = it_("blockstorage:VolumeQuota");
    const shares = it_("share:ShareQuota");
    const shareArgs = {
      ...{ cloud: "operator", projectId: s.projectId, shares: 0, gigabytes: 0, snapshots: 0 },
      ...{ snapshotGigabytes: 0, shareNetworks: 0 },
    };
    await volumes.create(quotaOf(none));
    await shares.create(shareArgs);
    for (const [quota, args] of [
      [volumes, quotaOf(none)],
      [shares, shareArgs],
    ] as const) {
      await quota.refresh();
      expect((await quota.diff(args)).changes).toBe(false);
    }
    await expect(order("__DEFAULT__")).rejects.toThrow(/quota/);
    const path = `/os-quota-sets/${s.projectId}`;
    await s.operator.request("block-storage", "PUT", path, { body: { quota_set: { volumes: 2, backups: 1 } } });
    await s.operator.request("shared-file-system", "PUT", `/quota-sets/${s.projectId}`, {
      body: { quota_set: { shares: 1 } },
    });
    for (const [quota, args] of [
      [volumes, quotaOf(none)],
      [shares, shareArgs],
    ] as const) {
      await quota.refresh();
      expect((await quota.diff(args)).changes).toBe(true);
      await quota.update(args);
      await quota.refresh();
      expect((await quota.diff(args)).changes).toBe(false);
      await quota.delete();
    }
  });
});
