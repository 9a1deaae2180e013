import { randomBytes } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { envelopeOpen, envelopeSeal, envelopeShow, type SealOptions } from "../../../scripts/commands/envelope.ts";
import { FakeCloud } from "../provider/fake/cloud.ts";
import { at, certificate, clear, openssl } from "../envelope/openssl.ts";
import { testIo } from "./io.ts";

const KEY = randomBytes(32);
const SECRET = "0f1c2d3e-0000-4000-8000-0123456789ab";
let cloud: FakeCloud;
beforeAll(async () => {
  certificate("broker", "p256");
  cloud = await new FakeCloud().start();
}, 60_000);
afterAll(async () => {
  clear();
  await cloud.stop();
});

async function world(input = "") {
  const io = { ...(await testIo(input)), now: () => new Date(Date.now() + 60_000) };
  const all = (): string => [...io.said, ...io.noted].join("\n");
  return { io, all, out: (name: string): string => path.join(io.cwd, name) };
}
const seal = (more: Partial<SealOptions>): SealOptions => ({
  ...{ to: [at("broker.pem")], ca: [], keyStdin: false, out: "study.cms", json: false },
  ...more,
});
const noKeyIn = (text: string): void => {
  for (const encoding of ["hex", "base64"] as const) expect(text).not.toContain(KEY.toString(encoding));
};

describe("tresor envelope (C4H-9)", () => {
  it.each(["hex", "base64"] as const)(
    "seals a key from standard input (%s), and opens it into a private file",
    async (encoding) => {
      const { io, all, out } = await world(`${KEY.toString(encoding)}\n`);
      expect(await envelopeSeal(seal({ keyStdin: true, ca: [at("broker.pem")] }), io)).toBe(0);
      const options = { key: at("broker.key"), out: "study.key", json: false };
      expect(await envelopeOpen("study.cms", options, io)).toBe(0);
      expect(await readFile(out("study.key"))).toEqual(KEY);
      for (const file of ["study.cms", "study.key"]) expect((await stat(out(file))).mode & 0o777).toBe(0o600);
      noKeyIn(all());
      expect(all()).toContain("sealed for CN=broker");
      // What is there is never written over: it may be the only copy.
      await expect(envelopeOpen("study.cms", options, io)).rejects.toThrow(/study.key is there already/);
      await expect(envelopeSeal(seal({ keyStdin: true }), io)).rejects.toThrow(/study.cms is there already/);
    },
  );

  it("DIGIMED-6: takes the key from Barbican by the caller's own right, and says whom to ask where there is none", async () => {
    const { io, all, out } = await world();
    const auth = {
      auth_url: cloud.url,
      username: "ada",
      password: "pa55-word-of-ada",
      user_domain_name: "d",
      project_id: "home",
    };
    await writeFile(out("clouds.yaml"), JSON.stringify({ clouds: { ada: { auth } } }));
    const env = { OS_CLIENT_CONFIG_FILE: out("clouds.yaml") };
    const asked = seal({ secret: `http://cloud/v1/secrets/${SECRET}`, cloud: "ada" });
    const plain = Buffer.alloc(32, "k");
    cloud.on("GET", "/keys/v1/secrets/:id/payload", ({ headers }) =>
      headers.accept === "application/octet-stream" ? [200, plain.toString()] : [406],
    );
    expect(await envelopeSeal({ ...asked, out: "b.cms" }, { ...io, env })).toBe(0);
    const args = ["-inform", "PEM", "-in", out("b.cms"), "-inkey", at("broker.key"), "-recip", at("broker.pem")];
    expect(openssl("cms", "-decrypt", "-binary", ...args)).toEqual(plain);
    expect(all()).not.toContain(plain.toString());
    cloud.on("GET", "/keys/v1/secrets/:id/payload", () => [403, { description: "not allowed" }]);
    await expect(envelopeSeal({ ...asked, out: "c.cms" }, { ...io, env })).rejects.toThrow(
      /ask the zone's administrator/,
    );
    await expect(envelopeSeal({ ...asked, secret: "mammo" }, { ...io, env })).rejects.toThrow(/no secret of Barbican/);
  });

  it("says that nobody looked at who signed a certificate, unless somebody did", async () => {
    const { io, all } = await world(KEY.toString("hex"));
    await envelopeSeal(seal({ keyStdin: true }), io);
    expect(all()).toContain("who signed these certificates was not looked at");
    const checked = await world(KEY.toString("hex"));
    await envelopeSeal(seal({ keyStdin: true, ca: [at("broker.pem")] }), checked.io);
    expect(checked.all()).not.toContain("not looked at");
  });

  it.each<[string, Partial<SealOptions>, RegExp]>([
    ["no key", {}, /no key was named/],
    ["two keys", { keyStdin: true, keyFile: "key" }, /several keys were named/],
    ["a key that is none", { keyStdin: true }, /5 bytes/],
    ["no recipient", { to: [], keyStdin: true }, /no recipient was named/],
    ["a certificate that is not there", { to: ["gone.pem"], keyStdin: true }, /gone.pem cannot be read/],
    ["a private key as certificate", { to: [at("broker.key")], keyStdin: true }, /is no certificate/],
  ])("refuses %s", async (_, more, words) => {
    const { io, out } = await world("c2hvcnQ=");
    await expect(envelopeSeal(seal(more), io)).rejects.toThrow(words);
    await expect(stat(out("study.cms"))).rejects.toThrow();
  });

  it("opens with a private key that has a passphrase, and with no other one", async () => {
    const { io, out } = await world(KEY.toString("hex"));
    await envelopeSeal(seal({ keyStdin: true }), io);
    await writeFile(out("pass"), "one two three\n");
    openssl("pkcs8", "-topk8", "-in", at("broker.key"), "-out", out("locked.key"), "-passout", `file:${out("pass")}`);
    const options = { key: "locked.key", out: "study.key", json: false };
    await expect(envelopeOpen("study.cms", options, io)).rejects.toThrow(/passphrase is missing or wrong/);
    expect(await envelopeOpen("study.cms", { ...options, passphraseFile: "pass" }, io)).toBe(0);
    expect(await readFile(out("study.key"))).toEqual(KEY);
  });

  it("shows for whom an envelope is, also as JSON", async () => {
    const { io, all } = await world(KEY.toString("hex"));
    await envelopeSeal(seal({ keyStdin: true }), io);
    expect(await envelopeShow("study.cms", { json: false }, io)).toBe(0);
    expect(all()).toMatch(/serial [0-9A-F]+ +ECDH/);
    await envelopeShow("study.cms", { json: true }, io);
    expect(JSON.parse(io.said.at(-1) ?? "")).toMatchObject({ recipients: [{ wrapped: "ECDH" }], others: 0, bytes: 32 });
  });
});
