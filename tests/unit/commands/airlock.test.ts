import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { Command } from "commander";
import { beforeEach, describe, expect, it } from "vitest";
import type { Entry } from "../../../airlock/entry.ts";
import { verifyRecord } from "../../../airlock/record.ts";
import {
  airlockLog,
  airlockMove,
  airlockRequest,
  airlockShow,
  airlockVerify,
  registerAirlock,
} from "../../../scripts/commands/airlock.ts";
import { appendEntry } from "../../../scripts/site/airlock-file.ts";
import { parseActors } from "../../../scripts/site/airlock-actors.ts";
import { testIo } from "./io.ts";

const ACTORS = `format: 1
actors:
  a.meier: { roles: [researcher] }
  b.stein: { roles: [submitter], until: 2026-11-20 }
  c.weber: { roles: [output-checker, data-steward] }
  d.koch: { roles: [second-checker, output-checker] }
  e.lang: { roles: [zone-administrator] }
  crawler: { roles: [system] }
`;

let io: Awaited<ReturnType<typeof testIo>>;
const at = (name: string) => path.join(io.cwd, name);
const record = () => readFile(at("airlock.jsonl"), "utf8");

beforeEach(async () => {
  io = await testIo();
  await writeFile(at("actors.yaml"), ACTORS);
  await mkdir(at("results/tables"), { recursive: true });
  await writeFile(at("results/tables/a.csv"), "1,2\n");
  await writeFile(at("results/b.csv"), "3,4\n");
});

const common = { actors: "actors.yaml", reason: "because", json: false };
const ask = (change: object = {}) =>
  airlockRequest(
    "airlock.jsonl",
    {
      ...common,
      actor: "a.meier",
      direction: "export",
      classification: "anonymised",
      title: "survival tables",
      ...change,
    },
    io,
  );
const FILES = ["tables/a.csv", "b.csv"];
const move = (act: string, actor: string, file: readonly string[] = FILES, change: object = {}) =>
  airlockMove(["airlock.jsonl", "export-1", act], { ...common, actor, file, base: "results", ...change }, io);

async function toReview(): Promise<void> {
  await ask();
  await move("submit", "a.meier");
  await move("admit", "crawler");
}

