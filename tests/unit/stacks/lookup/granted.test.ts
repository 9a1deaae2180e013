import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../../../config/problem.ts";
import { placeName } from "../../../../plan/names.ts";
import { encryptionSpecs } from "../../../../plan/platform.ts";
import { planZone } from "../../../../plan/zone.ts";
import { Session } from "../../../../openstack/index.ts";
import { findGranted } from "../../../../stacks/lookup/granted.ts";
import { listsThroughProvider, type Lists } from "../../../../stacks/lookup/through-provider.ts";
import { lookUp } from "../../../../provider/lookup.ts";
import { examples, withIpsec, withStudyKey } from "../../plan/examples.ts";
import { withPersons } from "../../plan/people.ts";
import { FakeCloud } from "../../provider/fake/cloud.ts";
import { serveGranted } from "./fake-granted.ts";

const config = examples.zone();
const plan = planZone(config);
const cloudOf = (place?: string): string => (place === undefined ? config.name : placeName(config.name, place));

let cloud: FakeCloud;
const sessions = new Map<string, Session>();
beforeEach(async () => {
  cloud = await new FakeCloud().start();
  serveGranted(cloud, config, plan);
});
afterEach(async () => {
  for (const session of sessions.values()) session.close();
  sessions.clear();
  await cloud.stop();
});

/** As the provider does it: one session for each entry. */
const open = (entry: string): Promise<Session> => {
  const session = sessions.get(entry) ?? new Session(cloud.entry({ name: entry }), { warn: () => undefined });
  sessions.set(entry, session);
  return Promise.resolve(session);
};
const lists = (entry: string, zone: string): Lists => listsThroughProvider(entry, zone, (args) => lookUp(open, args));

