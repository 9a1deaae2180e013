import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { QuobyteClient } from "../../quobyte/client.ts";
import { devcloudSettings } from "../../scripts/devcloud/index.ts";
import { loopbackTls, Simulator } from "../../scripts/devcloud/quobyte/index.ts";
import { hasCloud } from "./provider-site.ts";

const SCRIPT = fileURLToPath(new URL("quobyte-driver.py", import.meta.url));
const PASSWORD = "canary-of-a-password-7741";
const DAY = 86_400_000;

interface Outcome {
  readonly ok: boolean;
  readonly error?: string;
  readonly message?: string;
}

/**
 * What OpenStack's own driver does with a server that it should not trust, beside what our client does. The driver runs unmodified, in the
 * installed Manila's Python, against a simulator of this test's own; no service of the cloud is touched.
 */
describe.skipIf(!hasCloud)(
  "OpenStack's Quobyte driver and a server that is not to be trusted (DIGIMED-2, DIGIMED-16)",
  () => {
    let root: string;
    let simulator: Simulator;
    let ca: string;
    let otherCa: string;
    let clock = Date.now();

    /** The driver's set-up by these options; what is left out it takes as it comes. */
    async function driver(options: Record<string, string>): Promise<Outcome> {
      const all = { driver_handles_share_servers: "False", share_backend_name: "QUOBYTE", ...options };
      const file = join(root, "manila.conf");
      const lines = Object.entries(all).map(([key, value]) => `${key} = ${value}`);
      await writeFile(file, ["[quobyte]", ...lines, ""].join("\n"), { mode: 0o600 });
      const { stdout } = await execa(join(devcloudSettings().venv, "bin", "python"), [SCRIPT, file]);
      return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Outcome;
    }
    const user = { quobyte_api_username: "manila", quobyte_api_password: PASSWORD };
    const client = (more: { ca?: string; user?: string; password?: string } = {}): QuobyteClient =>
      new QuobyteClient({ url: simulator.url, ca: simulator.ca, user: "manila", password: PASSWORD, ...more });

    beforeAll(async () => {
      root = await mkdtemp(join(tmpdir(), "tresor-driver-"));
      const tls = loopbackTls(join(root, "tls"));
      ca = tls.caFile;
      otherCa = loopbackTls(join(root, "other")).caFile;
      simulator = await Simulator.start({ tls, user: "manila", password: PASSWORD, now: () => clock });
    });
    afterAll(async () => {
      await simulator.close();
      await rm(root, { recursive: true, force: true });
    });

    it("wrong certificate: with a CA that did not sign it the driver refuses, and sends nothing", async () => {
      const before = simulator.calls.length;
      const refused = await driver({ ...user, quobyte_api_url: simulator.url, quobyte_api_ca: otherCa });
      expect(refused).toMatchObject({ ok: false, error: "QBException" });
      expect(refused.message).toMatch(/CERTIFICATE_VERIFY_FAILED|certificate verify failed/);
      expect(simulator.calls).toHaveLength(before);
      // Control: with the right one the same call is made.
      expect(await driver({ ...user, quobyte_api_url: simulator.url, quobyte_api_ca: ca })).toMatchObject({ ok: true });
      expect(simulator.calls.slice(before).map(({ method }) => method)).toEqual(["getInformation"]);
    });

    it("without quobyte_api_ca the driver checks nothing, which is why preflight demands the word; our client does", async () => {
      expect(await driver({ ...user, quobyte_api_url: simulator.url })).toMatchObject({ ok: true });
      const ours = new QuobyteClient({ url: simulator.url, user: "manila", password: PASSWORD });
      await expect(ours.call("getInformation", {})).rejects.toThrow(/certificate is not trusted/);
    });

    it("http: the driver sends its password in the clear to whoever listens; our client refuses the address", async () => {
      const heard: string[] = [];
      const server = createServer((request, response) => {
        heard.push(request.headers.authorization ?? "");
        response.writeHead(200, { "Content-Type": "application/json" }).end('{"jsonrpc":"2.0","id":"1","result":{}}');
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      expect(await driver({ ...user, quobyte_api_url: url, quobyte_api_ca: ca })).toMatchObject({ ok: true });
      expect(heard).toEqual([`Basic ${Buffer.from(`manila:${PASSWORD}`).toString("base64")}`]);
      expect(() => new QuobyteClient({ url, user: "manila", password: PASSWORD })).toThrow(/allowed: https:\/\//);
      server.close();
      expect(heard).toHaveLength(1);
    });

    it("expired access key: both are refused by the cluster from its end on, and not before", async () => {
      const { access_key_credentials: key } = await client().call("createAccessKeyCredentials", {
        ...{ user_name: "manila", validity_days: 1, access_key_type: "MANAGEMENT_ACCESS_KEY" },
      });
      const [id, secret] = [key.access_key_id ?? "", key.secret_access_key ?? ""];
      const options = { quobyte_api_username: id, quobyte_api_password: secret };
      const by = { ...options, quobyte_api_url: simulator.url, quobyte_api_ca: ca };
      expect(await driver(by)).toMatchObject({ ok: true });
      await client({ user: id, password: secret }).call("getInformation", {});
      clock += 2 * DAY;
      const refused = await driver(by);
      expect(refused).toMatchObject({ ok: false });
      expect(refused.message).toMatch(/401/);
      expect(refused.message).not.toContain(secret);
      await expect(client({ user: id, password: secret }).call("getInformation", {})).rejects.toMatchObject({
        kind: "AUTHENTICATION",
      });
    });
  },
);
