import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Papers, reportDataFor } from "../../../attestation/index.ts";
import { makeGuestKey, releaseReportData, verifyReleases } from "../../../attestation/release/index.ts";
import { AMD, type AmdRoots } from "../../../attestation/roots.ts";
import { barbicanKeys, type KeySource } from "../../../scripts/release/keys.ts";
import { REFUSED } from "../../../scripts/release/service.ts";
import { CHIP, TCB, certificate, leaf, revocationList, type SyntheticRoots } from "../attestation/synthetic.ts";
import { AT } from "../attestation/world.ts";
import { scratch } from "../../scratch.ts";
import { FakeCloud } from "../provider/fake/cloud.ts";
import {
  AUTHORITY_CERTIFICATE,
  DATASET,
  FROM,
  ROOTS,
  SECRET,
  attempt,
  keyIn,
  lab,
  succeeds,
  type Deviation,
  type Lab,
  type LabOptions,
} from "./lab.ts";

const lists = [revocationList("genoa", [])];
const OLD = { ...TCB, snp: TCB.snp - 1 };
const checksOf = (of: Lab): readonly string[] =>
  of
    .entries()
    .at(-1)
    ?.failed?.map(({ check }) => check) ?? [];

/** Nothing that is secret stands in what the administrator reads, and nothing at all in what the guest reads. */
function quiet(of: Lab): void {
  for (const encoding of ["hex", "base64"] as const)
    for (const text of [of.text(), of.notes.join("\n")]) expect(text).not.toContain(of.key.toString(encoding));
}

describe("a guest that proves itself (DIGIMED-6)", () => {
  it("gets the key of the data set, wrapped for its own key, and the record says what was released to what", async () => {
    const of = await lab();
    const { reply, guest } = await attempt(of);
    expect(reply.status).toBe(200);
    expect(keyIn(reply, guest)).toEqual(of.key);
    expect(of.entries().map(({ act }) => act)).toEqual(["start", "release"]);
    expect(of.entries()[1]).toMatchObject({
      dataset: DATASET,
      from: FROM,
      measurement: "11".repeat(48),
      chip: CHIP,
    });
    expect(verifyReleases(of.text(), { now: AT.toISOString() }).findings).toEqual([]);
    quiet(of);
    // Each release is of its own: another nonce, another key, another envelope.
    expect((await attempt(of)).reply.body).not.toBe(reply.body);
  });

  it("and another guest's key opens nothing of it", async () => {
    const { reply } = await attempt(await lab());
    expect(() => keyIn(reply, makeGuestKey())).toThrow(/does not open the envelope/);
  });
});

describe("who is refused: the check in the record, nothing to the guest (DIGIMED-6, C4H-20, EV-16)", () => {
  it.each<[string, Deviation, readonly string[]]>([
    ["another measurement", { report: { at: { 0x90: "12" } } }, ["measurement"]],
    ["debugging on", { report: { at: { 0x0a: "0b" } } }, ["policy"]],
    ["a migration agent", { report: { at: { 0x0a: "07" } } }, ["policy"]],
    ["another level", { report: { at: { 0x30: "01" } } }, ["vmpl"]],
    ["a current TCB below the least", { report: { at: { 0x3e: "16" } } }, ["minimum-tcb", "committed"]],
    ["firmware that can be rolled back", { report: { at: { 0x1e8: "1e" } } }, ["committed"]],
    ["a hidden chip", { report: { chip: "" } }, ["chip", "allowed-chip"]],
    ["a key that signed nothing of AMD's", { report: { key: makeGuestKey().privateKey } }, ["signature"]],
    [
      "a report bound to another key",
      { reportData: (nonce) => releaseReportData(DATASET, nonce, makeGuestKey().der) },
      ["report-data"],
    ],
    [
      "a report bound to another nonce",
      { reportData: (_, key) => releaseReportData(DATASET, Buffer.alloc(32), key) },
      ["report-data"],
    ],
    [
      "a report for another data set",
      { reportData: (nonce, key) => releaseReportData("heart/other", nonce, key) },
      ["report-data"],
    ],
    [
      "a report that was made for something else than a release",
      { reportData: (nonce, key) => Buffer.from(reportDataFor(nonce, key), "hex") },
      ["report-data"],
    ],
    ["a truncated report", { send: (bytes) => bytes.subarray(0, -1) }, ["form"]],
    ["a report with more behind it", { send: (bytes) => Buffer.concat([bytes, Buffer.alloc(1)]) }, ["form"]],
    ["no report", { send: () => Buffer.alloc(0) }, ["form"]],
    ["an unknown data set", { dataset: "heart/nothing" }, ["dataset"]],
  ])("%s", async (_, deviation, checks) => {
    const of = await lab();
    expect((await attempt(of, deviation)).reply).toEqual(REFUSED);
    expect(checksOf(of)).toEqual(checks);
    expect(of.notes.at(-1)).toContain(checks[0]);
    quiet(of);
    expect(await succeeds(of)).toBe(true);
  });

  it.each<[string, LabOptions, Deviation, readonly string[]]>([
    [
      "an old patch level, whole",
      { papers: Papers.read([leaf("genoa", { tcb: OLD }), AUTHORITY_CERTIFICATE], lists) },
      { report: { tcb: OLD } },
      ["minimum-tcb"],
    ],
    ["a chip that the policy does not list", { policy: { chips: ["cd".repeat(64)] } }, {}, ["allowed-chip"]],
    [
      "the certificate of another chip",
      { papers: Papers.read([leaf("genoa", { hwid: Buffer.alloc(64, 1) }), AUTHORITY_CERTIFICATE], lists) },
      {},
      ["chip"],
    ],
    [
      "an authority that is none",
      {
        papers: Papers.read(
          [leaf("genoa"), certificate({ subject: "SEV-Genoa", issuer: "ARK-Genoa", serial: 2, extensions: [] })],
          lists,
        ),
      },
      {},
      ["chain"],
    ],
    [
      "no revocation list, whatever the policy says",
      { papers: Papers.read([leaf("genoa"), AUTHORITY_CERTIFICATE]), policy: { revocation: "when-given" } },
      {},
      ["revocation"],
    ],
    [
      "debugging on, whatever the policy says",
      { policy: { guest: { debug: "any" } } },
      { report: { at: { 0x0a: "0b" } } },
      ["policy"],
    ],
    ["another level, whatever the policy says", { policy: { vmpl: 1 } }, { report: { at: { 0x30: "01" } } }, ["vmpl"]],
  ])("%s", async (_, options, deviation, checks) => {
    const of = await lab(options);
    expect((await attempt(of, deviation)).reply).toEqual(REFUSED);
    expect(checksOf(of)).toEqual(checks);
    expect(await succeeds(await lab())).toBe(true);
  });
});

