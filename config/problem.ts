/** Where a problem stands in a file: 1-based line and column, as editors count. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong, said so that its reader can mend it without asking. */
export interface Problem {
  /** What is wrong, as one sentence without a full stop. */
  readonly what: string;
  /** Dotted config path, for example `zone.areas.heart.flows[2].ports`; absent for problems of a whole file or of the cloud. */
  readonly path?: string;
  readonly position?: Position;
  /** The value as it was found, shortened, never a secret. */
  readonly found?: string;
  /** What would be accepted. */
  readonly allowed?: string;
  /** Why it is refused. */
  readonly why?: string;
  /** What to do next. */
  readonly next?: string;
  /** Id of the rule that refuses it, for example `machine-confidential`. */
  readonly rule?: string;
}

/** An error of the user's making or of the world's: shown as its problems, never with a stack trace. */
export class UserError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[] | Problem) {
    const list = Array.isArray(problems) ? (problems as readonly Problem[]) : [problems as Problem];
    super(list.map(formatProblem).join("\n"));
    this.name = "UserError";
    this.problems = list;
  }
}

/** Longest path that a line shows: a key can be as long as its file. */
const LONGEST_PATH = 300;

/** `file:line:column: path: what (found ..., allowed ...): why. Next: ...` on one line. */
export function formatProblem(problem: Problem): string {
  const { position, path, what, found, allowed, why, next } = problem;
  const shown = path !== undefined && path.length > LONGEST_PATH ? `${path.slice(0, LONGEST_PATH)}...` : path;
  const where = [position && `${position.file}:${position.line}:${position.column}`, shown].filter(Boolean);
  const values = [found !== undefined && `found ${found}`, allowed && `allowed: ${allowed}`].filter(Boolean);
  const head = [...where, what].join(": ");
  return [head, values.length > 0 && ` (${values.join("; ")})`, why && `: ${why}`, next && `. Next: ${next}`]
    .filter(Boolean)
    .join("");
}
