import { UserError } from "../config/problem.ts";

/** What a look-up by name must say beside the name, so that a stranger's object of the same name is never taken. */
interface Owner {
  readonly projectId?: string;
  readonly domainId?: string;
}

interface Candidate {
  readonly id: string;
  readonly name?: string | null;
  readonly project_id?: string | null;
  readonly tenant_id?: string | null;
  readonly owner?: string | null;
  readonly domain_id?: string | null;
}

const ownedBy = (candidate: Candidate, owner: Owner): boolean =>
  (owner.projectId === undefined ||
    (candidate.project_id ?? candidate.tenant_id ?? candidate.owner) === owner.projectId) &&
  (owner.domainId === undefined || candidate.domain_id === owner.domainId);

/**
 * The one object of a list that has this name and this owner: names are not unique and strangers can share objects under any name.
 * @param kind as errors name it, for example `network`
 * @param owner the owning project or domain; undefined parts are not asked for (flavors and types have no owner)
 * @throws UserError for none and for more than one
 */
export function exactlyOne<T extends Candidate>(
  kind: string,
  name: string,
  candidates: readonly T[],
  owner: Owner = {},
): T {
  const found = candidates.filter((candidate) => candidate.name === name && ownedBy(candidate, owner));
  if (found.length === 1) return found[0] as T;
  const whose = owner.projectId
    ? ` in project ${owner.projectId}`
    : owner.domainId
      ? ` in domain ${owner.domainId}`
      : "";
  if (found.length === 0)
    throw new UserError({
      what: `there is no ${kind} "${name}"${whose}`,
      next: "check the name, and that the stack which makes it was applied",
    });
  throw new UserError({
    what: `there are ${found.length} of ${kind} "${name}"${whose}`,
    found: found.map((one) => one.id).join(", "),
    next: "remove or rename all but one, or name the wanted one by its id",
  });
}
