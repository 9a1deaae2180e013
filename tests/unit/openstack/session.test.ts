import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiError, compareVersions, Session, type SessionOptions } from "../../../openstack/index.ts";
import { FakeCloud } from "../provider/fake/cloud.ts";

let cloud: FakeCloud;
const sessions: Session[] = [];
const open = (more = {}, options: SessionOptions = {}): Session => {
  const session = new Session(cloud.entry(more), { warn: () => undefined, wait: () => Promise.resolve(), ...options });
  sessions.push(session);
  return session;
};
const failure = async (work: Promise<unknown>): Promise<ApiError> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
};

beforeEach(async () => {
  cloud = await new FakeCloud().start();
});
afterEach(async () => {
  for (const session of sessions.splice(0)) session.close();
  await cloud.stop();
  expect(cloud.unknown).toEqual([]);
});

describe("token", () => {
  it("is fetched once for many calls and sent with each", async () => {
    cloud.on("GET", "/network/v2.0/networks", () => [200, { networks: [] }]);
    const session = open();
    await Promise.all([1, 2, 3].map(() => session.request("network", "GET", "/networks")));
    expect(cloud.tokens).toBe(1);
    expect(cloud.asked.at(-1)?.headers["x-auth-token"]).toBe("token-number-1");
  });

  it("is renewed before it ends", async () => {
    cloud.on("GET", "/network/v2.0/networks", () => [200, { networks: [] }]);
    cloud.tokenLife = 30_000;
    const session = open();
    await session.request("network", "GET", "/networks");
    await session.request("network", "GET", "/networks");
    expect(cloud.tokens).toBeGreaterThan(1);
  });

  it("is renewed once after a 401 and not again after a second one", async () => {
    let refusals = 1;
    cloud.on("POST", "/network/v2.0/networks", () => (refusals-- > 0 ? [401, {}] : [201, { network: { id: "n" } }]));
    const session = open();
    expect((await session.request("network", "POST", "/networks", { body: {} })).status).toBe(201);
    expect(cloud.tokens).toBe(2);
    refusals = 9;
    const error = await failure(session.request("network", "POST", "/networks", { body: {} }));
    expect(error.status).toBe(401);
    expect(cloud.tokens).toBe(3);
  });

  it("carries each kind of credential and scope to Keystone", async () => {
    const secret = "shh-its-a-secret";
    await open({ credential: { kind: "application_credential", id: "ac", secret }, scope: { kind: "given" } }).token();
    expect(cloud.asked.at(-1)?.body).toEqual({
      auth: { identity: { methods: ["application_credential"], application_credential: { id: "ac", secret } } },
    });
    await open({ scope: { kind: "system" } }).token();
    expect(cloud.asked.at(-1)?.body.auth.scope).toEqual({ system: { all: true } });
    await open({ scope: { kind: "domain", domain: { name: "zone" } } }).token();
    expect(cloud.asked.at(-1)?.body.auth.scope).toEqual({ domain: { name: "zone" } });
  });
});

describe("repetition", () => {
  const twiceThen = (first: ReturnType<Parameters<FakeCloud["on"]>[2]>, then: readonly [number, unknown?]) => {
    let left = 2;
    return () => (left-- > 0 ? first : then);
  };

  it("repeats a read after 503 and after a broken connection", async () => {
    cloud.on("GET", "/network/v2.0/a", twiceThen([503, {}, { "Retry-After": "0" }], [200, { ok: 1 }]));
    cloud.on("GET", "/network/v2.0/b", twiceThen("reset", [200, { ok: 2 }]));
    const session = open();
    expect((await session.request("network", "GET", "/a")).body).toEqual({ ok: 1 });
    expect((await session.request("network", "GET", "/b")).body).toEqual({ ok: 2 });
  });

  it("never repeats a POST whose connection broke or that the service failed", async () => {
    cloud.on("POST", "/network/v2.0/networks", () => "reset");
    cloud.on("POST", "/network/v2.0/ports", () => [503, {}]);
    const session = open();
    expect((await failure(session.request("network", "POST", "/networks", { body: {} }))).status).toBe(0);
    expect((await failure(session.request("network", "POST", "/ports", { body: {} }))).status).toBe(503);
    expect(cloud.writes()).toEqual(["POST /network/v2.0/networks", "POST /network/v2.0/ports"]);
  });

  it("repeats a POST after 429, which was certainly not carried out", async () => {
    cloud.on("POST", "/network/v2.0/networks", twiceThen([429, {}, { "Retry-After": "0" }], [201, {}]));
    expect((await open().request("network", "POST", "/networks", { body: {} })).status).toBe(201);
  });

  it("takes a DELETE that broke and then finds nothing as done, and a plain 404 as a 404", async () => {
    let tries = 0;
    cloud.on("DELETE", "/network/v2.0/ports/p", () => (tries++ === 0 ? "reset" : [404, {}]));
    cloud.on("DELETE", "/network/v2.0/ports/q", () => [404, { NeutronError: { message: "Port q not found." } }]);
    const session = open();
    expect((await session.request("network", "DELETE", "/ports/p")).status).toBe(204);
    expect((await failure(session.request("network", "DELETE", "/ports/q"))).status).toBe(404);
  });

  it("gives up a call that is not answered in time", async () => {
    cloud.on("POST", "/network/v2.0/networks", () => "hang");
    const error = await failure(open().request("network", "POST", "/networks", { body: {}, timeout: 200 }));
    expect(error.message).toContain("no answer came");
  });
});

