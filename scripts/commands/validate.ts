import type { Command } from "commander";
import { formatProblem } from "../../config/problem.ts";
import { green, red, yellow } from "../console.ts";
import { EXIT, exitWith, processIo, today, type Io } from "../site/io.ts";

interface ValidateOptions {
  /** Files or site directories. */
  readonly paths: readonly string[];
  readonly json: boolean;
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

/**
 * Checks stack files by schema and by every rule, and ledgers across zones.
 * @returns 0 when all are right, 1 when any is not
 */
export async function validate({ paths, json }: ValidateOptions, io: Io): Promise<number> {
  const { checkPaths } = await import("../site/check.ts");
  const reports = await checkPaths(paths.length > 0 ? paths : ["."], io.cwd, today(io));
  const wrong = reports.filter(({ ok }) => !ok);
  if (json) {
    io.out(JSON.stringify({ ok: wrong.length === 0, files: reports }, null, 2));
    return wrong.length === 0 ? EXIT.ok : EXIT.error;
  }
  for (const { file, kind, subject, ok, problems, warnings } of reports) {
    if (ok)
      io.out(`${green("ok")}  ${file} (${[kind, subject === kind ? undefined : subject].filter(Boolean).join(" ")})`);
    for (const problem of problems) io.note(`${red("error")}: ${formatProblem(problem)}`);
    for (const problem of warnings) io.note(`${yellow("warning")}: ${formatProblem(problem)}`);
  }
  const count = reports.reduce((sum, { problems }) => sum + problems.length, 0);
  if (count === 0) return EXIT.ok;
  io.note(`${plural(count, "error")} in ${plural(wrong.length, "file")} of ${reports.length}`);
  return EXIT.error;
}

const EXAMPLES = `
Examples:
  $ tresor validate                                  every stack file of this directory, and its ledger
  $ tresor validate ./operator ./digimed             both halves; the zone against the operator's ledger too
  $ tresor validate Pulumi.digimed.yaml --json       for editors and pipelines

Exit code 1 when anything is wrong. All errors of all files are printed at once.`;

export function registerValidate(program: Command): void {
  program
    .command("validate")
    .description("check stack files: all errors at once, with file, line and column")
    .argument("[paths...]", "stack files or site directories (default: the current directory)")
    .option("--json", "the result as JSON", false)
    .addHelpText("after", EXAMPLES)
    .action((paths: readonly string[], { json }: { json: boolean }) => exitWith(validate({ paths, json }, processIo)));
}
