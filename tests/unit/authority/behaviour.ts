import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { certificatePolicy } from "../../../plan/certificates.ts";
import { TresorProvider } from "../../../provider/server.ts";
import { Resource } from "../provider/fake/harness.ts";
import type { Target } from "./target.ts";

const NAME = "digimed-clients";

/** What the kinds `tresor:pki:*` do with an authority, whatever it is: the simulator, or a real one. */
export function behavesWith(open: () => Promise<Target>): void {
  let target: Target;
  let provider: TresorProvider;
  beforeAll(async () => {
    target = await open();
    provider = new TresorProvider({ openAuthority: () => Promise.resolve(target.client) });
  }, 60_000);
  afterAll(() => target.stop());
  const rolePath = (): string => `${target.mount}/roles/${NAME}`;
  const policyPath = `sys/policies/acl/${NAME}`;
  beforeEach(async () => {
    await target.ask("DELETE", rolePath());
    await target.ask("DELETE", policyPath);
  });

  const role = (): Resource => new Resource(provider, "tresor:pki:Role", "role");
  const policy = (): Resource => new Resource(provider, "tresor:pki:Policy", "policy");
  const wanted = () => ({ mount: target.mount, name: NAME, domains: ["digimed.example.org"], maxTtl: 43_200 });

  describe("pki:Role (C4H-10)", () => {
    it("is made, read back as it was wanted, changed and taken away", async () => {
      const made = role();
      await made.create(wanted());
      const { data } = await target.ask("GET", rolePath());
      expect(data).toMatchObject({ max_ttl: 43_200, server_flag: false, client_flag: true, allow_localhost: false });
      const before = made.state;
      expect((await made.refresh()).props).toEqual(before);
      expect((await made.diff(wanted())).changes).toBe(false);
      await made.update({ ...wanted(), maxTtl: 3600 });
      expect((await target.ask("GET", rolePath())).data).toMatchObject({ max_ttl: 3600, ttl: 3600 });
      await made.delete();
      expect((await target.ask("GET", rolePath())).status).toBe(404);
      await made.delete();
      expect((await made.refresh()).id).toBe("");
    });

    it.each([
      ["allow_any_name", true],
      ["server_flag", true],
      ["allow_wildcard_certificates", true],
      ["allow_ip_sans", true],
      ["key_type", "any"],
      ["not_after", "2099-12-31T23:59:59Z"],
      ["ttl", 60],
    ])("shows that somebody opened %s, and the next up closes it", async (field, value) => {
      const made = role();
      await made.create(wanted());
      const { data } = await target.ask("GET", rolePath());
      expect((await target.ask("POST", rolePath(), { ...data, [field]: value })).status).toBeLessThan(300);
      await made.refresh();
      expect(String(made.state.opened).split(", ")).toContain(field);
      expect((await made.diff(wanted())).changes).toBe(true);
      await made.update(wanted());
      await made.refresh();
      expect(made.state.opened).toBe("");
      expect((await made.diff(wanted())).changes).toBe(false);
    });

    it("takes up what an interrupted run wrote, and nothing that is somebody else's", async () => {
      await role().create(wanted());
      await role().create(wanted());
      const { data } = await target.ask("GET", rolePath());
      await target.ask("POST", rolePath(), { ...data, max_ttl: 1_000_000 });
      await expect(role().create(wanted())).rejects.toThrow(/there is another one of that name/);
    });

    it("says what a mount means where no engine is, and a token that may not", async () => {
      await expect(role().create({ ...wanted(), mount: "elsewhere" })).rejects.toThrow(/no such place/);
      const { status } = await target.ask("GET", rolePath(), undefined, "s.another-token");
      expect(status).toBe(403);
    });
  });

  describe("pki:Policy (C4H-10)", () => {
    it("is made, read back, shown where somebody changed it, and taken away", async () => {
      const text = certificatePolicy("digimed", target.mount);
      const made = policy();
      await made.create({ name: NAME, policy: text });
      const before = made.state;
      expect((await made.refresh()).props).toEqual(before);
      await target.ask("POST", policyPath, { policy: 'path "secret/*" { capabilities = ["read"] }' });
      await made.refresh();
      expect((await made.diff({ name: NAME, policy: text })).changes).toBe(true);
      await expect(policy().create({ name: NAME, policy: text })).rejects.toThrow(/there is another one of that name/);
      await made.update({ name: NAME, policy: text });
      expect((await target.ask("GET", policyPath)).data).toMatchObject({ policy: text });
      await made.delete();
      expect((await target.ask("GET", policyPath)).status).toBe(404);
      expect((await made.refresh()).id).toBe("");
    });
  });
}
