import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isNotFound, QuobyteClient } from "../../../quobyte/client.ts";
import type { Simulator } from "../../../scripts/devcloud/quobyte/index.ts";
import { clientOf, failureOf, startSimulator } from "./target.ts";
import { scratch } from "../../scratch.ts";

/**
 * What Tresor counts on, tried on the simulator, and on a real cluster too where one is named:
 * TRESOR_QUOBYTE_URL, TRESOR_QUOBYTE_CA (a file), TRESOR_QUOBYTE_USER, TRESOR_QUOBYTE_PASSWORD (of a user who manages the whole
 * system). Everything that it makes bears a name that begins with `tresor-test-`, and is removed.
 */
const real = process.env.TRESOR_QUOBYTE_URL;
const MARK = `tresor-test-${randomBytes(4).toString("hex")}`;
const PATIENCE_MS = real === undefined ? 5_000 : 300_000;

let simulator: Simulator | undefined;
async function connect(kind: string): Promise<QuobyteClient> {
  if (kind === "simulator") {
    simulator = await startSimulator();
    return clientOf(simulator);
  }
  const { TRESOR_QUOBYTE_CA: ca, TRESOR_QUOBYTE_USER: user = "", TRESOR_QUOBYTE_PASSWORD: password = "" } = process.env;
  return new QuobyteClient({ url: real ?? "", user, password, ...(ca && { ca: readFileSync(ca, "utf8") }) });
}
afterAll(() => simulator?.close());

const kinds = ["simulator", ...(real === undefined ? [] : ["real cluster"])];

