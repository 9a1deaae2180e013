import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StackConfig } from "../../../config/index.ts";
import { platformSchema } from "../../../config/platform.ts";
import { loadCluster, openCluster } from "../../../quobyte/clusters-file.ts";
import { Simulator } from "../../../scripts/devcloud/quobyte/index.ts";
import { quobyteClear, quobyteCluster, quobyteManila } from "../../../scripts/preflight/checks/quobyte.ts";
import type { PreflightContext } from "../../../scripts/preflight/types.ts";
import type { Session } from "../../../openstack/session.ts";
import { examples } from "../plan/examples.ts";
import { fakeSession } from "../provider/fake/session.ts";
import { tls } from "../provider/fake/quobyte.ts";
import { scratch } from "../../scratch.ts";

const platform = (url: string, manila?: object): StackConfig => ({
  kind: "platform",
  config: platformSchema.parse({
    ...{ format: 1, cloud: "operator", region: "r" },
    quobyte: { main: { title: "Quobyte", url, ...(manila && { manila }) } },
    shareTypes: { fast: { driver: "quobyte", backend: "q", cluster: "main" } },
  }),
});
const tenant: StackConfig = {
  kind: "tenant",
  config: { ...examples.tenant(), quobyte: { main: { requiredTags: [], forbiddenTags: [], volumes: {} } } },
};

let simulator: Simulator;
let directory: string;
let env: NodeJS.ProcessEnv;
const write = (change: object = {}): void => {
  const entry = { url: simulator.url, ca: "ca.pem", user: "tresor", password: "hunter2", ...change };
  writeFileSync(env["TRESOR_QUOBYTE_FILE"]!, JSON.stringify({ clusters: { main: entry } }), { mode: 0o600 });
};
beforeEach(async () => {
  simulator = await Simulator.start({ tls, user: "tresor", password: "hunter2" });
  directory = scratch();
  writeFileSync(join(directory, "ca.pem"), tls.ca);
  env = { TRESOR_QUOBYTE_FILE: join(directory, "quobyte.yaml") };
  write();
});
afterEach(async () => {
  await simulator.close();
});

const context = (stack: StackConfig, session?: Session): PreflightContext => ({
  stack,
  ...{ entry: "operator", areaEntries: [] },
  session: () => (session ? Promise.resolve(session) : Promise.reject(new Error("no cloud is asked"))),
  cluster: async (entry) => ({ url: (await loadCluster(entry, env)).url, client: await openCluster(entry, env) }),
});
const reached = async (stack: StackConfig) =>
  quobyteCluster.judge(await quobyteCluster.fetch(context(stack)), { stack });

describe("preflight of a Quobyte cluster (DIGIMED-2, DIGIMED-16)", () => {
  it("is passed by one that answers an administrator over a trusted certificate", async () => {
    expect(await reached(platform(simulator.url))).toEqual({ result: "ok", says: "main as tresor, release not told" });
    expect((await reached(tenant)).result).toBe("ok");
    const said = quobyteCluster.judge([{ ...(await quobyteCluster.fetch(context(tenant)))[0]!, release: "v 3.24" }], {
      stack: tenant,
    });
    expect(said.says).toBe("main as tresor, v 3.24");
  });

  it("fails over a certificate, a password, an address and a role that are not right, and shows no password", async () => {
    const failures: readonly (readonly [object, RegExp])[] = [
      [{ ca: undefined }, /the server's certificate is not trusted/],
      [{ password: "another" }, /the credential is not accepted/],
      [{ url: "https://127.0.0.1:1/" }, /no answer came/],
      [{ url: "http://127.0.0.1:1/" }, /has a url that is refused/],
    ];
    for (const [change, why] of failures) {
      write(change);
      const judged = await reached(platform(simulator.url));
      expect(judged.result).toBe("failed");
      expect(judged.says).toMatch(why);
      expect(JSON.stringify(judged)).not.toContain("hunter2");
    }
    write();
    expect(await reached(platform("https://quobyte.example.org/"))).toMatchObject({
      result: "failed",
      says: expect.stringMatching(/main: quobyte.yaml says https:\/\/127.* the platform https:\/\/quobyte/) as string,
    });
    const [fact] = await quobyteCluster.fetch(context(tenant));
    const judged = quobyteCluster.judge([{ ...fact!, role: "FILESYSTEM_ADMIN" }], { stack: tenant });
    expect(judged).toMatchObject({
      result: "failed",
      says: "main: the entry's user has FILESYSTEM_ADMIN, not SUPER_USER",
    });
  });

  it("asks nothing where no cluster is named", async () => {
    const without: StackConfig = { kind: "tenant", config: examples.tenant() };
    for (const check of [quobyteCluster, quobyteClear])
      expect(check.judge((await check.fetch(context(without))) as never, { stack: without }).says).toBe(
        "names no Quobyte cluster",
      );
  });
});

describe("preflight of Manila's driver (C4H-13)", () => {
  const judge = (manila?: object) => quobyteManila.judge(undefined, { stack: platform("https://q.example/", manila) });
  it("passes what is declared good, and fails what is bad or not declared: the driver's defaults are neither", () => {
    expect(judge({ deletesShares: true, verifiesTls: true })).toMatchObject({ result: "ok" });
    expect(judge({ deletesShares: false, verifiesTls: true }).says).toContain("data of deleted shares stay");
    expect(judge({ deletesShares: true, verifiesTls: false }).says).toContain("to whoever answers");
    expect(judge()).toMatchObject({ result: "failed", says: expect.stringContaining("not declared") as string });
    const none = platformSchema.parse({ format: 1, cloud: "c", region: "r" });
    expect(quobyteManila.judge(undefined, { stack: { kind: "platform", config: none } }).result).toBe("ok");
  });
});

describe("preflight of volumes (DIGIMED-5)", () => {
  const fake = fakeSession();
  beforeEach(() => {
    fake.cloud.on("GET", "/v3/domains", () => [200, { domains: [{ id: "d1", name: "digimed" }] }]);
    fake.cloud.on("GET", "/v3/projects", () => [200, { projects: [{ id: "p1", domain_id: "d1" }] }]);
  });
  const judged = async () =>
    quobyteClear.judge(await quobyteClear.fetch(context(tenant, fake.session)), { stack: tenant });

  it("names those of the zone's projects that lie in the clear, and nobody else's", async () => {
    const client = await openCluster("main", env);
    for (const id of ["p1", "p2"]) await client.call("setTenant", { tenant: { tenant_id: id, name: id } });
    await client.call("createVolume", { name: "a stranger's", tenant_id: "p2" });
    expect(await judged()).toEqual({ result: "ok", says: "main: 0 volumes, all encrypted" });
    await client.call("createVolume", { name: "share-1", tenant_id: "p1" });
    expect(await judged()).toMatchObject({
      result: "failed",
      says: expect.stringMatching(/^in the clear: "share-1" \(.*\) on main$/) as string,
    });
  });
});
