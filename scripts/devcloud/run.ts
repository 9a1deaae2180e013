import { execa } from "execa";
import { UserError } from "../../config/problem.ts";
import { logFile, serviceEnvironment, lastLines } from "./processes.ts";
import type { DevcloudSettings } from "./settings.ts";

interface RunOptions {
  /** Names the log file that gets all output. */
  readonly log: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Seconds. @default 300 */
  readonly timeout?: number;
}

/**
 * Runs one command of the cloud's set-up to its end, with the environment that the services have.
 * @returns its standard output
 * @throws UserError with the last lines of its output
 */
export async function run(
  settings: DevcloudSettings,
  command: readonly [string, ...string[]],
  options: RunOptions,
): Promise<string> {
  const file = logFile(settings, options.log);
  const [program, ...args] = command;
  const result = await execa(program, args, {
    env: serviceEnvironment(settings, options.log, options.env),
    extendEnv: false,
    cwd: settings.home,
    reject: false,
    timeout: (options.timeout ?? 300) * 1000,
    ...(options.input !== undefined ? { input: options.input } : { stdin: "ignore" as const }),
    stdout: ["pipe", { file, append: true }],
    stderr: { file, append: true },
  });
  if (result.failed)
    throw new UserError({
      what: `${program} ${args[0] ?? ""} failed`.replace(/ +/g, " "),
      why: lastLines(file, 6).join(" | ").slice(-600) || result.shortMessage,
      next: `see ${file}, then run the same command again: it goes on where it stopped`,
    });
  return typeof result.stdout === "string" ? result.stdout : "";
}
