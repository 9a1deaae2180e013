import path from "node:path";
import type { Command } from "commander";
import { formatProblem, UserError } from "../../config/problem.ts";
import { yellow } from "../console.ts";
import { EXIT, exitWith, processIo, today, type Io } from "../site/io.ts";

export interface FreezeOptions {
  readonly zone: string;
  /** The zone's site directory. */
  readonly dir: string;
  /** Runs `pulumi up` at once. */
  readonly up: boolean;
  readonly json: boolean;
}

export interface FreezeWords {
  readonly reason: string;
  readonly by?: string;
}

/** Runs `pulumi up` in a site directory and gives its exit code; tests put their own in its place. */
export type Up = (directory: string, stack: string) => Promise<number>;

const runUp: Up = async (directory, stack) => {
  const { pulumi } = await import("../site/pulumi.ts");
  return (await pulumi(directory, stack, ["up", "--yes", "--skip-preview"], { show: true })).exitCode;
};

interface ZoneText {
  readonly directory: string;
  readonly file: string;
  readonly shown: string;
  readonly text: string;
}

async function readZone({ zone, dir }: FreezeOptions, io: Io): Promise<ZoneText> {
  const [{ readIfThere }, { loadStack, shownFile, stackFile }] = await Promise.all([
    import("../site/files.ts"),
    import("../site/site.ts"),
  ]);
  const directory = path.resolve(io.cwd, dir);
  const file = stackFile(directory, zone);
  const text = await readIfThere(file);
  if (text === undefined) await loadStack(directory, zone, io.cwd); // says which stacks there are
  return { directory, file, shown: shownFile(file, io.cwd), text: text ?? "" };
}

/** What the rules say of a text that is to stand in the file. */
async function problemsOf(text: string, shown: string, io: Io) {
  const { checkStackFile } = await import("../../policies/index.ts");
  return checkStackFile(text, shown, { today: today(io) }).problems;
}

/** What the command came to: `changed` is false where the file said so already. */
interface Done {
  readonly zone: string;
  readonly file: string;
  readonly frozen: boolean;
  readonly changed: boolean;
}

async function finish(done: Done, options: FreezeOptions, directory: string, io: Io, up: Up): Promise<number> {
  const { zone, file, frozen, changed } = done;
  const command = `pulumi up -s ${zone}`;
  const state = frozen ? "frozen" : "not frozen";
  if (!options.json) {
    io.out(`${file}: ${changed ? `now ${state}` : `${state} already; nothing was written`}`);
    if (!options.up)
      io.out(
        `run \`${command}\` in ${options.dir === "." ? "this directory" : options.dir}: until then nothing changes in the cloud`,
      );
  }
  const exitCode = options.up ? await up(directory, zone) : 0;
  if (options.json) io.out(JSON.stringify({ ...done, ...(options.up ? { upExitCode: exitCode } : {}) }, null, 2));
  if (exitCode === 0) return EXIT.ok;
  throw new UserError({
    what: `\`${command}\` ended with exit code ${exitCode}`,
    why: frozen ? "the file says frozen, the cloud may not be yet" : "the file says not frozen, the cloud may be still",
    next: "mend what it names and run it again: it goes on from there",
  });
}

/**
 * Takes all access to a zone away, in its config first: a state that the plan does not know would be drift. It is written even where
 * the file has other errors, which are told: nothing holds up an emergency.
 * @throws UserError when the file is no zone's, holds a refused word, or `pulumi up` fails
 */
