import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { UserError } from "../../../config/problem.ts";
import { isNotFound, orAbsent, QuobyteClient, QuobyteError } from "../../../quobyte/client.ts";
import type { FaultKind } from "../../../quobyte/errors.ts";
import type { GivenFault, Simulator } from "../../../scripts/devcloud/quobyte/index.ts";
import { clientOf, failureOf, startSimulator, testTls } from "./target.ts";

let simulator: Simulator;
let client: QuobyteClient;
let tenant: string;

beforeAll(async () => {
  simulator = await startSimulator();
  client = clientOf(simulator);
  tenant = (await client.call("setTenant", { tenant: { name: "heart" } })).tenant_id ?? "";
});
afterEach(() => {
  simulator.faults.clear();
  simulator.calls.length = 0;
});
afterAll(() => simulator.close());

const once = (fault: GivenFault): void => simulator.faults.add(fault);
const make = (name: string) => client.call("createVolume", { name, tenant_id: tenant }, `create the volume "${name}"`);
const names = async (): Promise<string[]> => {
  const { volume = [] } = await client.call("getVolumeList", { tenant_domain: tenant });
  return volume.map(({ name }) => name ?? "");
};

describe("the address and the CA", () => {
  const options = { user: "u", password: "p" };
  it.each([
    "http://quobyte.example.org:7860",
    "ftp://quobyte",
    "quobyte:7860",
    "https://user:secret@quobyte.example.org",
  ])("%s is refused in words, without what is secret in it", (url) => {
    expect(() => new QuobyteClient({ ...options, url })).toThrow(UserError);
    expect(() => new QuobyteClient({ ...options, url })).toThrow(
      /address of Quobyte's API is refused.*allowed: https:\/\//,
    );
    expect(() => new QuobyteClient({ ...options, url })).not.toThrow(/secret/);
  });

  it("refuses a CA that is no certificate", () => {
    const made = (): QuobyteClient => new QuobyteClient({ ...options, url: simulator.url, ca: "no certificate" });
    expect(made).toThrow(/CA of Quobyte's API is no certificate.*Next: .*BEGIN CERTIFICATE/);
  });

  it("does not talk to a server whose certificate its CA did not sign, whatever the environment says", async () => {
    const before = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    const quiet = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    try {
      const error = await failureOf(clientOf({ url: simulator.url, ca: testTls().cert }).call("getInformation", {}));
      expect(error).toMatchObject({ kind: "TLS", mayBeDone: false });
      expect(String(error)).toMatch(/certificate is not trusted.*cannot be switched off/);
      expect(simulator.calls).toEqual([]);
    } finally {
      quiet.mockRestore();
      if (before === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
      else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;
    }
  });
});

describe("the session", () => {
  it("begins with user and password and goes on with the cookie", async () => {
    const own = clientOf(simulator);
    for (let call = 0; call < 3; call++) await own.call("getInformation", {});
    expect(simulator.calls.map(({ session }) => session)).toEqual([false, true, true]);
  });

  it("logs in once for calls that start together", async () => {
    const own = clientOf(simulator);
    await Promise.all(Array.from({ length: 8 }, () => own.call("getInformation", {})));
    expect(simulator.calls.filter(({ session }) => !session)).toHaveLength(1);
  });

  it("does without a session where the server keeps none, and does not make calls wait for each other then", async () => {
    let [together, most] = [0, 0];
    const transport = {
      send: async ({ body = "", headers }: { readonly body?: string; readonly headers: Record<string, string> }) => {
        most = Math.max(most, ++together);
        await new Promise((resolve) => setTimeout(resolve, 5));
        together--;
        expect(headers["Authorization"]).toMatch(/^Basic /);
        const { id } = JSON.parse(body) as { id: string };
        return { status: 200, headers: {}, text: JSON.stringify({ jsonrpc: "2.0", id, result: {} }) };
      },
      close: () => undefined,
    };
    const own = clientOf(simulator, { transport });
    await own.call("getInformation", {});
    await Promise.all(Array.from({ length: 4 }, () => own.call("getInformation", {})));
    expect(most).toBe(4);
  });

  it("is made anew where the server forgot it, and nothing is done twice", async () => {
    await client.call("getInformation", {});
    simulator.forgetSessions();
    await make("after-restart");
    once({ fault: "expired", method: "createVolume" });
    await make("after-end");
    expect(await names()).toEqual(["after-restart", "after-end"]);
  });

  it("ends in words where the password is not accepted", async () => {
    const error = await failureOf(clientOf(simulator, { password: "another-secret" }).call("getInformation", {}));
    expect(error).toMatchObject({ kind: "AUTHENTICATION", status: 401 });
    expect(String(error)).toMatch(/credential is not accepted.*access key ends with its validity/);
    expect(String(error)).not.toMatch(/another-secret/);
  });

  it("works with an access key for management until that ends, and never with one for data", async () => {
    let now = Date.now();
    const dated = await startSimulator({ now: () => now });
    const owner = clientOf(dated);
    const key = async (access_key_type: "MANAGEMENT_ACCESS_KEY" | "DATA_ACCESS_KEY") => {
      const made = await owner.call("createAccessKeyCredentials", {
        user_name: "toolkit",
        validity_days: 1,
        access_key_type,
      });
      const { access_key_id: user = "", secret_access_key: password = "" } = made.access_key_credentials;
      return () => failureOf(clientOf(dated, { user, password }).call("getInformation", {}));
    };
    const [management, data] = [await key("MANAGEMENT_ACCESS_KEY"), await key("DATA_ACCESS_KEY")];
    expect(await management()).toBeUndefined();
    expect(await data()).toMatchObject({ kind: "AUTHENTICATION" });
    now += 2 * 86_400_000;
    expect(await management()).toMatchObject({ kind: "AUTHENTICATION" });
    await dated.close();
  });
});

describe("faults", () => {
  it.each<[GivenFault, string]>([
    [{ fault: "unavailable", times: 3 }, "ok"],
    [{ fault: "lost", times: 2 }, "ok"],
    [{ fault: "slow", milliseconds: 20 }, "ok"],
    [{ fault: "expired" }, "ok"],
  ])("a read comes through %j", async (fault, outcome) => {
    once({ ...fault, method: "getVolumeList" });
    await names();
    expect(simulator.calls.at(-1)?.outcome).toBe(outcome);
  });

  it.each<[GivenFault, FaultKind, boolean]>([
    [{ fault: "lost" }, "CONNECTION", true],
    [{ fault: "broken" }, "HTTP", true],
    [{ fault: "half-done" }, "JSON_ENCODING_FAILED", true],
  ])("a create is not repeated after %j, and may have been done", async (fault, kind, done) => {
    once({ ...fault, method: "createVolume" });
    const name = `create-${fault.fault}`;
    const error = await failureOf(make(name));
    expect(error).toMatchObject({ kind, mayBeDone: done });
    expect(simulator.calls.filter(({ method }) => method === "createVolume")).toHaveLength(1);
    expect((await names()).filter((one) => one === name)).toHaveLength(1);
    expect(String(error)).toMatch(/may have been done all the same: look before it is repeated/);
  });

  it("a removal whose answer was lost is done", async () => {
    const { volume_uuid } = await make("to-be-removed");
    once({ fault: "lost", method: "deleteVolume" });
    await client.call("deleteVolume", { volume_uuid });
    expect(await names()).not.toContain("to-be-removed");
    // The control: without a lost answer, what is not there is told.
    expect(await failureOf(client.call("deleteVolume", { volume_uuid }))).toMatchObject({ kind: "ENTITY_NOT_FOUND" });
  });

  it("waits no longer than its timeout, and says that no answer came", async () => {
    once({ fault: "silent", method: "createVolume" });
    const hasty = clientOf(simulator, { timeout: 50 });
    const error = await failureOf(hasty.call("createVolume", { name: "silent", tenant_id: tenant }));
    expect(error).toMatchObject({ kind: "CONNECTION", mayBeDone: true });
    expect(String(error)).toMatch(/no answer came/);
  });

  it("gives up after five attempts", async () => {
    once({ fault: "unavailable", times: 100 });
    expect(await failureOf(client.call("getInformation", {}))).toMatchObject({ kind: "HTTP", status: 503 });
    expect(simulator.calls).toHaveLength(5);
  });

  it("tells ENOENT from the other errors", async () => {
    once({ fault: "absent", method: "resolveVolumeName" });
    const asked = (): Promise<unknown> =>
      client.call("resolveVolumeName", { volume_name: "after-end", tenant_domain: tenant });
    expect(isNotFound(await failureOf(asked()))).toBe(true);
    expect(await orAbsent(asked())).toMatchObject({ volume_uuid: expect.any(String) as string });
    expect(await orAbsent(client.call("resolveVolumeName", { volume_name: "nobody" }))).toBeUndefined();
  });
});

describe("what is sent and what is shown", () => {
  it("sends no parameter that the contract does not have", async () => {
    const invented = { name: "a", tenant_id: tenant, encrypted: true } as { name: string };
    const error = await failureOf(client.call("createVolume", invented));
    expect(error).toMatchObject({ kind: "PARAMS", mayBeDone: false });
    expect(String(error)).toMatch(/nothing was sent.*encrypted/);
    expect(simulator.calls).toEqual([]);
  });

  it("keeps 64-bit numbers whole, both ways", async () => {
    const value = 2n ** 62n + 1n;
    const consumer = [{ type: "TENANT" as const, identifier: tenant }];
    await client.call("setQuota", { quotas: [{ consumer, limits: [{ type: "LOGICAL_DISK_SPACE", value }] }] });
    const { quotas = [] } = await client.call("getQuota", { tenant_domain: tenant });
    expect(quotas[0]?.limits?.[0]).toMatchObject({ type: "LOGICAL_DISK_SPACE", value });
    await client.call("setQuota", { quotas: [{ consumer, limits: [] }] });
  });

  it("says in an error what was tried, where, why and what next, and strikes out what is secret", async () => {
    await make("twice");
    const error = await failureOf(make("twice"));
    expect(error).toBeInstanceOf(QuobyteError);
    expect(String(error)).toMatch(
      /cannot create the volume "twice": there is one of this name \(Quobyte at 127\.0\.0\.1:\d+ answered -3: .*\)\. Next: choose/,
    );
    const details = [{ access_key_id: "", secret_access_key: "a-very-secret-key" }];
    const key = await failureOf(
      client.call(
        "importAccessKeys",
        { user_name: "toolkit", access_key_details: details },
        "import a-very-secret-key",
      ),
    );
    expect(String(key)).not.toMatch(/a-very-secret-key|a-secret-of-the-tests/);
    expect(String(key)).toMatch(/cannot import \[secret\]/);
  });
});
