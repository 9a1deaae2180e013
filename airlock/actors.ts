import * as z from "zod";
import { UserError } from "../config/problem.ts";
import { date } from "../config/scalars.ts";
import { actorId } from "./entry.ts";
import type { Actor } from "./machine.ts";
import { ROLES, type Role } from "./table.ts";

/** One who may act: his roles, and until when. */
const actor = z
  .strictObject({
    roles: z.array(z.enum(ROLES)).min(1).describe("What this person or process is at the airlock."),
    until: date.optional().describe("Last day on which it may act. Default: no end."),
  })
  .superRefine(({ roles }, context) => {
    if (roles.includes("system") && roles.length > 1)
      context.addIssue({
        code: "custom",
        path: ["roles"],
        message: "allowed: `system` alone: the scanner and crawler is no person",
      });
    if (new Set(roles).size < roles.length)
      context.addIssue({ code: "custom", path: ["roles"], message: "allowed: each role once" });
  });

/** Who may act at a zone's airlock. A table of its own until a zone's config names persons; then it is made from them. */
export const actorsSchema = z.strictObject({
  format: z.literal(1).describe("Format of this file."),
  zone: z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/, { error: "allowed: the name of a stack, such as digimed" })
    .optional()
    .describe("Stack of the zone, in this file's directory: what its permit lets out is all that may leave."),
  actors: z
    .record(actorId, actor)
    .refine((actors) => Object.keys(actors).length > 0, { error: "allowed: at least one actor" })
    .describe("Persons and processes by id."),
});

export type Actors = z.infer<typeof actorsSchema>;

/**
 * Who acts, as the table has him on a day.
 * @param day YYYY-MM-DD
 * @throws UserError when the table does not name him, or his time is over
 */
export function actorOf({ actors }: Actors, id: string, day: string): Actor {
  const found = Object.hasOwn(actors, id) ? actors[id] : undefined;
  if (found === undefined)
    throw new UserError({
      rule: "airlock-actor",
      what: `${id} is nobody at this airlock`,
      allowed: Object.keys(actors).join(", "),
      next: "have the person entered in the table of actors",
    });
  if (found.until !== undefined && found.until < day)
    throw new UserError({
      rule: "airlock-actor",
      what: `${id} may act no more`,
      found: `last day ${found.until}`,
      next: "have the permit extended, or let another person act",
    });
  return { id, roles: found.roles };
}

/** The ids of those who hold one of some roles on a day: whom to ask. */
export const holders = ({ actors }: Actors, roles: readonly Role[], day: string): readonly string[] =>
  Object.entries(actors)
    .filter(([, { roles: has, until }]) => (until ?? day) >= day && roles.some((role) => has.includes(role)))
    .map(([id]) => id);
