import type { Kind, StackConfig } from "../config/index.ts";
import { loadStackFile, validateConfig, type LoadResult } from "../config/loader.ts";
import { confirmedPlaces } from "../config/places.ts";
import { parsePath, type Path } from "../config/path.ts";
import type { Position, Problem } from "../config/problem.ts";
import type { Ledger } from "../plan/ledger.ts";
import type { Rule, RuleContext, Violation } from "./rule.ts";
import { PLATFORM_RULES, TENANT_RULES, ZONE_RULES } from "./rules/index.ts";

/** What judging needs besides the config. */
interface JudgeContext {
  /** The day on which is judged, YYYY-MM-DD. */
  readonly today: string;
  readonly ledger?: Ledger;
  /** Places of the values, if they stand in a file: path below the kind to position. */
  readonly positionOf?: (path: Path) => Position | undefined;
}

/** Every rule, for those who print them. */
export const RULES: readonly Rule<never>[] = [...PLATFORM_RULES, ...TENANT_RULES, ...ZONE_RULES];

function apply<Config>(rule: Rule<Config>, context: RuleContext<Config>): readonly Violation[] {
  try {
    return rule.check(context);
  } catch (error) {
    // Deny by default: what could not be judged has not passed.
    const found = error instanceof Error ? error.message : String(error);
    return [{ path: "", what: "this could not be judged", found, next: "report it as a defect, with the file" }];
  }
}

function run<Config>(
  rules: readonly Rule<Config>[],
  config: Config,
  { today, ledger, positionOf }: JudgeContext,
): readonly Problem[] {
  const context = { config, today, ...(ledger === undefined ? {} : { ledger }) };
  return rules.flatMap((rule) =>
    apply(rule, context).map(({ path, ...words }): Problem => {
      const position = positionOf?.(parsePath(path));
      const full = path === "" ? rule.kind : path.startsWith("[") ? `${rule.kind}${path}` : `${rule.kind}.${path}`;
      return { path: full, why: rule.why, rule: rule.id, ...words, ...(position === undefined ? {} : { position }) };
    }),
  );
}

function runKind(stack: StackConfig, context: JudgeContext, severity: Rule<never>["severity"]): readonly Problem[] {
  const of = <R extends { readonly severity: string }>(rules: readonly R[]): readonly R[] =>
    rules.filter((rule) => rule.severity === severity);
  if (stack.kind === "platform") return run(of(PLATFORM_RULES), stack.config, context);
  if (stack.kind === "tenant") return run(of(TENANT_RULES), stack.config, context);
  return run(of(ZONE_RULES), stack.config, context);
}

/** All refusals of all rules for one stack. */
export const judge = (stack: StackConfig, context: JudgeContext): readonly Problem[] =>
  runKind(stack, context, "error");

/** What is worth knowing and refuses nothing. */
export const warnings = (stack: StackConfig, context: JudgeContext): readonly Problem[] =>
  runKind(stack, context, "warning");

/** A stack file, read and judged. */
export interface CheckedFile extends LoadResult {
  readonly warnings: readonly Problem[];
}

const byPlace = (a: Problem, b: Problem): number =>
  (a.position?.line ?? 0) - (b.position?.line ?? 0) || (a.position?.column ?? 0) - (b.position?.column ?? 0);

/** True where a rule speaks of what the shape check refused already, or of something inside it. */
function isExplained(problem: Problem, refused: readonly Problem[]): boolean {
  const path = problem.path ?? "";
  return refused.some(
    ({ path: known }) =>
      known !== undefined && (path === known || path.startsWith(`${known}.`) || path.startsWith(`${known}[`)),
  );
}

function judgeLoaded(
  loaded: Pick<LoadResult, "stack" | "rest" | "problems">,
  context: JudgeContext,
): { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] } {
  const judged = loaded.stack ?? loaded.rest;
  if (judged === undefined) return { problems: loaded.problems, warnings: [] };
  const refusals = judge(judged, context).filter((problem) => !isExplained(problem, loaded.problems));
  return {
    problems: [...loaded.problems, ...refusals].toSorted(byPlace),
    warnings: loaded.stack === undefined ? [] : warnings(loaded.stack, context).toSorted(byPlace),
  };
}

/**
 * Reads a stack file and judges it by every rule, all problems at once. Where the shape is wrong, the rules judge what is left.
 * @param input content of the file
 */
export function checkStackFile(
  input: string | Uint8Array,
  file: string,
  context: Omit<JudgeContext, "positionOf">,
): CheckedFile {
  const loaded = loadStackFile(input, file);
  const judged = judgeLoaded(loaded, { ...context, positionOf: loaded.places.at });
  if (judged.problems.length === 0) return { ...loaded, ...judged };
  const { stack: _refused, ...rest } = loaded;
  return { ...rest, ...judged };
}

/**
 * Judges what the engine handed over for a kind: shape and rules, all problems at once.
 * @param file the stack's file as {@link loadStackFile} read it, if it could be read: it gives the places, and what the engine's
 *   values no longer show (an octal number, a secret in the object)
 */
export function checkStackConfig(
  kind: Kind,
  value: unknown,
  context: Omit<JudgeContext, "positionOf">,
  file?: LoadResult,
): { readonly stack?: StackConfig; readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] } {
  const places = file?.kind === kind ? confirmedPlaces(file, value) : undefined;
  const { objections } = file ?? { objections: [] };
  const validated = validateConfig(kind, value, places);
  const judged = judgeLoaded(validated, { ...context, ...(places === undefined ? {} : { positionOf: places.at }) });
  const problems = [...objections, ...judged.problems.filter((problem) => !isExplained(problem, objections))];
  const { warnings: hints } = judged;
  if (problems.length > 0 || validated.stack === undefined)
    return { problems: problems.toSorted(byPlace), warnings: hints };
  return { stack: validated.stack, problems, warnings: hints };
}