describe("lists", () => {
  it("follows the links of Neutron, Keystone and Barbican, whatever host they name", async () => {
    cloud.on("GET", "/network/v2.0/networks", ({ query }) =>
      query.marker === undefined
        ? [
            200,
            { networks: [{ id: "a" }], networks_links: [{ rel: "next", href: "http://wrong/v2.0/networks?marker=a" }] },
          ]
        : [200, { networks: [{ id: "b" }] }],
    );
    cloud.on("GET", "/v3/roles", ({ query }) =>
      query.marker === undefined
        ? [200, { roles: [1], links: { next: "https://elsewhere/v3/roles?marker=1" } }]
        : [200, { roles: [2], links: { next: null } }],
    );
    cloud.on("GET", "/keys/v1/secrets", ({ query }) =>
      query.offset === undefined
        ? [200, { secrets: [1], next: "http://x/v1/secrets?limit=100&offset=100" }]
        : [200, { secrets: [2] }],
    );
    const session = open();
    expect(await session.paginate("network", "/networks", "networks")).toEqual([{ id: "a" }, { id: "b" }]);
    expect(await session.paginate("identity", "/roles", "roles")).toEqual([1, 2]);
    expect(await session.paginate("key-manager", "/secrets", "secrets")).toEqual([1, 2]);
  });

  it("does not follow a service for ever that names the same next page again and again", async () => {
    let asked = 0;
    cloud.on("GET", "/v3/roles", () => {
      asked++;
      return [200, { roles: [asked], links: { next: "https://elsewhere/v3/roles?marker=1" } }];
    });
    await expect(open().paginate("identity", "/roles", "roles", { what: "list roles" })).rejects.toThrow(
      /cannot list roles: Keystone names a next page again and again/,
    );
    expect(asked).toBe(2);
  });

  it("never takes an answer without the list for an empty one", async () => {
    cloud.on("GET", "/network/v2.0/networks", () => [200, "<html>a portal</html>"]);
    await expect(open().paginate("network", "/networks", "networks", { what: "list the networks" })).rejects.toThrow(
      /cannot list the networks: the answer holds no list "networks"/,
    );
  });

  it("counts through Manila's pages, which have no links", async () => {
    const all = Array.from({ length: 1500 }, (_, index) => index);
    cloud.on("GET", "/share/v2/shares", ({ query }) => {
      const start = Number(query.offset ?? 0);
      return [200, { shares: all.slice(start, start + Number(query.limit)) }];
    });
    expect(await open().paginate("shared-file-system", "/shares", "shares")).toHaveLength(1500);
  });
});

