import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Session } from "../../openstack/index.ts";
import { TresorProvider } from "../../provider/server.ts";
import type { Props } from "../../provider/wire.ts";
import { devcloudPolicy } from "../../scripts/devcloud/index.ts";
import { Resource } from "../unit/provider/fake/harness.ts";
import { sealedBy } from "./key-envelope.ts";
import { asUser, bytesOf, handingOut, newUser, statusOf } from "./key-people.ts";
import { hasCloud, site, type Site } from "./provider-site.ts";

/** Keys of studies on a real Barbican, with the policy that is shipped for it, without an engine. */
let s: Site;
let provider: TresorProvider;
const resource = (token: string, name: string): Resource => new Resource(provider, `tresor:keys:${token}`, name);

const WHO = ["pipeline", "named person", "member", "reader", "stranger", "operator"] as const;
type Who = (typeof WHO)[number];
const sessions = {} as Record<Who, Session>;
const ids = {} as Record<Who, string>;

const END = "2099-12-31T23:59:59Z";
const later = (milliseconds: number): string => `${new Date(Date.now() + milliseconds).toISOString().slice(0, 19)}Z`;

/** Logs in as a new user with these roles on a project. */
async function user(who: Who, domainId: string, project: string, roles: readonly string[]): Promise<void> {
  const made = await newUser(s.operator, domainId, `${s.prefix}-${who.replace(" ", "-")}`);
  s.later(async () => void (await s.operator.request("identity", "DELETE", `/users/${made.id}`)));
  for (const role of roles) await s.grant(`/projects/${project}/users/${made.id} ${role}`);
  sessions[who] = asUser(s.operator, made, project);
  ids[who] = made.id;
  s.later(async () => sessions[who].close());
}

const named = async (name: string): Promise<number> => {
  const secrets = await sessions.pipeline.paginate<{ name: string }>("key-manager", "/secrets", "secrets");
  return secrets.filter((secret) => secret.name.startsWith(name)).length;
};
const orders = async (name: string): Promise<number> => {
  const all = await sessions.pipeline.paginate<{ meta: { name: string } }>("key-manager", "/orders", "orders");
  return all.filter(({ meta }) => meta.name.startsWith(name)).length;
};

