import path from "node:path";
import { Option, type Command } from "commander";
import { UserError } from "../../config/problem.ts";
import type { PublishedPlan } from "../../plan/render/publish.ts";
import { bold, dim, green, red, table, yellow } from "../console.ts";
import { EXIT, exitWith, processIo, today, type Io } from "../site/io.ts";

export interface PlanOptions {
  readonly stack: string;
  readonly dir: string;
  readonly json: boolean;
  /** File with an earlier `--json`. */
  readonly diff?: string;
  readonly why?: string;
  readonly svg: boolean;
  readonly mermaid: boolean;
}

/** Reads, judges and plans a stack. @throws UserError with all problems of the file */
async function planOf(stack: string, dir: string, io: Io): Promise<PublishedPlan> {
  const [
    { readIfThere },
    { LEDGER, parseLedger },
    { stackFile, shownFile, loadStack },
    { checkStackFile },
    { publish },
  ] = await Promise.all([
    import("../site/files.ts"),
    import("../../plan/ledger-file.ts"),
    import("../site/site.ts"),
    import("../../policies/index.ts"),
    import("../../plan/render/publish.ts"),
  ]);
  const directory = path.resolve(io.cwd, dir);
  const file = stackFile(directory, stack);
  const text = await readIfThere(file);
  if (text === undefined) await loadStack(directory, stack, io.cwd); // says which stacks there are
  const ledgerText = await readIfThere(path.join(directory, LEDGER));
  const ledger =
    ledgerText === undefined
      ? undefined
      : parseLedger(ledgerText, shownFile(path.join(directory, LEDGER), io.cwd)).ledger;
  const context = { today: today(io), ...(ledger && { ledger }) };
  const checked = checkStackFile(text ?? "", shownFile(file, io.cwd), context);
  if (checked.stack === undefined) throw new UserError(checked.problems);
  return publish(checked.stack, ledger);
}

/** Reads an earlier plan. @throws UserError when it is none */
async function readPlan(file: string, io: Io): Promise<PublishedPlan> {
  const { readText } = await import("../site/files.ts");
  const text = await readText(path.resolve(io.cwd, file), "make it with `tresor plan <stack> --json > old.json`");
  const fail = (why: string): UserError =>
    new UserError({ what: `${file} is no plan`, why, next: "make it with `tresor plan <stack> --json > old.json`" });
  let plan: Partial<PublishedPlan> | null;
  try {
    plan = JSON.parse(text) as Partial<PublishedPlan> | null;
  } catch {
    throw fail("it is no JSON");
  }
  if (plan?.format !== 1 || !Array.isArray(plan.objects) || !Array.isArray(plan.flows))
    throw fail("it has not the shape of format 1");
  return plan as PublishedPlan;
}

const PAINT = {
  opens: red,
  grants: yellow,
  removes: red,
  changes: yellow,
  closes: green,
  adds: (text: string) => text,
};

async function showDiff(plan: PublishedPlan, file: string, json: boolean, io: Io): Promise<void> {
  const { diffPlans } = await import("../../plan/render/diff.ts");
  const before = await readPlan(file, io);
  if (before.kind !== plan.kind || before.subject !== plan.subject)
    throw new UserError({
      what: `${file} is the plan of ${before.kind} ${before.subject}, not of ${plan.kind} ${plan.subject}`,
      next: "compare plans of one stack",
    });
  const sentences = diffPlans(before, plan);
  if (json) io.out(JSON.stringify(sentences, null, 2));
  else if (sentences.length === 0) io.out("no difference");
  else for (const { effect, text } of sentences) io.out(`- ${PAINT[effect](text)}`);
}

async function showWhy(plan: PublishedPlan, target: string, json: boolean, io: Io): Promise<void> {
  const { explain, parseTarget } = await import("../../plan/render/why.ts");
  const explanation = explain(plan, parseTarget(target));
  if (json) return io.out(JSON.stringify(explanation, null, 2));
  io.out(`${explanation.target} is ${explanation.verdict === "open" ? yellow("open") : green("closed")}`);
  for (const { layer, passes, says } of explanation.layers)
    io.out(`  ${passes ? "passes" : "stops "} ${layer}: ${says}`);
}

async function showTable(plan: PublishedPlan, io: Io): Promise<void> {
  const { counts, flowRows, planRows } = await import("../../plan/render/table.ts");
  io.out(table(planRows(plan)));
  if (plan.flows.length > 0) io.out(`\n${bold("Flows; everything else is denied")}\n${table(flowRows(plan))}`);
  io.note(dim(`${plan.kind} ${plan.subject}: ${plan.objects.length} objects (${counts(plan)})`));
}

/** Shows what shall exist for a stack. @throws UserError when the stack is wrong */
export async function plan(options: PlanOptions, io: Io): Promise<number> {
  const published = await planOf(options.stack, options.dir, io);
  if (options.diff !== undefined) await showDiff(published, options.diff, options.json, io);
  else if (options.why !== undefined) await showWhy(published, options.why, options.json, io);
  else if (options.svg || options.mermaid) {
    const { pictureOf } = await import("../../plan/render/picture.ts");
    const picture = pictureOf(published);
    if (options.svg) io.out((await import("../../plan/render/svg.ts")).svg(picture));
    else io.out((await import("../../plan/render/mermaid.ts")).mermaid(picture));
  } else if (options.json) io.out(JSON.stringify(published, null, 2));
  else await showTable(published, io);
  return EXIT.ok;
}

const EXAMPLES = `
Examples:
  $ tresor plan digimed --dir ./digimed
  $ tresor plan digimed --json > plan.json               publish it; it holds no secret
  $ tresor plan digimed --diff plan.json                 sentences for a merge request
  $ tresor plan digimed --why 10.8.1.7:443               which flow opens it, or which layer closes it
  $ tresor plan digimed --why analysis:22
  $ tresor plan digimed --svg > digimed.svg`;

export function registerPlan(program: Command): void {
  const others = ["diff", "why", "svg", "mermaid"];
  const only = (option: Option): Option => option.conflicts(others.filter((name) => name !== option.attributeName()));
  program
    .command("plan")
    .description("show what shall exist: table, JSON, picture, differences, why a path is open")
    .argument("<stack>", "name of the stack")
    .option("--dir <dir>", "site directory", ".")
    .option("--json", "the result as JSON", false)
    .addOption(only(new Option("--diff <file>", "compare with an earlier --json, as sentences")))
    .addOption(only(new Option("--why <host:port>", "explain what opens or closes a path")))
    .addOption(only(new Option("--svg", "picture of areas, benches, flows and data sets as SVG")))
    .addOption(only(new Option("--mermaid", "the same picture as a Mermaid flowchart")))
    .addHelpText("after", EXAMPLES)
    .action((stack: string, { svg = false, mermaid = false, ...options }: Omit<PlanOptions, "stack">) =>
      exitWith(plan({ ...options, svg, mermaid, stack }, processIo)),
    );
}
