import { factsOf } from "../../../openstack/services.ts";
import { endpointOf, withoutVersion } from "../../../openstack/token.ts";
import { isGood, call } from "../../../scripts/attacks/call.ts";
import type { Attempt } from "../../../scripts/attacks/types.ts";
import type { RequestOptions, Service, Session } from "../../../openstack/index.ts";
import type { Identity, Who } from "./identities.ts";
import type { Scene } from "./scene.ts";

/** One identity at one action. */
export interface Cell {
  readonly scene: Scene;
  readonly me: Identity;
  /** For what is made: unique for each cell, and known by its beginning. */
  readonly name: string;
}

export type Try = (cell: Cell) => Promise<Attempt>;

/** One row of the matrix: a real call, and for each identity whether the cloud lets it through, and why. */
export interface Action {
  readonly id: string;
  /** As the matrix prints it, after "who may". */
  readonly title: string;
  readonly service: Service;
  readonly try: Try;
  /** Who may, each with why. Everybody else must be refused. */
  readonly may: Readonly<Partial<Record<Who, string>>>;
  /** Why everybody else is refused. */
  readonly else: string;
  /** A refusal with a reason of its own. */
  readonly but?: Readonly<Partial<Record<Who, string>>>;
  /** Statuses that refuse this action beside 401, 403 and 404, for example a quota's 413. */
  readonly refusals?: readonly number[];
  /** Statuses by which it is allowed and the state of things stands against it: 409 of a network with ports. */
  readonly allows?: readonly number[];
  /** Actions of one lane work on one thing, and take turns. @default - a lane of its own */
  readonly lane?: "machine" | "volume" | "share" | "network" | "subnet" | "group";
  /** What shows that the request as such is sound, where nobody may. */
  readonly control?: { readonly who: Who; readonly what: string; readonly try: Try };
}

/** A value that may depend on the cell. */
type For<T> = T | ((cell: Cell) => T);
const of = <T>(value: For<T>, cell: Cell): T =>
  typeof value === "function" ? (value as (cell: Cell) => T)(cell) : value;

interface Sending {
  readonly body?: For<object>;
  /** Takes back what worked; fails the cell where it cannot. */
  readonly undo?: (cell: Cell, body: unknown) => Promise<unknown>;
  readonly options?: RequestOptions;
  /** Who sends it, where that is another session than the identity's own for the service. */
  readonly as?: (cell: Cell) => Session;
}

/** The same request without a token, at the address at which the operator finds the service. */
async function withoutToken(
  cell: Cell,
  service: Service,
  method: string,
  path: string,
  body?: object,
): Promise<Attempt> {
  const { types, root, whole } = factsOf(service);
  const url = endpointOf(await cell.scene.operator.token(), types, "public", undefined) ?? "";
  const base = service === "identity" ? cell.me.entry.authUrl : whole ? url : withoutVersion(url);
  const answer = await fetch(`${base}${root.replace("{project}", cell.me.projectId)}${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  await answer.arrayBuffer();
  return { status: answer.status };
}

/** One call; what it changed is taken back at once. */
export const sends =
  (service: Service, method: string, path: For<string>, { body, undo, options, as }: Sending = {}): Try =>
  async (cell) => {
    if (cell.me.isAnonymous)
      return withoutToken(cell, service, method, of(path, cell), body === undefined ? undefined : of(body, cell));
    const session = as ? as(cell) : cell.me.on(service);
    const content = body === undefined ? undefined : of(body, cell);
    const { body: answered, ...answer } = await call(session, service, method, of(path, cell), content, options);
    if (isGood(answer)) await undo?.(cell, answered);
    return answer;
  };

export const reads = (service: Service, path: For<string>, options?: RequestOptions): Try =>
  sends(service, "GET", path, options === undefined ? {} : { options });

/** A list that is cut to what one may see is a refusal where nothing is left of it. */
export const lists =
  (service: Service, path: For<string>, many: string): Try =>
  async (cell) => {
    if (cell.me.isAnonymous) return withoutToken(cell, service, "GET", of(path, cell));
    const { body, ...answer } = await call(cell.me.on(service), service, "GET", of(path, cell));
    const rows = (body as Record<string, unknown[] | undefined> | undefined)?.[many];
    return isGood(answer) && rows?.length === 0 ? { status: 404, message: "an empty list" } : answer;
  };

/** Makes an object under a name of the cell's own, and removes it by the same credential. */
export const makes = (
  service: Service,
  path: For<string>,
  one: string,
  body: (cell: Cell) => object,
  options?: RequestOptions,
): Try =>
  sends(service, "POST", path, {
    body: (cell) => ({ [one]: { name: cell.name, ...body(cell) } }),
    undo: (cell, made) => remove(cell, service, `${of(path, cell)}/${idIn(made, one)}`),
    ...(options && { options }),
  });

/** @throws Error where the answer holds no such object */
export function idIn(body: unknown, one: string): string {
  const id = (body as Record<string, { id?: string } | undefined> | undefined)?.[one]?.id;
  if (id === undefined) throw new Error(`the answer holds no ${one}`);
  return id;
}

export const remove = (cell: Cell, service: Service, path: string): Promise<unknown> =>
  cell.me.on(service).request(service, "DELETE", path, { expect: [404] });

const ADMIN = "the cloud's administrator";
/** Of what only the operator may, by OpenStack's defaults. */
export const OPERATOR_ONLY = {
  may: { operator: ADMIN },
  else: "OpenStack leaves it to the administrator",
} as const;
/** Of what the shipped policy files leave to the operator. */
export const CLOSED_BY_POLICY = {
  may: { operator: ADMIN },
  else: "the shipped policy leaves handing out to the administrator",
} as const;
/** Of what reads an object of the area. */
export const AREA_READERS = {
  may: {
    operator: ADMIN,
    auditor: "the shipped policy opens reading to the auditor",
    pipeline: "member of the area",
    "person ro": "reader of the area",
  },
  else: "no role on the area's project",
} as const;
/** Of what changes an object of the area. */
export const AREA_MEMBERS = {
  may: { operator: ADMIN, pipeline: "member of the area" },
  else: "no role on the area's project",
  but: { auditor: "reads, and writes nothing", "person ro": "a reader changes nothing" },
} as const;
