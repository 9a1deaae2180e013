import { createHash } from "node:crypto";
import { freshWhere, sharing, type Collection, type Member } from "./gather.ts";
import { ownId } from "./own.ts";
import type { Call } from "./resource.ts";

/** The metadata key by which what an interrupted run made is known again. */
export const OWN_KEY = "tresor_id";

export type Metadata = Readonly<Record<string, string>>;

/** `ownId` with a mark of what cannot be changed: what an interrupted run made from other inputs is told apart. */
export const ownMark = (urn: string, fixed: unknown): string =>
  `${ownId(urn)}-${createHash("sha256").update(JSON.stringify(fixed)).digest("hex").slice(0, 16)}`;

/** What is no config's: our mark, and what Manila's drivers write themselves (CephFS: which file system). */
const FOREIGN = [OWN_KEY, "__mount_options"] as const;

/** Metadata as the config knows them. */
export const withoutKey = (metadata: Metadata | undefined): Metadata =>
  Object.fromEntries(Object.entries(metadata ?? {}).filter(([key]) => !(FOREIGN as readonly string[]).includes(key)));

/** The wanted metadata with the mark that the object has, if it has one (what was taken over gets none), and with what its driver wrote. */
export const withKeyOf = (live: Metadata | undefined, wanted: Metadata): Metadata => ({
  ...wanted,
  ...Object.fromEntries(FOREIGN.flatMap((key) => (live?.[key] === undefined ? [] : [[key, live[key]]]))),
});

interface Keyed extends Member {
  readonly name?: string | null;
  readonly metadata?: Metadata;
}

const inProject = sharing((session, { service, path, many, listPath = path }: Collection) =>
  session.paginate<Keyed>(service, listPath, many, { what: `look for ${many} of an interrupted run` }),
);

/**
 * What interrupted runs of this very resource left in the project, from whatever inputs. The project's whole list is read, once for
 * all: services have no search for the beginning of a value. What bears another name now has been handed to another resource
 * since, with its old mark: it is not ours.
 */
export async function findKeyedTogether<T extends Keyed>(
  call: Call,
  collection: Collection,
  name: string,
): Promise<readonly T[]> {
  const own = ownId(call.urn);
  const isOwn = (row: Keyed): boolean => row.metadata?.[OWN_KEY]?.startsWith(`${own}-`) === true && row.name === name;
  const rows = await freshWhere(() => inProject(call.session, collection, own), isOwn);
  return rows.filter(isOwn) as unknown as readonly T[];
}
