import { describe, expect, it } from "vitest";
import { canonical, entryHash, entrySchema, GENESIS, lineOf, sealed, type Entry } from "../../../airlock/entry.ts";
import { formatHead, parseHead, requestEntry, stepEntry, verifyRecord } from "../../../airlock/record.ts";
import { FILES, PEOPLE, type Person } from "./actors.ts";

const time = (minute: number): string => `2026-11-21T12:${String(minute).padStart(2, "0")}:00.000Z`;

/** A record of two requests, one released and revoked, one withdrawn: written by the same functions as the command's. */
function whole(): string {
  let text = "";
  let minute = 0;
  const ask = (direction: "import" | "export", person: Person): void => {
    const asking = { direction, classification: "anonymised", title: "survival tables" } as const;
    text += lineOf(requestEntry(verifyRecord(text), asking, PEOPLE[person], time(minute++), "a paper"));
  };
  const move = (request: string, act: string, person: Person, files = false): void => {
    const doing = { request, act, reason: "because", ...(files ? { files: FILES } : {}) };
    text += lineOf(stepEntry(verifyRecord(text), doing, PEOPLE[person], time(minute++)));
  };
  ask("export", "asker");
  move("export-1", "submit", "asker", true);
  move("export-1", "admit", "system", true);
  ask("import", "submitter");
  move("export-1", "endorse", "checker", true);
  move("export-1", "approve", "second", true);
  move("import-1", "withdraw", "submitter");
  move("export-1", "release", "system", true);
  move("export-1", "revoke", "administrator");
  return text;
}

const RECORD = whole();
const LINES = RECORD.trimEnd().split("\n");
const entries = (): Entry[] => LINES.map((line) => JSON.parse(line) as Entry);
const now = time(59);
const rules = (text: string, options: Parameters<typeof verifyRecord>[1] = { now }) => [
  ...new Set(verifyRecord(text, options).findings.map(({ rule }) => rule)),
];
/** The record with hashes written anew from a line on: what somebody does who knows how it is made. */
function rehashed(change: (list: Entry[]) => Entry[]): string {
  let previous = GENESIS;
  return change(entries())
    .map((entry, index) => {
      const { hash: _old, ...rest } = { ...entry, seq: index + 1, previous };
      const next = sealed(rest);
      previous = next.hash;
      return lineOf(next);
    })
    .join("");
}

describe("a record", () => {
  it("verifies, and says where each request stands", () => {
    const report = verifyRecord(RECORD, { now });
    expect(report.findings).toEqual([]);
    expect([...report.requests].map(([id, { state }]) => [id, state])).toEqual([
      ["export-1", "revoked"],
      ["import-1", "cancelled"],
    ]);
    expect(report.head).toEqual({ entries: 9, hash: entries()[8]?.hash });
    expect(rehashed((list) => list)).toBe(RECORD);
  });

  it("is empty before the first request", () => {
    expect(verifyRecord("", { now })).toMatchObject({ findings: [], head: { entries: 0, hash: GENESIS } });
  });

  it("holds actor, time in UTC, request, move, hash of each file, reason and the hash of the entry before", () => {
    const [, second] = entries();
    expect(second).toMatchObject({
      actor: { id: "asker", roles: ["researcher"] },
      at: time(1),
      request: "export-1",
      act: "submit",
      from: "draft",
      to: "submitted",
      files: FILES,
      reason: "because",
      previous: entries()[0]?.hash,
    });
  });
});

