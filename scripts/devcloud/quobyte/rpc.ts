import { z } from "zod";
import type { MethodName } from "../../../quobyte/contract/index.ts";
import { METHODS } from "../../../quobyte/contract/index.ts";
import { parseJson, writeJson } from "../../../quobyte/json.ts";
import { HANDLERS } from "./methods/index.ts";
import { Refusal } from "./refusal.ts";
import type { World } from "./world.ts";

const envelope = z.strictObject({
  jsonrpc: z.literal("2.0"),
  /** The vendor's client and OpenStack's driver both send a string. */
  id: z.string(),
  method: z.string(),
  params: z.record(z.string(), z.unknown()),
});

/** A request that was understood so far that its method is known. */
export interface Request {
  readonly id: string;
  readonly method: MethodName;
  readonly params: unknown;
}

export const failure = (id: string | null, code: number, message: string): string =>
  writeJson({ jsonrpc: "2.0", id, error: { code, message } });

const wordsOf = (error: z.ZodError): string =>
  error.issues.map(({ path, message }) => `${path.map(String).join(".") || "request"}: ${message}`).join("; ");

/** @throws Refusal for what is no request of the published contract */
export function readRequest(text: string): Request {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    throw new Refusal("PARSE_ERROR", "Not JSON");
  }
  const read = envelope.safeParse(value);
  if (!read.success) throw new Refusal("INVALID_REQUEST", wordsOf(read.error));
  const { id, method, params } = read.data;
  if (!Object.hasOwn(METHODS, method)) throw new Refusal("METHOD_NOT_FOUND", `In no published contract: ${method}`);
  return { id, method: method as MethodName, params };
}

/** Carries a request out and gives the text of its answer. An answer that the contract does not have is a fault of ours: it throws. */
export function perform(world: World, { id, method, params }: Request): string {
  const given = METHODS[method].params.safeParse(params);
  if (!given.success) throw new Refusal("INVALID_REQUEST", wordsOf(given.error));
  const handler = HANDLERS[method] as (world: World, params: unknown) => unknown;
  const result = METHODS[method].result.parse(handler(world, given.data));
  return writeJson({ jsonrpc: "2.0", id, result });
}
