import path from "node:path";
import type { Command } from "commander";
import { UserError } from "../../config/problem.ts";
import type { Receipt } from "../../deletion/receipt.ts";
import { saidOf } from "../../deletion/types.ts";
import { bold, green, Progress, table, yellow } from "../console.ts";
import type { Foreseen } from "../destroy/zone-half.ts";
import { EXIT, exitWith, processIo, type Io } from "../site/io.ts";
import { shownFile } from "../site/site.ts";
import type { RunPulumi } from "../site/state.ts";

export interface DestroyCommand {
  readonly zone: string;
  readonly dir: string;
  readonly operator?: string;
  /** The zone's name once more. */
  readonly yes?: string;
  readonly all: boolean;
  readonly dryRun: boolean;
  readonly rowsPurgedBy?: string;
  readonly json: boolean;
}

/** Asks for the zone's name on the terminal; tests put their own in its place. */
export type Ask = (question: string) => Promise<string>;

const askTerminal: Ask = async (question) => {
  if (!process.stdin.isTTY) return "";
  const { createInterface } = await import("node:readline/promises");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
};

/** The word that protected data waits for is the zone's own name. @throws UserError where it was not said */
async function confirm({ zone, yes }: DestroyCommand, ask: Ask): Promise<void> {
  const said = yes ?? (await ask(`This deletes zone ${zone}, its keys and all its data. Type its name to go on: `));
  if (said.trim() === zone) return;
  throw new UserError({
    what: "nothing was deleted: the zone's name was not said",
    ...(said === "" ? {} : { found: said.slice(0, 80) }),
    allowed: zone,
    next: `type it, or give \`--yes ${zone}\`; --dry-run says what would go`,
  });
}

function showForeseen({ go, held, tenant, unseen }: Foreseen, io: Io): void {
  const rows = [
    ...go.map((one) => ["goes", one.method, one.kind, one.name || one.id, one.project, one.maker]),
    ...tenant.map((one) => ["operator's half", "delete", one.kind, one.name || one.id, one.project, one.maker]),
    ...held.map((one) => ["stays", "", one.kind, one.name || (one.id ?? ""), one.project ?? "", one.why]),
  ];
  io.out(table([["", "how", "kind", "name", "project", "made by"], ...rows]));
  for (const name of unseen)
    io.note(`${yellow("not seen")}: what is in ${name}; the pipeline takes a role there when it deletes`);
  io.note("nothing was changed");
}

interface Written {
  readonly json: string;
  readonly signature: string;
  readonly html: string;
}

function showReceipt(receipt: Receipt, files: Written, io: Io): void {
  const { objects, left, zone } = receipt;
  const byMethod = Map.groupBy(objects, ({ method }) => method);
  const methods = [...byMethod].map(([method, of]) => `${of.length} ${method}`).toSorted();
  io.out(`zone ${zone.name}: ${objects.length} objects deleted${methods.length > 0 ? ` (${methods.join(", ")})` : ""}`);
  if (left.length === 0) io.out(green("nothing is left"));
  for (const one of left) {
    io.out(`${yellow("left")}: ${saidOf(one)}: ${one.why}`);
    io.out(`      next: ${one.next}`);
  }
  io.out(
    `receipt: ${bold(files.json)}, signature ${path.basename(files.signature)}, for people ${path.basename(files.html)}`,
  );
}

/**
 * Destroys a zone, resumably, with a signed receipt: exit 0 nothing is left, 2 something is.
 * @throws UserError where it could not
 */
export async function destroy(
  command: DestroyCommand,
  io: Io,
  { run, ask = askTerminal }: { readonly run?: RunPulumi; readonly ask?: Ask } = {},
): Promise<number> {
  const [{ takeDown, receiptFor, foreseeZone }, { readSigningKey }, { writeReceipt }] = await Promise.all([
    import("../destroy/run.ts"),
    import("../destroy/signing-key.ts"),
    import("../destroy/receipt-files.ts"),
  ]);
  const { zone, all, dryRun, json, rowsPurgedBy } = command;
  const directory = path.resolve(io.cwd, command.dir);
  const options = {
    ...{ zone, directory, all },
    ...(command.operator === undefined ? {} : { operator: path.resolve(io.cwd, command.operator) }),
    ...(rowsPurgedBy === undefined ? {} : { rowsPurgedBy }),
    ...(run === undefined ? {} : { run }),
  };
  if (dryRun) {
    const foreseen = await foreseeZone(options, io);
    if (json) io.out(JSON.stringify({ zone, dryRun, ...foreseen }, null, 2));
    else showForeseen(foreseen, io);
    return foreseen.held.length > 0 ? EXIT.found : EXIT.ok;
  }
  const key = await readSigningKey(directory);
  await confirm(command, ask);
  const progress = new Progress();
  const receipt = receiptFor(await progress.stage(`destroy ${zone}`, (say) => takeDown(options, io, say)), key);
  const written = await writeReceipt(directory, receipt, key);
  const shown = (file: string): string => shownFile(file, io.cwd);
  const files = { json: shown(written.json), signature: shown(written.signature), html: shown(written.html) };
  if (json) io.out(JSON.stringify({ zone, nothingLeft: receipt.nothingLeft, left: receipt.left, files }, null, 2));
  else showReceipt(receipt, files, io);
  return receipt.nothingLeft ? EXIT.ok : EXIT.found;
}

const EXAMPLES = `
Examples:
  $ tresor destroy digimed --dir ./digimed --dry-run       what would go, how, and what would stay
  $ tresor destroy digimed --dir ./digimed                 asks for the zone's name; the zone's half
  $ tresor destroy digimed --dir ./operator --yes digimed  the operator's half, in his directory
  $ tresor destroy digimed --dir ./digimed --operator ./operator --yes digimed
  $ tresor destroy digimed --dir ./digimed --yes digimed --rows-purged-by "A. Meier, key management"

Access ends first, then machines, then keys, then the data that they opened. Killed at any point, the next run goes on, and its receipt tells of
both. What no stack made stays and is named, unless --all is given; what was taken over (adopt) always stays. Suspend the zone's pipeline first:
it would bring the zone up again.

Exit code: 0 when nothing is left; 2 when something is, which the receipt names; 1 when it could not be done or not be told.`;

export function registerDestroy(program: Command): void {
  program
    .command("destroy")
    .description("destroy a zone with its keys and data, and write a signed deletion receipt")
    .argument("<zone>", "name of the zone's stack")
    .option("--dir <dir>", "the zone's site directory, or the operator's for his half alone", ".")
    .option("--operator <dir>", "the operator's site directory: his half goes, too")
    .option("--yes <zone>", "the zone's name, in place of typing it")
    .option("--all", "delete what no stack made, too", false)
    .option("--dry-run", "say what would go and what would stay, and change nothing", false)
    .option("--rows-purged-by <name>", "who purged Barbican's deleted rows, after the keys were deleted")
    .option("--json", "the result as JSON", false)
    .addHelpText("after", EXAMPLES)
    .action((zone: string, options: Omit<DestroyCommand, "zone">) =>
      exitWith(destroy({ ...options, zone }, processIo)),
    );
}
