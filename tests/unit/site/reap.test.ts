import { cp, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { reapSite } from "../../../scripts/commands/reap.ts";
import type { TakenDown } from "../../../scripts/site/reap.ts";
import { destroyStack, type RunPulumi } from "../../../scripts/site/state.ts";
import { pipelineYaml } from "../../../scripts/site/pipeline.ts";
import type { SiteKind } from "../../../scripts/site/templates.ts";
import { testIo } from "../commands/io.ts";

const EXAMPLE = path.resolve(import.meta.dirname, "../../../stacks/examples/Pulumi.mini.yaml");
let io: Awaited<ReturnType<typeof testIo>>;
/** Resources in the state; undefined: there is no such stack. */
let state: object[] | undefined;
let calls: string[];
let destroyed: { exitCode: number; stderr: string };
beforeEach(async () => {
  io = await testIo();
  await cp(EXAMPLE, path.join(io.cwd, "Pulumi.mini.yaml"));
  calls = [];
  destroyed = { exitCode: 0, stderr: "" };
  state = [
    { urn: "urn:pulumi:mini::tresor::tresor:zone:Zone::mini", custom: false, type: "tresor:zone:Zone" },
    { urn: "urn:pulumi:mini::tresor::a$tresor:compute:Machine::mini-work-box-server", custom: true, type: "m" },
  ];
});

const run: RunPulumi = (_site, stack, args, options) => {
  calls.push([...args, ...Object.values(options?.environment ?? {})].join(" "));
  if (args[0] === "stack") {
    if (state === undefined)
      return Promise.resolve({ exitCode: 255, stdout: "", stderr: `error: no stack named '${stack}' found` });
    return Promise.resolve({ exitCode: 0, stdout: JSON.stringify({ deployment: { resources: state } }), stderr: "" });
  }
  if (destroyed.exitCode === 0) state = [];
  return Promise.resolve({ ...destroyed, stdout: "" });
};

/** In place of what `tresor destroy` does, which tests/unit/destroy holds: its engine's part alone. */
const takeDown = async (stack: string): Promise<TakenDown> => {
  const { failure, left } = await destroyStack({ directory: io.cwd, stack, run }, "tresor reap");
  const why = failure ?? `its state still holds ${left.length} resources`;
  return {
    stays: [],
    blocking: failure === undefined && left.length === 0 ? [] : [{ kind: "stack", name: stack, why, next: "mend it" }],
  };
};

async function live(lifetime: string, more = ""): Promise<void> {
  const file = path.join(io.cwd, "Pulumi.mini.yaml");
  await cp(EXAMPLE, file);
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace("    name: mini\n", `    name: mini\n    lifetime: ${lifetime}\n${more}`));
}
const reap = async (dryRun = false) => {
  io.said.length = 0;
  const exitCode = await reapSite({ dir: ".", dryRun, json: true }, io, { run, takeDown });
  const { zones } = JSON.parse(io.said.join("\n")) as { zones: Record<string, string>[] };
  return { exitCode, ...zones[0] } as { exitCode: number } & Record<string, string>;
};
const OVER = "{ until: 2026-11-20, onEnd: destroy }";
const FROZEN = "    frozen: { since: 2026-11-21, reason: the run is over, by: the board }\n";
const WORD = "    deletion: allowed\n";

