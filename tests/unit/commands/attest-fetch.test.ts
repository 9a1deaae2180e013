import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { attest } from "../../../scripts/commands/attest.ts";
import { attestFetch, fillStore, type FetchOptions } from "../../../scripts/attest/fetch.ts";
import { kdsUrl } from "../../../scripts/attest/kds.ts";
import { CHIP, leaf, report, revocationList } from "../attestation/synthetic.ts";
import { GENUINE, papers, vector } from "../attestation/vectors.ts";
import { HIERARCHIES, VLEK } from "../attestation/world.ts";
import { testIo } from "./io.ts";

/** AMD's key service as far as it is documented, on this machine: paths, status, answers; and what was asked. */
let server: Server;
let answers: Record<string, (request: IncomingMessage, response: ServerResponse) => void>;
let asked: string[];
let waited: number[];
let io: Awaited<ReturnType<typeof testIo>>;

const send = (body: string | Buffer) => (_: IncomingMessage, response: ServerResponse) => void response.end(body);
const pem = (...ders: readonly Buffer[]): string =>
  ders.map((der) => `-----BEGIN CERTIFICATE-----\n${der.toString("base64")}\n-----END CERTIFICATE-----\n`).join("");
const at = (name: string): string => path.join(io.cwd, name);
const options = (more: Partial<FetchOptions> = {}): FetchOptions => ({
  ...{
    report: "report.bin",
    store: "store",
    json: false,
    kds: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  },
  ...more,
});
const wait = async (milliseconds: number): Promise<void> => void waited.push(milliseconds);
const { ark, ask, roots } = HIERARCHIES.genoa;
const fill = (more: Partial<FetchOptions> = {}): Promise<number> => fillStore(roots, options(more), io, wait);

const LEAF = `/vcek/v1/Genoa/${CHIP}?blSPL=09&teeSPL=00&snpSPL=23&ucodeSPL=219`;
const FILES = ["genoa/vcek/authority.pem", `genoa/vcek/${CHIP}/09-00-17-db.der`, "genoa/vcek/revoked.crl"];

beforeEach(async () => {
  io = await testIo();
  [asked, waited] = [[], []];
  answers = {
    "/vcek/v1/Genoa/cert_chain": send(pem(ask, ark)),
    "/vcek/v1/Genoa/crl": send(revocationList("genoa", [])),
    [LEAF]: send(leaf("genoa")),
  };
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    const answer = answers[request.url ?? ""];
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  await writeFile(at("report.bin"), report("genoa"));
});
afterEach(() => void server.close());

