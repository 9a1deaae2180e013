import { z } from "zod";

/** The documents that say what the API is. Nothing stands in the contract that none of them says. */
export const DOCUMENTS = {
  types: "github.com/quobyte/api v1.4.0 (of server 3.24.4), quobyte/types.go",
  rpc: "github.com/quobyte/api v1.4.0 (of server 3.24.4), quobyte/rpc_client.go",
  client: "github.com/quobyte/api v1.4.0 (of server 3.24.4), quobyte/quobyte.go",
  driver: "openstack/manila 23.0.1, manila/share/drivers/quobyte/quobyte.py",
  driverRpc: "openstack/manila 23.0.1, manila/share/drivers/quobyte/jsonrpc.py",
  csi: "github.com/quobyte/quobyte-csi-driver at 0140d30, src/driver/controller.go",
  csiTests: "github.com/quobyte/quobyte-csi-driver at 1f3db66, kind-tests/framework",
} as const;

/**
 * What a call leaves behind, and so whether it may be sent again after its answer was lost: a `read` and a `set` may, a `remove`
 * may and then finds nothing, a `create` may not.
 */
export type Effect = "read" | "set" | "remove" | "create";

/** One method of the API, as its documents say it. */
export interface Method<P extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
  readonly effect: Effect;
  /** Strict: a field that no document names is refused. */
  readonly params: P;
  /** As published. What an answer is read with is `loosened` from it. */
  readonly result: R;
  /** Where each of it is said, as `document: name in it`. */
  readonly documents: readonly string[];
}

/** A signed 64-bit number. Accepts numbers that are exact; gives a BigInt, since ids and sizes may be beyond 2^53. */
export const int64 = z
  .union([z.bigint(), z.int()])
  .transform((value) => BigInt(value))
  .pipe(z.int64());

/**
 * A message of `types.go` by the name that it has there. There every field may be left out; `demanded` are those without which the
 * message means nothing.
 */
export const struct = <O extends z.ZodRawShape, D extends z.ZodRawShape = Record<never, never>>(
  name: string,
  fields: O,
  demanded: D = {} as D,
) =>
  z
    .strictObject(fields)
    .partial()
    .extend(demanded)
    .meta({ document: `${DOCUMENTS.types}: ${name}` });

/** A field that `types.go` does not have, and the place that says it. */
export const saidBy = <T extends z.ZodType>(schema: T, document: keyof typeof DOCUMENTS, place: string) =>
  schema.meta({ document: `${DOCUMENTS[document]}: ${place}` });

/** How long the server itself goes on trying: every request of `types.go` has it; the Go client's default is INTERACTIVE. */
export const retry = z.enum(["INFINITELY", "INTERACTIVE"]);
export type Retry = z.infer<typeof retry>;

interface Parts<N, T, G, M> {
  /** Parameters without which the call means nothing. */
  readonly needs?: N;
  /** Parameters that may be left out. */
  readonly takes?: T;
  /** What the answer always holds. */
  readonly gives?: G;
  /** What the answer may leave out. */
  readonly mayGive?: M;
  /** The functions of OpenStack's own driver that call it. */
  readonly driver?: readonly string[];
}

type Nothing = Record<never, never>;

/** A method by the name that its request and response have in `types.go`. */
export function method<
  N extends z.ZodRawShape = Nothing,
  T extends z.ZodRawShape = Nothing,
  G extends z.ZodRawShape = Nothing,
  M extends z.ZodRawShape = Nothing,
>(name: string, effect: Effect, parts: Parts<N, T, G, M> = {}) {
  const documents = [`${DOCUMENTS.types}: ${name}Request, ${name}Response`];
  for (const place of parts.driver ?? []) documents.push(`${DOCUMENTS.driver}: ${place}`);
  return {
    effect,
    params: struct(`${name}Request`, { ...(parts.takes as T), retry }, parts.needs),
    result: struct(`${name}Response`, parts.mayGive ?? ({} as M), parts.gives),
    documents,
  } as const;
}