describe("tresor reap (C4H-12)", () => {
  it("destroys a zone that is over by pulumi's own destroy, once, and is done with it afterwards", async () => {
    await live(OVER, WORD);
    expect(await reap()).toMatchObject({ exitCode: 0, zone: "mini", until: "2026-11-20", outcome: "destroyed" });
    expect(calls).toEqual(["stack export", "destroy --yes --skip-preview", "stack export"]);
    expect(await reap()).toMatchObject({ exitCode: 0, outcome: "gone" });
    state = undefined;
    expect(await reap()).toMatchObject({ exitCode: 0, outcome: "gone" });
    expect(calls.filter((call) => call.startsWith("destroy"))).toHaveLength(1);
    // No lock is left.
    expect((await readdir(io.cwd)).filter((file) => file.includes("lock"))).toEqual([]);
  });

  it("asks nothing of the engine for a zone without an end, or before it", async () => {
    expect(await reap()).toMatchObject({ exitCode: 0, outcome: "alive", says: "it has no end" });
    await live('{ until: "2026-11-21T12:00:01Z", onEnd: destroy }', WORD);
    expect(await reap()).toMatchObject({ exitCode: 0, outcome: "alive" });
    expect(calls).toEqual([]);
  });

  it("ends at the second, and a day at its end", async () => {
    // The tests' clock says 12:00:00 of 2026-11-21.
    await live('{ until: "2026-11-21T12:00:00Z", onEnd: destroy }', WORD);
    expect(await reap(true)).toMatchObject({ exitCode: 0, outcome: "due" });
    await cp(EXAMPLE, path.join(io.cwd, "Pulumi.mini.yaml"));
    await live("{ until: 2026-11-21, onEnd: destroy }", WORD);
    expect(await reap()).toMatchObject({ outcome: "alive" });
  });

  it("says what a dry run would do, and does nothing", async () => {
    await live(OVER, WORD);
    expect(await reap(true)).toMatchObject({ exitCode: 0, outcome: "due", says: "1 resources would be destroyed" });
    expect(calls).toEqual(["stack export"]);
  });

  it("refuses without the explicit word, and tells where to write it (DIGIMED-9)", async () => {
    await live(OVER);
    expect(await reap()).toMatchObject({
      exitCode: 2,
      outcome: "refused",
      says: "its time is over, but data is protected: zone.deletion",
      next: expect.stringContaining("deletion: allowed"),
    });
    expect(calls).toEqual(["stack export"]);
  });

  it("refuses what the state still protects, although the word stands by now (DIGIMED-9)", async () => {
    await live(OVER, WORD);
    state!.push({ urn: "urn:x::mini-work-box-root", custom: true, type: "v", protect: true, retainOnDelete: true });
    expect(await reap()).toMatchObject({
      exitCode: 2,
      outcome: "refused",
      says: expect.stringMatching(/mini-work-box-root/),
    });
    expect(calls).toEqual(["stack export"]);
  });

  it("names what was taken over, which stays", async () => {
    await live(OVER, WORD);
    state!.push({ urn: "urn:x::mini-work-old-data", custom: true, type: "v", retainOnDelete: true });
    expect((await reap())["says"]).toBe(
      "2 resources were destroyed; taken over once and left where it was: mini-work-old-data",
    );
  });

  it("keeps a zone that shall be frozen", async () => {
    await live("{ until: 2026-11-20, onEnd: freeze }", WORD);
    expect(await reap()).toMatchObject({
      exitCode: 2,
      outcome: "refused",
      says: "its time is over, and it is not frozen yet",
      next: expect.stringContaining("tresor freeze mini"),
    });
    await live("{ until: 2026-11-20, onEnd: freeze }", WORD + FROZEN);
    expect(await reap()).toMatchObject({ exitCode: 0, outcome: "frozen" });
    expect(calls).toEqual(["stack export", "stack export"]);
  });

  it("fails where the engine fails, in its words, and goes on with the next zone", async () => {
    await live(OVER, WORD);
    const text = await readFile(path.join(io.cwd, "Pulumi.mini.yaml"), "utf8");
    await writeFile(path.join(io.cwd, "Pulumi.other.yaml"), text.replace("name: mini", "name: other"));
    destroyed = { exitCode: 255, stderr: "error: the stack is currently locked by 1 lock(s)\n" };
    expect(await reap()).toMatchObject({
      exitCode: 1,
      outcome: "failed",
      says: expect.stringContaining("locked by 1"),
    });
    expect(calls.filter((call) => call.startsWith("destroy"))).toHaveLength(2);
  });

  it("takes the state from where the pipeline says", async () => {
    await live(OVER, WORD);
    Object.assign(io.env, { STATE_URL: "s3://states" });
    await reap(true);
    expect(calls).toEqual(["stack export s3://states"]);
  });
});

describe("the pipeline of a site", () => {
  const documents = (kind: SiteKind) =>
    parseAllDocuments(
      pipelineYaml({
        kind,
        directory: "/site",
        main: "m",
        stacks: [{ name: "mini", cloud: "mini", backups: false }],
        nodeDirectory: "/node",
        packageRoot: "/package",
      }),
    ).map((document) => {
      expect(document.errors).toEqual([]);
      return document.toJS() as Record<string, never>;
    });

  it("reaps a zone by a schedule, and neither previews nor applies then (C4H-12)", () => {
    const [gitlab, github] = documents("zone") as unknown as [
      Record<string, { rules: unknown; script: string[] }>,
      never,
    ];
    expect(gitlab["reap"]).toMatchObject({ script: ["npx tresor reap ."], resource_group: "tresor" });
    expect(JSON.stringify(gitlab["apply"]!.rules)).toContain('!= \\"schedule\\"');
    const { on, jobs } = github as { on: object; jobs: { stacks: { steps: { if?: string; run?: string }[] } } };
    expect(on).toHaveProperty("schedule");
    const scheduled = jobs.stacks.steps.filter((step) => step.if === "github.event_name == 'schedule'");
    expect(scheduled.map((step) => step.run)).toEqual(["npx tresor reap ."]);
    for (const { if: when, run: command } of jobs.stacks.steps)
      if (command?.includes("pulumi ")) expect(when, command).toMatch(/!= 'schedule'|== 'push'/);
  });

  it("asks for room before it changes anything (SPE4HD-11)", () => {
    const [gitlab] = documents("zone") as unknown as [Record<string, { script: string[] }>];
    const { script } = gitlab["apply"]!;
    expect(script[0]).toBe("npx tresor plan mini --quota --live");
    expect(script[1]).toContain("pulumi up");
  });

  it("of the operator has no such job", () => {
    expect(JSON.stringify(documents("operator"))).not.toMatch(/reap|schedule/);
  });
});
