import type { z } from "zod";
import { ACCESS_KEY_METHODS } from "./access-keys.ts";
import type { Method } from "./build.ts";
import { DOCUMENTS } from "./build.ts";
import { CERTIFICATE_METHODS } from "./certificates.ts";
import { EXPORT_METHODS } from "./exports.ts";
import type { Loose } from "./loose.ts";
import { POLICY_RULE_METHODS } from "./policy-rules.ts";
import { QUOTA_METHODS } from "./quota.ts";
import { SYSTEM_METHODS } from "./system.ts";
import { TENANT_METHODS } from "./tenant.ts";
import { VOLUME_METHODS } from "./volume.ts";

/** The published contract: every method that Tresor uses, OpenStack's own driver uses, or a reader of an area would miss. */
export const METHODS = {
  ...TENANT_METHODS,
  ...VOLUME_METHODS,
  ...QUOTA_METHODS,
  ...POLICY_RULE_METHODS,
  ...ACCESS_KEY_METHODS,
  ...EXPORT_METHODS,
  ...CERTIFICATE_METHODS,
  ...SYSTEM_METHODS,
} as const satisfies Readonly<Record<string, Method>>;

export type Methods = typeof METHODS;
export type MethodName = keyof Methods;

/** Parameters as the caller gives them: 64-bit numbers as numbers or as BigInt. */
export type Params<M extends MethodName> = Readonly<z.input<Methods[M]["params"]>>;
/** An answer as the caller gets it: 64-bit numbers are BigInt. */
export type Result<M extends MethodName> = Loose<z.output<Methods[M]["result"]>>;

type Fault = { readonly code: number; readonly means: string; readonly document: string };

/** The codes that the documents name. Any other code is Quobyte's own and is shown with its words. */
export const CODES = {
  ENOENT: { code: 2, means: "there is no such object", document: `${DOCUMENTS.driverRpc}: ERROR_ENOENT` },
  GARBAGE_ARGS: {
    code: -3,
    means: "the values make no sense to it",
    document: `${DOCUMENTS.driverRpc}: ERROR_GARBAGE_ARGS`,
  },
  ENTITY_NOT_FOUND: {
    code: -24,
    means: "there is no such object",
    document: `${DOCUMENTS.driverRpc}: ERROR_ENTITY_NOT_FOUND`,
  },
  INVALID_REQUEST: { code: -32600, means: "it is no valid request", document: `${DOCUMENTS.rpc}: decodeErrorCode` },
  METHOD_NOT_FOUND: { code: -32601, means: "it has no such method", document: `${DOCUMENTS.rpc}: decodeErrorCode` },
  JSON_ENCODING_FAILED: { code: -32603, means: "it failed inside", document: `${DOCUMENTS.rpc}: decodeErrorCode` },
  PARSE_ERROR: { code: -32700, means: "it cannot read the request", document: `${DOCUMENTS.rpc}: decodeErrorCode` },
} as const satisfies Readonly<Record<string, Fault>>;

/** What stands in the words of an error where the name is taken; its number is in no document. */
export const TAKEN = { words: "ENTITY_EXISTS_ALREADY", document: `${DOCUMENTS.csi}: CreateVolume` } as const;

export type CodeName = keyof typeof CODES;
