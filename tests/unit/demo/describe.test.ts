import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { loadStackFile } from "../../../config/loader.ts";
import { diffPlans } from "../../../plan/render/diff.ts";
import { publish } from "../../../plan/render/publish.ts";
import { checkStackFile } from "../../../policies/index.ts";
import { CHANGE, describeDemo } from "../../../scripts/demo/describe.ts";
import { scratch } from "../../scratch.ts";

const FILE = path.resolve(import.meta.dirname, "../../../stacks/examples/Pulumi.digimed.yaml");

describe("what the demo says before it begins", () => {
  it("is words, also where all has to be installed, and nothing is written", async () => {
    const empty = scratch();
    vi.stubEnv("XDG_CACHE_HOME", empty);
    vi.stubEnv("TRESOR_ENGINE", "modules");
    onTestFinished(async () => {
      vi.unstubAllEnvs();
    });
    const words = await describeDemo();
    expect(words).toContain(`in ${empty}/tresor/toolchain`);
    expect(words).toContain("127.0.0.1");
    expect(words).not.toMatch(/\[object|undefined/);
    expect(await readdir(empty)).toEqual([]);
  });
});

describe("the change that the demo proposes", () => {
  it("is allowed by every rule and opens exactly one thing", async () => {
    const text = await readFile(FILE, "utf8");
    const at = text.indexOf(CHANGE.line, text.indexOf(CHANGE.below));
    expect(at).toBeGreaterThan(text.indexOf(CHANGE.below));
    const changed = text.slice(0, at) + CHANGE.becomes + text.slice(at + CHANGE.line.length);
    expect(checkStackFile(changed, FILE, { today: "2026-11-21" }).problems).toEqual([]);
    const plan = (input: string) => publish(loadStackFile(input, FILE).stack!);
    const sentences = diffPlans(plan(text), plan(changed)).map((sentence) => sentence.text);
    expect(sentences).toHaveLength(1);
    expect(sentences[0]).toMatch(/opens bench of uni-north -> analysis 22\/tcp/);
  });
});
