import type { Problem } from "../config/problem.ts";
import type { OUTPUTS } from "../config/outputs.ts";
import type { Direction } from "./table.ts";

/** A kind of result that may leave a zone, in the permit's words. */
export type Output = (typeof OUTPUTS)[number];

/** What a zone's permit says of results, as it stood when somebody acted. */
export interface PermitOutputs {
  /** Reference of the permit. */
  readonly id: string;
  /** Kinds that it lets out; absent where it says nothing, and the reviewers decide alone. */
  readonly outputs?: readonly Output[] | undefined;
}

interface Asked {
  /** How a refusal names it: `export-3`. */
  readonly id: string;
  readonly direction: Direction;
  readonly output?: Output | undefined;
}

type Refusal = Problem & { readonly rule: string };

/** Why an output may not be asked for or released under a permit; undefined where it may. */
export function outputRefusal(
  { id, direction, output }: Asked,
  permit: PermitOutputs | undefined,
): Refusal | undefined {
  const rule = "airlock-output";
  if (direction === "import")
    return output === undefined
      ? undefined
      : { rule, what: `${id} brings something in and is no ${output}`, next: "leave the output out" };
  const allowed = permit?.outputs;
  if (permit === undefined || allowed === undefined || (output !== undefined && allowed.includes(output)))
    return undefined;
  return {
    rule,
    what:
      output === undefined
        ? `${id} does not say what kind of result it is`
        : `the permit ${permit.id} does not let ${output} out`,
    ...(output === undefined ? {} : { found: output }),
    allowed: allowed.join(", ") || "nothing",
    why: "only outputs that the permit names leave the zone",
    next:
      output === undefined
        ? "ask with --output"
        : "ask for an output that it names, or have the permit changed in zone.permit.outputs first",
  };
}

/** Why a release must wait: what was asked for under a permit is let out under one that is shown. */
export function releaseRefusal(
  asked: Asked & { readonly underPermit?: boolean | undefined },
  permit: PermitOutputs | undefined,
): Refusal | undefined {
  if (asked.underPermit === true && permit === undefined)
    return {
      rule: "airlock-output",
      what: `${asked.id} was asked for under a permit, and none is shown`,
      why: "the permit may have changed since",
      next: "name the zone in the table of actors",
    };
  return outputRefusal(asked, permit);
}
