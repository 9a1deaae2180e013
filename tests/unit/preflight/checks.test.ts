import { describe, expect, it } from "vitest";
import type { StackConfig } from "../../../config/index.ts";
import { platformSchema } from "../../../config/platform.ts";
import { tenantSchema } from "../../../config/tenant.ts";
import { entries } from "../../../scripts/preflight/checks/entries.ts";
import { keystonePolicy } from "../../../scripts/preflight/checks/keystone-policy.ts";
import { localDisks } from "../../../scripts/preflight/checks/local-disk.ts";
import { objectStorage } from "../../../scripts/preflight/checks/object-storage.ts";
import { publicOffers } from "../../../scripts/preflight/checks/public-offers.ts";
import { rbacQuota } from "../../../scripts/preflight/checks/rbac-quota.ts";
import { release, services } from "../../../scripts/preflight/checks/release.ts";
import { serviceType } from "../../../scripts/preflight/checks/service-type.ts";
import { shareLocks } from "../../../scripts/preflight/checks/share-locks.ts";
import { snpSlots } from "../../../scripts/preflight/checks/snp-slots.ts";
import { unifiedLimits } from "../../../scripts/preflight/checks/unified-limits.ts";
import { volumeTypes } from "../../../scripts/preflight/checks/volume-types.ts";
import { RELEASES } from "../../../policies/releases.ts";
import { CHECKS, entriesOf } from "../../../scripts/preflight/index.ts";

const tenant = (change: object = {}): StackConfig => ({
  kind: "tenant",
  config: tenantSchema.parse({
    format: 1,
    zone: "digimed",
    cloud: "c",
    places: { region: "r", zones: ["z"] },
    network: { physicalNetwork: "p" },
    areas: { heart: { quota: { machines: 2 }, benches: { clinic: { quota: { machines: 1 } } } } },
    ...change,
  }),
});
const platform: StackConfig = {
  kind: "platform",
  config: platformSchema.parse({
    format: 1,
    cloud: "c",
    region: "r",
    flavors: { snp: { vcpus: 1, memory: "1 GiB", confidential: "sev-snp" } },
  }),
};
const zone = {
  kind: "zone",
  config: {
    name: "digimed",
    preset: "confidential",
    areas: { heart: { datasets: {} } },
    granted: { volumeTypes: { luks: {} } },
  },
} as unknown as StackConfig;