describe("microversions", () => {
  /** A Nova that refuses what it does not know yet, as all services with microversions do. */
  const older = (max: () => string): void => {
    cloud.on("GET", "/compute/v2.1/", () => [200, { version: { version: max(), min_version: "2.1" } }]);
    const refuse = ({ headers }: { headers: Record<string, unknown> }): [number, object] =>
      compareVersions(String(headers["openstack-api-version"]).split(" ")[1] ?? "", max()) > 0
        ? [406, { computeFault: { message: "Version is not supported by the API." } }]
        : [200, {}];
    cloud.on("GET", "/compute/v2.1/flavors", refuse);
    cloud.on("POST", "/compute/v2.1/flavors", refuse);
  };
  const calls = (): string[] =>
    cloud.asked.filter((one) => one.path.startsWith("/compute")).map((one) => `${one.method} ${one.path}`);

  it("asks for no list of versions where the cloud takes the tested one", async () => {
    older(() => "2.104");
    const session = open();
    await session.request("compute", "GET", "/flavors");
    await session.request("compute", "GET", "/flavors");
    expect(calls()).toEqual(["GET /compute/v2.1/flavors", "GET /compute/v2.1/flavors"]);
  });

  it("asks once where it does not, for all sessions that share what they know, and sends again what was refused", async () => {
    older(() => "2.90");
    const versions = new Map<string, Promise<string | undefined>>();
    for (const session of [open({}, { versions }), open({}, { versions })]) {
      await session.request("compute", "POST", "/flavors", { body: {} });
      expect(cloud.asked.at(-1)?.headers["openstack-api-version"]).toBe("compute 2.90");
    }
    const post = "POST /compute/v2.1/flavors";
    expect(calls()).toEqual([post, "GET /compute/v2.1/", post, post]);
  });

  it("takes a refusal for one where the version is not what is in the way", async () => {
    cloud.on("GET", "/compute/v2.1/flavors", () => [406, { computeFault: { message: "not like this" } }]);
    await expect(open().request("compute", "GET", "/flavors")).rejects.toThrow(/Nova answered 406: not like this/);
    expect(calls()).toHaveLength(3);
  });

  it("asks for the tested one where the cloud is newer, in each service's own header", async () => {
    cloud.on("GET", "/compute/v2.1/flavors", () => [200, {}]);
    cloud.on("GET", "/volume/v3/home/types", () => [200, {}]);
    cloud.on("GET", "/share/v2/types", () => [200, {}]);
    const session = open();
    await session.request("compute", "GET", "/flavors");
    expect(cloud.asked.at(-1)?.headers["openstack-api-version"]).toBe("compute 2.100");
    await session.request("block-storage", "GET", "/types");
    expect(cloud.asked.at(-1)?.headers["openstack-api-version"]).toBe("volume 3.71");
    await session.request("shared-file-system", "GET", "/types");
    expect(cloud.asked.at(-1)?.headers["x-openstack-manila-api-version"]).toBe("2.88");
  });

  it("asks for the cloud's own where it is older, and refuses where it is too old", async () => {
    let max = "2.90";
    older(() => max);
    await open().request("compute", "GET", "/flavors");
    expect(cloud.asked.at(-1)?.headers["openstack-api-version"]).toBe("compute 2.90");
    max = "2.79";
    await expect(open().request("compute", "GET", "/flavors", { what: "list the flavors" })).rejects.toThrow(
      /cannot list the flavors: it needs microversion 2\.86 of Nova, and the cloud "fake" offers 2\.79/,
    );
  });
});

