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
  /** Who begins the path that `why` asks about. */
  readonly from?: string;
  readonly svg: boolean;
  readonly mermaid: boolean;
  /** Planned, granted and used for each project and service. @default false */
  readonly quota?: boolean;
  /** With `quota`: asks the cloud, too. @default false */
  readonly live?: boolean;
  /** The grants of all tenants against what the cloud has. @default false */
  readonly capacity?: boolean;
}

/** Exit code of `--why` for a path that is closed. */
const CLOSED = 3;

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
  return publish(checked.stack, ledger, context.today);
}

/** Reads an earlier plan. @throws UserError when it is none */
async function readPlan(file: string, io: Io): Promise<PublishedPlan> {
  const [{ readText }, { parsePlan }] = await Promise.all([import("../site/files.ts"), import("./plan-file.ts")]);
  return parsePlan(
    await readText(path.resolve(io.cwd, file), "make it with `tresor plan <stack> --json > old.json`"),
    file,
  );
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
  const { fallen, presetSentences } = await import("../../policies/preset-change.ts");
  const sentences = [...presetSentences(before.preset, plan.preset), ...diffPlans(before, plan)];
  if (json) io.out(JSON.stringify(sentences, null, 2));
  else if (sentences.length === 0) io.out("no difference");
  else for (const { effect, text } of sentences) io.out(`- ${PAINT[effect](text)}`);
  const problem = fallen(plan.kind, before.preset, plan.preset, plan.lowered);
  if (problem !== undefined) throw new UserError(problem);
}

/** Says what opens or closes a path. Gives the exit code: a script asks and need not read. */
async function showWhy(plan: PublishedPlan, { why = "", from, json }: PlanOptions, io: Io): Promise<number> {
  const [{ explain, parseTarget }, { presetSays }] = await Promise.all([
    import("../../plan/render/why.ts"),
    import("../../policies/preset-change.ts"),
  ]);
  const explanation = explain(plan, parseTarget(why), { ...(from === undefined ? {} : { from }), presetSays });
  const { target, versions, layers, verdict, back } = explanation;
  if (json) io.out(JSON.stringify(explanation, null, 2));
  else {
    const paint = (said: string): string => (said === "open" ? yellow(said) : green(said));
    const asked = Object.entries(versions).map(([version, said]) => `${version} ${said}`);
    io.out(`${target}${from === undefined ? "" : ` from ${from}`} is ${paint(verdict)} (${asked.join(", ")})`);
    for (const { layer, passes, says } of layers) io.out(`  ${passes ? "passes" : "stops "} ${layer}: ${says}`);
    io.out(`the other way round it is ${paint(back.verdict)}; answers to what is open pass by themselves`);
    for (const { layer, passes, says } of back.layers) io.out(`  ${passes ? "passes" : "stops "} ${layer}: ${says}`);
  }
  return verdict === "open" ? EXIT.ok : CLOSED;
}

/** What was frozen, and what ends soon: a plan that is read without these words is read wrong. */
async function showEnds({ frozen, expiries = [] }: PublishedPlan, io: Io): Promise<void> {
  if (frozen !== undefined)
    io.out(
      `\n${yellow("frozen")} since ${frozen.since} by ${frozen.by}: ${frozen.reason}; nobody has access, all data stay`,
    );
  const { daysBetween, expiringSoon, SOON_DAYS } = await import("../../plan/expiry.ts");
  const day = today(io);
  const soon = expiringSoon(expiries, day);
  if (soon.length === 0) return;
  const rows = soon.map(({ what, until, because }) => {
    const left = daysBetween(day, until);
    return [what, until, left < 0 ? "over" : `${left} days`, because];
  });
  io.out(`\n${bold(`Ends within ${SOON_DAYS} days`)}\n${table([["what", "last day", "left", "because"], ...rows])}`);
}

async function showTable(plan: PublishedPlan, io: Io): Promise<void> {
  const { counts, flowRows, planRows } = await import("../../plan/render/table.ts");
  io.out(table(planRows(plan)));
  if (plan.flows.length > 0) io.out(`\n${bold("Flows; everything else is denied")}\n${table(flowRows(plan))}`);
  await showEnds(plan, io);
  io.note(dim(`${plan.kind} ${plan.subject}: ${plan.objects.length} objects (${counts(plan)})`));
}

/** Shows what shall exist for a stack. @throws UserError when the stack is wrong */
export async function plan(options: PlanOptions, io: Io): Promise<number> {
  if (options.from !== undefined && options.why === undefined)
    throw new UserError({ what: "--from belongs to --why", next: "add --why <host:port>" });
  const { quota = false, live = false, capacity = false } = options;
  if (live && !quota) throw new UserError({ what: "--live belongs to --quota", next: "add --quota" });
  if (quota || capacity) {
    const { planCapacity, planQuota } = await import("./plan-quota.ts");
    return (quota ? planQuota : planCapacity)({ ...options, live }, io);
  }
  const published = await planOf(options.stack, options.dir, io);
  if (options.diff !== undefined) await showDiff(published, options.diff, options.json, io);
  else if (options.why !== undefined) return showWhy(published, options, io);
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
  $ tresor plan digimed --why analysis:22 --from bench/heart-centre
  $ tresor plan digimed --why outside/mirror:443 --from analysis
  $ tresor plan digimed --svg > digimed.svg
  $ tresor plan digimed --quota --live                   planned, granted, limited and used, by project and service
  $ tresor plan platform --capacity --dir ./operator     all grants against what the cloud has

Exit code of --why: 0 when the path is open, 3 when it is closed, 1 when it could not be told. --diff ends with 1 when the preset was
lowered without the word \`lowered:\` in the config. --quota ends with 2 when more is planned than is granted or left, --capacity when
more SEV-SNP slots are granted than there are.`;

export function registerPlan(program: Command): void {
  const others = ["diff", "why", "svg", "mermaid", "quota", "capacity"];
  const only = (option: Option): Option => option.conflicts(others.filter((name) => name !== option.attributeName()));
  program
    .command("plan")
    .description("show what shall exist: table, JSON, picture, differences, why a path is open")
    .argument("<stack>", "name of the stack")
    .option("--dir <dir>", "site directory", ".")
    .option("--json", "the result as JSON", false)
    .addOption(only(new Option("--diff <file>", "compare with an earlier --json, as sentences")))
    .addOption(only(new Option("--why <host:port>", "explain what opens or closes a path")))
    .option("--from <host or end>", "with --why: who begins, such as 10.8.1.9, analysis, bench/uni-north, site/clinic")
    .addOption(only(new Option("--svg", "picture of areas, benches, flows and data sets as SVG")))
    .addOption(only(new Option("--mermaid", "the same picture as a Mermaid flowchart")))
    .addOption(only(new Option("--quota", "planned against granted, for each project and service")))
    .option("--live", "with --quota: the cloud's limits and what is used, too", false)
    .addOption(only(new Option("--capacity", "all tenants' grants against what the cloud has; for the platform")))
    .addHelpText("after", EXAMPLES)
    .action((stack: string, { svg = false, mermaid = false, ...options }: Omit<PlanOptions, "stack">) =>
      exitWith(plan({ ...options, svg, mermaid, stack }, processIo)),
    );
}