describe("preflight", () => {
  it("takes a refused project for enforced, a made one for not enforced, and says when it is left over (DIGIMED-7)", () => {
    const judge = (facts: object) => keystonePolicy.judge({ name: "probe", ...facts } as never, { stack: zone });
    expect(judge({ status: 403 }).result).toBe("ok");
    expect(judge({ status: 201, undone: true })).toMatchObject({
      result: "failed",
      says: expect.stringContaining("not enforced"),
    });
    expect(judge({ status: 201, undone: false }).says).toContain("probe is left");
    expect(judge({ status: 401 }).result).toBe("not checked");
  });

  it("counts the RBAC policies that a tenant's benches still need against the operator's own quota (C4H-2)", () => {
    const judge = (quota: object | undefined, shared: readonly string[] = []) =>
      rbacQuota.judge({ ...(quota === undefined ? {} : { quota }), shared } as never, { stack: tenant() });
    expect(judge({ limit: 10, used: 9 }).result).toBe("ok");
    expect(judge({ limit: -1, used: 900 }).result).toBe("ok");
    expect(judge({ limit: 10, used: 10 })).toMatchObject({
      result: "failed",
      says: "10 RBAC policies, 10 used, 1 more for this tenant's benches",
      next: expect.stringContaining("--rbac-policies"),
    });
    expect(judge({ limit: 10, used: 10 }, ["digimed-heart-clinic"]).result).toBe("ok");
    expect(judge(undefined).result).toBe("not checked");
  });

  it("refuses Nova's unified limits and ignores those of others", () => {
    expect(unifiedLimits.judge({ registered: ["image_size_total"] }, { stack: zone }).result).toBe("ok");
    expect(unifiedLimits.judge({ registered: ["class:VCPU", "servers"] }, { stack: zone })).toMatchObject({
      result: "failed",
      says: expect.stringContaining("class:VCPU, servers"),
      next: expect.stringContaining("DbQuotaDriver"),
    });
  });

  it("names the services that refuse an application credential with access rules", () => {
    const judge = (manila: number) =>
      serviceType.judge(
        {
          answers: [
            { service: "compute", status: 200 },
            { service: "shared-file-system", status: manila },
          ],
        },
        { stack: zone },
      );
    expect(judge(200).result).toBe("ok");
    expect(judge(403).result).toBe("ok");
    expect(judge(401)).toMatchObject({ result: "failed", says: expect.stringMatching(/^Manila refuses/) });
    expect(serviceType.judge({ answers: [] }, { stack: zone }).result).toBe("not checked");
  });

  it("refuses a public flavor or image without SEV-SNP, for confidential zones alone (DIGIMED-1)", () => {
    const facts = {
      flavors: [
        { name: "snp", isPublic: true, confidential: true },
        { name: "private", isPublic: false, confidential: false },
      ],
      images: [],
    };
    expect(publicOffers.judge(facts, { stack: tenant() }).result).toBe("ok");
    const open = { ...facts, flavors: [...facts.flavors, { name: "m1.small", isPublic: true, confidential: false }] };
    expect(publicOffers.judge(open, { stack: tenant() })).toMatchObject({
      result: "failed",
      says: expect.stringContaining("m1.small"),
    });
    expect(publicOffers.judge(open, { stack: tenant({ preset: "open" }) }).result).toBe("ok");
    const image = { ...facts, images: [{ name: "cirros", confidential: false }] };
    expect(publicOffers.judge(image, { stack: platform }).says).toContain("cirros");
  });

  it("wants every unencrypted volume type closed, and a zone to see granted ones only (DIGIMED-5)", () => {
    const types = [
      { name: "luks", encrypted: true },
      { name: "__DEFAULT__", encrypted: false },
    ];
    expect(volumeTypes.judge({ types }, { stack: tenant() }).result).toBe("ok");
    const more = { types: [...types, { name: "fast", encrypted: false }] };
    // What is not granted is closed by quota; what is granted in the clear is not.
    expect(volumeTypes.judge(more, { stack: tenant() })).toMatchObject({
      result: "ok",
      says: "3 types, 3 of them not granted: closed by quota",
    });
    expect(volumeTypes.judge(more, { stack: tenant({ volumeTypes: ["luks", "fast"] }) })).toMatchObject({
      result: "failed",
      says: "unencrypted and granted: fast",
    });
    expect(volumeTypes.judge(more, { stack: tenant({ volumeTypes: ["fast"], preset: "open" }) }).result).toBe("ok");
    expect(volumeTypes.judge({ types }, { stack: zone }).result).toBe("ok");
    expect(volumeTypes.judge(more, { stack: zone }).result).toBe("failed");
  });

  it("finds hosts that say that they encrypt local disks, for each flavor that demands it (C4H-5, C4H-11)", async () => {
    const memory = { vcpus: 1, memory: "1 GiB", disk: "10 GiB" };
    const stack: StackConfig = {
      kind: "platform",
      config: platformSchema.parse({
        ...{ format: 1, cloud: "c", region: "r" },
        flavors: {
          memory: { ...memory, localDisk: { encrypted: "host-lvm" } },
          shred: { ...memory, localDisk: { encrypted: "host-lvm", overwrite: "random" } },
          plain: memory,
        },
      }),
    };
    const ask = async (traits: readonly string[]) => {
      const session = {
        find: () => Promise.resolve({ traits }),
        paginate: (_service: string, _path: string, _key: string, { query }: { query: { required: string } }) =>
          Promise.resolve(query.required === "CUSTOM_TRESOR_LOCAL_DISK_ENCRYPTED" ? [{ name: "host-1" }] : []),
      };
      const context = { stack, entry: "c", areaEntries: [], session: () => Promise.resolve(session) };
      return localDisks.judge(await localDisks.fetch(context as never), { stack });
    };
    const some = await ask(["CUSTOM_TRESOR_LOCAL_DISK_ENCRYPTED"]);
    expect(some).toMatchObject({
      result: "failed",
      says: "no host has the traits for shred",
      next: expect.stringContaining("CUSTOM_TRESOR_LOCAL_DISK_ENCRYPTED, CUSTOM_TRESOR_LOCAL_DISK_SHREDDED"),
    });
    expect((await ask([])).says).toBe("no host has the traits for memory, shred");
    expect(localDisks.judge({ hosts: { memory: ["host-1"] } }, { stack })).toMatchObject({
      result: "ok",
      says: "memory: host-1",
    });
    expect(localDisks.judge({ hosts: {} }, { stack: platform }).result).toBe("ok");
  });

  it("counts SEV-SNP slots against the machines that a tenant may run", () => {
    const hosts = [
      { name: "a", total: 2, used: 0 },
      { name: "b", total: 1, used: 1 },
    ];
    expect(snpSlots.judge({ hosts }, { stack: tenant() })).toMatchObject({
      result: "ok",
      says: expect.stringContaining("may run 3"),
    });
    expect(snpSlots.judge({ hosts: hosts.slice(0, 1) }, { stack: tenant() }).result).toBe("failed");
    expect(snpSlots.judge({ hosts: [] }, { stack: platform }).says).toBe("no host offers SEV-SNP slots");
    expect(snpSlots.judge({ hosts: [] }, { stack: tenant({ preset: "open" }) }).result).toBe("ok");
  });

  it("tells the release by Nova's microversion, and refuses one without SEV-SNP for confidential zones", () => {
    const able = RELEASES.find(({ memoryEncryption }) => memoryEncryption.includes("sev-snp"))!;
    expect(release.judge({ compute: able.computeMicroversion }, { stack: tenant() })).toMatchObject({
      result: "ok",
      says: expect.stringContaining(able.name),
    });
    expect(release.judge({ compute: "2.96" }, { stack: tenant() })).toMatchObject({
      result: "failed",
      next: expect.stringContaining(able.name),
    });
    expect(release.judge({ compute: "2.96" }, { stack: tenant({ preset: "open" }) }).result).toBe("ok");
    expect(release.judge({ compute: "2.999" }, { stack: tenant() }).result).toBe("ok");
    expect(release.judge({}, { stack: tenant() }).result).toBe("not checked");
  });

  it("names services that are missing or too old: what one cloud lacks and another has (DENBI-2)", () => {
    const judge = (max: string, offered = true) =>
      services.judge(
        [
          { service: "compute", offered: true, max },
          { service: "key-manager", offered },
        ],
        { stack: zone },
      );
    expect(judge("2.96").result).toBe("ok");
    expect(judge("2.85").says).toBe("Nova 2.85, needed 2.86");
    expect(judge("2.96", false).says).toBe("no Barbican in the catalogue");
  });

  it("wants each entry to log in with its role, and a zone never to be admin", () => {
    const judge = (...roles: string[]) =>
      entries.judge(
        [
          { entry: "digimed", roles },
          { entry: "digimed-heart", roles: ["member"] },
        ],
        { stack: zone },
      );
    expect(judge("manager").result).toBe("ok");
    expect(judge("reader").says).toBe("digimed lacks the role manager");
    expect(judge("manager", "admin").says).toBe("digimed has the role admin");
    expect(entries.judge([{ entry: "digimed", error: "no entry" }], { stack: zone })).toMatchObject({
      result: "failed",
      next: expect.stringContaining("tresor claim"),
    });
  });

  it("has ids of their own, and knows a zone's entries", () => {
    expect(new Set(CHECKS.map(({ id }) => id)).size).toBe(CHECKS.length);
    expect(entriesOf(zone)).toEqual({ entry: "digimed", areaEntries: ["digimed-heart"] });
  });
});

