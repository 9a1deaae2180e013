import { execa } from "execa";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Session } from "../../openstack/index.ts";
import type { World } from "../../scripts/proof/world.ts";
import { withFrozen } from "../../scripts/site/frozen.ts";
import { packageRoot } from "../../scripts/toolchain/root.ts";
import { asUser, bytesOf, newUser, statusOf } from "./key-people.ts";
import { buildZones, openZones, refreshCheck, run, sites, up, withEdit } from "./zones.ts";

/** A key of a study in a zone that stands: by the program and the engine, for a person and a service. */
const FILE = join(sites.zone.directory, "Pulumi.digimed.yaml");
const NAME = "ada-of-the-key-tests";
const MACHINES = "\n        machines:\n          imaging:";
const KEY = `
        doors:
          results: { crawler: harvester, size: 1 GiB, deletion: allowed }
        studyKeys:
          mammo:
            owner: heart-centre
            until: 2027-06-30
            persons: [ada]
            services: [harvester]
            usedBy: [datasets/imaging]
            deletion: allowed${MACHINES}`;
const PERSONS = `
      persons:
        ada: { partner: heart-centre, identity: { user: ${NAME} } }`;
const edited = (text: string): string =>
  text.replace(MACHINES, KEY).replace(/(\n {4}permit:(?:\n {6}.*)*)/, `$1${PERSONS}`);

let world: World;
let folder: string;
let before: string;
let user: { id: string; password: string } | undefined;
let ada: Session;
let secretId: string;
const area = (): Session => world.zone.areas["heart"]!;
const projectId = (): string => world.zone.projects["digimed-heart"]!;
const readsAs = (session: Session): Promise<number> => statusOf(session, "GET", `/secrets/${secretId}/payload`);

/** The crawler as it logs in now. */
async function crawler(): Promise<Session> {
  const file = join(folder, "crawler.yaml");
  await rm(file, { force: true });
  const args = ["door", "crawler", "digimed", "heart", "--out", file, "--dir", sites.zone.directory];
  await execa(process.execPath, [join(packageRoot, "bin", "tresor.mjs"), ...args], {
    env: { OS_CLIENT_CONFIG_FILE: undefined, OS_CLOUD: undefined },
  });
  return Session.open("digimed-heart-harvester", {}, { ...process.env, OS_CLIENT_CONFIG_FILE: file });
}

async function managers(): Promise<readonly string[]> {
  const query = { "scope.project.id": projectId(), include_names: true };
  const rows = await world.operator.paginate<{ role: { name: string }; user?: { name: string } }>(
    "identity",
    "/role_assignments",
    "role_assignments",
    { query },
  );
  return rows.filter(({ role }) => role.name === "manager").map(({ user: of }) => of?.name ?? "a group");
}

describe("a study key of a zone", () => {
  beforeAll(async () => {
    await buildZones();
    world = await openZones();
    folder = await mkdtemp(join(tmpdir(), "tresor-zone-keys-"));
    before = await readFile(FILE, "utf8");
    const { domainId = "" } = await world.zone.domain.token();
    user = await newUser(world.zone.domain, domainId, NAME);
    await writeFile(FILE, edited(before));
    await up("digimed");
    ada = asUser(world.operator, user, projectId());
    const objects = JSON.parse(await outputs()) as Record<string, string>;
    secretId = objects["study-key/digimed/heart/mammo"] ?? "";
  });
  const outputs = async (): Promise<string> => (await run(0, "digimed", "stack", "output", "objects", "--json")).trim();

  afterAll(async () => {
    ada?.close();
    if (before !== undefined) {
      await writeFile(FILE, before);
      await up("digimed");
      // With the key the role goes by which its list was written.
      expect(await managers()).toEqual([]);
      expect(await statusOf(area(), "GET", `/secrets/${secretId}`)).toBe(404);
      const orders = await area().paginate<{ meta: { name?: string } }>("key-manager", "/orders", "orders");
      expect(orders.filter(({ meta }) => meta.name?.startsWith("digimed-heart-mammo"))).toEqual([]);
      await refreshCheck("digimed");
    }
    if (user !== undefined) await world.zone.domain.request("identity", "DELETE", `/users/${user.id}`);
    world?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  it("C4H-9, DIGIMED-12: opens to the person and the service of the config, and to nobody else", async () => {
    expect(await managers()).toEqual(["digimed-pipeline"]);
    const service = await crawler();
    expect([await readsAs(ada), await readsAs(service), await readsAs(area())]).toEqual([200, 200, 200]);
    const neighbour = Object.values(world.other.areas)[0]!;
    expect([await readsAs(neighbour), await readsAs(world.operator)]).toEqual([403, 403]);
    // The rule of the service's credential opens no other key, and nothing else of Barbican.
    const foreign = await area().request<{ secret_ref: string }>("key-manager", "POST", "/secrets", {
      body: { name: "not-the-crawlers", payload: "x", payload_content_type: "text/plain" },
    });
    const path = `/secrets/${foreign.body.secret_ref.split("/").at(-1)}`;
    expect(await statusOf(service, "GET", `${path}/payload`)).toBe(403);
    for (const closed of ["/secrets", "/orders", `/secrets/${secretId}`, `/secrets/${secretId}/acl`])
      expect([closed, await statusOf(service, "GET", closed)]).toEqual([closed, 401]);
    await area().request("key-manager", "DELETE", path);
    service.close();
  });

  it("DIGIMED-6: is in no state, and a refresh sees nothing to do", async () => {
    const bytes = await bytesOf(ada, secretId);
    expect(bytes).toHaveLength(32);
    const state = await run(0, "digimed", "stack", "export", "--show-secrets");
    for (const encoding of ["hex", "base64"] as const) expect(state).not.toContain(bytes.toString(encoding));
    expect(state).toContain(secretId);
    await refreshCheck("digimed");
  });

  it("DENBI-4: a frozen zone gives it to nobody, and the thawed one to the same; the key is the same", async () => {
    await withEdit(
      "digimed",
      (text) => withFrozen(text, FILE, { since: "2026-01-01", reason: "a test of keys", by: "the tests" }),
      async () => {
        await up("digimed");
        const { body } = await area().request("key-manager", "GET", `/secrets/${secretId}/acl`);
        expect(body).toMatchObject({ read: { users: [], "project-access": false } });
        expect(await readsAs(ada).catch(() => 401)).toBeGreaterThanOrEqual(401);
        await refreshCheck("digimed");
      },
    );
    await up("digimed");
    const again = asUser(world.operator, user!, projectId());
    const service = await crawler();
    expect([await readsAs(again), await readsAs(service)]).toEqual([200, 200]);
    for (const session of [again, service]) session.close();
    await refreshCheck("digimed");
  });
});