describe("tampering", () => {
  const FIELDS: readonly [string, (entry: Entry) => Entry][] = [
    ["time", (entry) => ({ ...entry, at: entry.at.replace(":00.000Z", ":01.000Z") })],
    ["actor", (entry) => ({ ...entry, actor: { ...entry.actor, id: "other" } })],
    ["roles", (entry) => ({ ...entry, actor: { ...entry.actor, roles: [...entry.actor.roles, "submitter"] } })],
    ["reason", (entry) => ({ ...entry, reason: "another one" })],
    ["state", (entry) => ({ ...entry, to: "failed" })],
    ["previous", (entry) => ({ ...entry, previous: "f".repeat(64) })],
    ["hash", (entry) => ({ ...entry, hash: "f".repeat(64) })],
    ["files", (entry) => ({ ...entry, files: { "x.csv": "f".repeat(64) } })],
  ];
  it.each(LINES.flatMap((_, index) => FIELDS.map(([field, change]) => [index + 1, field, change] as const)))(
    "line %i, %s changed: found at its line",
    (line, _field, change) => {
      const text = entries()
        .map((entry, index) => lineOf(index + 1 === line ? change(entry) : entry))
        .join("");
      const { findings } = verifyRecord(text, { now });
      expect(findings.find((finding) => finding.line === line)?.rule).toMatch(/hash|chain/);
    },
  );

  it.each(LINES.slice(0, -1).map((_, index) => index + 1))("line %i taken out: found", (line) => {
    const text = `${LINES.filter((_, index) => index + 1 !== line).join("\n")}\n`;
    expect(rules(text)).toEqual(expect.arrayContaining(["chain", "number"]));
  });

  it.each(LINES.slice(1).map((_, index) => index + 1))("lines %i and the next exchanged: found", (line) => {
    const list = [...LINES];
    [list[line - 1], list[line]] = [list[line] ?? "", list[line - 1] ?? ""];
    expect(rules(`${list.join("\n")}\n`)).toEqual(expect.arrayContaining(["chain", "number", "time"]));
  });

  it("a line put in twice, a blank line, spaces, a second spelling: found", () => {
    expect(rules(`${[...LINES.slice(0, 2), LINES[1], ...LINES.slice(2)].join("\n")}\n`)).toContain("chain");
    expect(rules(`${LINES.slice(0, 2).join("\n")}\n\n${LINES.slice(2).join("\n")}\n`)).toContain("form");
    expect(rules(RECORD.replace('"act":', '"act": '))).toContain("form");
    expect(rules(RECORD.replace('{"act":', '{"act":"request","act":'))).toContain("form");
    expect(rules(RECORD.replaceAll("\n", "\r\n"))).toContain("form");
    expect(rules(RECORD.replace("because", "bec\\u0061use"))).toContain("form");
  });

  it("the end cut off: only a kept head shows it, and half a line shows without", () => {
    const { head } = verifyRecord(RECORD);
    const cut = `${LINES.slice(0, -1).join("\n")}\n`;
    expect(rules(cut)).toEqual([]);
    expect(rules(cut, { now, head })).toEqual(["head"]);
    expect(rules(RECORD, { now, head })).toEqual([]);
    expect(rules(RECORD.slice(0, -20))).toContain("tail");
    expect(rules(RECORD.trimEnd())).toContain("tail");
  });

  it("an older head still stands in a record that grew", () => {
    const older = verifyRecord(`${LINES.slice(0, 4).join("\n")}\n`).head;
    expect(rules(RECORD, { now, head: older })).toEqual([]);
  });
});

describe("a record whose hashes were all written anew", () => {
  it("with an approval taken out does not tell a lawful story", () => {
    const text = rehashed((list) => list.filter(({ act }) => act !== "endorse"));
    expect(rules(text)).toEqual(["move"]);
  });

  it("with the asker as approver, a back-dated entry, one of the future, other files on release: found", () => {
    const at = (act: string, change: Partial<Entry>) =>
      rehashed((list) => list.map((entry) => (entry.act === act ? { ...entry, ...change } : entry)));
    expect(rules(at("approve", { actor: { id: "asker", roles: ["second-checker"] } }))).toContain("move");
    expect(rules(at("approve", { actor: { id: "checker", roles: ["second-checker"] } }))).toContain("move");
    expect(rules(at("approve", { at: time(0) }))).toEqual(["time"]);
    expect(rules(at("revoke", { at: "2030-01-01T00:00:00.000Z" }))).toEqual(["time"]);
    expect(rules(at("release", { files: { "b.csv": "f".repeat(64) } }))).toContain("move");
  });

  it("and lawful is found by a kept head alone", () => {
    const text = rehashed((list) => list.map((entry) => ({ ...entry, reason: "made up" })));
    expect(rules(text)).toEqual([]);
    expect(rules(text, { now, head: verifyRecord(RECORD).head })).toEqual(["head"]);
  });
});

