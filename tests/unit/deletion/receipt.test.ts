import { Ajv2020 } from "ajv/dist/2020.js";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../deletion/canonical.ts";
import { receiptHtml } from "../../../deletion/html.ts";
import { foldJournal, readEvents, type JournalEvent } from "../../../deletion/journal.ts";
import { receiptOf, receiptSchema, ROWS } from "../../../deletion/receipt.ts";
import { METHOD_WORDS } from "../../../deletion/words.ts";
import { METHODS } from "../../../deletion/types.ts";
import { seen } from "./objects.ts";

const at = (minute: number): string => `2026-11-21T12:${String(minute).padStart(2, "0")}:00.000Z`;
const BY = { user: "zone-pipeline", userId: "u1", scope: "domain d1" };
const begin: JournalEvent = {
  ...{ event: "begin", at: at(0), zone: "zone", domainId: "d1", version: "0.1.0", half: "zone", by: BY },
};
const objects = [
  seen("volume", "s-v", { encrypted: true, sizeGiB: 2, keyId: "k" }),
  seen("secret", "k"),
  seen("network", "n"),
];
const lists = (phase: "before" | "after", minute: number, count: number): JournalEvent => ({
  ...{ event: "lists", at: at(minute), phase, lists: [{ kind: "volume", by: "zone", state: "listed", count }] },
});
const EVENTS: readonly JournalEvent[] = [
  ...[begin, { event: "seen", by: "zone", at: at(1), objects } satisfies JournalEvent, lists("before", 1, 1)],
  { event: "gone", at: at(2), keys: ["secret/k"] },
  { ...begin, at: at(3) },
  ...[lists("before", 4, 0), { event: "gone", at: at(5), keys: ["volume/s-v", "network/n"] } satisfies JournalEvent],
  lists("after", 6, 0),
];
const FACTS = { left: [], until: at(9), publicKey: "key" };

describe("the journal", () => {
  const text = EVENTS.map((one) => `${JSON.stringify(one)}\n`).join("");

  it("passes over a last line that a kill cut off, and over nothing else", () => {
    expect(readEvents(text)).toHaveLength(EVENTS.length);
    expect(readEvents(`${text}{"event":"go`)).toHaveLength(EVENTS.length);
    expect(() => readEvents(`${text}{"event":"go\n`)).toThrow(/line 9/);
    expect(() => readEvents(text.replace('"gone"', '"none"'))).toThrow(/line 4/);
  });

  it("folds both runs: what is gone stays gone, the control is the list that saw something", () => {
    const journal = foldJournal(EVENTS);
    expect(journal.runs).toHaveLength(2);
    expect(journal.objects.get("secret/k")?.goneAt).toBe(at(2));
    expect(journal.before.get("volume/zone")).toMatchObject({ count: 1, at: at(1) });
    expect(journal.after.get("volume/zone")).toMatchObject({ count: 0, at: at(6) });
  });
});

