import { UserError } from "../../config/problem.ts";

/** What a set belongs to cannot be seen. @param attempt as it follows "cannot": `set the rules of security group 8e2f` */
export const notThere = (attempt: string): UserError =>
  new UserError({
    what: `cannot ${attempt}: it is not there, or not visible to this credential`,
    next: "run `pulumi refresh`, then `pulumi up`",
  });

/** Entries of a set that this credential may not take away: everything else is as wanted, and the run fails over these. */
export const leftOver = (left: {
  /** `share 8e2f has access rules`. */
  readonly what: string;
  /** `withdraw`. */
  readonly verb: string;
  /** The entries as sentences say them. */
  readonly found: readonly string[];
  readonly ids: readonly string[];
  /** Who made them. */
  readonly why: string;
}): UserError =>
  new UserError({
    what: `${left.what} that this credential may not ${left.verb}`,
    found: left.found.join("; "),
    why: left.why,
    next: `ask the operator to ${left.verb} ${left.ids.join(", ")}, then repeat; everything else of the set is as wanted`,
  });
