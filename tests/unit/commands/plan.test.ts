import { cp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { plan, type PlanOptions } from "../../../scripts/commands/plan.ts";
import { preflight } from "../../../scripts/commands/preflight.ts";
import { tryAttacks } from "../../../scripts/commands/try.ts";
import { testIo } from "./io.ts";

let io: Awaited<ReturnType<typeof testIo>>;
beforeEach(async () => {
  io = await testIo();
  await cp(path.resolve(import.meta.dirname, "../../../stacks/examples"), io.cwd, { recursive: true });
});
const run = async (change: Partial<PlanOptions> = {}): Promise<string> => {
  io.said.length = 0;
  expect(await plan({ stack: "digimed", dir: ".", json: false, svg: false, mermaid: false, ...change }, io)).toBe(0);
  return io.said.join("\n");
};

describe("tresor plan", () => {
  it("prints every kind of stack as a table, and flows below", async () => {
    expect(await run()).toMatch(/machine +digimed-commons-analysis +digimed-commons/);
    expect(io.said.join("\n")).toMatch(/bench\/heart-centre -> machines\/analysis/);
    expect(await run({ stack: "digimed-tenant" })).toMatch(/network +digimed-heart/);
    expect(await run({ stack: "platform" })).toMatch(/flavor +SCS-/);
  });

  it("publishes JSON without a secret, and compares with it", async () => {
    const json = await run({ json: true });
    expect(JSON.parse(json)).toMatchObject({ format: 1, kind: "zone", subject: "digimed" });
    await writeFile(path.join(io.cwd, "old.json"), json);
    expect(await run({ diff: "old.json" })).toBe("no difference");
    const file = path.join(io.cwd, "Pulumi.digimed.yaml");
    await writeFile(file, (await readFile(file, "utf8")).replace("[8443/tcp]", "[8443/tcp, 9443/tcp]"));
    expect(await run({ diff: "old.json" })).toMatch(/^- opens bench of uni-north -> analysis 9443\/tcp/);
    await expect(run({ diff: "old.json", stack: "mini" })).rejects.toThrow(
      /is the plan of zone digimed, not of zone mini/,
    );
  });

  it("says what a lower preset opens, and ends with an error without the word (DENBI-1)", async () => {
    await writeFile(path.join(io.cwd, "old.json"), await run({ json: true }));
    const file = path.join(io.cwd, "Pulumi.digimed.yaml");
    const text = await readFile(file, "utf8");
    const lower = (word: string): string =>
      text
        .replace("    preset: confidential\n", `    preset: isolated\n${word}`)
        .replace("    granted:\n", "    granted:\n      preset: isolated\n");
    await writeFile(file, lower(""));
    await expect(run({ diff: "old.json" })).rejects.toThrow(
      /zone\.lowered: the preset is lowered from confidential to isolated/,
    );
    expect(io.said[0]).toBe("- lowers the preset from confidential to isolated");
    expect(io.said).toContainEqual(
      expect.stringMatching(/flows out to outside ends: named ports instead of none \(.*SATRE/),
    );
    const word = "    lowered: { from: confidential, reason: synthetic data, by: the board, until: 2027-12-31 }\n";
    await writeFile(file, lower(word));
    expect(await run({ diff: "old.json" })).toMatch(/^- lowers the preset/);
    await writeFile(path.join(io.cwd, "old.json"), await run({ json: true }));
    await writeFile(file, text);
    expect(await run({ diff: "old.json" })).toMatch(/^- raises the preset from isolated to confidential/);
  });

  it("refuses what is no plan, and a stack that is wrong, with its place", async () => {
    await writeFile(path.join(io.cwd, "old.json"), "null");
    await expect(run({ diff: "old.json" })).rejects.toThrow(/old\.json is no plan/);
    await expect(run({ stack: "nope" })).rejects.toThrow(/no stack nope/);
    const file = path.join(io.cwd, "Pulumi.digimed.yaml");
    await writeFile(file, (await readFile(file, "utf8")).replace("format: 1", "format: 7"));
    await expect(run()).rejects.toThrow(/Pulumi\.digimed\.yaml:\d+:\d+: zone\.format/);
  });

  it("explains and draws", async () => {
    expect(await run({ why: "analysis:22" })).toMatch(/analysis 22\/tcp is open \(IPv4 open, IPv6 open\)/);
    expect(await run({ why: "analysis:22", from: "bench/heart-centre" })).toMatch(/from bench\/heart-centre is open/);
    const closed = { stack: "digimed", dir: ".", svg: false, mermaid: false, why: "analysis:23" };
    expect(await plan({ ...closed, json: false }, io)).toBe(3);
    io.said.length = 0;
    expect(await plan({ ...closed, from: "bench/uni-north", json: true }, io)).toBe(3);
    expect(JSON.parse(io.said.join("\n"))).toMatchObject({
      from: "bench/uni-north",
      verdict: "closed",
      versions: { IPv4: "closed", IPv6: "closed" },
      back: { verdict: "closed" },
    });
    await expect(run({ from: "analysis" })).rejects.toThrow(/--from belongs to --why/);
    expect(await run({ svg: true })).toMatch(/^<svg /);
    expect(await run({ mermaid: true })).toContain("flowchart LR");
  });
});

describe("tresor preflight and tresor try", () => {
  const report = (result: "ok" | "failed" | "not checked") => ({
    id: "x",
    title: "x",
    requirements: [],
    result,
    says: "s",
  });

  it("ends with 1 when a check failed, and not when one could not be made", async () => {
    const code = (...results: ("ok" | "failed" | "not checked")[]) =>
      preflight({ stack: "digimed", dir: ".", json: true }, io, async () => results.map(report));
    expect(await code("ok", "not checked")).toBe(0);
    expect(await code("ok", "failed")).toBe(1);
  });

  it("takes the site's own clouds.yaml before the one that the environment names", async () => {
    const seen: (string | undefined)[] = [];
    const run = async (_: unknown, env: NodeJS.ProcessEnv) => (seen.push(env["OS_CLIENT_CONFIG_FILE"]), []);
    const options = { stack: "digimed", dir: ".", json: true };
    const elsewhere = { ...io, env: { OS_CLIENT_CONFIG_FILE: "/x" } };
    await preflight(options, io, run);
    await preflight(options, elsewhere, run);
    await writeFile(path.join(io.cwd, "clouds.yaml"), "clouds: {}\n");
    await preflight(options, io, run);
    await preflight(options, elsewhere, run);
    const own = path.join(io.cwd, "clouds.yaml");
    expect(seen).toEqual([undefined, "/x", own, own]);
  });

  it("ends with 0 when all were refused, 2 when one succeeded, 1 when one could not be checked", async () => {
    type Result = "refused" | "succeeded" | "could not check" | "nothing to attack";
    const attempt = (results: readonly Result[], attack?: readonly string[]) =>
      tryAttacks(
        { zone: "digimed", area: "heart", as: "x", dir: ".", json: true, ...(attack && { attack }) },
        io,
        async ({ ownerEntry }) => {
          expect(ownerEntry).toBe("digimed-heart");
          return results.map((result) => ({ id: "x", title: "x", requirements: [], result, says: "s" }));
        },
      );
    const code = (...results: Result[]) => attempt(results);
    expect(await code("refused")).toBe(0);
    expect(await code("refused", "succeeded", "could not check")).toBe(2);
    expect(await code("refused", "could not check")).toBe(1);
    expect(await code("refused", "nothing to attack")).toBe(0);
    expect(await code("nothing to attack")).toBe(1);
    expect(await attempt(["refused", "nothing to attack"], ["read-share"])).toBe(1);
    const common = { zone: "digimed", as: "x", dir: ".", json: true };
    await expect(tryAttacks({ ...common, area: "nope" }, io)).rejects.toThrow(/no area nope.*commons, heart/);
    await expect(tryAttacks({ ...common, area: "heart", attack: ["hack"] }, io)).rejects.toThrow(
      /no attack hack.*read-volume/,
    );
  });
});