describe("the deletion receipt (C4H-13)", () => {
  const journal = foldJournal(EVENTS);
  const receipt = receiptOf(journal, FACTS);

  it("lists what went in all runs, how and when, and demands the purge of rows until somebody says it", () => {
    expect(receipt.objects.map(({ kind, id, method, at: when }) => [kind, id, method, when])).toEqual([
      ["volume", "s-v", "cryptoShred", at(5)],
      ["secret", "k", "delete", at(2)],
      ["network", "n", "delete", at(5)],
    ]);
    expect(receipt.left).toEqual([ROWS]);
    expect(receipt.nothingLeft).toBe(false);
    const said = foldJournal([...EVENTS, { event: "attested", at: at(7), what: "rows", by: "A. Meier" }]);
    expect(receiptOf(said, FACTS)).toMatchObject({ nothingLeft: true, left: [], attested: [{ by: "A. Meier" }] });
    // What was said before the key went says nothing of it.
    const early = foldJournal([
      ...EVENTS.slice(0, 3),
      { event: "attested", at: at(1), what: "rows", by: "A" },
      ...EVENTS.slice(3),
    ]);
    expect(receiptOf(early, FACTS).left).toEqual([ROWS]);
  });

  it("EV-20: leaves nothing out: what no list told to be gone is left, and so is what could not be listed", () => {
    const some = foldJournal(EVENTS.filter((one) => one.event !== "gone"));
    expect(receiptOf(some, FACTS).left.map(({ id }) => id)).toEqual(["s-v", "k", "n"]);
    const unseen = { kind: "share", by: "zone", state: "unseen", count: 0 } as const;
    const blind = foldJournal([...EVENTS, { event: "lists", at: at(8), phase: "after", lists: [unseen] }]);
    expect(receiptOf(blind, FACTS).left).toMatchObject([
      { kind: "share", why: expect.stringMatching(/could not be checked/) },
      {},
    ]);
    const operator = { ...unseen, by: "operator", state: "listed" } as const;
    const seenElsewhere = foldJournal([
      ...EVENTS,
      { event: "lists", at: at(8), phase: "after", lists: [unseen, operator] },
    ]);
    expect(receiptOf(seenElsewhere, FACTS).left).toEqual([ROWS]);
  });

  it("DIGIMED-16: bytes of a share that was only unexported are left until Quobyte itself was listed after that", () => {
    const share = seen("share", "s-share", { type: "quobyte-share" });
    const events: readonly JournalEvent[] = [
      ...EVENTS,
      { event: "seen", by: "zone", at: at(6), objects: [share] },
      { event: "gone", at: at(7), keys: ["share/s-share"] },
    ];
    expect(receiptOf(foldJournal(events), FACTS).left.map(({ kind }) => kind)).toEqual([
      "Quobyte volume",
      "database rows",
    ]);
    const asked = (minute: number): JournalEvent => ({
      ...{ event: "lists", at: at(minute), phase: "after" },
      lists: [{ kind: "Quobyte volume", by: "operator", state: "listed", count: 0 }],
    });
    const kindsAfter = (minute: number) =>
      receiptOf(foldJournal([...events, asked(minute)]), FACTS).left.map(({ kind }) => kind);
    expect(kindsAfter(6)).toContain("Quobyte volume");
    expect(kindsAfter(8)).toEqual(["database rows"]);
  });

  it("is what its schema says, ours and the published one", () => {
    expect(receiptSchema.parse(JSON.parse(canonicalJson(receipt as never)))).toEqual(receipt);
    const published = JSON.parse(readFileSync("schemas/deletion-receipt.schema.json", "utf8")) as object;
    const validate = new Ajv2020({ formats: { "date-time": true } }).compile(published);
    expect(validate(receipt), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...receipt, left: "nothing" })).toBe(false);
  });

  it("is canonical: sorted, without space, and refuses numbers that readers write differently", () => {
    expect(canonicalJson({ b: [1, "ä\n"], a: { d: null, c: undefined, B: true } })).toBe(
      '{"a":{"B":true,"d":null},"b":[1,"ä\\n"]}',
    );
    expect(() => canonicalJson({ a: 0.5 })).toThrow();
  });

  it("says of each method and each kind no more than is true", () => {
    for (const method of METHODS) expect(METHOD_WORDS[method].length).toBeGreaterThan(20);
    expect(receipt.methods).toEqual({ cryptoShred: METHOD_WORDS.cryptoShred, delete: METHOD_WORDS.delete });
    expect(receipt.limits.join(" ")).toMatch(/Backups of Barbican/);
    expect(receipt.limits.join(" ")).not.toMatch(/Shares|Objects/);
  });

  it("is shown without script, with names of strangers as text", () => {
    const html = receiptHtml(
      { ...receipt, left: [{ kind: "volume", name: "<script>x", why: "&", next: '"' }] },
      "ab12",
    );
    expect(html).toContain("&lt;script&gt;x");
    expect(html).not.toMatch(/<script|src=|href=/);
    expect(html).toContain("Left: 1");
    expect(receiptHtml({ ...receipt, left: [], nothingLeft: true }, "ab12")).toContain("Nothing is left");
  });

  it("a journal without a run has none", () => {
    expect(() => receiptOf(foldJournal([]), FACTS)).toThrow();
  });
});
