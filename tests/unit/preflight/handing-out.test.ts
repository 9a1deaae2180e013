import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StackConfig } from "../../../config/index.ts";
import { Session } from "../../../openstack/session.ts";
import { HANDING_OUT } from "../../../scripts/preflight/checks/handing-out.ts";
import type { Judgement, PreflightContext } from "../../../scripts/preflight/types.ts";
import { FakeCloud, type Answer } from "../provider/fake/cloud.ts";

const stackWith = (studyKeys: object): StackConfig =>
  ({ kind: "zone", config: { name: "digimed", areas: { heart: { studyKeys } } } }) as unknown as StackConfig;
const stack = stackWith({});
let cloud: FakeCloud;
let session: Session;
beforeEach(async () => {
  cloud = await new FakeCloud().start();
  session = new Session(cloud.entry(), { warn: () => undefined, wait: () => Promise.resolve() });
});
afterEach(async () => {
  session.close();
  await cloud.stop();
});

async function judged(id: string, of = stack, entries = ["digimed-heart"]): Promise<Judgement> {
  const check = HANDING_OUT.find((one) => one.id === id);
  if (check === undefined) throw new Error(`no check ${id}`);
  const opened: string[] = [];
  const context: PreflightContext = {
    stack: of,
    entry: "digimed",
    areaEntries: ["digimed-heart"],
    cluster: () => Promise.reject(new Error("no cluster is asked")),
    session: async (entry) => (opened.push(entry), session),
  };
  const judgement = check.judge(await check.fetch(context), { stack: of });
  // The domain's manager is no member of a project: as him every refusal would be for another reason.
  expect(opened).toEqual(entries);
  expect(cloud.unknown).toEqual([]);
  return judgement;
}

const refused: Answer = [403, { forbidden: { message: "Policy doesn't allow it" } }];
const VOLUME = "/volume/v3/home";

describe("handing volumes out (DIGIMED-9, C4H-1)", () => {
  const cinder = (answer: (behind: Answer) => Answer, encrypted = true): void => {
    cloud.on("POST", `${VOLUME}/os-volume-transfer/:id/accept`, () => answer([404, { itemNotFound: {} }]));
    cloud.on("GET", `${VOLUME}/volumes/detail`, () => [200, { volumes: [{ id: "v1", encrypted }] }]);
    cloud.on("POST", `${VOLUME}/os-volume-transfer`, () => answer([400, { badRequest: { message: "encrypted" } }]));
    cloud.on("POST", `${VOLUME}/volumes/v1/action`, () => answer([400, { badRequest: { message: "raw" } }]));
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
    const [, transfer, image] = cloud.asked.filter(({ method, path }) => method === "POST" && path.startsWith(VOLUME));
    // Harmless by itself: the old call gives no encrypted volume away, and no image of it is of another format than raw.
    expect(transfer?.path).toBe(`${VOLUME}/os-volume-transfer`);
    expect(image?.body["os-volume_upload_image"]).toMatchObject({ disk_format: "qcow2" });
  });

  it("names one open door alone", async () => {
    cinder(() => refused);
    cloud.on("POST", `${VOLUME}/volumes/v1/action`, () => [400, {}]);
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
    expect(cloud.writes()).toHaveLength(1);
  });
});

