import path from "node:path";
import type { Command } from "commander";
import { bold, dim, green, red, table, yellow } from "../console.ts";
import { EXIT, exitWith, processIo, type Io } from "../site/io.ts";
import type { Outcome, Reaped, TakeDown, TakenDown } from "../site/reap.ts";
import type { RunPulumi } from "../site/state.ts";

export interface ReapCommand {
  readonly dir: string;
  readonly dryRun: boolean;
  readonly json: boolean;
}

const PAINT: Readonly<Record<Outcome, (text: string) => string>> = {
  alive: dim,
  frozen: green,
  gone: green,
  due: yellow,
  destroyed: green,
  refused: red,
  failed: red,
};

/** 1 when a zone could not be destroyed, 2 when one may not be and stays although its time is over. */
function exitOf(results: readonly Reaped[]): number {
  if (results.some(({ outcome }) => outcome === "failed")) return EXIT.error;
  return results.some(({ outcome }) => outcome === "refused") ? EXIT.found : EXIT.ok;
}

/** Takes a zone down in the way of `tresor destroy`, and signs what became of it where the directory has a key for that. */
async function takeDown(directory: string, stack: string, io: Io, run: RunPulumi | undefined): Promise<TakenDown> {
  const [destroy, { readSigningKey, keyFile }, { writeReceipt }, { readIfThere }] = await Promise.all([
    import("../destroy/run.ts"),
    import("../destroy/signing-key.ts"),
    import("../destroy/receipt-files.ts"),
    import("../site/files.ts"),
  ]);
  const key = (await readIfThere(keyFile(directory))) === undefined ? undefined : await readSigningKey(directory);
  const options = { zone: stack, directory, all: false, ...(run === undefined ? {} : { run }) };
  const done = await destroy.takeDown(options, io, (what) => io.note(`${stack}: ${what}`));
  const of = { blocking: done.blocking, stays: done.held };
  if (key === undefined) return of;
  const { json } = await writeReceipt(directory, destroy.receiptFor(done, key), key);
  return { ...of, receipt: path.relative(directory, json) };
}

/** What tests put in the place of the engine and of the cloud. */
export interface ReapParts {
  readonly run?: RunPulumi;
  readonly takeDown?: TakeDown;
}

/**
 * Destroys the zones of a site directory whose lifetime is over; one run at a time.
 * @throws UserError when the directory or a stack file cannot be read, or another run is at work there
 */
export async function reapSite({ dir, dryRun, json }: ReapCommand, io: Io, parts: ReapParts = {}): Promise<number> {
  const [{ reap }, { withFileLock }] = await Promise.all([import("../site/reap.ts"), import("../site/lock.ts")]);
  const directory = path.resolve(io.cwd, dir);
  const stateUrl = io.env["STATE_URL"];
  const { run } = parts;
  const options = {
    ...{ directory, cwd: io.cwd, now: io.now().getTime(), dryRun },
    takeDown: parts.takeDown ?? ((stack: string) => takeDown(directory, stack, io, run)),
    ...(stateUrl === undefined || stateUrl === "" ? {} : { stateUrl }),
    ...(run === undefined ? {} : { run }),
  };
  const results = dryRun ? await reap(options) : await withFileLock(path.join(directory, "reap"), () => reap(options));
  if (json) io.out(JSON.stringify({ dryRun, ok: exitOf(results) === EXIT.ok, zones: results }, null, 2));
  else if (results.length === 0) io.note("this directory holds no zone");
  else {
    const rows = results.map(({ zone, until, outcome, says }) => [zone, until ?? "-", PAINT[outcome](outcome), says]);
    io.out(table([["zone", "until", "", ""], ...rows]));
    for (const { zone, next } of results) if (next !== undefined) io.note(`${bold(zone)}: next: ${next}`);
  }
  return exitOf(results);
}

const EXAMPLES = `
Examples:
  $ tresor reap ./runs --dry-run            which zones are over, and what would go
  $ tresor reap ./runs                      destroys them
  $ tresor reap ./runs --json               for a pipeline that runs at intervals

A zone ends where its config says \`lifetime: { until: ..., onEnd: destroy }\`. Data goes only where \`deletion: allowed\` stands, too. STATE_URL
in the environment says where the states lie, as in the pipeline that \`tresor init zone\` writes; without it the site's env files do.

Exit code: 0 when nothing is left over; 2 when a zone is over and may not be destroyed; 1 when it could not be, or not be told.`;

export function registerReap(program: Command): void {
  program
    .command("reap")
    .description("destroy the zones whose lifetime is over")
    .argument("[dir]", "site directory with the zones' stack files", ".")
    .option("--dry-run", "say what would be destroyed, and destroy nothing", false)
    .option("--json", "the result as JSON", false)
    .addHelpText("after", EXAMPLES)
    .action((dir: string, options: Omit<ReapCommand, "dir">) => exitWith(reapSite({ ...options, dir }, processIo)));
}
