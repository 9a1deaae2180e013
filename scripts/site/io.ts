import { text as readAll } from "node:stream/consumers";
import { dayOf } from "../../config/day.ts";

/** What a command needs of the world around it; tests put their own in its place. */
export interface Io {
  /** The result: standard output, one line. */
  out(line: string): void;
  /** Everything else: standard error, one line. */
  note(line: string): void;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  now(): Date;
  stdin(): Promise<string>;
}

export const processIo: Io = {
  out: (line) => process.stdout.write(`${line}\n`),
  note: (line) => process.stderr.write(`${line}\n`),
  cwd: process.cwd(),
  env: process.env,
  now: () => new Date(),
  stdin: () => readAll(process.stdin),
};

/** The day on which rules judge. */
export const today = (io: Io): string => dayOf(io.now());

/** Exit codes of all commands. `found` says that the work was done and found what must not be. */
export const EXIT = { ok: 0, error: 1, found: 2 } as const;

/** Ends a command with an exit code; commander's actions return nothing. */
export const exitWith = async (code: Promise<number>): Promise<void> => {
  process.exitCode = await code;
};
