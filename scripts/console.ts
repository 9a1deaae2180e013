import { UserError, formatProblem } from "../config/problem.ts";

/** True where colours and redrawn lines are welcome: a terminal, without `NO_COLOR` (https://no-color.org). */
const isFancy = (): boolean => process.stdout.isTTY === true && !process.env.NO_COLOR;

const paint =
  (code: number) =>
  (text: string): string =>
    isFancy() ? `\u001b[${code}m${text}\u001b[0m` : text;
export const bold = paint(1);
export const dim = paint(2);
export const red = paint(31);
export const green = paint(32);
export const yellow = paint(33);

/** Milliseconds as a person reads them: `0.4 s`, `12 s`, `3 min 05 s`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/** A finished or skipped stage of long work. */
export interface StageTime {
  readonly name: string;
  readonly milliseconds: number;
}

/**
 * Progress of long work as plain lines (`[ 1.2 s] engine: building, waits for go`), on stderr so that stdout keeps the result.
 * Every stage ends with its elapsed time; a stage that is silent for 15 s says what it waits for.
 */
export class Progress {
  readonly stages: StageTime[] = [];
  readonly #start = performance.now();

  note(text: string): void {
    process.stderr.write(`${dim(`[${duration(performance.now() - this.#start).padStart(9)}]`)} ${text}\n`);
  }

  async stage<T>(name: string, work: (say: (what: string) => void) => Promise<T>): Promise<T> {
    const start = performance.now();
    let waitsFor = "";
    const say = (what: string): void => {
      waitsFor = what;
      this.note(`${name}: ${what}`);
    };
    this.note(`${bold(name)} ...`);
    const timer = setInterval(
      () =>
        this.note(`${name}: still at it after ${duration(performance.now() - start)}${waitsFor && ` (${waitsFor})`}`),
      15_000,
    );
    try {
      const result = await work(say);
      const milliseconds = performance.now() - start;
      this.stages.push({ name, milliseconds });
      this.note(`${green("done")} ${name} in ${duration(milliseconds)}`);
      return result;
    } catch (error) {
      this.note(`${red("failed")} ${name} after ${duration(performance.now() - start)}`);
      throw error;
    } finally {
      clearInterval(timer);
    }
  }
}

/** Columns padded to their widest cell; the first row is the header. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows
    .map((row, index) => {
      const line = row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd();
      return index === 0 ? bold(line) : line;
    })
    .join("\n");
}

/** Runs a command's main function; a user's mistake is shown as its problems, and only a defect of ours with its stack. */
export async function runMain(main: () => Promise<number | undefined>): Promise<void> {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof UserError)
      for (const problem of error.problems) process.stderr.write(`${red("error")}: ${formatProblem(problem)}\n`);
    else
      process.stderr.write(
        `${red("internal error")}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
  }
}