describe("tresor attest fetch (C4H-20)", () => {
  it("fills a store by AMD's documented paths, keeps certificates, and asks for the list anew", async () => {
    expect(await fill()).toBe(0);
    expect(asked).toEqual(["/vcek/v1/Genoa/cert_chain", LEAF, "/vcek/v1/Genoa/crl"]);
    expect(io.said).toEqual(FILES.map((file) => `fetched       ${path.join("store", file)}`));
    expect(await fill({ json: true })).toBe(0);
    expect(asked.slice(3)).toEqual(["/vcek/v1/Genoa/crl"]);
    expect(JSON.parse(io.said.slice(3).join("\n"))).toEqual({
      store: "store",
      files: [
        { file: FILES[0], what: "kept" },
        { file: FILES[1], what: "kept" },
        { file: FILES[2], what: "fetched" },
      ],
    });
  });

  it("asks for Turin with its FMC and a hardware id of 8 bytes", async () => {
    await writeFile(at("report.bin"), report("turin"));
    const asking = fillStore(HIERARCHIES.turin.roots, options(), io, wait);
    answers["/vcek/v1/Turin/cert_chain"] = send(pem(HIERARCHIES.turin.ask));
    answers["/vcek/v1/Turin/crl"] = send(revocationList("turin", []));
    const path = `/vcek/v1/Turin/${CHIP.slice(0, 16)}?fmcSPL=01&blSPL=02&teeSPL=03&snpSPL=04&ucodeSPL=80`;
    answers[path] = send(leaf("turin"));
    expect(await asking).toBe(0);
    expect(asked).toContain(path);
  });

  it("waits as long as the service asks for, and doubles where it does not say", async () => {
    let left = 3;
    answers["/vcek/v1/Genoa/cert_chain"] = (_, response) => {
      left -= 1;
      if (left === 2) response.writeHead(429, { "retry-after": "7" }).end();
      else if (left === 1) response.writeHead(503).end();
      else response.end(pem(ask));
    };
    expect(await fill()).toBe(0);
    expect(waited).toEqual([7000, 20_000]);
    expect(io.noted[0]).toBe("it answers 429; waiting 7 s");
  });

  it("gives up after six attempts, never waiting for more than two minutes", async () => {
    answers["/vcek/v1/Genoa/cert_chain"] = (_, response) =>
      void response.writeHead(429, { "retry-after": "86400" }).end();
    await expect(fill()).rejects.toThrow(/gives no answer: it answers 429/);
    expect(asked).toHaveLength(6);
    expect(waited).toEqual(Array(5).fill(120_000));
  });

  it.each<[string, () => void, RegExp, number]>([
    [
      "a chip that it does not know",
      () => (answers[LEAF] = (_, response) => void response.writeHead(404).end()),
      /refuses \/vcek\/v1\/Genoa\/.*knows no such chip/,
      1,
    ],
    [
      "an authority of somebody else",
      () => (answers["/vcek/v1/Genoa/cert_chain"] = send(pem(HIERARCHIES.milan.ask))),
      /no authority that AMD's root signed/,
      0,
    ],
    ["noise", () => (answers["/vcek/v1/Genoa/cert_chain"] = send("hello")), /no authority/, 0],
    [
      "another chip's certificate",
      () => (answers[LEAF] = send(leaf("genoa", { hwid: Buffer.alloc(64, 7) }))),
      /no certificate of this chip/,
      1,
    ],
    [
      "a list of another root",
      () => (answers["/vcek/v1/Genoa/crl"] = send(revocationList("milan", []))),
      /no revocation list/,
      2,
    ],
    [
      "a list that somebody changed",
      () => {
        const list = revocationList("genoa", []);
        list[list.length - 1]! ^= 1;
        answers["/vcek/v1/Genoa/crl"] = send(list);
      },
      /no revocation list/,
      2,
    ],
    [
      "an old list",
      () => (answers["/vcek/v1/Genoa/crl"] = send(revocationList("genoa", [], { until: "2026-06-01T00:00:00Z" }))),
      /no revocation list/,
      2,
    ],
    ["far too much", () => (answers["/vcek/v1/Genoa/crl"] = send(Buffer.alloc(300_000))), /far too much/, 2],
    [
      "a way to another place",
      () =>
        (answers["/vcek/v1/Genoa/crl"] = (_, response) =>
          void response.writeHead(302, { location: "/vcek/v1/Genoa/cert_chain" }).end()),
      /gives no answer/,
      2,
    ],
  ])("%s: refused, and nothing of it is written", async (_, change, words, written) => {
    change();
    await expect(fill()).rejects.toThrow(words);
    expect(FILES.filter((file) => existsSync(at(`store/${file}`)))).toEqual(FILES.slice(0, written));
  });

  it("what lies in the store and is broken is fetched again", async () => {
    await mkdir(at("store/genoa/vcek"), { recursive: true });
    await writeFile(at("store/genoa/vcek/authority.pem"), pem(HIERARCHIES.milan.ask));
    expect(await fill()).toBe(0);
    expect(await readFile(at("store/genoa/vcek/authority.pem"), "utf8")).toContain(ask.toString("base64").slice(0, 60));
  });

  it("by AMD's roots: a genuine chain is stored, `tresor attest --certs` finds it by chip and TCB, a synthetic one is not stored", async () => {
    await writeFile(at("report.bin"), vector(GENUINE.milan.report));
    const [vcek, milanAsk, milanArk] = papers(...GENUINE.milan.papers) as [Buffer, Buffer, Buffer];
    const table = hostTable([vcek, milanAsk, milanArk]);
    await writeFile(at("table.bin"), table);
    expect(await attestFetch(options({ table: "table.bin" }), io)).toBe(0);
    expect(asked).toEqual([]);
    expect(io.said.map((line) => line.slice(0, 13))).toEqual(["from the host", "from the host"]);
    expect(io.noted).toEqual(["the host gave no revocation list: without --table it is asked of AMD's service"]);

    const bytes = vector(GENUINE.milan.report);
    const hex = (from: number, length: number): string => bytes.toString("hex", from, from + length);
    const least = { bootloader: 4, tee: 0, snp: 24, microcode: 219 };
    const policy = {
      format: 1,
      processors: { milan: least },
      measurements: [hex(0x90, 48)],
      chips: "any",
      hostData: hex(0xc0, 32),
      idKeys: [hex(0xe0, 48)],
      revocation: "when-given",
      nonce: "when-given",
    };
    await writeFile(at("policy.json"), JSON.stringify(policy));
    expect(await attest({ report: "report.bin", certs: ["store"], policy: "policy.json", json: false }, io)).toBe(0);

    await writeFile(at("report.bin"), report("genoa"));
    await expect(attestFetch(options(), io, wait)).rejects.toThrow(/no authority that AMD's root signed/);
  });

  it("the certificate of a VLEK comes from the host's table alone", async () => {
    await writeFile(at("report.bin"), report("genoa", { kind: "vlek" }));
    answers["/vlek/v1/Genoa/cert_chain"] = send(pem(VLEK.ask));
    const vlek = (more: Partial<FetchOptions> = {}): Promise<number> => fillStore(VLEK.roots, options(more), io, wait);
    await expect(vlek()).rejects.toThrow(/comes from the host/);
    await writeFile(at("table.bin"), hostTable([leaf("genoa", { kind: "vlek" }), VLEK.ask]));
    expect(await vlek({ table: "table.bin" })).toBe(0);
    expect(existsSync(at("store/genoa/vlek/09-00-17-db.der"))).toBe(true);
  });

  it.each<[string, Partial<FetchOptions>, RegExp]>([
    ["an address without TLS", { kds: "http://kds.example" }, /--kds is no address/],
    ["an address with a password", { kds: "https://a:b@kds.example" }, /--kds is no address/],
    ["no report", { report: "none.bin" }, /none.bin cannot be read/],
    ["no table", { table: "report.bin" }, /is no table of certificates/],
  ])("%s: an error in words, nobody is asked", async (_, more, words) => {
    await expect(fill(more)).rejects.toThrow(words);
    expect(asked).toEqual([]);
  });

  it("a report of version 2 does not name its processor", async () => {
    await writeFile(at("report.bin"), report("genoa", { version: 2 }));
    await expect(fill()).rejects.toThrow(/does not name its processor/);
  });

  it("an address keeps its path, not its end", () =>
    expect(kdsUrl("https://mirror.example/amd/")).toBe("https://mirror.example/amd"));
});

/** The host's table of certificates, as configfs-tsm gives it (auxblob). */
function hostTable(certificates: readonly Buffer[]): Buffer {
  let offset = 24 * (certificates.length + 1);
  const entries = certificates.map((der) => {
    const entry = Buffer.alloc(24, 1);
    entry.writeUInt32LE(offset, 16);
    entry.writeUInt32LE(der.length, 20);
    offset += der.length;
    return entry;
  });
  return Buffer.concat([...entries, Buffer.alloc(24), ...certificates]);
}
