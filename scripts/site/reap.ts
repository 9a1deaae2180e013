import path from "node:path";
import type { ZoneConfig } from "../../config/index.ts";
import { saidOf, type Left } from "../../deletion/types.ts";
import { formatPath } from "../../config/path.ts";
import { UserError } from "../../config/problem.ts";
import { isOver, protectedData } from "../../plan/lifetime.ts";
import { loadStack, stacksIn } from "./site.ts";
import { readState, type Held, type RunPulumi, type StackPlace } from "./state.ts";

/** What became of a zone. `due`: nothing was done, because of a dry run. `refused`: it stays, until a person decides. */
export type Outcome = "alive" | "frozen" | "gone" | "due" | "destroyed" | "refused" | "failed";

export interface Reaped {
  readonly stack: string;
  readonly zone: string;
  /** End of its lifetime; absent for a zone that lives on. */
  readonly until?: string;
  readonly outcome: Outcome;
  readonly says: string;
  readonly next?: string;
}

export interface ReapOptions {
  readonly directory: string;
  readonly cwd: string;
  /** Milliseconds, as Date.now counts. */
  readonly now: number;
  readonly dryRun: boolean;
  /** Where the states lie, where that is not as the site's env files say. */
  readonly stateUrl?: string;
  readonly run?: RunPulumi;
  /** Takes the zone of a stack down, with its keys and data. */
  readonly takeDown: TakeDown;
}

/** What became of a zone that was taken down. */
export interface TakenDown {
  /** What kept its stack from being taken down; empty: nothing. */
  readonly blocking: readonly Left[];
  /** What stays although its stack is gone: taken over, or made by somebody by hand. */
  readonly stays: readonly Left[];
  /** File of the receipt, where the directory has a key to sign one. */
  readonly receipt?: string;
}
export type TakeDown = (stack: string) => Promise<TakenDown>;

const nameOf = ({ urn }: Held): string => urn.split("::").at(-1) ?? urn;
const some = (names: readonly string[]): string =>
  `${names.slice(0, 5).join(", ")}${names.length > 5 ? ` and ${names.length - 5} more` : ""}`;

const placeOf = (stack: string, { directory, stateUrl, run }: ReapOptions): StackPlace => ({
  ...{ directory, stack },
  ...(stateUrl === undefined ? {} : { stateUrl }),
  ...(run === undefined ? {} : { run }),
});

const AGAIN = "tresor reap";

type Judged = Pick<Reaped, "outcome" | "says" | "next">;

const strange = (stays: readonly Left[]): string =>
  stays.length === 0 ? "" : `; stays: ${some(stays.map((one) => `${saidOf(one)}, ${one.why}`))}`;

/** Why a zone that is over may not be destroyed by what its config says. */
function refusalOf(config: ZoneConfig): Judged | undefined {
  if (config.lifetime?.onEnd === "freeze" && config.frozen !== undefined)
    return { outcome: "frozen", says: `frozen since ${config.frozen.since}; its data stays` };
  // Who freezes says why in the config, which people commit: a pipeline at night does not.
  if (config.lifetime?.onEnd === "freeze")
    return {
      outcome: "refused",
      says: "its time is over, and it is not frozen yet",
      next: `run \`tresor freeze ${config.name}\` and commit what it writes; its data stays`,
    };
  const kept = protectedData(config).map((steps) => formatPath(["zone", ...steps, "deletion"]));
  if (kept.length === 0) return undefined;
  return {
    outcome: "refused",
    says: `its time is over, but data is protected: ${some(kept)}`,
    next: "write `deletion: allowed` there; without that word no data is ever deleted",
  };
}

async function destroy(stack: string, held: readonly Held[], options: ReapOptions): Promise<Judged> {
  const shielded = held.filter(({ protect }) => protect === true).map(nameOf);
  if (shielded.length > 0)
    return {
      outcome: "refused",
      says: `the state still protects what was made before the word \`deletion: allowed\` stood: ${some(shielded)}`,
      next: "enter a later end, run `pulumi up` once so that the word takes effect, and enter the end again",
    };
  // What was taken over is never deleted by us: it leaves the state and stays in the cloud.
  const retained = held.filter(({ retainOnDelete }) => retainOnDelete === true).map(nameOf);
  const rest = retained.length === 0 ? "" : `; taken over once and left where it was: ${some(retained)}`;
  if (options.dryRun) return { outcome: "due", says: `${held.length} resources would be destroyed${rest}` };
  const { blocking, stays, receipt } = await options.takeDown(stack);
  const signed = receipt === undefined ? "" : `; receipt ${receipt}`;
  const [first, ...others] = blocking;
  if (first === undefined)
    return { outcome: "destroyed", says: `${held.length} resources were destroyed${rest}${strange(stays)}${signed}` };
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  return {
    outcome: "failed",
    says: `${saidOf(first)}: ${first.why}${more}${signed}`,
    next: `${first.next}; the next \`tresor reap\` goes on where this run ended`,
  };
}

async function reapZone(stack: string, config: ZoneConfig, options: ReapOptions): Promise<Reaped> {
  const { name: zone, lifetime } = config;
  if (lifetime === undefined) return { stack, zone, outcome: "alive", says: "it has no end" };
  const of = { stack, zone, until: lifetime.until };
  if (!isOver(config, options.now)) return { ...of, outcome: "alive", says: `it lives until ${lifetime.until}` };
  const held = (await readState(placeOf(stack, options), AGAIN))?.held ?? [];
  if (held.length === 0) return { ...of, outcome: "gone", says: "nothing of it is left" };
  return { ...of, ...(refusalOf(config) ?? (await destroy(stack, held, options))) };
}

/**
 * Destroys the zones of a site directory whose time is over, in the way of `tresor destroy`. Zones
 * that are gone are no work, so that it may run at any hour; one that cannot be destroyed keeps no other from it.
 * @throws UserError when the directory or a stack file cannot be read
 */
export async function reap(options: ReapOptions): Promise<readonly Reaped[]> {
  const results: Reaped[] = [];
  for (const stack of await stacksIn(path.resolve(options.directory))) {
    const { kind, config } = await loadStack(options.directory, stack, options.cwd);
    if (kind !== "zone") continue;
    results.push(
      await reapZone(stack, config, options).catch((error: unknown): Reaped => {
        if (!(error instanceof UserError)) throw error;
        const [problem] = error.problems;
        const says = [problem?.what, problem?.why].filter(Boolean).join(": ");
        return { stack, zone: config.name, outcome: "failed", says, ...(problem?.next && { next: problem.next }) };
      }),
    );
  }
  return results;
}