describe("entries", () => {
  it("are written by no clock that went back, and onto no broken record", () => {
    const asking = { direction: "export", classification: "public", title: "tables" } as const;
    const add = (text: string, at: string) => () =>
      requestEntry(verifyRecord(text), asking, PEOPLE.asker, at, "why not");
    expect(add(RECORD, time(0))).toThrow(/clock of this machine is behind the record/);
    expect(add(RECORD.replace("because", "BECAUSE"), now)).toThrow(/not as it was written \(line 2\)/);
    expect(add(RECORD, now)()).toMatchObject({ request: "export-2", seq: 10 });
  });

  it.each([["../a.csv"], ["/etc/passwd"], ["a//b"], ["a/./b"], ["a\nb"], ["\u001b[2J"], [""]])(
    "no file is named %j",
    (name) => {
      const draft = `${LINES[0]}\n`;
      const doing = { request: "export-1", act: "submit", reason: "because", files: { [name]: "a".repeat(64) } };
      expect(() => stepEntry(verifyRecord(draft), doing, PEOPLE.asker, now)).toThrow(/cannot be recorded/);
    },
  );

  it("reasons are one line: nothing forges a second one on a terminal", () => {
    const asking = { direction: "export", classification: "public", title: "tables" } as const;
    for (const reason of ["", "a\nb c", "x\u001b[1A", "a\u2028b"])
      expect(() => requestEntry(verifyRecord(""), asking, PEOPLE.asker, now, reason)).toThrow(
        /reason cannot be recorded/,
      );
  });

  it("times are RFC 3339 in UTC, one spelling each", () => {
    const { at } = entrySchema.shape;
    expect(at.safeParse(now).success).toBe(true);
    for (const other of [
      "2026-11-21T12:00:00Z",
      "2026-11-21T13:00:00.000+01:00",
      "2026-11-21",
      "2026-13-01T00:00:00.000Z",
    ])
      expect(at.safeParse(other).success).toBe(false);
  });
});

describe("canonical JSON", () => {
  it("sorts keys at every depth and leaves absent ones out", () => {
    expect(canonical({ b: [1, { d: "ä\n", c: null }], a: undefined, A: true })).toBe(
      '{"A":true,"b":[1,{"c":null,"d":"ä\\n"}]}',
    );
  });
  it("has no word for fractions, functions and numbers that lose digits", () => {
    for (const value of [0.5, 2 ** 53, Number.NaN, -0, () => 1, 1n, undefined])
      expect(() => canonical(value)).toThrow(TypeError);
  });
  it("makes the same hash whatever the order of keys, and another for any change", () => {
    const [entry] = entries();
    if (entry === undefined) throw new Error("no entry");
    expect(entryHash(Object.fromEntries(Object.entries(entry).toReversed()) as Entry)).toBe(entry.hash);
    expect(entryHash({ ...entry, reason: "other" })).not.toBe(entry.hash);
  });
});

describe("a head", () => {
  it("is read as it is written, and nothing else is", () => {
    const head = { entries: 12, hash: "ab".repeat(32) };
    expect(parseHead(formatHead(head))).toEqual(head);
    for (const text of ["", "12", "12:ab", `x:${"a".repeat(64)}`]) expect(() => parseHead(text)).toThrow(/no head/);
  });
});