describe("object storage for doors (DIGIMED-2, DIGIMED-20)", () => {
  const withDoor = { kind: "zone", config: { areas: { heart: { doors: { ingest: {} } } } } } as unknown as StackConfig;
  const address = "https://storage.example/v1/AUTH_a";
  const info = {
    swift: { version: "2.38.3" },
    tempurl: { methods: ["GET", "PUT"], allowed_digests: ["sha256"] },
    object_versioning: {},
    container_quotas: {},
  };
  const judge = (facts: object, stack = withDoor) => objectStorage.judge(facts as never, { stack });

  it("is good enough with TLS, signed addresses, versions and quotas", () => {
    expect(judge({ address, info })).toMatchObject({ result: "ok", says: expect.stringContaining("2.38.3") });
    expect(judge({ address: "http://127.0.0.1:23709/v1/AUTH_a", info }).result).toBe("ok");
  });

  it.each([
    [{}, /lists no object storage/],
    [{ address: "http://storage.example/v1/AUTH_a", info }, /without TLS/],
    [{ address, info: { ...info, tempurl: undefined } }, /signed addresses/],
    [{ address, info: { ...info, tempurl: { methods: ["GET"] } } }, /signed addresses/],
    [{ address, info: { ...info, tempurl: { methods: ["PUT"], allowed_digests: ["sha512"] } } }, /signed addresses/],
    [{ address, info: { ...info, object_versioning: undefined } }, /older versions/],
    [{ address, info: { ...info, container_quotas: undefined } }, /quotas of containers/],
  ])("is not with %j", (facts, words) => {
    expect(judge(facts)).toMatchObject({ result: "failed", says: expect.stringMatching(words) });
  });

  it("is not known where it tells nothing, and no matter where no area has a door", () => {
    expect(judge({ address }).result).toBe("not checked");
    expect(judge({}, { kind: "zone", config: { areas: { heart: {} } } } as unknown as StackConfig).result).toBe("ok");
  });
});

