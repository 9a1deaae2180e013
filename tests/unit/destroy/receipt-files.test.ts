import { execa } from "execa";
import { mkdir, readFile, readdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { fingerprintOf, isSignedBy, newKeyPair, privateKeyOf, publicKeyOf } from "../../../deletion/signature.ts";
import type { Receipt } from "../../../deletion/receipt.ts";
import { receiptKey, receiptVerify } from "../../../scripts/commands/receipt.ts";
import { verifyReceipt, writeReceipt, type ReceiptFiles } from "../../../scripts/destroy/receipt-files.ts";
import { makeSigningKey, readPublicKey, readSigningKey } from "../../../scripts/destroy/signing-key.ts";
import { scratchOfAll } from "../../scratch.ts";
import { testIo } from "../commands/io.ts";

const directory = scratchOfAll();
let files: ReceiptFiles;
const RECEIPT: Omit<Receipt, "signer"> = {
  ...{ format: 1, type: "tresor-deletion-receipt", zone: { name: "zone", domainId: "d1" } },
  ...{ from: "2026-11-21T12:00:00.000Z", until: "2026-11-21T12:09:00.000Z", runs: [], lists: [], attested: [] },
  objects: [
    {
      ...{ kind: "volume", id: "v", name: "daten-ä", project: "zone-lab", data: true, maker: "stack" },
      ...{ method: "cryptoShred", at: "2026-11-21T12:05:00.000Z" },
    },
  ],
  ...{ left: [], nothingLeft: true, methods: {}, limits: [] },
};

beforeAll(async () => {
  const { signing } = await makeSigningKey(directory);
  const signer = { algorithm: "Ed25519" as const, publicKey: signing.publicKey };
  files = await writeReceipt(directory, { ...RECEIPT, signer }, signing);
});

describe("a receipt's files (C4H-13)", () => {
  it("verify by us and by openssl, with the key that was handed out", async () => {
    const key = await readPublicKey(path.join(directory, "receipt.pub"));
    expect(await verifyReceipt(files.json, key)).toMatchObject({ ok: true, receipt: { zone: { name: "zone" } } });
    expect(await verifyReceipt(files.json, undefined)).toMatchObject({ ok: true });
    const { exitCode } = await execa(
      "openssl",
      [
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        path.join(directory, "receipt.pub"),
        "-rawin",
        "-in",
        files.json,
        "-sigfile",
        files.signature,
      ],
      { reject: false },
    );
    expect(exitCode).toBe(0);
  });

  it("lie there signed or not at all: the signature is written first", async () => {
    const { signing } = await makeSigningKey(directory);
    const signer = { algorithm: "Ed25519" as const, publicKey: signing.publicKey };
    const write = async (until: string): Promise<readonly string[]> => {
      await writeReceipt(directory, { ...RECEIPT, until, signer }, signing).catch(() => undefined);
      const stem = until.replaceAll(/[:.]/g, "-");
      return (await readdir(path.join(directory, "receipts"))).filter((name) => name.includes(stem)).toSorted();
    };
    // Where a directory has its name, a file cannot be written: as far as a kill there.
    await mkdir(path.join(directory, "receipts", "zone-2026-11-21T13-00-00-000Z.json.sig"));
    expect(await write("2026-11-21T13:00:00.000Z")).toEqual(["zone-2026-11-21T13-00-00-000Z.json.sig"]);
    // The control: without it all three are there.
    const all = ["html", "json", "json.sig"].map((end) => `zone-2026-11-21T14-00-00-000Z.${end}`);
    expect(await write("2026-11-21T14:00:00.000Z")).toEqual(all);
  });

  it("do not verify once any one byte of the text is another", async () => {
    const bytes = await readFile(files.json);
    const copy = path.join(directory, "tampered.json");
    await writeFile(`${copy}.sig`, await readFile(files.signature));
    const passed: number[] = [];
    for (let index = 0; index < bytes.length; index++) {
      const tampered = Buffer.from(bytes);
      tampered[index]! ^= 1;
      await writeFile(copy, tampered);
      if ((await verifyReceipt(copy, undefined)).ok) passed.push(index);
    }
    expect(passed).toEqual([]);
    for (const other of [Buffer.concat([bytes, Buffer.from("\n")]), bytes.subarray(0, -1), Buffer.alloc(0)]) {
      await writeFile(copy, other);
      expect((await verifyReceipt(copy, undefined)).ok).toBe(false);
    }
    // The control: the very bytes under that name.
    await writeFile(copy, bytes);
    expect((await verifyReceipt(copy, undefined)).ok).toBe(true);
  });

  it("do not verify with another key, another signature, or one that is cut off", async () => {
    const other = publicKeyOf(privateKeyOf(newKeyPair().privatePem));
    expect(await verifyReceipt(files.json, other)).toMatchObject({
      ok: false,
      why: expect.stringMatching(/another key/),
    });
    const bytes = await readFile(files.json);
    const signature = await readFile(files.signature);
    const { publicKey } = await readSigningKey(directory);
    expect(isSignedBy(bytes, signature, publicKey)).toBe(true);
    expect(isSignedBy(bytes, signature.subarray(1), publicKey)).toBe(false);
    expect(isSignedBy(bytes, Buffer.alloc(64), publicKey)).toBe(false);
    expect(isSignedBy(bytes, signature, "nonsense")).toBe(false);
    expect(fingerprintOf(publicKey)).toMatch(/^([0-9a-f]{4}:){15}[0-9a-f]{4}$/);
  });

  it("the key is made once, 0600, and stays", async () => {
    const before = await readFile(path.join(directory, "receipt.key"), "utf8");
    expect((await stat(path.join(directory, "receipt.key"))).mode & 0o777).toBe(0o600);
    const io = await testIo();
    expect(await receiptKey({ dir: directory, json: false }, io)).toBe(0);
    expect(io.said.join("\n")).toMatch(/BEGIN PUBLIC KEY/);
    expect(io.said.join("\n")).not.toMatch(/PRIVATE/);
    expect(await readFile(path.join(directory, "receipt.key"), "utf8")).toBe(before);
    expect((await readdir(directory)).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("the command says 0, 2 and 1", async () => {
    const io = await testIo();
    expect(await receiptVerify({ file: files.json, json: false }, io)).toBe(0);
    expect(io.said.join()).toMatch(/1 objects deleted, nothing is left/);
    const copy = path.join(io.cwd, "x.json");
    await writeFile(copy, "{}");
    await writeFile(`${copy}.sig`, "");
    expect(await receiptVerify({ file: "x.json", json: false }, io)).toBe(2);
    await expect(receiptVerify({ file: "none.json", json: false }, io)).rejects.toThrow(/cannot be read/);
    await expect(readSigningKey(io.cwd)).rejects.toThrow(/tresor receipt key/);
    await writeFile(path.join(io.cwd, "receipt.key"), "nonsense");
    await expect(readSigningKey(io.cwd)).rejects.toThrow(/no Ed25519 key/);
  });
});
