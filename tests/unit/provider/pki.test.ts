import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AuthorityClient } from "../../../authority/client.ts";
import { certificatePolicy } from "../../../plan/certificates.ts";
import { TresorProvider } from "../../../provider/server.ts";
import { FakeAuthority } from "../authority/fake.ts";
import { Resource } from "./fake/harness.ts";

let bao: FakeAuthority;
let provider: TresorProvider;
beforeAll(async () => {
  bao = await new FakeAuthority().start();
  const { url, token, ca } = bao;
  const client = new AuthorityClient({ name: "main", url, token, ca, wait: () => Promise.resolve() });
  provider = new TresorProvider({ openAuthority: () => Promise.resolve(client) });
}, 60_000);
afterAll(() => bao.stop());
beforeEach(() => {
  bao.roles.clear();
  bao.policies.clear();
});

const role = (): Resource => new Resource(provider, "tresor:pki:Role", "role");
const policy = (): Resource => new Resource(provider, "tresor:pki:Policy", "policy");
const ROLE = { mount: "pki-clinics", name: "digimed-clients", domains: ["digimed.example.org"], maxTtl: 43_200 };
const POLICY = { name: "digimed-clients", policy: certificatePolicy("digimed", "pki-clinics") };

describe("pki:Role (C4H-10)", () => {
  it("opens client certificates of one domain for hours, and closes everything that is open by default", async () => {
    const made = role();
    await made.create(ROLE);
    expect(bao.roles.get("digimed-clients")).toMatchObject({
      allowed_domains: ["digimed.example.org"],
      max_ttl: 43_200,
      ttl: 43_200,
      client_flag: true,
      server_flag: false,
      allow_localhost: false,
      allow_ip_sans: false,
      allow_wildcard_certificates: false,
      key_type: "ec",
    });
    const before = made.state;
    expect((await made.refresh()).props).toEqual(before);
    expect((await made.diff(ROLE)).changes).toBe(false);
    await made.update({ ...ROLE, maxTtl: 3600 });
    expect(bao.roles.get("digimed-clients")).toMatchObject({ max_ttl: 3600, ttl: 3600, server_flag: false });
    await made.delete();
    expect(bao.roles.size).toBe(0);
    await made.delete();
    expect((await made.refresh()).id).toBe("");
  });

  it.each([
    ["allow_any_name", true, "allow_any_name"],
    ["server_flag", true, "server_flag"],
    ["allow_wildcard_certificates", true, "allow_wildcard_certificates"],
    ["not_after", "2099-12-31T23:59:59Z", "not_after"],
    ["ttl", 60, "ttl"],
  ])("shows that somebody opened %s, and the next up closes it", async (field, value, opened) => {
    const made = role();
    await made.create(ROLE);
    bao.roles.get("digimed-clients")![field] = value;
    await made.refresh();
    expect(made.state.opened).toBe(opened);
    expect((await made.diff(ROLE)).changes).toBe(true);
    await made.update(ROLE);
    await made.refresh();
    expect((await made.diff(ROLE)).changes).toBe(false);
  });

  it("shows another domain and a longer life as what they are", async () => {
    const made = role();
    await made.create(ROLE);
    Object.assign(bao.roles.get("digimed-clients")!, {
      allowed_domains: ["digimed.example.org", "example.com"],
      max_ttl: 0,
    });
    await made.refresh();
    expect(made.state).toMatchObject({ domains: ["digimed.example.org", "example.com"], maxTtl: 0 });
    expect((await made.diff(ROLE)).changes).toBe(true);
  });

  it("takes up what an interrupted run wrote, and nothing that is somebody else's", async () => {
    await role().create(ROLE);
    await role().create(ROLE);
    bao.roles.get("digimed-clients")!["max_ttl"] = 1_000_000;
    await expect(role().create(ROLE)).rejects.toThrow(/there is another one of that name/);
  });

  it.each([{ maxTtl: 8 * 86_400 }, { maxTtl: 1 }, { domains: [] }, { mount: "pki/../sys" }, { name: "a b" }])(
    "refuses %j in a preview",
    async (wrong) => {
      const check = (more: object) => provider.check(role().urn, {}, { authority: "main", ...ROLE, ...more });
      expect((await check(wrong)).failures).toHaveLength(1);
      expect((await check({})).failures).toEqual([]);
    },
  );
});

describe("pki:Policy (C4H-10)", () => {
  it("lets a service have its own request signed, and nothing else: no private key is made elsewhere", async () => {
    const made = policy();
    await made.create(POLICY);
    expect(bao.policies.get("digimed-clients")).toContain('path "pki-clinics/sign/digimed-clients"');
    expect([...POLICY.policy.matchAll(/path "/g)]).toHaveLength(1);
    expect(POLICY.policy).not.toMatch(/issue|roles|sudo/);
    const before = made.state;
    expect((await made.refresh()).props).toEqual(before);
    bao.policies.set("digimed-clients", 'path "*" { capabilities = ["sudo"] }');
    await made.refresh();
    expect((await made.diff(POLICY)).changes).toBe(true);
    await made.update(POLICY);
    expect(bao.policies.get("digimed-clients")).toBe(POLICY.policy);
    await made.delete();
    expect(bao.policies.size).toBe(0);
    expect((await made.refresh()).id).toBe("");
  });

  it("takes over none of somebody else, and none that is OpenBao's own", async () => {
    bao.policies.set("digimed-clients", "# somebody's");
    await expect(policy().create(POLICY)).rejects.toThrow(/there is another one of that name/);
    const { failures } = await provider.check(policy().urn, {}, { authority: "main", ...POLICY, name: "root" });
    expect(failures?.map(({ property }) => property)).toEqual(["name"]);
  });
});