export async function freeze(options: FreezeOptions & FreezeWords, io: Io, up: Up = runUp): Promise<number> {
  const [{ withFrozen }, { writeWhole }, { withFileLock }] = await Promise.all([
    import("../site/frozen.ts"),
    import("../site/files.ts"),
    import("../site/lock.ts"),
  ]);
  const reason = options.reason.trim();
  const by = (options.by ?? io.env["USER"] ?? io.env["LOGNAME"] ?? "").trim();
  if (reason.length < 3 || reason.length > 500)
    throw new UserError({ what: "--reason must say why", allowed: "3 to 500 characters" });
  if (by.length < 2 || by.length > 200)
    throw new UserError({ what: "it is not known who decides", next: "give --by with a name" });
  const { directory, file, shown } = await readZone(options, io);
  return withFileLock(file, async () => {
    const { text } = await readZone(options, io);
    const next = withFrozen(text, shown, { since: today(io), reason, by });
    if (next !== text) await writeWhole(file, next);
    const problems = await problemsOf(next, shown, io);
    for (const problem of problems) io.note(`${yellow("in the way")}: ${formatProblem(problem)}`);
    if (problems.length > 0)
      throw new UserError({
        what: `${shown} says frozen now, but \`pulumi up\` would refuse it`,
        why: "of the errors above",
        next: `mend them and run \`pulumi up -s ${options.zone}\`; until then nothing changes in the cloud`,
      });
    const done = { zone: options.zone, file: shown, frozen: true, changed: next !== text };
    return finish(done, options, directory, io, up);
  });
}

/**
 * Takes the word out again: the next `pulumi up` restores exactly what is planned.
 * @throws UserError when the file is no zone's, `pulumi up` would refuse it (an expired permit), or `pulumi up` fails
 */
export async function unfreeze(options: FreezeOptions, io: Io, up: Up = runUp): Promise<number> {
  const [{ withoutFrozen }, { writeWhole }, { withFileLock }] = await Promise.all([
    import("../site/frozen.ts"),
    import("../site/files.ts"),
    import("../site/lock.ts"),
  ]);
  const { directory, file, shown } = await readZone(options, io);
  return withFileLock(file, async () => {
    const { text } = await readZone(options, io);
    const next = withoutFrozen(text, shown);
    // What gives access is judged before it is written.
    const problems = await problemsOf(next, shown, io);
    if (problems.length > 0) throw new UserError(problems);
    if (next !== text) await writeWhole(file, next);
    const done = { zone: options.zone, file: shown, frozen: false, changed: next !== text };
    return finish(done, options, directory, io, up);
  });
}

const FREEZE_EXAMPLES = `
Examples:
  $ tresor freeze digimed --dir ./digimed --reason "permit withdrawn" --by "data protection officer" --up
  $ tresor freeze digimed --reason "suspected leak"       writes it; then run pulumi up yourself

A frozen zone gives nobody but its pipeline a role, its shares have no access rule, its tunnels are closed, its machines are stopped.
All data, keys and names stay. It may be run after the end of its permit. \`tresor unfreeze\` restores exactly what is planned.`;

const UNFREEZE_EXAMPLES = `
Examples:
  $ tresor unfreeze digimed --dir ./digimed --up

It is refused while the permit has expired, or anything else is wrong with the file: nothing is written then.`;

const withCommon = (command: Command): Command =>
  command
    .argument("<zone>", "name of the zone's stack")
    .option("--dir <dir>", "the zone's site directory", ".")
    .option("--up", "run `pulumi up` at once", false)
    .option("--json", "the result as JSON", false);

export function registerFreeze(program: Command): void {
  withCommon(program.command("freeze").description("take all access to a zone away, keep its data"))
    .requiredOption("--reason <words>", "why, for the one who audits it")
    .option("--by <name>", "who decided it (default: the user's name)")
    .addHelpText("after", FREEZE_EXAMPLES)
    .action((zone: string, options: Omit<FreezeOptions & FreezeWords, "zone">) =>
      exitWith(freeze({ ...options, zone }, processIo)),
    );
}

export function registerUnfreeze(program: Command): void {
  withCommon(program.command("unfreeze").description("give a frozen zone back what is planned"))
    .addHelpText("after", UNFREEZE_EXAMPLES)
    .action((zone: string, options: Omit<FreezeOptions, "zone">) =>
      exitWith(unfreeze({ ...options, zone }, processIo)),
    );
}
