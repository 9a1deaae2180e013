import { UserError } from "../../../config/problem.ts";
import { failed, ok, type Check } from "../types.ts";

interface EntryFacts {
  readonly entry: string;
  readonly roles?: readonly string[];
  /** Why no token was had. */
  readonly error?: string;
}

/** Roles that each kind of entry must have, and those it must not have. */
const WANTED = { operator: ["admin"], domain: ["manager"], area: ["member"] } as const;

/** Every entry of clouds.yaml that the stack uses exists, logs in, and has the role it needs and no more. */
export const entries: Check<readonly EntryFacts[]> = {
  id: "entries",
  title: "entries of clouds.yaml log in with the right roles",
  requirements: ["DIGIMED-12"],
  applies: { platform: true, tenant: true, zone: true },
  fetch: ({ entry, areaEntries, session }) =>
    Promise.all(
      [entry, ...areaEntries].map(async (name): Promise<EntryFacts> => {
        try {
          return { entry: name, roles: (await (await session(name)).token()).roles };
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          return {
            entry: name,
            error: error.problems.map(({ what, why }) => (why ? `${what}: ${why}` : what)).join("; "),
          };
        }
      }),
    ),
  judge(facts, { stack }) {
    const wrong = facts.flatMap(({ entry, roles = [], error }, index) => {
      if (error !== undefined) return [`${entry}: ${error}`];
      const wanted = WANTED[stack.kind !== "zone" ? "operator" : index === 0 ? "domain" : "area"];
      const missing = wanted.filter((role) => !roles.includes(role)).map((role) => `${entry} lacks the role ${role}`);
      const excess = stack.kind === "zone" && roles.includes("admin") ? [`${entry} has the role admin`] : [];
      return [...missing, ...excess];
    });
    const names = facts.map(({ entry }) => entry).join(", ");
    if (wrong.length === 0) return ok(names);
    return failed(
      wrong.join("; "),
      stack.kind === "zone" ? "run `tresor claim`, or ask the operator to apply the tenant" : "correct clouds.yaml",
    );
  },
};
