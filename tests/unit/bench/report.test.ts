import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { format } from "prettier";
import { describe, expect, it } from "vitest";
import { GOALS } from "../../../bench/goals.ts";
import { spreadOf } from "../../../bench/measure.ts";
import type { PlanResult } from "../../../bench/plan.ts";
import { markdownTable } from "../../../bench/report-table.ts";
import { newestOf, renderReadme, withTables } from "../../../bench/report.ts";
import { latestResults, type Results } from "../../../bench/results.ts";
import { scratch } from "../../scratch.ts";

const machine = {
  cores: 2,
  cpu: "a processor",
  memoryGiB: 24,
  kernel: "Linux 6",
  node: "v24",
  commit: "abc",
  loadBefore: [0.1, 0.2, 0.3],
  loadAfter: [1, 1, 1],
};

function planned(zones: number, wallMs: readonly number[]): PlanResult {
  const spread = spreadOf(wallMs);
  const usage = { wallMs: spread, cpuMs: spread, rssMiB: spread };
  return {
    input: { zones, sizes: { small: 1, medium: 1, large: 1 }, lines: 10, bytes: 100, objects: 5, planBytes: 7 },
    validate: usage,
    plan: { ...usage, checkMs: spread, planMs: spread },
    zonesPerSecond: { validate: 1, plan: 1 },
  };
}

const run = (date: string, wallMs: readonly number[]): Results => ({
  format: 1,
  date,
  machine,
  plan: {
    date,
    commit: "abc",
    loadBefore: [0.1, 0.2, 0.3],
    runs: wallMs.length,
    firstEverMs: 400,
    results: [planned(1, [100]), planned(1000, wallMs)],
  },
});

describe("several runs", () => {
  it("give minimum and median, in whatever order they came", () => {
    expect(spreadOf([9, 1, 5])).toEqual({ min: 1, median: 5, runs: [9, 1, 5] });
    expect(spreadOf([4, 1, 2, 3]).median).toBe(2.5);
    expect(() => spreadOf([])).toThrow(RangeError);
  });
});

describe("the tables", () => {
  const results = run("2026-11-21T08:00:00.000Z", [7000, 7500, 9000]);

  it("are Markdown as prettier writes it", async () => {
    const text = markdownTable([
      ["a", "what"],
      ["1", "a longer cell"],
    ]);
    expect(text).toBe("| a   | what          |\n| --- | ------------- |\n| 1   | a longer cell |");
    const page = `${renderReadme(results)}\n`;
    expect(await format(page, { parser: "markdown", printWidth: 120 })).toBe(page);
  });

  it("say of each goal whether the median holds it", () => {
    const held = (wallMs: readonly number[]): string =>
      renderReadme(run("2026-11-21", wallMs))
        .split("\n")
        .find((line) => line.includes("`tresor validate`, the whole")) ?? "";
    expect(held([7000, 7500, 9000])).toMatch(/7\.00 \/ 7\.50 s\s+\| yes/);
    expect(held([7000, 8500, 9000])).toMatch(/\| in the best run only/);
    expect(held([8100, 8500, 9000])).toMatch(/\| \*\*no\*\*/);
  });

  it("say of what was not measured that it was not", () => {
    const page = renderReadme(results);
    const cloud = GOALS.filter(({ figure }) => figure(results) === undefined);
    expect(cloud).toHaveLength(9);
    expect(page.match(/not measured/g)).toHaveLength(9);
  });

  it("judge rules, zones at once and flows by what they are compared with", async () => {
    const origin = { date: "2026-11-21", commit: "abc", loadBefore: [0.1] };
    const of = (ms: number) => spreadOf([ms]);
    const flow = (areas: number, cpu: number) => ({
      ...{ areas, flows: 10 * areas, objects: 9, rules: 22 * areas, addressGroups: areas, addresses: 40 * areas },
      ...{ wallMs: of(cpu), checkCpuMs: of(cpu), planCpuMs: of(0) },
    });
    const fleet = (zones: number, ms: number) => ({
      ...{ zones, wallMs: of(ms), clientCpuMs: of(ms), apiMs: { keystone: 900, neutron: 1200 }, calls: zones },
    });
    const page = renderReadme({
      ...results,
      flows: { ...origin, runs: 1, results: [flow(10, 100), flow(50, 700)] },
      rules: { ...origin, runs: 1, rules: 30, setMs: of(1900), singleMs: of(4000), calls: [{ call: "x", count: 3 }] },
      fleet: { ...origin, rounds: 1, results: [fleet(1, 10_000), fleet(10, 31_000)] },
    });
    const held = (what: string): string | undefined => page.split("\n").find((line) => line.includes(what));
    expect(held("made by one rule set")).toMatch(/1\.90 \/ 1\.90 s\s+\| yes/);
    expect(held("ten small zones at once")).toMatch(/3\.10 \/ 3\.10 times\s+\| \*\*no\*\*/);
    expect(held("CPU time of a flow")).toMatch(/1\.40 \/ 1\.40 times\s+\| \*\*no\*\*/);
    expect(held("rules for each port")).toMatch(/2\.20 \/ 2\.20 rules\s+\| yes/);
    expect(page).toMatch(/neutron 1\.2, keystone 0\.9/);
    expect(await format(`${page}\n`, { parser: "markdown", printWidth: 120 })).toBe(`${page}\n`);
  });

  it("show the newest measurement of each part", async () => {
    const directory = scratch();
    const { plan: _none, ...later } = run("2026-11-23T08:00:00.000Z", [1]);
    const all = [run("2026-11-20T08:00:00.000Z", [3000]), run("2026-11-22T08:00:00.000Z", [2000]), later];
    for (const one of all) await writeFile(join(directory, `${one.date.slice(0, 10)}.json`), JSON.stringify(one));
    const newest = newestOf(await latestResults(directory));
    expect(newest.date).toBe("2026-11-23T08:00:00.000Z");
    expect(newest.plan?.date).toBe("2026-11-22T08:00:00.000Z");
  });
});

describe("the page", () => {
  const file = join(import.meta.dirname, "../../../bench/README.md");

  it("shows the newest results that were kept", async () => {
    const all = await latestResults();
    const { readFile } = await import("node:fs/promises");
    expect(await withTables(file, all)).toBe(await readFile(file, "utf8"));
  });

  it("is refused without its marks", async () => {
    const directory = scratch();
    const page = join(directory, "README.md");
    await writeFile(page, "# No marks\n");
    await expect(withTables(page, [run("2026-11-21", [1])])).rejects.toThrow(/lost its marks/);
  });
});
