import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isSecret, unwrap } from "../../../../provider/wire.ts";
import { clusterBench, tls, type ClusterBench } from "../fake/quobyte.ts";
import type { Resource } from "../fake/harness.ts";

const DAY = 86_400_000;
let clock: number;
let b: ClusterBench;
let key: Resource;
beforeEach(async () => {
  clock = Date.now();
  b = await clusterBench(() => clock);
  key = b.resource("AccessKey");
  for (const id of ["p1", "p2"]) await b.client.call("setTenant", { tenant: { tenant_id: id, name: `tenant-${id}` } });
  await b.client.call("createUser", { user_name: "heart-mount", member_of_tenant_id: ["p1"] });
});
afterEach(() => b.stop());

const MOUNT = { tenantId: "p1", userName: "heart-mount", type: "DATA_ACCESS_KEY", validityDays: 30 };
const keys = () => b.simulator.state.users.find(({ id }) => id === "heart-mount")!.access_key_credentials;

describe("quobyte AccessKey (C4H-10, DIGIMED-16)", () => {
  it("has an end, and a secret that is wrapped when it is made and when it is read", async () => {
    await key.create(MOUNT);
    const secret = unwrap(key.state["secretAccessKey"]);
    expect(secret).toBe(keys()[0]?.secret_access_key);
    expect(isSecret(key.state["secretAccessKey"])).toBe(true);
    expect(key.state).toMatchObject({
      status: "valid",
      others: "",
      validUntil: new Date(clock + 30 * DAY).toISOString(),
    });
    const { props } = await key.refresh();
    expect(isSecret(props?.["secretAccessKey"])).toBe(true);
    expect(unwrap(props?.["secretAccessKey"])).toBe(secret);
    expect(JSON.stringify({ ...props, secretAccessKey: "" })).not.toContain(String(secret));
    expect((await key.diff(MOUNT)).changes).toBe(false);
  });

  it("is made anew when its time is over, and says so before", async () => {
    clock = Date.now() - 31 * DAY;
    await key.create(MOUNT);
    const first = key.id;
    await key.refresh();
    expect(key.state["status"]).toBe("expired");
    expect(await key.diff(MOUNT)).toMatchObject({ changes: true, replaces: ["status"], deleteBeforeReplace: true });
    clock = Date.now();
    await key.delete();
    await key.create(MOUNT);
    expect(key.id).not.toBe(first);
    expect(keys()).toHaveLength(1);
  });

  it("leaves no second key behind an interrupted run, whose secret nobody knows; keys of another sort stay", async () => {
    const other = { user_name: "heart-mount", tenant_id: "p1", access_key_type: "MANAGEMENT_ACCESS_KEY" as const };
    await b.client.call("createAccessKeyCredentials", other);
    await b.client.call("createAccessKeyCredentials", {
      ...other,
      tenant_id: "p2",
      access_key_type: "DATA_ACCESS_KEY",
    });
    b.simulator.faults.add({ fault: "lost", method: "createAccessKeyCredentials" });
    await expect(key.create(MOUNT)).rejects.toThrow(/may have been done all the same/);
    expect(keys()).toHaveLength(3);
    await key.create(MOUNT);
    expect(
      keys()
        .map(({ tenant_id: id, type }) => `${id ?? ""} ${type ?? ""}`)
        .toSorted(),
    ).toEqual(["p1 DATA_ACCESS_KEY", "p1 MANAGEMENT_ACCESS_KEY", "p2 DATA_ACCESS_KEY"]);
  });

  it("sees a second key that somebody made beside it, and takes it away", async () => {
    await key.create(MOUNT);
    const byHand = { user_name: "heart-mount", tenant_id: "p1", access_key_type: "DATA_ACCESS_KEY" as const };
    const { access_key_credentials: second } = await b.client.call("createAccessKeyCredentials", byHand);
    await key.refresh();
    expect(key.state["others"]).toBe(second.access_key_id);
    expect(await key.diff(MOUNT)).toMatchObject({ changes: true, replaces: [] });
    await key.update(MOUNT);
    expect(keys().map(({ access_key_id: id }) => id)).toEqual([key.id]);
  });

  it("goes, and is gone when it or its user is gone; without a user there is no key", async () => {
    await key.create(MOUNT);
    await key.delete();
    expect(keys()).toEqual([]);
    expect((await key.refresh()).id).toBe("");
    await b.client.call("deleteUser", { user_name: "heart-mount" });
    await key.delete();
    await expect(key.create(MOUNT)).rejects.toThrow(/Quobyte has no user "heart-mount"/);
  });

  it("refuses a key without an end or for everything, and cannot be taken over without its secret", async () => {
    expect((await key.check({ ...MOUNT, validityDays: 0 })).failures?.[0]?.property).toBe("validityDays");
    expect((await key.check({ ...MOUNT, type: "GENERAL_ACCESS_KEY" })).failures?.[0]?.property).toBe("type");
    await expect(b.provider.read("fake//some-key", key.urn, {})).rejects.toThrow(
      /nobody but who made it knows its secret/,
    );
  });
});

