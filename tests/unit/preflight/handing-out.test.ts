import { describe, expect, it } from "vitest";
import type { StackConfig } from "../../../config/index.ts";
import { HANDING_OUT } from "../../../scripts/preflight/checks/handing-out.ts";
import type { Judgement, PreflightContext } from "../../../scripts/preflight/types.ts";
import type { Answer } from "../provider/fake/cloud.ts";
import { fakeSession } from "../provider/fake/session.ts";

const stack = { kind: "zone", config: { name: "digimed" } } as unknown as StackConfig;
const fake = fakeSession();

async function judged(id: string): Promise<Judgement> {
  const check = HANDING_OUT.find((one) => one.id === id);
  if (check === undefined) throw new Error(`no check ${id}`);
  const opened: string[] = [];
  const context: PreflightContext = {
    stack,
    entry: "digimed",
    areaEntries: ["digimed-heart"],
    cluster: () => Promise.reject(new Error("no cluster is asked")),
    session: async (entry) => (opened.push(entry), fake.session),
  };
  const judgement = check.judge(await check.fetch(context), { stack });
  // The domain's manager is no member of a project: as him every refusal would be for another reason.
  expect(opened).toEqual(["digimed-heart"]);
  expect(fake.cloud.unknown).toEqual([]);
  return judgement;
}

const refused: Answer = [403, { forbidden: { message: "Policy doesn't allow it" } }];
const VOLUME = "/volume/v3/home";

describe("handing volumes out (DIGIMED-9, C4H-1)", () => {
  const cinder = (answer: (behind: Answer) => Answer, encrypted = true): void => {
    fake.cloud.on("POST", `${VOLUME}/os-volume-transfer/:id/accept`, () => answer([404, { itemNotFound: {} }]));
    fake.cloud.on("GET", `${VOLUME}/volumes/detail`, () => [200, { volumes: [{ id: "v1", encrypted }] }]);
    fake.cloud.on("POST", `${VOLUME}/os-volume-transfer`, () =>
      answer([400, { badRequest: { message: "encrypted" } }]),
    );
    fake.cloud.on("POST", `${VOLUME}/volumes/v1/action`, () => answer([400, { badRequest: { message: "raw" } }]));
  };

  it("is closed where every try is refused by the policy", async () => {
    cinder(() => refused);
    expect(await judged("hand-out-volumes")).toEqual({
      result: "ok",
      says: "refused by Cinder: to take a volume of another project over, give a volume to another project, make an image of a volume",
    });
  });

  it("is not enforced where Cinder gets as far as the volume, which the tries leave as it is", async () => {
    cinder((behind) => behind);
    expect(await judged("hand-out-volumes")).toMatchObject({
      result: "failed",
      says: expect.stringMatching(/^not enforced: in Cinder a member may take .*, give .*, make an image of a volume$/),
      next: expect.stringContaining("policies/cinder.yaml"),
    });
    const [, transfer, image] = fake.cloud.asked.filter(
      ({ method, path }) => method === "POST" && path.startsWith(VOLUME),
    );
    // Harmless by itself: the old call gives no encrypted volume away, and no image of it is of another format than raw.
    expect(transfer?.path).toBe(`${VOLUME}/os-volume-transfer`);
    expect(image?.body["os-volume_upload_image"]).toMatchObject({ disk_format: "qcow2" });
  });

  it("names one open door alone", async () => {
    cinder(() => refused);
    fake.cloud.on("POST", `${VOLUME}/volumes/v1/action`, () => [400, {}]);
    expect((await judged("hand-out-volumes")).says).toBe(
      "not enforced: in Cinder a member may make an image of a volume",
    );
  });

  it("never touches a volume that is not encrypted, and does not call closed what it did not try", async () => {
    cinder(() => refused, false);
    expect(await judged("hand-out-volumes")).toMatchObject({
      result: "not checked",
      says: expect.stringMatching(/^refused by Cinder: to take .*; not tried: to give .*no encrypted volume yet/),
    });
    expect(fake.cloud.writes()).toHaveLength(1);
  });
});

describe("handing images out", () => {
  it("is closed where no image can be made: there is none to share", async () => {
    fake.cloud.on("POST", "/image/v2/images", () => refused);
    expect(await judged("hand-out-images")).toEqual({ result: "ok", says: "refused by Glance: to make an image" });
    expect(fake.cloud.writes()).toEqual(["POST /image/v2/images"]);
  });

  it("says which of making, sharing and offering is open, and removes what it made", async () => {
    let made = 0;
    fake.cloud.on("POST", "/image/v2/images", ({ body }) =>
      body.visibility === "community" ? refused : [201, { id: `i${++made}` }],
    );
    fake.cloud.on("POST", "/image/v2/images/:id/members", () => [200, {}]);
    fake.cloud.on("DELETE", "/image/v2/images/:id", () => [204]);
    expect(await judged("hand-out-images")).toMatchObject({
      result: "failed",
      says: "not enforced: in Glance a member may make an image, share an image with another project",
    });
    expect(fake.cloud.writes()).toContain("DELETE /image/v2/images/i1");
    // Shared with nobody but the project itself.
    expect(fake.cloud.asked.find(({ path }) => path.endsWith("/members"))?.body).toEqual({ member: "home" });
  });

  it("names what it could not take away", async () => {
    fake.cloud.on("POST", "/image/v2/images", ({ body }) =>
      body.visibility === "community" ? refused : [201, { id: "i1" }],
    );
    fake.cloud.on("POST", "/image/v2/images/:id/members", () => refused);
    fake.cloud.on("DELETE", "/image/v2/images/:id", () => refused);
    expect((await judged("hand-out-images")).says).toMatch(/; tresor-preflight-[0-9a-f]{12} is left/);
  });
});

