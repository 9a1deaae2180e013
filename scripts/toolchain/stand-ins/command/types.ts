import { randomBytes } from "node:crypto";
import { execa } from "execa";
import type { Props } from "../../../../provider/wire.ts";
import type { StandInType } from "../stand-in.ts";

const LOGGING = ["stdout", "stderr", "stdoutAndStderr", "none"];
const SHELL = ["/bin/sh", "-c"];

interface Outcome extends Props {
  readonly stdout: string;
  readonly stderr: string;
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** Output of the run before, for the run after it; switched off by `addPreviousOutputInEnv: false`. */
function previousOutput(inputs: Props, state: Props | undefined): Record<string, string> {
  if (!state || inputs.addPreviousOutputInEnv === false) return {};
  return { PULUMI_COMMAND_STDOUT: textOf(state.stdout), PULUMI_COMMAND_STDERR: textOf(state.stderr) };
}

/** The engine shows what a plugin prints; with a secret among the inputs nothing is shown, since it may be in the output. */
function show(inputs: Props, outcome: Outcome, secret: boolean): void {
  const logging = inputs.logging ?? "stdoutAndStderr";
  if (secret || logging === "none") return;
  if (logging !== "stderr" && outcome.stdout) process.stdout.write(`${outcome.stdout}\n`);
  if (logging !== "stdout" && outcome.stderr) process.stderr.write(`${outcome.stderr}\n`);
}

/** Process groups of running commands: a command may start others, and none of them outlives this plugin. */
const running = new Set<number>();

/** Ends all running commands with everything that they started. */
export function stopCommands(): void {
  for (const group of running) {
    try {
      process.kill(-group, "SIGTERM");
    } catch {
      // It ended by itself.
    }
  }
}

/**
 * Runs one command of a resource in a shell.
 * @throws Error with the exit code, and with the output unless an input is secret
 */
async function run(command: unknown, inputs: Props, state: Props | undefined, secret: boolean): Promise<Outcome> {
  if (typeof command !== "string" || command === "") return { stdout: "", stderr: "" };
  const [program = "/bin/sh", ...args] = Array.isArray(inputs.interpreter) ? (inputs.interpreter as string[]) : SHELL;
  const child = execa(program, [...args, command], {
    reject: false,
    detached: true,
    env: { ...previousOutput(inputs, state), ...((inputs.environment ?? {}) as Record<string, string>) },
    ...(typeof inputs.dir === "string" ? { cwd: inputs.dir } : {}),
    ...(typeof inputs.stdin === "string" ? { input: inputs.stdin } : { stdin: "ignore" }),
  });
  if (child.pid !== undefined) running.add(child.pid);
  const result = await child;
  if (child.pid !== undefined) running.delete(child.pid);
  if (result.failed) {
    const how = result.exitCode === undefined ? result.originalMessage : `exit code ${result.exitCode}`;
    const output = secret ? "its output is withheld, since an input is secret" : `${result.stdout}\n${result.stderr}`;
    throw new Error(`the command failed (${how}): ${output.trim()}`);
  }
  const outcome = { stdout: result.stdout ?? "", stderr: result.stderr ?? "" };
  show(inputs, outcome, secret);
  return outcome;
}

const command: StandInType = {
  inputs: {
    create: { kind: "string" },
    update: { kind: "string" },
    delete: { kind: "string" },
    triggers: { kind: "any" },
    environment: { kind: "map" },
    stdin: { kind: "string" },
    dir: { kind: "string" },
    interpreter: { kind: "strings" },
    addPreviousOutputInEnv: { kind: "boolean" },
    logging: { kind: "string" },
  },
  tainted: ["stdout", "stderr"],
  refuse: ({ logging }) =>
    logging === undefined || LOGGING.includes(logging as string)
      ? []
      : [{ property: "logging", reason: `must be one of ${LOGGING.join(", ")}` }],
  // With an update command a trigger runs that; without one it makes the resource anew.
  replaces: (changed, news) => (news.update === undefined ? changed.filter((key) => key === "triggers") : []),
  create: async (inputs, secret) => ({
    id: `command${randomBytes(8).toString("hex")}`,
    outputs: await run(inputs.create, inputs, undefined, secret),
  }),
  update: async (news, olds, secret) => run(news.update ?? news.create, news, olds, secret),
  delete: async (state, secret) => {
    await run(state.delete, state, state, secret);
  },
};

/** Types of the command plugin 1.2.1 that are served; assets and archives of files are not. */
export const COMMAND_TYPES: Readonly<Record<string, StandInType>> = { "command:local:Command": command };
