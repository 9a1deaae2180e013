import { z } from "zod";
import { UserError, type Problem } from "../config/problem.ts";
import { SERVICES, type Service, type Session } from "../openstack/index.ts";

/** The function by which a program reads lists through the provider, whose sessions it shares: it logs in nowhere itself. */
export const LOOKUP = "tresor:index:lookUp";

const services = Object.keys(SERVICES) as [Service, ...Service[]];

const argsSchema = z.strictObject({
  /** Entry of `clouds.yaml`. */
  cloud: z.string().min(1),
  /** What to list; left out, only who the entry is on what is told. */
  list: z
    .strictObject({
      service: z.enum(services),
      path: z.string().startsWith("/"),
      /** Under which the answer has its rows. */
      key: z.string(),
      what: z.string(),
      query: z.record(z.string(), z.string()).default({}),
    })
    .optional(),
});
export type LookUpArgs = z.input<typeof argsSchema>;

/** Who an entry is on what: nothing that logs in. */
export interface Identity {
  readonly userId: string;
  readonly projectId?: string;
  /** Of the scope. */
  readonly domainId?: string;
}

/** An answer, or what a person must be told: an error over the engine's wire would lose its parts. */
export type LookUpResult =
  | { readonly identity: Identity; readonly rows: readonly unknown[] }
  | { readonly problems: readonly Problem[]; /** The entry itself is missing or wrong. */ readonly inEntry: boolean };

const told = (error: unknown, inEntry: boolean): LookUpResult => {
  if (!(error instanceof UserError)) throw error;
  return { problems: error.problems, inEntry };
};

/** Reads a list, page by page, with the session of the entry. */
export async function lookUp(open: (cloud: string) => Promise<Session>, args: unknown): Promise<LookUpResult> {
  const asked = argsSchema.safeParse(args);
  if (!asked.success)
    throw new UserError({
      what: `the look-up is asked for what it does not know (${asked.error.issues.map(({ path: at }) => at.map(String).join(".")).join(", ")})`,
      next: "use the program and the provider of one release",
    });
  const { cloud, list } = asked.data;
  let session: Session;
  try {
    session = await open(cloud);
  } catch (error) {
    return told(error, true);
  }
  try {
    const { userId, projectId, domainId } = await session.token();
    const { service, path, key, what, query } = list ?? {};
    const rows = service && path && key ? await session.paginate(service, path, key, { what, query }) : [];
    return { identity: { userId, projectId, domainId }, rows };
  } catch (error) {
    return told(error, false);
  }
}