describe("handing images out", () => {
  it("is closed where no image can be made: there is none to share", async () => {
    cloud.on("POST", "/image/v2/images", () => refused);
    expect(await judged("hand-out-images")).toEqual({ result: "ok", says: "refused by Glance: to make an image" });
    expect(cloud.writes()).toEqual(["POST /image/v2/images"]);
  });

  it("says which of making, sharing and offering is open, and removes what it made", async () => {
    let made = 0;
    cloud.on("POST", "/image/v2/images", ({ body }) =>
      body.visibility === "community" ? refused : [201, { id: `i${++made}` }],
    );
    cloud.on("POST", "/image/v2/images/:id/members", () => [200, {}]);
    cloud.on("DELETE", "/image/v2/images/:id", () => [204]);
    expect(await judged("hand-out-images")).toMatchObject({
      result: "failed",
      says: "not enforced: in Glance a member may make an image, share an image with another project",
    });
    expect(cloud.writes()).toContain("DELETE /image/v2/images/i1");
    // Shared with nobody but the project itself.
    expect(cloud.asked.find(({ path }) => path.endsWith("/members"))?.body).toEqual({ member: "home" });
  });

  it("names what it could not take away", async () => {
    cloud.on("POST", "/image/v2/images", ({ body }) =>
      body.visibility === "community" ? refused : [201, { id: "i1" }],
    );
    cloud.on("POST", "/image/v2/images/:id/members", () => refused);
    cloud.on("DELETE", "/image/v2/images/:id", () => refused);
    expect((await judged("hand-out-images")).says).toMatch(/; tresor-preflight-[0-9a-f]{12} is left/);
  });
});

describe("handing shares out", () => {
  const manila = (answer: Answer): void => {
    cloud.on("POST", "/share/v2/share-transfers", () => answer);
    cloud.on("POST", "/share/v2/share-transfers/:id/accept", () => answer);
  };

  it.each<[string, Answer, Judgement["result"]]>([
    ["closed by the policy", refused, "ok"],
    ["open where Manila looks for the share", [404, {}], "failed"],
  ])("is %s", async (_, answer, result) => {
    manila(answer);
    expect((await judged("hand-out-shares")).result).toBe(result);
  });

  it("is closed where the release knows no transfer of shares", async () => {
    cloud.on("GET", "/share/v2/", () => [200, { versions: [{ id: "v", version: "2.76", min_version: "1.0" }] }]);
    expect((await judged("hand-out-shares")).result).toBe("ok");
    expect(cloud.writes()).toEqual([]);
  });
});

describe("making images of machines", () => {
  const nova = (image: unknown, answer: Answer): void => {
    cloud.on("GET", "/compute/v2.1/servers/detail", () => [200, { servers: [{ id: "s1", image }] }]);
    cloud.on("POST", "/compute/v2.1/servers/s1/action", () => answer);
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
    expect(cloud.writes()).toEqual([]);
  });
});

describe("opening keys to others (DIGIMED-6)", () => {
  const barbican = (made: Answer, acl: Answer): void => {
    cloud.on("POST", "/keys/v1/secrets", () => made);
    cloud.on("PUT", "/keys/v1/secrets/:id/acl", () => acl);
    cloud.on("DELETE", "/keys/v1/secrets/:id", () => [204]);
  };
  const made: Answer = [201, { secret_ref: "http://127.0.0.1/v1/secrets/k1" }];

  it.each<[string, Answer, Judgement["result"]]>([
    ["closed by the policy", refused, "ok"],
    ["open where the access list is taken", [200, { acl_ref: "x" }], "failed"],
  ])("is %s, and the probe is removed", async (_, acl, result) => {
    barbican(made, acl);
    expect((await judged("hand-out-keys")).result).toBe(result);
    expect(cloud.writes().at(-1)).toBe("DELETE /keys/v1/secrets/k1");
    // A secret without content, opened to nobody.
    expect(
      Object.keys(cloud.asked.find(({ method, path }) => method === "POST" && path.endsWith("/secrets"))?.body),
    ).toEqual(["name"]);
    expect(cloud.asked.find(({ method }) => method === "PUT")?.body.read.users).toEqual([]);
  });

  it("is not tried as the manager that the pipeline is where there are study keys", async () => {
    const judgement = await judged("hand-out-keys", stackWith({ mammo: {} }), []);
    expect(judgement).toMatchObject({ result: "not checked", says: expect.stringContaining("manager of study keys") });
  });

  it("is not called closed where the quota leaves no room for a probe", async () => {
    barbican(refused, refused);
    expect(await judged("hand-out-keys")).toMatchObject({ result: "not checked" });
  });
});