describe.skipIf(!hasCloud)("keys of studies on a real Barbican", () => {
  const args = (name: string, more: Props = {}): Props => ({
    ...{ cloud: "area", name: `${s.prefix}-${name}`, expiration: END, readers: [ids["named person"]] },
    ...more,
  });

  beforeAll(async () => {
    devcloudPolicy({}, "handing-out", true);
    s = await site();
    const other = await s.make("identity", "/projects", "project", {
      name: `${s.prefix}-other`,
      domain_id: s.domainId,
    });
    sessions.pipeline = s.area;
    sessions.operator = s.operator;
    ids.pipeline = s.pipelineId;
    await user("named person", s.domainId, s.projectId, ["reader"]);
    await user("member", s.domainId, s.projectId, ["member"]);
    await user("reader", s.domainId, s.projectId, ["reader"]);
    await user("stranger", s.domainId, other.id, ["member"]);
    provider = new TresorProvider({ open: () => Promise.resolve(s.area) });
  });
  afterAll(() => s?.down());

  it("C4H-1: a member opens no key, not even his own; the key waits for the role, and is not made twice", async () => {
    const key = resource("StudyKey", "study");
    await expect(key.create(args("study"))).rejects.toThrow(/secret_acls:put_patch/);
    expect(await named(`${s.prefix}-study`)).toBe(1);
    // The zone's pipeline gives itself the role as manager of the domain; its token is one from before.
    const roles = await s.domain.paginate<{ id: string; name: string }>("identity", "/roles", "roles");
    const manager = roles.find(({ name }) => name === "manager")?.id ?? "";
    await s.domain.request("identity", "PUT", `/projects/${s.projectId}/users/${s.pipelineId}/roles/${manager}`);
    await key.create(args("study"));
    expect(await named(`${s.prefix}-study`)).toBe(1);
    await key.delete();
    expect([await named(`${s.prefix}-study`), await orders(`${s.prefix}-study`)]).toEqual([0, 0]);
  });

  describe("that is made", () => {
    let key: Resource;
    const consumer = { service: "block-storage", resourceType: "volumes", resourceId: "0a1b2c" };
    beforeAll(async () => {
      key = resource("StudyKey", "made");
      await key.create(args("made", { consumers: [consumer] }));
    });
    afterAll(() => key.delete());

    it("C4H-9, DIGIMED-5: is AES-256, and a refresh and a second run see no change", async () => {
      const before = key.state;
      expect((await key.refresh()).props).toEqual(before);
      expect((await key.diff(args("made", { consumers: [consumer] }))).changes).toBe(false);
      const bytes = await bytesOf(sessions["named person"], key.id);
      expect(bytes).toHaveLength(32);
      for (const encoding of ["hex", "base64"] as const)
        expect(JSON.stringify(key.state)).not.toContain(bytes.toString(encoding));
    });

    it("C4H-9: is sealed by who may read it, for a certificate with which OpenSSL opens it, and by nobody else", async () => {
      const sealed = await sealedBy(sessions["named person"], s.projectId, key.id);
      expect(sealed.said).toContain("sealed for CN=broker");
      expect(sealed.opened).toEqual(await bytesOf(sessions["named person"], key.id));
      const refused = await sealedBy(sessions.member, s.projectId, key.id);
      expect([refused.exitCode, refused.said]).toEqual([1, expect.stringContaining("ask the zone's administrator")]);
    });

    it("DIGIMED-6: preflight tries as a member what their manager may do, finds the policy on and off, and leaves nothing", async () => {
      const manager = s.area.as(s.area.entry.credential, s.area.entry.scope);
      try {
        expect((await manager.token()).roles).toContain("manager");
        expect((await handingOut(manager)).result).toBe("ok");
        devcloudPolicy({}, "handing-out", false);
        expect((await handingOut(manager)).result).toBe("failed");
        const { userId } = await manager.token();
        const what = `/users/${userId}/application_credentials`;
        const left = await manager.paginate<{ name: string }>("identity", what, "application_credentials");
        expect(left.filter(({ name }) => name.startsWith("tresor-preflight"))).toEqual([]);
        expect(await named("tresor-preflight")).toBe(0);
      } finally {
        devcloudPolicy({}, "handing-out", true);
        manager.close();
      }
    });

    const path = (): string => `/secrets/${key.id}`;
    const acl = { read: { users: [], "project-access": true } };
    type Row = readonly [
      what: string,
      method: string,
      path: () => string,
      body: object | undefined,
      may: readonly Who[],
    ];
    /** Six identities by all operations: who may; everybody else is refused by the policy. */
    const MATRIX: readonly Row[] = [
      ["read its bytes", "GET", () => `${path()}/payload`, undefined, ["pipeline", "named person"]],
      ["see that it is there", "GET", path, undefined, ["pipeline", "named person", "operator"]],
      ["read who may read it", "GET", () => `${path()}/acl`, undefined, ["pipeline"]],
      ["list what uses it", "GET", () => `${path()}/consumers`, undefined, ["pipeline", "named person"]],
    ];
    it.each(MATRIX)("EV-10, DIGIMED-6: who may %s", async (_what, method, at, body, may) => {
      for (const who of WHO)
        expect([who, await statusOf(sessions[who], method, at(), body)]).toEqual([who, may.includes(who) ? 200 : 403]);
    });

    it("EV-10, DIGIMED-6: nobody but the pipeline writes who may read it, and nobody else deletes it but the cloud's administrator", async () => {
      for (const who of WHO.filter((one) => one !== "pipeline")) {
        expect([who, await statusOf(sessions[who], "PUT", `${path()}/acl`, acl)]).toEqual([who, 403]);
        expect([who, await statusOf(sessions[who], "DELETE", `${path()}/acl`)]).toEqual([who, 403]);
        if (who !== "operator") expect([who, await statusOf(sessions[who], "DELETE", path())]).toEqual([who, 403]);
      }
      const spare = resource("StudyKey", "spare");
      await spare.create(args("spare"));
      expect(await statusOf(sessions.operator, "DELETE", `/secrets/${spare.id}`)).toBe(204);
      await spare.delete();
      expect(await orders(`${s.prefix}-spare`)).toBe(0);
    });

    it("EV-10: a list that was written by hand is drift, and closed again; an emptied one closes at once (DENBI-4)", async () => {
      await s.area.request("key-manager", "DELETE", `${path()}/acl`).catch(() => undefined);
      const read = (who: Who): Promise<number> => statusOf(sessions[who], "GET", `${path()}/payload`);
      const wanted = args("made", { consumers: [consumer] });
      await key.update({ ...wanted, readers: [ids.reader] });
      expect([await read("named person"), await read("reader"), await read("member")]).toEqual([403, 200, 403]);
      await key.update({ ...wanted, readers: [] });
      expect([await read("named person"), await read("reader"), await read("member")]).toEqual([403, 403, 403]);
      await key.update(wanted);
      expect(await read("named person")).toBe(200);
    });

    it("DIGIMED-8: is kept while somebody else uses it, by Tresor and by Barbican alike", async () => {
      const image = { service: "image", resource_type: "images", resource_id: "i7" };
      const consumers = `${path()}/consumers`;
      expect(await statusOf(sessions["named person"], "POST", consumers, image)).toBe(200);
      await expect(key.delete()).rejects.toThrow(/still in use.*image\/images\/i7/s);
      const { status } = await s.area.request("key-manager", "DELETE", path(), {
        headers: { "OpenStack-API-Version": "key-manager 1.2" },
        expect: [400],
      });
      expect(status).toBe(400);
      expect(await statusOf(sessions["named person"], "DELETE", consumers, image)).toBe(200);
    });
  });

  it.each(["before it looks", "before the list is closed"])(
    "is made once by two runs of which the first was killed %s",
    async (when) => {
      const name = `killed-${when.split(" ").length}`;
      const [method, path] = when === "before it looks" ? ["GET", /^\/orders\//] : ["PUT", /\/acl$/];
      const asked: string[] = [];
      const dying = new Proxy(s.area, {
        get: (target, key) => {
          const value: unknown = Reflect.get(target, key, target);
          if (typeof value !== "function") return value;
          return (...given: unknown[]): unknown => {
            const [verb, at] = key === "find" ? ["GET", given[1]] : [given[1], given[2]];
            if (verb !== method || !path.test(String(at))) return Reflect.apply(value, target, given);
            asked.push(String(at));
            return Promise.reject(new Error("killed"));
          };
        },
      });
      const killed = new TresorProvider({ open: () => Promise.resolve(dying) });
      await expect(new Resource(killed, "tresor:keys:StudyKey", name).create(args(name))).rejects.toThrow("killed");
      expect(asked).toHaveLength(1);
      expect(await orders(`${s.prefix}-${name}`)).toBe(1);
      const second = resource("StudyKey", name);
      await second.create(args(name));
      expect([await named(`${s.prefix}-${name}`), await orders(`${s.prefix}-${name}`)]).toEqual([1, 1]);
      // A third that knows nothing of the two takes the same one up.
      const third = resource("StudyKey", name);
      await third.create(args(name));
      expect(third.id).toBe(second.id);
      await third.delete();
      expect([await named(`${s.prefix}-${name}`), await orders(`${s.prefix}-${name}`)]).toEqual([0, 0]);
    },
  );

  it("DIGIMED-5: expires, is reported as expired, and is never made again", async () => {
    const key = resource("StudyKey", "short");
    const wanted = args("short", { expiration: later(5000) });
    await key.create(wanted);
    expect(await statusOf(sessions["named person"], "GET", `/secrets/${key.id}/payload`)).toBe(200);
    for (const end = Date.now() + 9000; Date.now() < end; await sleep(500))
      if ((await statusOf(s.area, "GET", `/secrets/${key.id}`)) === 404) break;
    for (const who of WHO) expect(await statusOf(sessions[who], "GET", `/secrets/${key.id}/payload`)).toBe(404);
    expect((await key.refresh()).id).toBe(key.id);
    expect(key.state.status).toBe("expired");
    expect((await key.diff(wanted)).changes).toBe(true);
    await expect(key.update(wanted)).rejects.toThrow(/expired at .* add a key under another name/s);
    expect(await orders(`${s.prefix}-short`)).toBe(1);
    await key.update({ ...wanted, ended: true, readers: [] });
    await key.delete();
    expect(await orders(`${s.prefix}-short`)).toBe(0);
  });

  it("EV-10: SecretAcl holds the list of a secret that was made by hand, and leaves it private", async () => {
    const { body } = await s.area.request<{ secret_ref: string }>("key-manager", "POST", "/secrets", {
      body: { name: `${s.prefix}-by-hand`, payload: "nothing", payload_content_type: "text/plain" },
    });
    const secretId = body.secret_ref.split("/").at(-1) ?? "";
    const read = (who: Who): Promise<number> => statusOf(sessions[who], "GET", `/secrets/${secretId}`);
    expect([await read("member"), await read("named person")]).toEqual([200, 403]);
    const acl = resource("SecretAcl", "by-hand");
    const wanted = { cloud: "area", secretId, readers: [ids["named person"]] };
    await acl.create(wanted);
    expect([await read("member"), await read("named person")]).toEqual([403, 200]);
    const before = acl.state;
    expect((await acl.refresh()).props).toEqual(before);
    await acl.delete();
    expect([await read("member"), await read("named person"), await read("pipeline")]).toEqual([403, 403, 200]);
    await s.area.request("key-manager", "DELETE", `/secrets/${secretId}`);
  });
});
