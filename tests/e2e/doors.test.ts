import { execa } from "execa";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasStatus, Session, signedQuery } from "../../openstack/index.ts";
import { applicationCredential } from "../../provider/resources/identity/application-credential.ts";
import { serviceUser } from "../../provider/resources/identity/service-user.ts";
import type { World } from "../../scripts/proof/world.ts";
import { withFrozen } from "../../scripts/site/frozen.ts";
import { packageRoot } from "../../scripts/toolchain/root.ts";
import { as, INSIDE, OUTSIDE, probe, withAddresses } from "./door-probe.ts";
import { buildZones, openZones, refreshCheck, run, sites, up, withEdit } from "./zones.ts";

const DOORS = `
        doors:
          ingest:
            heart-centre: { networks: [192.0.2.16/28], size: 1 GiB, deletion: allowed }
          results: { crawler: harvester, size: 1 GiB, deletion: allowed }
        machines:
          imaging:`;
const opened = (text: string): string => text.replace("\n        machines:\n          imaging:", DOORS);
const FILE = join(sites.zone.directory, "Pulumi.digimed.yaml");
const WORD = { since: "2026-01-01", reason: "a test of doors", by: "the tests" } as const;

let world: World;
/** Address of the area's account, and its path. */
let base: string;
let root: string;
let folder: string;
let crawler: Session;

const tresor = (...args: string[]) =>
  execa(process.execPath, [join(packageRoot, "bin", "tresor.mjs"), ...args], {
    reject: false,
    all: true,
    env: { OS_CLIENT_CONFIG_FILE: undefined, OS_CLOUD: undefined },
  });
const door = (...args: string[]) => tresor("door", ...args, "--dir", sites.zone.directory);
const at = (name: string): string => join(folder, name);
const pipeline = (): Session => world.zone.areas["heart"]!;
const container = (purpose: string): string => `${base}/digimed-heart-${purpose}`;
const INGEST = "ingest-heart-centre";

async function keyOf(session: Session, name: string): Promise<string> {
  const { headers } = await session.request("object-store", "HEAD", `/${name}`);
  return String(headers["x-container-meta-temp-url-key"] ?? "");
}

/** The address of an object of the provider, signed as `tresor door ingest` does. */
async function signed(name: string, change: Partial<Parameters<typeof signedQuery>[0]> = {}): Promise<string> {
  const key = change.key ?? (await keyOf(pipeline(), `digimed-heart-${INGEST}`));
  const query = signedQuery({
    ...{ key, method: "PUT", path: `${root}/digimed-heart-${INGEST}`, prefix: "heart-centre/" },
    ...{ expires: Date.now() + 600_000, network: "192.0.2.16/28", ...change },
  });
  return `${container(INGEST)}/heart-centre/${name}?${query}`;
}

/** The provider's script, run where its address is. */
async function send(script: string, from: string, ...files: string[]) {
  const home = await mkdtemp(join(folder, "home-"));
  await writeFile(join(home, ".curlrc"), `interface = ${from}\n`);
  return execa("sh", [at(script), ...files], { cwd: folder, reject: false, all: true, env: { HOME: home } });
}

async function openCrawler(file: string): Promise<Session> {
  const env = { ...process.env, OS_CLIENT_CONFIG_FILE: at(file) };
  return Session.open("digimed-heart-harvester", {}, env);
}

/** Whether a log-in works now. */
const logsIn = (session: Session): Promise<boolean> => {
  const again = new Session(session.entry, { warn: () => undefined });
  return again
    .token()
    .then(() => true)
    .catch((error: unknown) => {
      if (hasStatus(error, 401)) return false;
      throw error;
    })
    .finally(() => again.close());
};

