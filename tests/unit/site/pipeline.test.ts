import { execa } from "execa";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { asksForBackups } from "../../../scripts/site/examples.ts";
import { pipelineYaml, recordScript } from "../../../scripts/site/pipeline.ts";
import type { SiteKind } from "../../../scripts/site/templates.ts";
import { scratch } from "../../scratch.ts";

interface Job {
  readonly rules: readonly { readonly if: string }[];
  readonly script: readonly string[];
  readonly after_script?: readonly string[];
}
interface Workflow {
  readonly on: { readonly schedule?: readonly { readonly cron: string }[] };
  readonly permissions?: object;
  readonly jobs: { readonly stacks: { readonly steps: readonly { readonly if?: string; readonly run?: string }[] } };
}

function pipelines(backups: boolean, kind: SiteKind = "zone"): { gitlab: Record<string, Job>; github: Workflow } {
  const stacks = [{ name: "mini", cloud: "mini", backups }];
  const facts = { kind, directory: "/site", main: "m", stacks, nodeDirectory: "/node", packageRoot: "/package" };
  const documents = parseAllDocuments(pipelineYaml(facts));
  for (const { errors } of documents) expect(errors).toEqual([]);
  const [gitlab, github] = documents.map((document) => document.toJS() as unknown);
  return { gitlab: gitlab as Record<string, Job>, github: github as Workflow };
}

describe("backups by the pipeline of a site (EV-22)", () => {
  it("are made by GitLab's hourly schedule, tested by the monthly one, and recorded by both", () => {
    const { gitlab } = pipelines(true);
    const { backup, "restore-test": test } = gitlab;
    expect(backup).toMatchObject({ script: ["npx tresor backup run mini"], resource_group: "tresor" });
    expect(test).toMatchObject({ script: ["npx tresor backup restore-test mini"], resource_group: "tresor" });
    expect(backup!.rules[0]!.if).toBe('$CI_PIPELINE_SOURCE == "schedule" && $TRESOR_RESTORE_TEST == null');
    expect(test!.rules[0]!.if).toBe('$CI_PIPELINE_SOURCE == "schedule" && $TRESOR_RESTORE_TEST');
    for (const { after_script } of [backup!, test!]) expect(after_script![0]).toContain("git push");
  });

  it("are made by GitHub's hourly schedule, tested by the monthly one, and recorded where one failed, too", () => {
    const { on, permissions, jobs } = pipelines(true).github;
    expect(on.schedule?.map(({ cron }) => cron)).toEqual(["17 * * * *", "43 3 1 * *"]);
    expect(permissions).toEqual({ contents: "write" });
    const whenOf = (command: string): string | undefined =>
      jobs.stacks.steps.find(({ run }) => run?.includes(command))?.if;
    expect(whenOf("backup run mini")).toBe("github.event_name == 'schedule' && github.event.schedule != '43 3 1 * *'");
    expect(whenOf("restore-test mini")).toBe("github.event.schedule == '43 3 1 * *'");
    expect(whenOf("git push")).toBe("always() && github.event_name == 'schedule'");
  });

  it("are in no pipeline of a zone without backups, and in none of an operator", () => {
    for (const { gitlab, github } of [pipelines(false), pipelines(true, "operator")])
      expect(JSON.stringify([gitlab, github])).not.toMatch(/backup|contents/);
  });

  it("are seen in the stack file, whatever else is wrong in it", () => {
    const zone = (areas: string): boolean =>
      asksForBackups({ stack: "mini", kind: "zone", text: `config:\n  tresor:zone:\n    areas: ${areas}\n` });
    expect(zone("{ work: { datasets: { notes: { backup: { every: 1 day, keep: 3 } } } } }")).toBe(true);
    for (const areas of ["{ work: { datasets: { notes: { size: 1 GiB } } } }", "{ work: }", "nonsense", ""])
      expect(zone(areas), areas).toBe(false);
  });
});

describe("the record's way into the repository (EV-22)", () => {
  let folder: string;
  const clone = (): string => path.join(folder, "clone");
  const git = (directory: string, ...args: string[]) =>
    execa("git", ["-c", "user.name=a", "-c", "user.email=a@invalid", ...args], { cwd: directory });
  /** As a pipeline's shell runs it: a detached head, as GitLab checks out. */
  const record = () =>
    execa("sh", ["-ec", recordScript("origin", '"$BRANCH"')], { cwd: clone(), env: { BRANCH: "main" }, reject: false });
  const inRepository = async (): Promise<string> =>
    (await git(path.join(folder, "bare"), "log", "--format=%s", "--name-only", "main")).stdout;

  beforeEach(async () => {
    folder = scratch();
    await git(folder, "init", "--quiet", "--bare", "--initial-branch=main", "bare");
    await git(folder, "clone", "--quiet", "bare", "first");
    await writeFile(path.join(folder, "first/Pulumi.mini.yaml"), "config: {}\n");
    await git(path.join(folder, "first"), "checkout", "--quiet", "-b", "main");
    await git(path.join(folder, "first"), "add", ".");
    await git(path.join(folder, "first"), "commit", "--quiet", "-m", "first");
    await git(path.join(folder, "first"), "push", "--quiet", "origin", "main");
    await git(folder, "clone", "--quiet", "--depth=1", `file://${folder}/bare`, "clone");
    await git(clone(), "checkout", "--quiet", "--detach");
  });

  it("is a commit of the record alone, also where the branch went on meanwhile", async () => {
    await writeFile(path.join(clone(), "backups.mini.jsonl"), "{}\n");
    await writeFile(path.join(clone(), "clouds.yaml"), "a secret\n");
    await writeFile(path.join(folder, "first/other"), "work of somebody\n");
    await git(path.join(folder, "first"), "add", ".");
    await git(path.join(folder, "first"), "commit", "--quiet", "-m", "second");
    await git(path.join(folder, "first"), "push", "--quiet", "origin", "main");
    expect(await record()).toMatchObject({ exitCode: 0 });
    expect((await inRepository()).split("\n").filter((line) => line !== "")).toEqual([
      ...["Record of backups", "backups.mini.jsonl", "second", "other", "first", "Pulumi.mini.yaml"],
    ]);
    expect(await readFile(path.join(clone(), "backups.mini.jsonl"), "utf8")).toBe("{}\n");
  });

  it("is nothing where nothing was recorded, and an error where the branch cannot be reached", async () => {
    expect(await record()).toMatchObject({ exitCode: 0 });
    expect(await inRepository()).not.toContain("Record");
    await writeFile(path.join(clone(), "backups.mini.jsonl"), "{}\n");
    await rm(path.join(folder, "bare"), { recursive: true });
    expect((await record()).exitCode).not.toBe(0);
  });
});