describe("quobyte CertificateSubject (DIGIMED-3, DIGIMED-16)", () => {
  const pem = Buffer.from(tls.cert).toString("base64");
  let certificate: Resource;
  let fingerprint: string;
  beforeEach(async () => {
    certificate = b.resource("CertificateSubject");
    fingerprint = (await b.client.call("addCertificate", { certificate: { certificate: pem } })).fingerprint;
  });
  const wanted = () => ({
    fingerprint,
    services: ["CLIENT"],
    hosts: ["10.8.0.7/24"],
    subjects: [
      { tenantId: "p1", readOnly: true },
      { tenantId: "p2", volumeId: "v" },
    ],
  });

  it("narrows a certificate to services, hosts and tenants, root being nobody special unless it says so", async () => {
    await certificate.create(wanted());
    expect(b.simulator.state.certificates[0]?.subject).toMatchObject({
      service_type: ["CLIENT"],
      restrict_to_hosts: ["10.8.0.0/24"],
      restrict_to_subjects: [
        { tenant: "p1", read_only: true, no_privileged_access: true },
        { tenant: "p2", volume: "v", read_only: false, no_privileged_access: true },
      ],
    });
    expect((await certificate.refresh()).props).toEqual(certificate.state);
    // The first that matches is taken: their order counts.
    expect((await certificate.diff({ ...wanted(), subjects: wanted().subjects.toReversed() })).changes).toBe(true);
  });

  it("sees what was widened by hand, and narrows it again", async () => {
    await certificate.create(wanted());
    await b.client.call("setCertificateSubject", { fingerprint, subject: {} });
    expect((await certificate.refresh()).props).toMatchObject({ services: [], hosts: [], subjects: [] });
    expect((await certificate.diff(wanted())).changes).toBe(true);
    await certificate.update(wanted());
    await certificate.refresh();
    expect((await certificate.diff(wanted())).changes).toBe(false);
  });

  it("leaves the certificate narrow when it goes, and says what it cannot find", async () => {
    await certificate.create(wanted());
    await certificate.delete();
    expect(b.simulator.state.certificates[0]?.subject.restrict_to_subjects).toHaveLength(2);
    await b.client.call("deleteCertificate", { fingerprint });
    expect((await certificate.refresh()).id).toBe("");
    await expect(certificate.create(wanted())).rejects.toThrow(/Quobyte knows no such certificate/);
  });

  it("C4H-10: is closed where it says so, good from no address, and opened again by the next", async () => {
    const hosts = () => b.simulator.state.certificates[0]?.subject.restrict_to_hosts;
    await certificate.create(wanted());
    await certificate.delete();
    expect(hosts()).toEqual(["10.8.0.0/24"]);
    await certificate.create({ ...wanted(), close: true });
    expect((await certificate.refresh()).props).toEqual(certificate.state);
    await certificate.delete();
    expect(hosts()).toEqual(["255.255.255.255/32"]);
    expect(b.simulator.state.certificates[0]?.subject.restrict_to_subjects).toHaveLength(2);
    await certificate.create(wanted());
    expect(hosts()).toEqual(["10.8.0.0/24"]);
    await b.client.call("deleteCertificate", { fingerprint });
    await certificate.delete();
  });

  it("refuses one that serves other tenants already, and leaves it as it was", async () => {
    const subject = { restrict_to_subjects: [{ tenant: "somebody" }, { tenant: "p1" }] };
    await b.client.call("setCertificateSubject", { fingerprint, subject });
    await expect(certificate.create(wanted())).rejects.toThrow(/other tenants already \(found somebody/);
    expect(b.simulator.state.certificates[0]?.subject).toEqual(subject);
    // Control: what an interrupted run of ours left is taken up.
    const left = { restrict_to_subjects: [{ tenant: "p1" }] };
    await b.client.call("setCertificateSubject", { fingerprint, subject: left });
    await certificate.create(wanted());
    expect(b.simulator.state.certificates[0]?.subject.restrict_to_subjects).toHaveLength(2);
  });

  it("refuses one that is good for everything, for all, or from everywhere", async () => {
    for (const key of ["services", "hosts", "subjects"])
      expect((await certificate.check({ ...wanted(), [key]: [] })).failures?.[0]?.property).toBe(key);
  });
});