describe("what does not work on our side (DIGIMED-6)", () => {
  it("a record that cannot be written, or that another wrote to: no key goes out", async () => {
    const of = await lab();
    expect(await succeeds(of)).toBe(true);
    appendFileSync(of.file, "{}\n");
    expect((await attempt(of)).reply).toEqual(REFUSED);
    expect(of.notes.at(-1)).toMatch(/the record cannot be written, nothing is released: .*changed meanwhile/);
  });

  it.each<[string, (of: Lab) => void]>([
    ["a key that is not there", (of) => rmSync(join(of.directory, SECRET))],
    ["a key of another length", (of) => writeFileSync(join(of.directory, SECRET), "short")],
  ])("%s: refused in the same word, and entered as ours", async (_, spoil) => {
    const of = await lab();
    spoil(of);
    expect((await attempt(of)).reply).toEqual(REFUSED);
    expect(of.entries().at(-1)).toMatchObject({ act: "fail", failed: [{ check: "key-store" }] });
    writeFileSync(join(of.directory, SECRET), of.key);
    expect(await succeeds(of)).toBe(true);
  });

  it("a store without the chip's certificate is ours, a report that is none is the guest's", async () => {
    const of = await lab({ papers: new Error("there is no certificate in certs") });
    expect((await attempt(of)).reply).toEqual(REFUSED);
    expect(of.entries().at(-1)).toMatchObject({ act: "fail", failed: [{ check: "certificate" }] });
    expect((await attempt(of, { send: (bytes) => bytes.subarray(1) })).reply).toEqual(REFUSED);
    expect(of.entries().at(-1)).toMatchObject({ act: "refuse", failed: [{ check: "form" }] });
    expect(await succeeds(await lab())).toBe(true);
  });

  it("real keys are given for AMD's roots alone: by type, and when it runs", async () => {
    const barbican: KeySource<AmdRoots> = barbicanKeys("nowhere", () => undefined, {});
    // @ts-expect-error a store of real keys takes no grant by other roots
    const wrong: KeySource<SyntheticRoots> = barbican;
    const of = await lab();
    const granted = { secret: SECRET, verdict: { roots: ROOTS } } as never;
    await expect(wrong.read(granted)).rejects.toThrow(/does not rest on AMD's roots/);
    expect(await succeeds(of)).toBe(true);
  });

  it("reads a study key in Barbican by the service's own user, and nothing else", async () => {
    const cloud = await new FakeCloud().start();
    onTestFinished(() => cloud.stop());
    const auth = {
      auth_url: cloud.url,
      username: "release",
      password: "pa55-word",
      user_domain_name: "d",
      project_id: "home",
    };
    const file = join(scratch(), "clouds.yaml");
    writeFileSync(file, JSON.stringify({ clouds: { heart: { auth } } }), { mode: 0o600 });
    const { read } = barbicanKeys("heart", () => undefined, { OS_CLIENT_CONFIG_FILE: file });
    const granted = { secret: SECRET, verdict: { roots: AMD } } as never;
    const answers = [
      [200, "k".repeat(32)],
      [200, "short"],
      [403, { description: "not allowed" }],
    ] as const;
    let answer = 0;
    cloud.on("GET", "/keys/v1/secrets/:id/payload", () => [...(answers[answer] ?? [404])] as never);
    expect((await read(granted)).toString()).toBe("k".repeat(32));
    answer = 1;
    await expect(read(granted)).rejects.toThrow(/is no key of a study/);
    answer = 2;
    await expect(read(granted)).rejects.toThrow(/must stand on the key's list/);
  });
});