describe("what the operator granted", () => {
  it("is found in two calls for each area, three for the zone, and one log-in for each entry", async () => {
    const areas = Object.keys(config.areas).length;
    const granted = await findGranted(config, plan, cloudOf, lists);
    expect(Object.keys(granted.projects).length).toBeGreaterThan(areas);
    expect(Object.keys(granted.defaultGroups)).toHaveLength(areas);
    const asked = cloud.asked.filter((one) => !one.path.includes("/auth/")).map((one) => one.path);
    expect(asked.sort()).toEqual(
      [
        "/v3/projects",
        ...Array.from({ length: areas }, () => ["/network/v2.0/networks", "/network/v2.0/security-groups"]).flat(),
        "/compute/v2.1/flavors/detail",
        "/image/v2/images",
      ].sort(),
    );
    expect(cloud.tokens).toBe(areas + 1);
  });

  it("says how a missing entry is got, and nothing of that over a refusal", async () => {
    const missing = (entry: string, zone: string): Lists =>
      listsThroughProvider(entry, zone, (args) =>
        lookUp(() => Promise.reject(new UserError({ what: `no entry ${entry}`, next: "write it" })), args),
      );
    await expect(findGranted(config, plan, cloudOf, missing)).rejects.toThrow(
      `no entry ${config.name}. Next: run \`tresor claim ${config.name}\`, which writes the entries of this zone, or write it`,
    );
    cloud.on("GET", "/v3/projects", () => [403, { error: { message: "no" } }]);
    const refused = await findGranted(config, plan, cloudOf, lists).catch((error: Error) => error.message);
    expect(refused).toMatch(/^cannot list the zone's projects: the credential may not do this/);
    expect(refused).not.toContain("tresor claim");
  });
});

describe("a flavor whose hosts encrypt local disks (C4H-11)", () => {
  const zone = structuredClone(config);
  zone.granted.flavors["SCS-4T-16_z4"]!.localDisk = { encrypted: "host-lvm", size: "20 GiB", overwrite: "random" };
  const traits = {
    "trait:CUSTOM_TRESOR_LOCAL_DISK_ENCRYPTED": "required",
    "trait:CUSTOM_TRESOR_LOCAL_DISK_SHREDDED": "required",
  };
  const offer = (flavor: object): void => {
    const flavors = Object.entries(zone.granted.flavors).map(([name, { confidential }]) => ({
      ...{ id: `${name}-id`, name, disk: 20, swap: "", "OS-FLV-EXT-DATA:ephemeral": 0, ...flavor },
      extra_specs: { ...encryptionSpecs(confidential), ...traits, ...(flavor as { specs?: object }).specs },
    }));
    cloud.on("GET", "/compute/v2.1/flavors/detail", () => [200, { flavors }]);
  };
  const find = () => findGranted(zone, plan, cloudOf, lists);

  it("is taken as it was granted", async () => {
    offer({});
    expect((await find()).flavors["SCS-4T-16_z4"]).toBe("SCS-4T-16_z4-id");
  });

  it.each([
    ["with swap", { swap: 512 }, /swap is 512, granted 0/],
    ["with another disk", { "OS-FLV-EXT-DATA:ephemeral": 5 }, /ephemeral is 5, granted 0/],
    ["with a smaller root disk", { disk: 10 }, /disk is 10, granted 20/],
    [
      "for any host",
      { specs: { "trait:CUSTOM_TRESOR_LOCAL_DISK_ENCRYPTED": undefined } },
      /LOCAL_DISK_ENCRYPTED is null, granted required/,
    ],
  ])("stops the run %s", async (_, flavor, words) => {
    offer(flavor);
    await expect(find()).rejects.toThrow(words);
  });
});

describe("who may read a study key (C4H-9)", () => {
  const zone = withStudyKey(withPersons(examples.zone()));
  // On this day ada, whom an identity provider knows, and dan, a user of the zone, may.
  const asks = planZone(zone, "2026-11-21");
  const find = (users: readonly object[]) => {
    let query: Readonly<Record<string, string>> = {};
    cloud.on("GET", "/v3/users", (asked) => ((query = asked.query), [200, { users }]));
    return findGranted(zone, asks, cloudOf, lists).then((granted) => ({ users: granted.users, query }));
  };
  const ada = { id: "ada-id", name: "ada@heart.example", domain_id: "d1" };

  it("is found in the zone's own domain, and is nobody before the first log-in", async () => {
    expect(await find([ada, { id: "x", name: "digimed-dan", domain_id: "d1" }])).toEqual({
      users: { "ada@heart.example": "ada-id" },
      query: { domain_id: "d1" },
    });
    expect((await find([])).users).toEqual({});
    // The provider's domain may have somebody of that name: not the one whom this zone knows.
    expect((await find([{ ...ada, domain_id: "elsewhere" }])).users).toEqual({});
  });

  it("is one user: two of one name are an error", async () => {
    await expect(find([ada, { ...ada, id: "ada-2" }])).rejects.toThrow(/ada@heart.example/);
  });
});

describe("an area's router (C4H-3)", () => {
  const zone = withIpsec(examples.zone());
  const asks = planZone(zone);
  const routers = (gateway: object | null, project_id = "digimed-heart-id", name = "digimed-heart"): void =>
    cloud.on("GET", "/network/v2.0/routers", () => [
      200,
      { routers: [{ id: "r1", name, project_id, external_gateway_info: gateway }] },
    ]);
  const find = () => findGranted(zone, asks, cloudOf, lists);

  it("is found in the area's own project, where flows need it", async () => {
    routers({ network_id: "ext", enable_snat: false });
    expect((await find()).routers).toEqual({ "digimed-heart": "r1" });
    expect((await findGranted(config, plan, cloudOf, lists)).routers).toEqual({});
  });

  it("is refused where it translates, has no gateway, is somebody else's, or is not there", async () => {
    routers({ network_id: "ext", enable_snat: true });
    await expect(find()).rejects.toThrow(
      /router digimed-heart is not what was granted .*translates addresses \(SNAT\)/,
    );
    routers({ network_id: "ext" });
    await expect(find()).rejects.toThrow(/translates/);
    routers(null);
    await expect(find()).rejects.toThrow(/it has no gateway/);
    routers({ enable_snat: false }, "another");
    await expect(find()).rejects.toThrow(/there is no router "digimed-heart" in project/);
  });
});