describe.each(kinds)("DIGIMED-16: Quobyte, %s", (kind) => {
  let quobyte: QuobyteClient;
  let tenant: string;
  const undo: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    quobyte = await connect(kind);
    tenant = (await quobyte.call("setTenant", { tenant: { name: MARK } })).tenant_id ?? "";
    undo.push(() => quobyte.call("deleteTenant", { tenant_id: tenant }));
  });
  afterAll(async () => {
    for (const step of undo.reverse()) await step();
  }, PATIENCE_MS);

  const list = async (uuid: string) => (await quobyte.call("getVolumeList", { volume_uuid: [uuid] })).volume ?? [];
  async function volume(name: string): Promise<string> {
    const { volume_uuid } = await quobyte.call("createVolume", {
      ...{ name: `${MARK}-${name}`, tenant_id: tenant, root_user_id: "root", root_group_id: "root" },
    });
    undo.push(async () => {
      if ((await list(volume_uuid)).length > 0) await quobyte.call("deleteVolume", { volume_uuid });
    });
    return volume_uuid;
  }

  it("says who it is, and how large", async () => {
    await quobyte.call("getInformation", {});
    const { total_physical_capacity: capacity = 0n } = await quobyte.call("getSystemStatistics", {});
    expect(capacity).toBeGreaterThan(0n);
    expect((await quobyte.call("whoAmI", {})).user_name).toBeTypeOf("string");
  });

  it("knows a tenant by its id and by its name", async () => {
    expect((await quobyte.call("getTenant", { tenant_id: [tenant] })).tenant).toMatchObject([{ name: MARK }]);
    expect((await quobyte.call("resolveTenantName", { tenant_name: MARK })).tenant_id).toBe(tenant);
    expect(await failureOf(quobyte.call("setTenant", { tenant: { name: MARK } }))).toBeDefined();
    const { tenant_configuration: all = [] } = await quobyte.call("getConfiguration", {
      configuration_type: "TENANT_DOMAIN",
    });
    expect(all.map(({ tenant_id }) => tenant_id)).toContain(tenant);
  });

  it("encrypts what is made after the rule, and says so; what was made before stays as it was (DIGIMED-5)", async () => {
    const before = await volume("before");
    const context = async (uuid: string) => (await list(uuid))[0]?.volume_encryption_context;
    const was = await context(before);
    const { policy_rule_uuid: rule } = await quobyte.call("createPolicyRule", {
      policy_rule: {
        ...{ name: MARK, enabled: true, scope: { tenant: [{ uuid: tenant }] } },
        policies: { volume_encryption: { profile: "SYSTEM_AES_256" } },
      },
    });
    undo.push(() => quobyte.call("deletePolicyRules", { policy_rule_uuid: [rule] }));
    expect((await quobyte.call("resolvePolicyRuleName", { policy_rule_name: MARK })).policy_rule_uuid).toBe(rule);
    const subject = { policy_subject: { tenant: { uuid: tenant } } };
    const { policy_rule: rules = [] } = await quobyte.call("filterPolicyRules", subject);
    expect(rules.map(({ uuid }) => uuid)).toContain(rule);
    expect(await context(await volume("after"))).toMatchObject({
      key_owner: "SYSTEM",
      file_encryption_method: "AES_XTS_256",
    });
    expect(await context(before)).toEqual(was);
  });

  it("finds a volume by its name, and says clearly where there is none", async () => {
    const uuid = await volume("named");
    const asked = (volume_name: string) => quobyte.call("resolveVolumeName", { volume_name, tenant_domain: tenant });
    expect((await asked(`${MARK}-named`)).volume_uuid).toBe(uuid);
    expect(isNotFound(await failureOf(asked(`${MARK}-nobody`)))).toBe(true);
    await quobyte.call("updateVolume", { volume_uuid: uuid, name: `${MARK}-renamed` });
    expect((await asked(`${MARK}-renamed`)).volume_uuid).toBe(uuid);
  });

  it("keeps quotas of volumes, and changes them", async () => {
    const uuid = await volume("quota");
    for (const value of [2n ** 40n, 2n ** 41n]) {
      const consumer = [{ type: "VOLUME" as const, identifier: uuid, tenant_id: tenant }];
      await quobyte.call("setQuota", { quotas: [{ consumer, limits: [{ type: "LOGICAL_DISK_SPACE", value }] }] });
      const { quotas = [] } = await quobyte.call("getQuota", { only_entity: [{ type: "VOLUME", identifier: uuid }] });
      const limits = quotas.flatMap(({ limits: all = [] }) => all).filter(({ type }) => type === "LOGICAL_DISK_SPACE");
      expect(limits[0]?.value).toBe(value);
    }
  });

  it("exports to named networks by NFS and tells where; the export ends with everything in it", async () => {
    const uuid = await volume("export");
    const { nfs_export_path: path } = await quobyte.call("exportVolume", { volume_uuid: uuid, protocol: "NFS" });
    expect(path).toMatch(/^\//);
    const accesses = async () =>
      ((await quobyte.call("getTenant", { tenant_id: [tenant] })).tenant?.[0]?.volume_access ?? [])
        .filter(({ volume_uuid }) => volume_uuid === uuid)
        .map(({ restrict_to_network, read_only = false }) => `${restrict_to_network ?? ""} ${read_only ? "ro" : "rw"}`)
        .sort();
    await quobyte.call("exportVolume", { volume_uuid: uuid, add_allow_ip: "10.20.0.0/24", read_only: true });
    await quobyte.call("exportVolume", { volume_uuid: uuid, add_allow_ip: "10.30.0.0/24", read_only: false });
    expect(await accesses()).toEqual(["10.20.0.0/24 ro", "10.30.0.0/24 rw"]);
    await quobyte.call("exportVolume", { volume_uuid: uuid, remove_allow_ip: "10.20.0.0/24" });
    expect(await accesses()).toEqual(["10.30.0.0/24 rw"]);
    await quobyte.call("exportVolume", { volume_uuid: uuid, remove_export: true });
    expect(await accesses()).toEqual([]);
  });

  it("publishes a volume as a bucket", async () => {
    const uuid = await volume("bucket");
    await quobyte.call("publishBucketVolume", { volume_uuid: uuid, bucket_name: `${MARK}-bucket` });
    expect((await list(uuid))[0]?.bucket_names).toEqual([`${MARK}-bucket`]);
    await quobyte.call("unpublishBucketVolume", { volume_uuid: uuid });
    expect((await list(uuid))[0]?.bucket_names ?? []).toEqual([]);
  });

  it("keeps labels of tenants", async () => {
    const own = { entity_type: "TENANT" as const, entity_id: tenant, name: "tresor", value: "test" };
    await quobyte.call("setLabels", { label: [own] });
    const labels = async () =>
      (await quobyte.call("getLabels", { filter_entity_type: "TENANT", filter_entity_id: tenant })).label;
    expect(await labels()).toMatchObject([own]);
    await quobyte.call("deleteLabels", { label: [own] });
    expect(await labels()).toEqual([]);
  });

  it("gives a user an access key with an end, tells its secret once, and takes it back", async () => {
    await quobyte.call("createUser", { user_name: MARK, password: `${MARK}-secret`, member_of_tenant_id: [tenant] });
    undo.push(() => quobyte.call("deleteUser", { user_name: MARK }));
    const { access_key_credentials: key } = await quobyte.call("createAccessKeyCredentials", {
      ...{ user_name: MARK, tenant_id: tenant, validity_days: 7, access_key_type: "DATA_ACCESS_KEY" as const },
    });
    const days = (Number(key.valid_until_timestamp_ms) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(6);
    expect(days).toBeLessThan(8);
    const keys = async () => {
      const { user_configuration: [user] = [] } = await quobyte.call("getUsers", { user_id: [MARK] });
      return (user?.access_key_credentials ?? []).map(({ access_key_id }) => access_key_id);
    };
    expect(await keys()).toEqual([key.access_key_id]);
    await quobyte.call("deleteAccessKeyCredentials", { user_name: MARK, access_key_id: key.access_key_id ?? "" });
    expect(await keys()).toEqual([]);
  });

  it("restricts a certificate to a tenant, from named hosts, without root", async () => {
    const directory = scratch();
    const file = join(directory, "cert.pem");
    const made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
    execFileSync("openssl", [...made, "-subj", `/CN=${MARK}`, "-keyout", join(directory, "key"), "-out", file], {
      stdio: "ignore",
    });
    const certificate = readFileSync(file).toString("base64");
    const { fingerprint } = await quobyte.call("addCertificate", { certificate: { certificate } });
    undo.push(() => quobyte.call("deleteCertificate", { fingerprint }));
    const subject = {
      service_type: ["CLIENT" as const],
      restrict_to_hosts: ["10.20.0.0/24"],
      restrict_to_subjects: [{ tenant, read_only: true, no_privileged_access: true }],
    };
    await quobyte.call("setCertificateSubject", { fingerprint, subject });
    expect((await quobyte.call("getCertificateSubject", { fingerprint })).subject).toMatchObject(subject);
    const { certificate: all = [] } = await quobyte.call("listCertificates", {});
    expect(all.map((record) => record.fingerprint)).toContain(fingerprint);
    await quobyte.call("revokeCertificate", { fingerprint, crl_reason: "CESSATION_OF_OPERATION" });
  });

  it("lists a volume's snapshots until they are erased", async () => {
    const volume_uuid = await volume("snapshot");
    await quobyte.call("createSnapshot", { volume_uuid, name: "first", pinned: true });
    const names = async () =>
      ((await quobyte.call("listSnapshots", { volume_uuid })).snapshot ?? []).map(({ name }) => name);
    expect(await names()).toEqual(["first"]);
    await quobyte.call("eraseSnapshot", { volume_uuid, name: "first" });
    expect(await names()).toEqual([]);
  });

  it(
    "erases: the volume is gone in the end, and the log says who did it",
    async () => {
      const uuid = await volume("erased");
      await quobyte.call("eraseVolume", { volume_uuid: uuid, force: true });
      const end = Date.now() + PATIENCE_MS;
      while ((await list(uuid)).length > 0 && Date.now() < end)
        await new Promise((resolve) => setTimeout(resolve, 200));
      expect(await list(uuid)).toEqual([]);
      const { audit_event: events = [] } = await quobyte.call("getAuditLog", {
        only_subject_type: "VOLUME",
        only_subject_id: uuid,
      });
      expect(events.length).toBeGreaterThan(0);
    },
    PATIENCE_MS + 10_000,
  );
});
