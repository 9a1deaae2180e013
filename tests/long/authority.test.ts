import { X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { certificatePolicy } from "../../plan/certificates.ts";
import { TresorProvider } from "../../provider/server.ts";
import { mounted, placeOfEnvironment, type Said, type Target } from "../unit/authority/target.ts";
import { at, clear, openssl, text } from "../unit/envelope/openssl.ts";
import { Resource } from "../unit/provider/fake/harness.ts";
import { record } from "./record.ts";

const NAME = "digimed-clients";
const HOURS = 12;
const INSIDE = "proxy.digimed.example.org";
const P256 = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];

/** A request of a service, whose key never leaves it. */
function requestOf(name: string, key: readonly string[] = P256, ...more: readonly string[]): string {
  openssl(
    "req",
    "-new",
    "-nodes",
    ...key,
    "-keyout",
    at("s.key"),
    "-out",
    at("s.csr"),
    "-subj",
    `/CN=${name}`,
    ...more,
  );
  return text("s.csr");
}

const place = placeOfEnvironment();

/** A real authority signs, and refuses: the simulator signs nothing. Needs the variables of `tests/unit/authority/behaviour.test.ts`. */
describe.skipIf(place === undefined)("client certificates of a zone, by a real authority (C4H-10)", () => {
  let target: Target;
  /** A token of a service: the zone's policy, and no other. */
  let service: string;
  let refused = 0;
  const start = performance.now();

  const sign = (body: object, path = `sign/${NAME}`): Promise<Said> =>
    target.ask("POST", `${target.mount}/${path}`, { common_name: INSIDE, ...body }, service);
  const signed = async (body: object): Promise<X509Certificate> => {
    const { status, data, errors } = await sign(body);
    expect([status, errors]).toEqual([200, ""]);
    return new X509Certificate(String(data.certificate));
  };

  beforeAll(async () => {
    if (place === undefined) return;
    target = await mounted(place);
    const provider = new TresorProvider({ openAuthority: () => Promise.resolve(target.client) });
    await new Resource(provider, "tresor:pki:Role", "role").create({
      ...{ mount: target.mount, name: NAME, domains: ["digimed.example.org"], maxTtl: HOURS * 3600 },
    });
    const policy = certificatePolicy("digimed", target.mount);
    await new Resource(provider, "tresor:pki:Policy", "policy").create({ name: NAME, policy });
    const made = await target.ask("POST", "auth/token/create", {
      policies: [NAME],
      no_default_policy: true,
      ttl: "1h",
    });
    service = String(made.auth.client_token);
  }, 60_000);
  afterAll(async () => {
    clear();
    if (place === undefined) return;
    const { version } = await target.ask("GET", "sys/health");
    await target.ask("DELETE", `sys/policies/acl/${NAME}`);
    await target.stop();
    await record("authority", (performance.now() - start) / 1000, { judge: version, refused, hours: HOURS });
  });

  it("gives a client of the zone a certificate for hours, and OpenSSL takes it for a client's alone", async () => {
    const certificate = await signed({ csr: requestOf(INSIDE) });
    writeFileSync(at("leaf.pem"), certificate.toString());
    const { data } = await target.ask("GET", `${target.mount}/cert/ca`);
    writeFileSync(at("ca.pem"), String(data.certificate));
    const shown = openssl("x509", "-in", at("leaf.pem"), "-noout", "-text").toString();
    expect(shown).toMatch(/X509v3 Extended Key Usage: *\n\s+TLS Web Client Authentication\n/);
    expect(shown).toMatch(/X509v3 Key Usage: critical\n\s+Digital Signature\n/);
    expect(certificate.subjectAltName).toBe(`DNS:${INSIDE}`);
    expect(certificate.ca).toBe(false);
    const life = certificate.validToDate.getTime() - Date.now();
    expect(life).toBeGreaterThan((HOURS - 1) * 3_600_000);
    expect(life).toBeLessThanOrEqual(HOURS * 3_600_000);
    const verify = (purpose: string) => openssl("verify", "-CAfile", at("ca.pem"), "-purpose", purpose, at("leaf.pem"));
    expect(verify("sslclient").toString()).toContain("OK");
    expect(() => verify("sslserver")).toThrow(/unsuitable certificate purpose|unsupported certificate purpose/);
  });

  it.each<[string, () => object]>([
    ["a name of another domain", () => ({ csr: requestOf("proxy.example.com"), common_name: "proxy.example.com" })],
    [
      "another domain beside its own",
      () => ({ csr: requestOf(INSIDE, P256, "-addext", `subjectAltName=DNS:${INSIDE},DNS:proxy.example.com`) }),
    ],
    ["the domain itself", () => ({ csr: requestOf("digimed.example.org"), common_name: "digimed.example.org" })],
    ["all names", () => ({ csr: requestOf("*.digimed.example.org"), common_name: "*.digimed.example.org" })],
    ["localhost", () => ({ csr: requestOf("localhost"), common_name: "localhost" })],
    ["an address in its request", () => ({ csr: requestOf(INSIDE, P256, "-addext", "subjectAltName=IP:10.8.0.5") })],
    ["an address beside its name", () => ({ csr: requestOf(INSIDE), ip_sans: "10.8.0.5" })],
    ["a URI", () => ({ csr: requestOf(INSIDE, P256, "-addext", "subjectAltName=URI:spiffe://x/y") })],
    ["a key of RSA", () => ({ csr: requestOf(INSIDE, ["-newkey", "rsa:3072"]) })],
    ["a weak key of RSA", () => ({ csr: requestOf(INSIDE, ["-newkey", "rsa:1024"]) })],
    ["a weak curve", () => ({ csr: requestOf(INSIDE, ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-224"]) })],
    ["an end of its own choice", () => ({ csr: requestOf(INSIDE), not_after: "2026-12-31T23:59:59Z" })],
  ])("signs nothing for %s, and does for what is in order a moment later", async (_, body) => {
    const { status, errors } = await sign(body());
    expect([400, 403], errors).toContain(status);
    refused++;
    expect((await signed({ csr: requestOf(INSIDE) })).checkHost(INSIDE)).toBe(INSIDE);
  });

  it("cuts a longer life, and gives a shorter one", async () => {
    const lifeOf = async (ttl: string) =>
      (await signed({ csr: requestOf(INSIDE), ttl })).validToDate.getTime() - Date.now();
    expect(await lifeOf("8000h")).toBeLessThanOrEqual(HOURS * 3_600_000);
    expect(await lifeOf("1h")).toBeLessThanOrEqual(3_600_000);
  });

  it("has the policy keep a service from an end of its own, which the role does not", async () => {
    const body = { csr: requestOf(INSIDE), common_name: INSIDE, not_after: new Date(Date.now() + 86_400_000 * 30) };
    const { data } = await target.ask("POST", `${target.mount}/sign/${NAME}`, body);
    const life = new X509Certificate(String(data.certificate)).validToDate.getTime() - Date.now();
    expect(life).toBeGreaterThan(HOURS * 3_600_000);
    expect((await sign(body)).status).toBe(403);
  });

  it("makes no server of a client that asks to be one", async () => {
    const csr = requestOf(INSIDE, P256, "-addext", "extendedKeyUsage=serverAuth");
    writeFileSync(at("leaf.pem"), (await signed({ csr })).toString());
    const shown = openssl("x509", "-in", at("leaf.pem"), "-noout", "-ext", "extendedKeyUsage").toString();
    expect(shown).toContain("TLS Web Client Authentication");
    expect(shown).not.toContain("Server");
  });

  it.each([`issue/${NAME}`, "sign-verbatim", `sign-verbatim/${NAME}`, "sign/another", "root/sign-intermediate"])(
    "lets a service ask for nothing else: %s",
    async (path) => {
      const csr = requestOf(INSIDE);
      expect((await sign({ csr }, path)).status).toBe(403);
      refused++;
      await signed({ csr });
    },
  );

  it("lets a service change neither its role nor its policy, nor read them", async () => {
    for (const [method, path] of [
      ["POST", `${target.mount}/roles/${NAME}`],
      ["GET", `${target.mount}/roles/${NAME}`],
      ["POST", `sys/policies/acl/${NAME}`],
      ["GET", `sys/policies/acl/${NAME}`],
    ] as const)
      expect((await target.ask(method, path, method === "POST" ? {} : undefined, service)).status, path).toBe(403);
    // By the same calls, somebody who may.
    expect((await target.ask("GET", `${target.mount}/roles/${NAME}`)).status).toBe(200);
    await signed({ csr: requestOf(INSIDE) });
  });
});
