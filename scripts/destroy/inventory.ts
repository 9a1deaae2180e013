import { withCopies } from "../../deletion/judge.ts";
import { KIND_ROWS, idIn, nameIn, projectIn, statusIn, type KindRow, type Row } from "../../deletion/table.ts";
import type { ListResult } from "../../deletion/journal.ts";
import type { Found } from "../../deletion/types.ts";
import { UserError } from "../../config/problem.ts";
import { ApiError, hasStatus, type Session } from "../../openstack/index.ts";

/** A project of the zone, with a session in it as the zone's pipeline. */
export interface Place {
  readonly id: string;
  readonly name: string;
  readonly session: Session;
}

/** What lists showed, and how each list went. */
export interface Inventory {
  readonly found: readonly Found[];
  readonly lists: readonly ListResult[];
}

type State = ListResult["state"];
interface Listed {
  readonly state: State;
  readonly rows: readonly Row[];
}

const CONTAINERS = 1000;

/** Swift lists an account as a bare array, page by page from the last name. */
async function containers(session: Session): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (;;) {
    const marker = rows.at(-1)?.["name"];
    const query = { format: "json", limit: CONTAINERS, ...(typeof marker === "string" && { marker }) };
    const what = "list the object containers";
    const { body } = await session.request<unknown>("object-store", "GET", "", { what, query, expect: [404] });
    const page = Array.isArray(body) ? (body as readonly Row[]) : [];
    rows.push(...page);
    if (page.length < CONTAINERS) return rows;
  }
}

/** A list that the cloud has not, or does not show, is told as such. @throws ApiError where a service fails */
async function list(session: Session, row: KindRow, query: Readonly<Record<string, string>>): Promise<Listed> {
  const { service, path, many, kind, least, headers } = row;
  if (!(await session.offers(service))) return { state: "notOffered", rows: [] };
  try {
    const what = `list every ${kind}`;
    const options = { what, query, ...(least && { microversion: least }), ...(headers && { headers }) };
    const rows = many === "" ? await containers(session) : await session.paginate<Row>(service, path, many, options);
    return { state: "listed", rows };
  } catch (error) {
    if (hasStatus(error, 404, 406)) return { state: "notOffered", rows: [] };
    if (hasStatus(error, 403)) return { state: "unseen", rows: [] };
    // The client refuses a list that the cloud is too old for.
    if (error instanceof UserError && !(error instanceof ApiError) && /needs microversion/.test(error.message))
      return { state: "notOffered", rows: [] };
    throw error;
  }
}

function foundIn(row: Row, kind: KindRow, project: string): Found {
  const status = statusIn(row);
  const found = { kind: kind.kind, id: idIn(row), name: nameIn(row), project, facts: kind.facts?.(row) ?? {} };
  return status === undefined ? found : { ...found, status };
}

const worst = (states: readonly State[]): State =>
  states.includes("unseen") ? "unseen" : states.includes("listed") ? "listed" : "notOffered";

/** What a project's own session sees of the kinds, as far as it is the project's. */
async function ofPlaces(
  places: readonly Place[],
  row: KindRow,
): Promise<Listed & { readonly found: readonly Found[] }> {
  const all = await Promise.all(
    places.map(async ({ id, name, session }) => {
      const query = Object.fromEntries(
        Object.entries(row.query ?? {}).map(([key, value]) => [key, value.replace("{project}", id)]),
      );
      const { state, rows } = await list(session, row, query);
      const own = rows.filter((one) => (projectIn(one) ?? id) === id);
      return { state, rows: own, found: own.map((one) => foundIn(one, row, name)) };
    }),
  );
  return {
    state: worst(all.map(({ state }) => state)),
    rows: all.flatMap(({ rows }) => rows),
    found: all.flatMap(({ found }) => found),
  };
}

/** Everything in the zone's projects that its own pipeline sees: each kind one list a project. */
export async function zoneInventory(places: readonly Place[], kinds = KIND_ROWS): Promise<Inventory> {
  const all = await Promise.all(
    kinds.map(async (row) => {
      const { state, found } = await ofPlaces(places, row);
      return { found, list: { kind: row.kind, by: "zone" as const, state, count: found.length } };
    }),
  );
  return { found: withCopies(all.flatMap(({ found }) => found)), lists: all.map(({ list: one }) => one) };
}

/**
 * Everything in the zone's projects that the operator sees: each kind one list of the whole cloud. Keys and objects have no such list.
 * @param projects names by id, also of projects that are gone: what they left behind bears their id
 */
export async function operatorInventory(
  operator: Session,
  projects: ReadonlyMap<string, string>,
  kinds = KIND_ROWS,
): Promise<Inventory> {
  const all = await Promise.all(
    kinds
      .filter(({ all: query }) => query !== undefined)
      .map(async (row) => {
        const { state, rows } = await list(operator, row, row.all ?? {});
        const found = rows.flatMap((one) => {
          const project = projects.get(projectIn(one) ?? "");
          return project === undefined ? [] : [foundIn(one, row, project)];
        });
        return { found, list: { kind: row.kind, by: "operator" as const, state, count: found.length } };
      }),
  );
  return { found: withCopies(all.flatMap(({ found }) => found)), lists: all.map(({ list: one }) => one) };
}
