import { createHash } from "node:crypto";
import { freshWhere, sharing, type Collection, type Member } from "./gather.ts";
import type { Call } from "./resource.ts";

/** A text that is the same for a resource in all runs and differs between stacks. */
export const ownId = (urn: string): string => createHash("sha256").update(urn).digest("hex").slice(0, 32);

/** What ends the description of an object that belongs to the resource of this URN: a later run knows it again by that. */
export const markOf = (urn: string): string => `[tresor ${ownId(urn)}]`;

/** Whether an object's description ends in the mark of the resource of this URN. */
export const bearsMark = ({ description }: { readonly description?: string | null }, urn: string): boolean =>
  description?.endsWith(markOf(urn)) === true;

/** Longest description that leaves room for the mark in the 255 characters that services give. */
export const LONGEST_DESCRIPTION = 255 - markOf("").length - 1;

/** A description as it stands in the cloud: the text for people, then the mark. */
export const withMark = (text: string, urn: string): string => (text === "" ? markOf(urn) : `${text} ${markOf(urn)}`);

/** The text for people alone. Another resource's mark belongs to the text, so that it shows. */
export function withoutMark(text: string, urn: string): string {
  const mark = markOf(urn);
  return text.endsWith(mark) ? text.slice(0, -mark.length).replace(/ $/, "") : text;
}

interface Marked extends Member {
  readonly description?: string | null;
  readonly project_id?: string;
}

const inProject = sharing(
  async (session, { service, path, many, listBy, listPath = path }: Collection): Promise<readonly Marked[]> => {
    const { projectId } = await session.token();
    // Whose an object is must be known before it is taken for ours.
    if (projectId === undefined) return [];
    const what = `look for ${many} of an interrupted run`;
    const query = listBy === "id" ? { project_id: projectId } : {};
    const rows = await session.paginate<Marked>(service, listPath, many, { what, query });
    return rows.filter((row) => row.project_id === projectId);
  },
);

/**
 * Members that an interrupted run of this very resource left in the token's project, known by the mark in their description. The
 * project's whole list is read, once for all: a search for a whole description would miss what was made with another text.
 */
export async function findMarkedTogether<T extends Marked>(call: Call, collection: Collection): Promise<readonly T[]> {
  const isOwn = (row: Marked): boolean => bearsMark(row, call.urn);
  const rows = await freshWhere(() => inProject(call.session, collection, call.urn), isOwn);
  return rows.filter(isOwn) as unknown as readonly T[];
}

/** The one of a list that an interrupted run of this very resource left, and another one that has the wanted name. */
export async function ownAndNamesake<T extends { readonly name: string; readonly description?: string | null }>(
  list: () => Promise<readonly T[]>,
  { urn }: Call,
  name: string,
): Promise<{ readonly own: T | undefined; readonly namesake: T | undefined }> {
  const isOwn = (row: T): boolean => bearsMark(row, urn);
  const rows = await freshWhere(list, isOwn);
  const own = rows.find(isOwn);
  return { own, namesake: rows.find((row) => row.name === name && row !== own) };
}