describe("tresor airlock", () => {
  it("takes an export from the question to its release, and shows it (SPE4HD-6)", async () => {
    await toReview();
    await move("endorse", "c.weber");
    await move("approve", "d.koch");
    expect(await move("release", "crawler")).toBe(0);
    expect(io.said.at(-1)).toBe("export-1: releasing -> released  (release by crawler)");
    io.said.length = 0;
    expect(await airlockShow("airlock.jsonl", undefined, { json: false }, io)).toBe(0);
    expect(io.said[0]).toMatch(/export-1 +released +0\.0 s +2 of 2 +anonymised +a\.meier +survival tables/);
    await airlockLog("airlock.jsonl", { json: true }, io);
    const acts = (JSON.parse(io.said[1] ?? "") as { act: string }[]).map(({ act }) => act);
    expect(acts).toEqual(["request", "submit", "admit", "endorse", "approve", "release"]);
    expect(await airlockVerify("airlock.jsonl", { json: false }, io)).toBe(0);
    expect(io.said[2]).toMatch(/^ok {2}head 6:[0-9a-f]{64}$/);
  });

  it("hashes the files by their names below the base, as sha256sum does", async () => {
    await ask();
    await move("submit", "a.meier");
    const { stdout } = await promisify(execFile)("sha256sum", FILES, { cwd: at("results") });
    const sums = Object.fromEntries(
      stdout
        .trim()
        .split("\n")
        .map((line) => line.split("  ").toReversed()),
    );
    expect([...verifyRecord(await record()).requests.values()][0]?.files).toEqual(sums);
  });

  it("keeps the record private, one line for each entry", async () => {
    await toReview();
    expect((await stat(at("airlock.jsonl"))).mode & 0o777).toBe(0o600);
    expect((await record()).split("\n")).toHaveLength(4);
  });

  it("says which rule refuses and who may, and records nothing", async () => {
    await toReview();
    const before = await record();
    const cases: [() => Promise<unknown>, RegExp][] = [
      [
        () => move("endorse", "a.meier"),
        /a\.meier asked for export-1.*\[airlock-two-persons\].*ask c\.weber or d\.koch/,
      ],
      [() => move("approve", "d.koch"), /needs 2 approvals and has 0 \[airlock-approvals\].*ask c\.weber or d\.koch/],
      [
        () => move("release", "crawler"),
        /is in-review: release is not possible \[airlock-state\].*approve, reject, withdraw, fail/,
      ],
      [
        () => move("endorse", "e.lang"),
        /e\.lang may not endorse.*\[airlock-role\].*output-checker.*ask c\.weber or d\.koch/,
      ],
      [() => move("endorse", "nobody"), /nobody is nobody at this airlock \[airlock-actor\]/],
      [() => move("endorse", "c.weber", ["b.csv"]), /not the files.*\[airlock-files\].*tables\/a\.csv/],
      [() => ask({ actor: "b.stein", direction: "import" }), /b\.stein may act no more \[airlock-actor\].*2026-11-20/],
      [() => ask({ classification: "personal" }), /\[airlock-classification\].*EHDS/],
      [() => ask({ reason: "a\nb" }), /reason cannot be recorded \[airlock-form\]/],
    ];
    for (const [run, words] of cases) await expect(run()).rejects.toThrow(words);
    expect(await record()).toBe(before);
  });

  it("one person never gives both approvals, though he holds both roles", async () => {
    await toReview();
    await move("endorse", "d.koch");
    await expect(move("approve", "d.koch")).rejects.toThrow(/d\.koch approved export-1 already/);
  });

  it("refuses changed files, links, directories and files outside of the base", async () => {
    await ask();
    await symlink("b.csv", at("results/link.csv"));
    await expect(move("submit", "a.meier", ["link.csv"])).rejects.toThrow(/link\.csv is a link/);
    await expect(move("submit", "a.meier", ["tables"])).rejects.toThrow(/tables is no file/);
    await expect(move("submit", "a.meier", ["../actors.yaml"])).rejects.toThrow(/not below the base/);
    await expect(move("submit", "a.meier", ["none.csv"])).rejects.toThrow(/no such file/);
    await move("submit", "a.meier");
    await writeFile(at("results/b.csv"), "3,5\n");
    await expect(move("admit", "crawler")).rejects.toThrow(/not the files that were submitted.*b\.csv/);
  });

  it("lets out what the zone's permit names, at the question and at the release (SPE4HD-6)", async () => {
    const example = path.resolve(import.meta.dirname, "../../../stacks/examples/Pulumi.digimed.yaml");
    const zone = await readFile(example, "utf8");
    const write = (outputs: string) =>
      writeFile(
        at("Pulumi.digimed.yaml"),
        zone.replace("      expires:", `      outputs: [${outputs}]\n      expires:`),
      );
    await writeFile(at("actors.yaml"), ACTORS.replace("actors:", "zone: digimed\nactors:"));
    await expect(ask()).rejects.toThrow(/there is no stack digimed/);
    await write("aggregates, figures");
    await expect(ask({ output: "records" })).rejects.toThrow(
      /does not let records out \[airlock-output\].*found "?records"?; allowed: aggregates, figures/,
    );
    await ask({ output: "figures" });
    await move("submit", "a.meier");
    await move("admit", "crawler");
    await move("endorse", "c.weber");
    await move("approve", "d.koch");
    await write("aggregates");
    await expect(move("release", "crawler")).rejects.toThrow(/does not let figures out \[airlock-output\]/);
    await write("aggregates, figures");
    expect(await move("release", "crawler")).toBe(0);
    expect(await airlockVerify("airlock.jsonl", { json: false }, io)).toBe(0);
  });

  it("verify ends with 2 when something was found, and nothing is added to such a record", async () => {
    await toReview();
    const whole = await record();
    await airlockVerify("airlock.jsonl", { json: true }, io);
    const { head } = JSON.parse(io.said.at(-1) ?? "") as { head: string };
    await writeFile(at("airlock.jsonl"), whole.replace("because", "BECAUSE"));
    expect(await airlockVerify("airlock.jsonl", { json: false }, io)).toBe(2);
    expect(io.said.at(-2)).toMatch(/^airlock\.jsonl:1: .* \(hash\)$/);
    await expect(move("endorse", "c.weber")).rejects.toThrow(/not as it was written \(line 1\)/);
    await writeFile(at("airlock.jsonl"), whole.split("\n").slice(0, 2).join("\n").concat("\n"));
    expect(await airlockVerify("airlock.jsonl", { json: false }, io)).toBe(0);
    expect(await airlockVerify("airlock.jsonl", { json: false, head }, io)).toBe(2);
    expect(io.said.at(-2)).toMatch(/its end was cut off \(head\)/);
  });

  it("a record or request that is not there is an error, not an empty one", async () => {
    await expect(airlockVerify("none.jsonl", { json: false }, io)).rejects.toThrow(/no such file/);
    await ask();
    await expect(airlockShow("airlock.jsonl", "export-2", { json: false }, io)).rejects.toThrow(/no request export-2/);
    await airlockShow("airlock.jsonl", "export-1", { json: false }, io);
    expect(io.said.at(-1)).toMatch(/submit +a\.meier\n(.*\n)*withdraw +a\.meier or zone-administrator/);
  });
});

