import { copyFile, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { checkStackFile } from "../../../policies/index.ts";
import { freeze, unfreeze } from "../../../scripts/commands/freeze.ts";
import { plan } from "../../../scripts/commands/plan.ts";
import { withFrozen, withoutFrozen } from "../../../scripts/site/frozen.ts";
import { testIo } from "./io.ts";

const EXAMPLE = path.resolve(import.meta.dirname, "../../../stacks/examples/Pulumi.digimed.yaml");
const WORD = { since: "2026-11-21", reason: 'a "leak": it # is', by: "the board" } as const;
const TODAY = "2026-11-21";

async function site(change: (text: string) => string = (text) => text) {
  const io = await testIo();
  const file = path.join(io.cwd, "Pulumi.digimed.yaml");
  await copyFile(EXAMPLE, file);
  await writeFile(file, change(await readFile(file, "utf8")));
  const runs: string[] = [];
  const up =
    (code = 0) =>
    (directory: string, stack: string) => {
      runs.push(`${directory === io.cwd ? "here" : directory} ${stack}`);
      return Promise.resolve(code);
    };
  const options = { zone: "digimed", dir: ".", up: false, json: false };
  return { io, file, runs, up, options, text: () => readFile(file, "utf8") };
}
const words = { reason: "suspected leak", by: "the board" };

describe("tresor freeze (DENBI-4, SPE4HD-11)", () => {
  it("writes one line below the name, keeps every other character, and says that `pulumi up` is next", async () => {
    const { io, options, text } = await site();
    const before = await text();
    expect(await freeze({ ...options, ...words }, io)).toBe(0);
    const line = `    frozen: { since: 2026-11-21, reason: "suspected leak", by: "the board" }\n`;
    expect(await text()).toBe(before.replace("    name: digimed\n", `    name: digimed\n${line}`));
    expect(io.said.join("\n")).toMatch(
      /now frozen\nrun `pulumi up -s digimed` in this directory: until then nothing changes/,
    );
  });

  it("and unfreeze gives the very file back, byte by byte", async () => {
    const { io, options, text } = await site();
    const before = await text();
    await freeze({ ...options, ...words }, io);
    expect(await text()).not.toBe(before);
    expect(await unfreeze(options, io)).toBe(0);
    expect(await text()).toBe(before);
  });

  it("keeps the first word of a zone that is frozen already", async () => {
    const { io, options, text } = await site();
    await freeze({ ...options, ...words }, io);
    const first = await text();
    await freeze({ ...options, reason: "another reason", by: "me" }, io);
    expect(await text()).toBe(first);
    expect(io.said.at(-2)).toMatch(/frozen already; nothing was written/);
  });

  it("runs `pulumi up` where it is asked to, after the file is written", async () => {
    const { io, options, runs, up, text } = await site();
    const seen: string[] = [];
    const watching = async (directory: string, stack: string) => {
      seen.push(await text());
      return up()(directory, stack);
    };
    expect(await freeze({ ...options, ...words, up: true }, io, watching)).toBe(0);
    expect(runs).toEqual(["here digimed"]);
    expect(seen[0]).toContain("frozen: {");
  });

  it("says that the cloud may not be frozen where `pulumi up` fails", async () => {
    const { io, options, up, text } = await site();
    await expect(freeze({ ...options, ...words, up: true }, io, up(255))).rejects.toThrow(
      /ended with exit code 255: the file says frozen, the cloud may not be yet/,
    );
    expect(await text()).toContain("frozen: {");
  });

  it("freezes after the permit's end; unfreeze then writes nothing and says what is expired", async () => {
    const { io, options, text } = await site((all) => all.replace("expires: 2029-12-31", "expires: 2026-11-01"));
    await freeze({ ...options, ...words }, io);
    const frozen = await text();
    expect(checkStackFile(frozen, "f", { today: TODAY }).problems).toEqual([]);
    await expect(unfreeze(options, io)).rejects.toThrow(/the permit ethics-2026-117 has expired/);
    expect(await text()).toBe(frozen);
  });

  it("writes the word even where the file has another error, and says what is in the way", async () => {
    const { io, options, text, runs, up } = await site((all) => all.replace("owner: heart-centre", "owner: nobody"));
    await expect(freeze({ ...options, ...words, up: true }, io, up())).rejects.toThrow(
      /says frozen now, but `pulumi up`/,
    );
    expect(await text()).toContain("frozen: {");
    expect(io.noted.join("\n")).toMatch(/in the way.*this partner is not in zone.partners/);
    expect(runs).toEqual([]);
  });

  it.each([
    ["no reason", { reason: " a ", by: "us" }, /--reason must say why/],
    ["nobody who decides", { reason: "a leak" }, /it is not known who decides.*--by/],
  ])("refuses %s, and writes nothing", async (_, given, error) => {
    const { io, options, text } = await site();
    const before = await text();
    await expect(freeze({ ...options, ...given }, io)).rejects.toThrow(error);
    expect(await text()).toBe(before);
  });

  it("names the stacks that are there where it knows none of that name, and refuses one that is no zone", async () => {
    const { io, options } = await site();
    await expect(freeze({ ...options, zone: "digimet", ...words }, io)).rejects.toThrow(/no stack digimet.*digimed/);
    await writeFile(path.join(io.cwd, "Pulumi.platform.yaml"), "config:\n  tresor:platform: { format: 1 }\n");
    await expect(freeze({ ...options, zone: "platform", ...words }, io)).rejects.toThrow(/is no stack file of a zone/);
  });

  it("tells the result as JSON", async () => {
    const { io, options, up } = await site();
    await freeze({ ...options, ...words, json: true, up: true }, io, up());
    expect(JSON.parse(io.said.join("\n"))).toEqual({
      zone: "digimed",
      file: "Pulumi.digimed.yaml",
      frozen: true,
      changed: true,
      upExitCode: 0,
    });
  });
});

describe("the word in a file", () => {
  const values = (text: string) => {
    const { stack, problems } = checkStackFile(text, "f", { today: TODAY });
    expect(problems).toEqual([]);
    return stack!.config as { frozen?: unknown };
  };

  it("holds whatever a person writes as a reason", async () => {
    const text = withFrozen(await readFile(EXAMPLE, "utf8"), "f", WORD);
    expect(values(text).frozen).toEqual(WORD);
  });

  it("goes in and out of a file that Pulumi rewrote, or that is written in braces, with the same values", async () => {
    const { parse, stringify } = await import("yaml");
    const value: unknown = parse(await readFile(EXAMPLE, "utf8"));
    for (const text of [stringify(value), JSON.stringify(value), stringify(value, { indent: 4 })]) {
      const frozen = withFrozen(text, "f", WORD);
      expect(values(frozen).frozen).toEqual(WORD);
      expect(parse(withoutFrozen(frozen, "f"))).toEqual(value);
    }
  });

  it("goes out as a block too, as Pulumi writes it, and takes no neighbour along", async () => {
    const block = "    frozen:\n      by: us\n      reason: a leak\n      since: 2026-11-21 00:00:00 +0000 UTC\n";
    const before = await readFile(EXAMPLE, "utf8");
    const text = before.replace("    name: digimed\n", `${block}    name: digimed\n`);
    expect(values(text).frozen).toEqual({ since: "2026-11-21", reason: "a leak", by: "us" });
    expect(withoutFrozen(text, "f")).toBe(before);
  });
});

describe("tresor plan", () => {
  it("says that a zone is frozen, and what ends within 30 days (DENBI-4)", async () => {
    const { io, options } = await site((all) => all.replace("expires: 2029-12-31", "expires: 2026-12-01"));
    const shown = { stack: "digimed", dir: ".", json: false, svg: false, mermaid: false };
    await plan(shown, io);
    expect(io.said.join("\n")).toMatch(
      /Ends within 30 days[\s\S]*permit ethics-2026-117 +2026-12-01 +10 days +zone\.permit\.expires/,
    );
    expect(io.said.join("\n")).not.toContain("frozen");
    await freeze({ ...options, ...words }, io);
    await plan(shown, io);
    expect(io.said.join("\n")).toMatch(/frozen.* since 2026-11-21 by the board: suspected leak; nobody has access/);
  });
});