describe("doors on a real Swift", () => {
  beforeAll(async () => {
    await buildZones();
    world = await openZones();
    folder = await mkdtemp(join(tmpdir(), "tresor-doors-"));
    await withAddresses(true);
    base = (await pipeline().address("object-store")) ?? "";
    root = new URL(base).pathname;
    await writeFile(FILE, opened(await readFile(FILE, "utf8")));
    await up("digimed");
    await refreshCheck("digimed");
    for (const [index, text] of ["a,b\n1,2\n", "c\n3\n"].entries())
      expect((await as(pipeline(), "PUT", `${container("run")}/table-${index}.csv`, text)).status).toBe(201);
    await door("crawler", "digimed", "heart", "--out", at("crawler.yaml"));
    crawler = await openCrawler("crawler.yaml");
  });
  afterAll(async () => {
    crawler?.close();
    if (world !== undefined) {
      const text = await readFile(FILE, "utf8");
      await writeFile(FILE, text.replace(DOORS, "\n        machines:\n          imaging:"));
      await up("digimed");
      // What the doors made is gone with them.
      expect((await as(pipeline(), "GET", `${base}?format=json`)).text).toBe("[]");
      world.close();
    }
    await withAddresses(false);
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  it("DIGIMED-20, SPE4HD-10: a provider writes from its network, and reads, lists, changes and deletes nothing", async () => {
    const url = await signed("scan.tar");
    const sent = await probe({ method: "PUT", url, from: INSIDE, body: "data" });
    expect(sent.status).toBe(201);
    for (const method of ["GET", "DELETE", "POST", "COPY"])
      expect([method, (await probe({ method, url, from: INSIDE })).status]).toEqual([method, 401]);
    const query = new URL(url).search;
    for (const path of [
      `${container(INGEST)}${query}`,
      `${base}${query}`,
      `${container("run")}/heart-centre/x${query}`,
    ])
      for (const method of ["GET", "PUT"])
        expect([path, method, (await probe({ method, url: path, from: INSIDE, body: "x" })).status]).toEqual([
          path,
          method,
          401,
        ]);
    expect((await probe({ method: "PUT", url: `${container(INGEST)}/elsewhere${query}`, from: INSIDE })).status).toBe(
      401,
    );
    // No pointer to what somebody else wrote.
    for (const header of ["X-Object-Manifest", "X-Symlink-Target", "X-Copy-From"])
      expect(
        (await probe({ method: "PUT", url, from: INSIDE, headers: { [header]: "digimed-heart-run/table-0.csv" } }))
          .status,
      ).toBe(400);
    // The control: the pipeline reads what came in.
    const read = await as(pipeline(), "GET", `${container(INGEST)}/heart-centre/scan.tar`);
    expect(read).toEqual({ status: 200, text: "data" });
  });

  it("DIGIMED-20: from another address, after the end, with another zone's key, without a signature: refused", async () => {
    const put = (url: string, from: string) =>
      probe({ method: "PUT", url, from, body: "x" }).then(({ status }) => status);
    const url = await signed("a.tar");
    expect(await put(url, INSIDE)).toBe(201);
    expect(await put(url, OUTSIDE)).toBe(401);
    expect(await put(url, "127.0.0.1")).toBe(401);
    // Whoever widens the network in the address breaks the signature.
    expect(await put(url.replace("192.0.2.16%2F28", "192.0.2.0%2F24"), OUTSIDE)).toBe(401);
    const short = await signed("b.tar", { expires: Date.now() + 5000 });
    expect(await put(short, INSIDE)).toBe(201);
    await sleep(6100);
    expect(await put(short, INSIDE)).toBe(401);
    expect(await put(await signed("c.tar"), INSIDE)).toBe(201);
    expect(await put(`${container(INGEST)}/heart-centre/d.tar`, INSIDE)).toBe(401);
    // The neighbour has a door of its own, whose key opens that one and no other.
    const neighbour = Object.values(world.other.areas)[0]!;
    const theirs = (await neighbour.address("object-store")) ?? "";
    const headers = { "X-Container-Meta-Temp-URL-Key": "a-key-of-the-neighbour" };
    await neighbour.request("object-store", "PUT", "/door", { headers });
    try {
      const path = `${new URL(theirs).pathname}/door`;
      const own = signedQuery({
        key: headers["X-Container-Meta-Temp-URL-Key"],
        method: "PUT",
        path,
        prefix: "x/",
        expires: Date.now() + 60_000,
        network: "192.0.2.16/28",
      });
      expect(await put(`${theirs}/door/x/a?${own}`, INSIDE)).toBe(201);
      expect(await put(await signed("e.tar", { key: headers["X-Container-Meta-Temp-URL-Key"] }), INSIDE)).toBe(401);
      const ours = signedQuery({
        key: await keyOf(pipeline(), `digimed-heart-${INGEST}`),
        method: "PUT",
        path,
        prefix: "x/",
        expires: Date.now() + 60_000,
        network: "192.0.2.16/28",
      });
      expect(await put(`${theirs}/door/x/b?${ours}`, INSIDE)).toBe(401);
    } finally {
      await neighbour.request("object-store", "DELETE", "/door/x/a", { expect: [404] });
      await neighbour.request("object-store", "DELETE", "/door", { expect: [404] });
    }
  });

  it("DIGIMED-2, DIGIMED-20: the provider's script sends, never overwrites, and its address is in no state, log or command line", async () => {
    const made = await door("ingest", "digimed", "heart/heart-centre", "--out", at("send.sh"));
    expect([made.exitCode, made.all]).toEqual([0, expect.stringContaining("from 192.0.2.16/28")]);
    expect((await stat(at("send.sh"))).mode & 0o777).toBe(0o600);
    const script = await readFile(at("send.sh"), "utf8");
    const signature = /temp_url_sig=([0-9a-f]{64})/.exec(script)?.[1] ?? "none";
    expect(made.all).not.toContain(signature);
    await writeFile(at("cohort.csv"), "1;2;3\n");
    const first = await send("send.sh", INSIDE, "cohort.csv");
    expect([first.exitCode, first.all]).toEqual([0, "cohort.csv: sent"]);
    const again = await send("send.sh", INSIDE, "cohort.csv");
    expect([again.exitCode, again.all]).toEqual([1, expect.stringContaining("was sent before")]);
    const outside = await send("send.sh", OUTSIDE, "cohort.csv");
    expect([outside.exitCode, outside.all]).toEqual([1, expect.stringContaining("refused")]);
    // Overwriting by other means leaves the older version with the pipeline.
    expect((await probe({ method: "PUT", url: await signed("cohort.csv"), from: INSIDE, body: "other" })).status).toBe(
      201,
    );
    const versions = await as(
      pipeline(),
      "GET",
      `${container(INGEST)}?format=json&versions&prefix=heart-centre/cohort.csv`,
    );
    const sizes = (JSON.parse(versions.text) as { bytes: number }[]).map(({ bytes }) => bytes);
    // What was refused as there already lies as a version, too: Swift takes the bytes before it looks.
    expect(sizes.toSorted()).toEqual([5, 6, 6]);
    const second = await door("ingest", "digimed", "heart/heart-centre", "--out", at("send.sh"));
    expect([second.exitCode, second.all]).toEqual([1, expect.stringContaining("is there already")]);
    const key = await keyOf(pipeline(), `digimed-heart-${INGEST}`);
    const state = await run(0, "digimed", "stack", "export", "--show-secrets");
    const log = await readFile(join(world.settings.dirs.logs, "swift-proxy.requests.log"), "utf8");
    // The control: requests with a signature are logged, and the signature is not.
    expect(log).toMatch(/temp_url_sig(=|%3D)\.\.\./);
    for (const text of [state, log]) for (const secret of [key, signature]) expect(text.includes(secret)).toBe(false);
  });

  it("SPE4HD-7, C4H-14: the crawler reads the run and writes results, and neither reads input nor uses any other service", async () => {
    const put = (purpose: string, name: string) =>
      as(crawler, "PUT", `${container(purpose)}/${name}`, "x").then(({ status }) => status);
    const get = (purpose: string, name = "") =>
      as(crawler, "GET", `${container(purpose)}${name}`).then(({ status }) => status);
    expect((await as(pipeline(), "PUT", `${container(INGEST)}/input`, "secret")).status).toBe(201);
    expect([await get("run"), await get("run", "/table-0.csv")]).toEqual([200, 200]);
    expect(await put("results", "table-0.csv")).toBe(201);
    for (const [purpose, name] of [
      [INGEST, "/input"],
      [INGEST, ""],
      ["results", "/table-0.csv"],
      ["results", ""],
      ["released", ""],
    ] as const)
      expect([purpose, name, await get(purpose, name)]).toEqual([purpose, name, 401]);
    for (const purpose of ["run", INGEST, "released"])
      expect([purpose, await put(purpose, "x")]).toEqual([purpose, 401]);
    expect((await as(crawler, "DELETE", `${container("results")}/table-0.csv`)).status).toBe(401);
    // A copy within Swift: from the run it is what a crawler is for, from the input the list refuses it.
    const copy = async (from: string): Promise<number> => {
      const headers = { "X-Auth-Token": (await crawler.token()).value, "X-Copy-From": from };
      return (await probe({ method: "PUT", url: `${container("results")}/copy`, headers })).status;
    };
    expect(await copy("digimed-heart-run/table-0.csv")).toBe(201);
    expect(await copy(`digimed-heart-${INGEST}/input`)).toBe(403);
    for (const [service, path] of [
      ["compute", "/servers"],
      ["network", "/networks"],
      ["block-storage", "/volumes"],
      ["key-manager", "/secrets"],
    ] as const) {
      expect((await pipeline().request(service, "GET", path)).status, service).toBe(200);
      await expect(crawler.request(service, "GET", path), service).rejects.toSatisfy((error) =>
        hasStatus(error, 401, 403),
      );
    }
    // The control: the same probes as the pipeline.
    for (const purpose of [INGEST, "results", "released", "run"])
      expect((await as(pipeline(), "GET", container(purpose))).status).toBeLessThan(300);
  });

  it("SPE4HD-6, SPE4HD-8: a reader sees what was released and nothing else; a file that was changed after its approval is not released", async () => {
    const reader = await world.person("heart-centre", "heart");
    const sees = (purpose: string, name = "") =>
      as(reader, "GET", `${container(purpose)}${name}`).then(({ status }) => status);
    for (const [index, text] of ["a,b\n1,2\n", "c\n3\n"].entries())
      await as(pipeline(), "PUT", `${container("results")}/table-${index}.csv`, text);
    await writeFile(at("table-0.csv"), "a,b\n1,2\n");
    await writeFile(at("table-1.csv"), "c\n3\n");
    const roles = {
      "a.meier": "researcher",
      "c.weber": "output-checker",
      "d.koch": "second-checker",
      harvester: "system",
    };
    const actors = Object.entries(roles)
      .map(([id, role]) => `  ${id}: { roles: [${role}] }\n`)
      .join("");
    await writeFile(at("actors.yaml"), `format: 1\nactors:\n${actors}`);
    const airlock = async (...args: string[]) => {
      const run = await execa(
        process.execPath,
        [
          join(packageRoot, "bin", "tresor.mjs"),
          "airlock",
          ...args,
          "--actors",
          at("actors.yaml"),
          "--reason",
          "a test",
        ],
        { reject: false, all: true },
      );
      expect(run.exitCode, run.all).toBe(0);
    };
    const approve = async (request: string): Promise<void> => {
      const ask = ["--direction", "export", "--classification", "anonymised", "--title", "tables"];
      await airlock("request", at("airlock.jsonl"), "--actor", "a.meier", ...ask);
      for (const [act, actor] of [
        ["submit", "a.meier"],
        ["admit", "harvester"],
        ["endorse", "c.weber"],
        ["approve", "d.koch"],
      ] as const)
        await airlock(
          "move",
          at("airlock.jsonl"),
          request,
          act,
          "--actor",
          actor,
          "--base",
          folder,
          "--file",
          "table-0.csv",
          "--file",
          "table-1.csv",
        );
    };
    const release = (request: string) =>
      door(
        "release",
        "digimed",
        "heart",
        request,
        "--record",
        at("airlock.jsonl"),
        "--actors",
        at("actors.yaml"),
        "--actor",
        "harvester",
        "--reason",
        "approved",
      );
    await approve("export-1");
    expect([await sees("released", "?format=json"), await sees("released", "/export-1/table-0.csv")]).toEqual([
      200, 404,
    ]);
    await as(pipeline(), "PUT", `${container("results")}/table-1.csv`, "changed\n");
    const changed = await release("export-1");
    expect([changed.exitCode, changed.all]).toEqual([
      1,
      expect.stringContaining("not what was submitted and approved"),
    ]);
    expect((await as(pipeline(), "GET", `${container("released")}?format=json`)).text).toBe("[]");
    await as(pipeline(), "PUT", `${container("results")}/table-1.csv`, "c\n3\n");
    const done = await release("export-1");
    expect([done.exitCode, done.all]).toEqual([0, expect.stringContaining("releasing -> released")]);
    const seen = await as(reader, "GET", `${container("released")}/export-1/table-1.csv`);
    expect(createHash("sha256").update(seen.text).digest("hex")).toBe(
      createHash("sha256").update("c\n3\n").digest("hex"),
    );
    for (const [purpose, name] of [
      ["results", "/table-1.csv"],
      ["results", ""],
      ["run", "/table-0.csv"],
      ["run", ""],
      [INGEST, ""],
      [INGEST, "/input"],
    ] as const)
      expect([purpose, name, await sees(purpose, name)]).toEqual([purpose, name, 403]);
    expect((await as(reader, "PUT", `${container("released")}/x`, "x")).status).toBe(403);
    const again = await release("export-1");
    expect([again.exitCode, again.all]).toEqual([1, expect.stringContaining("not there to be released")]);
  });

  it("C4H-10: Keystone itself refuses a credential whose end is over, and a token that was had before", async () => {
    const { domain } = world.zone;
    const { domainId = "" } = await domain.token();
    const call = {
      session: domain,
      urn: "urn:pulumi:test::tresor::x::short",
      cancelled: () => false,
      pause: (ms: number) => sleep(ms),
    };
    const user = await serviceUser.create(call, { name: "digimed-short", domainId, description: "", enabled: true });
    const projectId = world.zone.projects["digimed-heart"] ?? "";
    try {
      const { roles = [] } = (await domain.find<{ roles: { id: string; name: string }[] }>("identity", "/roles")) ?? {};
      const reader = roles.find(({ name }) => name === "reader")?.id ?? "";
      await domain.request("identity", "PUT", `/projects/${projectId}/users/${user.id}/roles/${reader}`);
      const end = new Date(Date.now() + 12_000).toISOString().replace(/\.\d+/, "");
      const accessRules = [{ service: "compute", method: "GET", path: "/v2.1/servers" }];
      const made = await applicationCredential.create(call, {
        userId: user.id,
        projectId,
        name: "short",
        roles: ["reader"],
        accessRules,
        expiresAt: end,
        enabled: true,
      });
      const session = domain.as(
        { kind: "application_credential", id: made.id, secret: String(made.outs?.["secret"]) },
        { kind: "given" },
      );
      expect((await session.request("compute", "GET", "/servers")).status).toBe(200);
      await expect(session.request("compute", "GET", "/flavors")).rejects.toSatisfy((error) => hasStatus(error, 401));
      const { value } = await session.token();
      expect(await logsIn(session)).toBe(true);
      await sleep(Math.max(0, Date.parse(end) - Date.now()) + 1100);
      expect(await logsIn(session)).toBe(false);
      const nova = (await pipeline().address("compute")) ?? "";
      const held = await probe({
        method: "GET",
        url: `${nova.replace(/\/v2\.1.*/, "")}/v2.1/servers`,
        headers: { "X-Auth-Token": value },
      });
      expect(held.status).toBe(401);
      session.close();
    } finally {
      await serviceUser.delete(call, user.id, {});
    }
  });

  it("DIGIMED-20, DENBI-4: ways that somebody opens are drift; freezing shuts every door at once, and unfreezing opens what was planned", async () => {
    const crawls = () => as(crawler, "GET", `${container("run")}/table-0.csv`).then(({ status }) => status);
    expect(await crawls()).toBe(200);
    const before = await signed("before.tar");
    expect((await probe({ method: "PUT", url: before, from: INSIDE, body: "x" })).status).toBe(201);
    await pipeline().request("object-store", "POST", "/digimed-heart-run", {
      headers: { "X-Container-Read": ".r:*,.rlistings" },
    });
    await pipeline().request("object-store", "POST", "", { headers: { "X-Account-Meta-Temp-URL-Key": "by-hand" } });
    expect((await probe({ method: "GET", url: container("run") })).status).toBe(200);
    await refreshCheck("digimed", 7);
    await withEdit(
      "digimed",
      (text) => withFrozen(text, FILE, WORD),
      async () => {
        await up("digimed");
        expect((await probe({ method: "GET", url: container("run") })).status).toBe(401);
        const { headers } = await pipeline().request("object-store", "HEAD", "");
        expect(headers["x-account-meta-temp-url-key"]).toBeUndefined();
        expect((await probe({ method: "PUT", url: before, from: INSIDE, body: "x" })).status).toBe(401);
        // The token that the crawler holds, too: it is on no list.
        expect(await crawls()).toBeGreaterThanOrEqual(401);
        expect(await logsIn(crawler)).toBe(false);
        const shut = await door("ingest", "digimed", "heart/heart-centre", "--out", at("frozen.sh"));
        expect([shut.exitCode, shut.all]).toEqual([1, expect.stringContaining("is shut")]);
        await refreshCheck("digimed");
      },
    );
    await up("digimed");
    await refreshCheck("digimed");
    expect(await logsIn(crawler)).toBe(true);
    const again = new Session(crawler.entry, { warn: () => undefined });
    expect((await as(again, "GET", `${container("run")}/table-0.csv`)).status).toBe(200);
    again.close();
    expect((await probe({ method: "PUT", url: before, from: INSIDE, body: "x" })).status).toBe(401);
    expect((await probe({ method: "PUT", url: await signed("after.tar"), from: INSIDE, body: "x" })).status).toBe(201);
    expect((await probe({ method: "GET", url: container("run") })).status).toBe(401);
  });
});
