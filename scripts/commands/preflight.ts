import path from "node:path";
import type { Command } from "commander";
import type { StackConfig } from "../../config/index.ts";
import { bold, green, red, yellow } from "../console.ts";
import type { CheckReport, Result } from "../preflight/types.ts";
import { EXIT, exitWith, processIo, type Io } from "../site/io.ts";

interface PreflightOptions {
  readonly stack: string;
  readonly dir: string;
  readonly json: boolean;
}

/** Runs the checks; tests put their own in its place. */
type RunChecks = (stack: StackConfig, env: NodeJS.ProcessEnv) => Promise<readonly CheckReport[]>;

const PAINT: Readonly<Record<Result, (text: string) => string>> = { ok: green, failed: red, "not checked": yellow };

/** The site's own clouds.yaml where it has one: another shell's environment must not lend it another's identity. */
async function environmentOf(directory: string, io: Io): Promise<NodeJS.ProcessEnv> {
  const { readIfThere } = await import("../site/files.ts");
  const own = path.join(directory, "clouds.yaml");
  if ((await readIfThere(own)) === undefined) return { ...io.env };
  return { ...io.env, OS_CLIENT_CONFIG_FILE: own };
}

/**
 * Checks a real cloud for a stack.
 * @returns 0 when nothing failed; what could not be checked is said and fails nothing
 */
export async function preflight(
  options: PreflightOptions,
  io: Io,
  run: RunChecks = async (stack, env) => (await import("../preflight/index.ts")).preflightChecks(stack, env),
): Promise<number> {
  const { loadStack } = await import("../site/site.ts");
  const directory = path.resolve(io.cwd, options.dir);
  const stack = await loadStack(directory, options.stack, io.cwd);
  const reports = await run(stack, await environmentOf(directory, io));
  const failures = reports.filter(({ result }) => result === "failed");
  if (options.json)
    io.out(JSON.stringify({ stack: options.stack, ok: failures.length === 0, checks: reports }, null, 2));
  else
    for (const { result, title, says, next } of reports) {
      io.out(`${PAINT[result](result.padEnd(11))} ${bold(title)}`);
      io.out(`${" ".repeat(12)}${says}`);
      if (result === "failed" && next) io.out(`${" ".repeat(12)}next: ${next}`);
    }
  return failures.length === 0 ? EXIT.ok : EXIT.error;
}

const EXAMPLES = `
Examples:
  $ tresor preflight platform --dir ./operator
  $ tresor preflight digimed-tenant --dir ./operator
  $ tresor preflight digimed --dir ./digimed --json

Some checks of a zone try what must be refused and undo what was not: a project, an image and a secret without content, transfers of
nothing. One makes an application credential of your own and removes it.
Exit code 1 when a check failed; what could not be checked is said and why.`;

export function registerPreflight(program: Command): void {
  program
    .command("preflight")
    .description("check a real cloud before the first pulumi up")
    .argument("<stack>", "name of the stack")
    .option("--dir <dir>", "site directory", ".")
    .option("--json", "the result as JSON", false)
    .addHelpText("after", EXAMPLES)
    .action((stack: string, options: Omit<PreflightOptions, "stack">) =>
      exitWith(preflight({ ...options, stack }, processIo)),
    );
}
