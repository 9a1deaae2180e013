import { readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { askBody, makeGuestKey, verifyReleases } from "../../../attestation/release/index.ts";
import { releaseLog, releaseServe, releaseVerify } from "../../../scripts/commands/release.ts";
import { readReleaseConfig } from "../../../scripts/release/config.ts";
import { REFUSED } from "../../../scripts/release/service.ts";
import { leaf, revocationList } from "../attestation/synthetic.ts";
import { at, certificate, clear } from "../envelope/openssl.ts";
import { AUTHORITY_CERTIFICATE, DATASET, POLICY, SECRET, claimOf } from "../release/lab.ts";
import { guestCall } from "../release/call.ts";
import { testIo } from "./io.ts";

let tls: { key: string; cert: string };
beforeAll(() => {
  certificate("command", "p384", "-addext", "subjectAltName=IP:127.0.0.1");
  tls = { key: readFileSync(at("command.key"), "utf8"), cert: readFileSync(at("command.pem"), "utf8") };
  clear();
});

const CONFIG = `format: 1
cloud: heart
certificates: [certs]
datasets:
  ${DATASET}: { secret: ${SECRET}, policy: policy.yaml }
`;

async function site() {
  const io = await testIo();
  const file = (name: string): string => path.join(io.cwd, name);
  await mkdir(file("certs"));
  await Promise.all([
    writeFile(file("release.yaml"), CONFIG),
    writeFile(file("policy.yaml"), JSON.stringify(POLICY)),
    writeFile(file("tls.key"), tls.key),
    writeFile(file("tls.pem"), tls.cert),
    writeFile(file("certs/leaf.der"), leaf("genoa")),
    writeFile(file("certs/authority.der"), AUTHORITY_CERTIFICATE),
    writeFile(file("certs/revoked.crl"), revocationList("genoa", [])),
  ]);
  return { io, file };
}
const OPTIONS = {
  config: "release.yaml",
  record: "releases.jsonl",
  cert: "tls.pem",
  key: "tls.key",
  listen: "127.0.0.1:0",
};
const post = (port: number, place: string, body: string) => guestCall({ port, ca: tls.cert }, place, body);

describe("tresor release (DIGIMED-6)", () => {
  it("serves by AMD's roots: a guest of the tests' hierarchy gets a nonce and no key, and the log says why", async () => {
    const { io, file } = await site();
    const code = await releaseServe(OPTIONS, io, async ({ port }) => {
      const guest = makeGuestKey();
      const asked = await post(port, "/v1/challenge", askBody({ dataset: DATASET, key: guest.der }));
      expect(asked.status).toBe(200);
      const nonce = Buffer.from((JSON.parse(asked.body) as { nonce: string }).nonce, "base64");
      expect(await post(port, "/v1/key", claimOf(guest, nonce))).toEqual(REFUSED);
      // The record has one writer.
      await expect(releaseServe(OPTIONS, io, async () => undefined)).rejects.toThrow(/is being changed by process/);
    });
    expect(code).toBe(0);
    const { entries, findings } = verifyReleases(await readFile(file("releases.jsonl"), "utf8"));
    expect(findings).toEqual([]);
    expect(entries.map(({ act, failed }) => [act, failed?.map(({ check }) => check)])).toEqual([
      ["start", undefined],
      ["refuse", ["chain", "revocation"]],
    ]);
    expect(await releaseLog("releases.jsonl", { json: false }, io)).toBe(0);
    expect(io.said.join("\n")).toMatch(/refuse .*heart\/imaging .*127\.0\.0\.1[^]*chain: .*did not sign/);
    io.said.length = 0;
    expect(await releaseVerify("releases.jsonl", { json: false }, io)).toBe(0);
    const head = /^ok {2}head (2:[0-9a-f]{64})$/.exec(io.said[0] ?? "")?.[1] ?? "";
    const text = await readFile(file("releases.jsonl"), "utf8");
    await writeFile(file("releases.jsonl"), `${text.split("\n")[0]}\n`);
    expect(await releaseVerify("releases.jsonl", { json: false }, io)).toBe(0);
    expect(await releaseVerify("releases.jsonl", { head, json: true }, io)).toBe(2);
    await writeFile(file("releases.jsonl"), text.replace("chain", "chair"));
    expect(await releaseVerify("releases.jsonl", { json: false }, io)).toBe(2);
    // Nobody builds on it.
    await expect(releaseServe(OPTIONS, io, async () => undefined)).rejects.toThrow(/not as it was written \(line 2\)/);
  });

  it.each<[string, string, RegExp]>([
    ["another format", CONFIG.replace("format: 1", "format: 2"), /release\.format/],
    ["no data set", CONFIG.replace(/datasets:[^]*/, "datasets: {}\n"), /at least one data set/],
    ["a key that it does not know", `${CONFIG}roots: mine\n`, /roots/],
    ["no secret of Barbican", CONFIG.replace(SECRET, "mammo"), /the id of a secret in Barbican/],
    ["a name in capitals", CONFIG.replace(DATASET, "Heart"), /Heart/],
    ["no certificates", CONFIG.replace("[certs]", "[]"), /at least one file or directory/],
    ["a policy that is not there", CONFIG.replace("policy.yaml", "other.yaml"), /other\.yaml cannot be read/],
  ])("a config with %s is refused", async (_, text, words) => {
    const { file } = await site();
    expect((await readReleaseConfig(file("release.yaml"))).datasets.get(DATASET)?.secret).toBe(SECRET);
    await writeFile(file("release.yaml"), text);
    await expect(readReleaseConfig(file("release.yaml"))).rejects.toThrow(words);
  });

  it("a policy that leaves open what no release may is refused, all of it at once", async () => {
    const { file } = await site();
    await writeFile(file("policy.yaml"), JSON.stringify({ ...POLICY, nonce: "when-given", guest: { debug: true } }));
    const refused = readReleaseConfig(file("release.yaml"));
    await expect(refused).rejects.toThrow(/policy\.nonce: policy\.yaml leaves open/);
    await expect(refused).rejects.toThrow(/policy\.guest\.debug/);
  });

  it.each(["8443", "localhost", "127.0.0.1:99999", "::1:8443"])("--listen %s is refused", async (listen) => {
    const { io } = await site();
    await expect(releaseServe({ ...OPTIONS, listen }, io, async () => undefined)).rejects.toThrow(
      /no address with a port/,
    );
  });
});