describe("handing shares out", () => {
  const manila = (answer: Answer): void => {
    fake.cloud.on("POST", "/share/v2/share-transfers", () => answer);
    fake.cloud.on("POST", "/share/v2/share-transfers/:id/accept", () => answer);
  };

  it.each<[string, Answer, Judgement["result"]]>([
    ["closed by the policy", refused, "ok"],
    ["open where Manila looks for the share", [404, {}], "failed"],
  ])("is %s", async (_, answer, result) => {
    manila(answer);
    expect((await judged("hand-out-shares")).result).toBe(result);
  });

  it("is closed where the release knows no transfer of shares", async () => {
    fake.cloud.on("GET", "/share/v2/", () => [200, { versions: [{ id: "v", version: "2.76", min_version: "1.0" }] }]);
    expect((await judged("hand-out-shares")).result).toBe("ok");
    expect(fake.cloud.writes()).toEqual([]);
  });
});

describe("making images of machines", () => {
  const nova = (image: unknown, answer: Answer): void => {
    fake.cloud.on("GET", "/compute/v2.1/servers/detail", () => [200, { servers: [{ id: "s1", image }] }]);
    fake.cloud.on("POST", "/compute/v2.1/servers/s1/action", () => answer);
  };

  it.each<[string, Answer, Judgement["result"]]>([
    ["closed by the policy", refused, "ok"],
    ["open where Nova looks at the machine", [400, { badRequest: { message: "volume-backed" } }], "failed"],
    ["open where the machine is in no state for it", [409, {}], "failed"],
  ])("is %s", async (_, answer, result) => {
    nova("", answer);
    expect((await judged("hand-out-machines")).result).toBe(result);
  });

  it("is never tried on a machine with a local disk: there it would make an image", async () => {
    nova({ id: "i1" }, [202]);
    expect((await judged("hand-out-machines")).result).toBe("not checked");
    expect(fake.cloud.writes()).toEqual([]);
  });
});

describe("opening keys to others (DIGIMED-6)", () => {
  const barbican = (made: Answer, acl: Answer): void => {
    fake.cloud.on("POST", "/keys/v1/secrets", () => made);
    fake.cloud.on("PUT", "/keys/v1/secrets/:id/acl", () => acl);
    fake.cloud.on("DELETE", "/keys/v1/secrets/:id", () => [204]);
  };
  const made: Answer = [201, { secret_ref: "http://127.0.0.1/v1/secrets/k1" }];

  it.each<[string, Answer, Judgement["result"]]>([
    ["closed by the policy", refused, "ok"],
    ["open where the access list is taken", [200, { acl_ref: "x" }], "failed"],
  ])("is %s, and the probe is removed", async (_, acl, result) => {
    barbican(made, acl);
    expect((await judged("hand-out-keys")).result).toBe(result);
    expect(fake.cloud.writes().at(-1)).toBe("DELETE /keys/v1/secrets/k1");
    // A secret without content, opened to nobody.
    expect(
      Object.keys(fake.cloud.asked.find(({ method, path }) => method === "POST" && path.endsWith("/secrets"))?.body),
    ).toEqual(["name"]);
    expect(fake.cloud.asked.find(({ method }) => method === "PUT")?.body.read.users).toEqual([]);
  });

  describe("where the pipeline is the manager of study keys", () => {
    const CREDENTIALS = "/v3/users/:id/application_credentials";
    const asMember = (answer: Answer): void => {
      fake.cloud.roles = ["manager", "member"];
      fake.cloud.on("POST", CREDENTIALS, () => [201, { application_credential: { id: "ac1" } }]);
      fake.cloud.on("DELETE", `${CREDENTIALS}/:credential`, () => [204]);
      barbican(made, answer);
    };

    it.each<[string, Answer, Judgement["result"]]>([
      ["closed to a member", refused, "ok"],
      ["open to a member", [200, { acl_ref: "x" }], "failed"],
    ])("is tried with a credential of fewer roles, which is removed: %s", async (_, acl, result) => {
      asMember(acl);
      expect((await judged("hand-out-keys")).result).toBe(result);
      const [credential, secret] = fake.cloud.asked.filter(
        ({ method, path }) => method === "POST" && !/auth/.test(path),
      );
      expect(credential?.body.application_credential.roles).toEqual([{ name: "member" }]);
      // Tried with the token of that credential, not with the manager's.
      const tokens = [secret, ...fake.cloud.asked.filter(({ method }) => method === "PUT")].map(
        (one) => one?.headers["x-auth-token"],
      );
      expect(tokens).toEqual(["token-number-2", "token-number-2"]);
      expect(fake.cloud.writes().at(-1)).toBe("DELETE /v3/users/ada-id/application_credentials/ac1");
    });

    it("is not called closed where Keystone lets it make no such credential", async () => {
      asMember(refused);
      fake.cloud.on("POST", CREDENTIALS, () => refused);
      expect(await judged("hand-out-keys")).toMatchObject({
        result: "not checked",
        says: expect.stringContaining("no credential"),
      });
      expect(fake.cloud.writes()).toHaveLength(1);
    });
  });

  it("is not called closed where the quota leaves no room for a probe", async () => {
    barbican(refused, refused);
    expect(await judged("hand-out-keys")).toMatchObject({ result: "not checked" });
  });
});
