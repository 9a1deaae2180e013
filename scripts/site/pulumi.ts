import { execa } from "execa";
import { envFile, quoted } from "./templates.ts";

/** What a run of `pulumi` came to. */
export interface PulumiRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface PulumiOptions {
  /** Shows the engine's output as it comes. @default false */
  readonly show?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  /** Milliseconds. @default 900000 */
  readonly timeout?: number;
}

/**
 * Runs `pulumi <args> -s <stack>` in a site directory with the stack's env file sourced: just what its administrator types. The
 * exit code is returned, not thrown: 7 is the engine's word for changes where none were expected.
 */
export async function pulumi(
  site: string,
  stack: string,
  args: readonly string[],
  options: PulumiOptions = {},
): Promise<PulumiRun> {
  // In a pipeline the state lies elsewhere than the env file of the machine says that made it.
  const state = `{ [ -z "\${TRESOR_STATE_URL:-}" ] || export PULUMI_BACKEND_URL="$TRESOR_STATE_URL"; }`;
  const script = `. ./${quoted(envFile(stack))} && ${state} && exec pulumi "$@"`;
  const output = options.show === true ? (["pipe", "inherit"] as const) : "pipe";
  const run = await execa("bash", ["-c", script, "pulumi", ...args, "-s", stack, "--non-interactive"], {
    cwd: site,
    stdin: "ignore",
    stdout: output,
    stderr: output,
    reject: false,
    timeout: options.timeout ?? 900_000,
    ...(options.environment === undefined ? {} : { env: options.environment }),
  });
  return { exitCode: run.exitCode ?? 1, stdout: String(run.stdout ?? ""), stderr: String(run.stderr ?? "") };
}