describe("errors", () => {
  const bodies: readonly [number, unknown, RegExp][] = [
    [
      403,
      { NeutronError: { type: "X", message: "Quota exceeded for resources: ['port']." } },
      /quota of ports is used up.*Next: .*ask the operator to raise `ports` in the area's `quota` of the tenant's config/,
    ],
    [
      413,
      { forbidden: { message: "Requested volume exceeds allowed gigabytes quota" } },
      /quota of storage is used up.*raise `storage`/,
    ],
    // DIGIMED-5, DIGIMED-18: a type that is closed, and one volume that is larger than all may be together.
    [
      413,
      { overLimit: { message: "Maximum number of volumes allowed (0) exceeded for quota 'volumes___DEFAULT__'." } },
      /quota of volumes is used up.*Next: choose a volume type that was granted, or ask the operator to grant __DEFAULT__/,
    ],
    [
      413,
      {
        overLimit: {
          message:
            "Requested volume or snapshot exceeds allowed gigabytes_plain quota. Requested 1G, quota is 0G and 0G has been consumed.",
        },
      },
      /quota of storage is used up.*Next: choose a volume type that was granted, or ask the operator to grant plain:/,
    ],
    [
      413,
      { overLimit: { message: "Requested volume size 900G is larger than maximum allowed limit 100G." } },
      /quota of storage is used up.*raise `storage`/,
    ],
    [
      409,
      { NeutronError: { message: "Quota exceeded for resources: ['subnet']." } },
      /quota of subnets is used up.*raise that of subnets and to run `pulumi up` of the tenant's stack/,
    ],
    [413, { overLimit: { message: "Quota exceeded for flux: 3" } }, /the project's quota is used up.*to raise it and/],
    [
      400,
      {
        NeutronError: {
          message:
            "Invalid input for operation: Requested subnet with cidr: 10.1.0.0/24 for network: n overlaps with another subnet.",
        },
      },
      /addresses overlap.*Next: remove the subnet that is in the way/,
    ],
    [
      409,
      { NeutronError: { message: "No more IP addresses available on network n." } },
      /no address is free.*larger block/,
    ],
    [
      409,
      { NeutronError: { message: "Unable to complete operation for network n. The IP address 10.1.0.5 is in use." } },
      /the address is taken/,
    ],
    [
      409,
      { conflict: { message: "Port is in use" } },
      /conflicts with what exists.*Port is in use.*Next: remove or import/,
    ],
    [403, { error: { message: "You are not authorized", code: 403 } }, /may not do this.*Next: use an entry/],
    [404, { itemNotFound: { message: "gone" } }, /not there, or not visible/],
    [400, { badRequest: { message: "Invalid input for cidr" } }, /refused as wrong.*Invalid input for cidr/],
    [
      500,
      "<html><h1>Internal  Server Error</h1></html>",
      /the service failed \(Neutron answered 500: Internal Server Error\)/,
    ],
  ];

  it.each(bodies)("says status %i in one sentence with the next step", async (status, body, expected) => {
    cloud.on("POST", "/network/v2.0/ports", () => [status, body, { "x-openstack-request-id": "req-7" }]);
    const error = await failure(open().request("network", "POST", "/ports", { body: {}, what: "create port web" }));
    expect(error.message).toMatch(/^cannot create port web: /);
    expect(error.message).toMatch(expected);
    expect(error.message).not.toContain("\n");
    expect(error.requestId).toBe("req-7");
  });

  it("names the address of a service that does not answer", async () => {
    const session = open({ authUrl: "http://127.0.0.1:1" });
    const error = await failure(session.token());
    expect(error.message).toMatch(/cannot log in to the cloud "fake": no answer came .*127\.0\.0\.1:1.*Next: check/);
  });

  it("says a wrong password as such, and never the password, token or a secret of the body", async () => {
    cloud.on("POST", "/v3/auth/tokens", ({ body }) => [401, { error: { message: `no: ${JSON.stringify(body)}` } }]);
    const login = await failure(open().token());
    expect(login.message).toMatch(
      /credential is not accepted.*Next: check user, password and scope of the entry "fake"/,
    );
    expect(login.message).not.toContain("pa55-word-of-ada");
    expect(login.message).toContain("[secret]");
  });

  it("strikes tokens and secrets out of what a service repeats", async () => {
    const userData = "#cloud-config with a canary-4711";
    cloud.on("POST", "/compute/v2.1/servers", ({ headers, body }) => [
      400,
      {
        badRequest: {
          message: `wrong: ${String(headers["x-auth-token"])} ${String(body.plain)} ${String(body.encoded)}`,
        },
      },
    ]);
    const body = { plain: userData, encoded: Buffer.from(userData).toString("base64") };
    const error = await failure(open().request("compute", "POST", "/servers", { body, secrets: [userData] }));
    expect(error.message).toContain("wrong: [secret] [secret] [secret]");
  });

  it("refuses a service that the catalogue does not list", async () => {
    await expect(open().request("dns", "GET", "/zones", { what: "list the zones" })).rejects.toThrow(
      /cannot list the zones: the catalogue of the cloud "fake" lists no Designate/,
    );
    expect(await open().offers("network")).toBe(true);
    expect(await open().offers("dns")).toBe(false);
  });

  it("lets expected statuses through", async () => {
    cloud.on("GET", "/network/v2.0/networks/x", () => [404, {}]);
    expect(await open().find("network", "/networks/x")).toBeUndefined();
  });
});

describe("endpoints", () => {
  it("puts the version and the project where the service wants them", async () => {
    cloud.on("GET", "/volume/v3/home/volumes", () => [200, {}]);
    await open().request("block-storage", "GET", "/volumes");
    cloud.projectId = undefined;
    cloud.on("GET", "/volume/v3/types", () => [200, {}]);
    await open({ scope: { kind: "system" } }).request("block-storage", "GET", "/types");
  });
});