describe("locks of shares (DIGIMED-9, DIGIMED-10)", () => {
  const config = (preset: string, kind: string, protocol = "NFS"): StackConfig =>
    ({
      kind: "zone",
      config: {
        ...{ preset, areas: { heart: { datasets: { imaging: { kind } } } } },
        granted: { shareTypes: { files: { driver: "cephfs", protocols: [protocol] } } },
      },
    }) as unknown as StackConfig;
  const judge = (facts: object, stack: StackConfig) => shareLocks.judge(facts as never, { stack });

  it("are there from Manila 2.82 on", () => {
    expect(judge({ max: "2.82" }, config("confidential", "share"))).toEqual({ result: "ok", says: "Manila 2.82" });
    expect(judge({}, config("confidential", "volume")).result).toBe("ok");
  });

  it("are demanded by two presets, and said to be missing in the others", () => {
    expect(judge({ max: "2.81" }, config("isolated", "share"))).toMatchObject({
      result: "failed",
      says: expect.stringContaining("the preset isolated demands them"),
    });
    expect(judge({ max: "2.78" }, config("guarded", "share"))).toMatchObject({
      result: "ok",
      says: expect.stringMatching(/^not enforced: /),
    });
    expect(judge({}, config("open", "share")).result).toBe("failed");
    expect(judge({ max: "2.78" }, config("guarded", "share", "CEPHFS"))).toMatchObject({
      result: "failed",
      says: expect.stringContaining("keys that every reader of the project would see"),
    });
  });
});
