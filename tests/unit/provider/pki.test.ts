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
  });

  it("takes over none that is OpenBao's own", async () => {
    const { failures } = await provider.check(policy().urn, {}, { authority: "main", ...POLICY, name: "root" });
    expect(failures?.map(({ property }) => property)).toEqual(["name"]);
  });
});