describe("two runs at once", () => {
  it("both append, one after the other, and the chain holds", async () => {
    const cli = path.resolve(import.meta.dirname, "../../../scripts/tresor.ts");
    const words = ["--actors", "actors.yaml", "--direction", "export", "--classification", "public"];
    const run = (index: number) =>
      promisify(execFile)(
        process.execPath,
        [
          cli,
          "airlock",
          "request",
          "r.jsonl",
          "--actor",
          "a.meier",
          ...words,
          "--title",
          `number ${index}`,
          "--reason",
          "because",
        ],
        { cwd: io.cwd },
      );
    await Promise.all(Array.from({ length: 6 }, (_, index) => run(index)));
    const report = verifyRecord(await readFile(at("r.jsonl"), "utf8"));
    expect(report.findings).toEqual([]);
    expect([...report.requests.keys()]).toEqual([
      "export-1",
      "export-2",
      "export-3",
      "export-4",
      "export-5",
      "export-6",
    ]);
    expect(new Set([...report.requests.values()].map(({ title }) => title)).size).toBe(6);
  }, 60_000);
});

describe("a record that changes under the lock", () => {
  it("is not built upon", async () => {
    await ask();
    const last = verifyRecord(await record()).entries[0];
    const meddle = appendEntry(at("airlock.jsonl"), (text) => {
      writeFileSync(at("airlock.jsonl"), `${text}{}\n`);
      return last as Entry;
    });
    await expect(meddle).rejects.toThrow(/changed meanwhile/);
    expect((await record()).split("\n")).toHaveLength(3);
  });
});

describe("the table of actors", () => {
  it.each([
    ["a system that is a person too", "crawler: { roles: [system, output-checker] }", /`system` alone/],
    ["a role twice", "x: { roles: [researcher, researcher] }", /each role once/],
    ["no role", "x: { roles: [] }", /roles/],
    ["an unknown role", "x: { roles: [boss] }", /roles/],
    ["an id of other letters", "Ä: { roles: [researcher] }", /actors/],
    ["a key too many", "x: { roles: [researcher], admin: true }", /admin/],
    ["a day that is none", "x: { roles: [researcher], until: 2027-02-30 }", /until/],
  ])("refuses %s, with its place", (_name, line, words) => {
    const parse = () => parseActors(`format: 1\nactors:\n  ${line}\n`, "actors.yaml");
    expect(parse).toThrow(words);
    expect(parse).toThrow(/^actors\.yaml:3:/);
  });

  it("takes the one of the guide", () => expect(Object.keys(parseActors(ACTORS, "x").actors)).toHaveLength(6));
});

describe("help", () => {
  it.each(["request", "move", "show", "log", "verify"])("of airlock %s has examples", (name) => {
    const program = new Command();
    registerAirlock(program);
    let text = "";
    const command = program.commands[0]?.commands.find((each) => each.name() === name);
    command?.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
    expect(text).toContain("Examples:\n  $ tresor airlock request ");
    expect(text).toContain("--json");
  });
});
