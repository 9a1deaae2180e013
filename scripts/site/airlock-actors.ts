import path from "node:path";
import { actorsSchema, holders, type Actors } from "../../airlock/actors.ts";
import { nextApprover, whoMay, type AirlockRequest } from "../../airlock/machine.ts";
import { ROLES, type Role } from "../../airlock/table.ts";
import { locate } from "../../config/locate.ts";
import { formatPath } from "../../config/path.ts";
import { UserError, type Problem } from "../../config/problem.ts";
import { translate } from "../../config/problems.ts";
import { parseYaml } from "../../config/yaml.ts";
import type { PermitOutputs } from "../../airlock/outputs.ts";
import { readText } from "./files.ts";
import { loadStackOf } from "./site.ts";

/** More actors than any zone has. */
const MOST_VALUES = 50_000;

/** Reads a table of actors from its text. @throws UserError with all problems, each at its line */
export function parseActors(text: string, file: string): Actors {
  const { value, objections, document } = parseYaml(text, MOST_VALUES);
  const places = locate(text, file);
  const problems = objections.map(({ path: steps, offset, ...words }): Problem => ({
    ...words,
    ...(steps.length > 0 ? { path: formatPath(steps) } : {}),
    position: places.offset(offset),
  }));
  if (document === undefined) throw new UserError(problems);
  const result = actorsSchema.safeParse(value);
  if (!result.success)
    problems.push(...translate(result.error.issues, { root: "airlock", schema: actorsSchema, value, places }));
  if (result.success && problems.length === 0) return result.data;
  throw new UserError(problems);
}

/** Reads the table of actors. @throws UserError when it is missing or wrong */
export async function readActors(file: string, cwd: string): Promise<Actors> {
  const next = "write one: `format: 1`, and below `actors:` each id with its `roles:` (docs/airlock.md)";
  return parseActors(await readText(path.resolve(cwd, file), next), file);
}

/**
 * What the permit of the table's zone says of results, as it stands in the zone's config now; undefined where the table names no zone.
 * @throws UserError when the zone's stack file, beside the table, is missing or wrong
 */
export async function permitOf({ zone }: Actors, file: string, cwd: string): Promise<PermitOutputs | undefined> {
  if (zone === undefined) return undefined;
  const { permit } = await loadStackOf("zone", path.dirname(path.resolve(cwd, file)), zone, cwd);
  return { id: permit.id, outputs: permit.outputs };
}

const isRole = (mover: string): mover is Role => (ROLES as readonly string[]).includes(mover);

/** Refusals that another person's act would answer. */
const ASK_ANOTHER = ["airlock-role", "airlock-two-persons", "airlock-member", "airlock-approvals"];

/** What is tried, to say who may. */
export interface Attempt {
  readonly request: AirlockRequest | undefined;
  readonly act: string;
}

/** A refusal with its rule in words, and the names of those who may. */
function explained(problem: Problem, actors: Actors, day: string, { request, act }: Attempt): Problem {
  if (problem.rule === undefined) return problem;
  const what = `${problem.what} [${problem.rule}]`;
  if (request === undefined || !ASK_ANOTHER.includes(problem.rule)) return { ...problem, what };
  const wanted = whoMay(request, act);
  const next = nextApprover(request);
  const roles = wanted.length === 0 && next !== undefined ? [next] : wanted.filter(isRole);
  const named = holders(actors, roles, day).filter((id) => id !== request.requester && !request.approvals.includes(id));
  const askThem = named.length === 0 ? undefined : `ask ${named.join(" or ")}`;
  const steps = [problem.next, askThem].filter((step) => step !== undefined);
  return { ...problem, what, ...(steps.length === 0 ? {} : { next: steps.join("; ") }) };
}

/** Runs a step; a refusal gains its rule and the names of those who may take it. */
export function withHolders<T>(actors: Actors, day: string, attempt: Attempt, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.problems.map((problem) => explained(problem, actors, day, attempt)));
  }
}
