import type { MethodName } from "../../../../quobyte/contract/index.ts";
import type { Handlers } from "../world.ts";
import { ACCESS_KEYS } from "./access-keys.ts";
import { CERTIFICATES } from "./certificates.ts";
import { EXPORTS } from "./exports.ts";
import { POLICY_RULES } from "./policy-rules.ts";
import { QUOTAS } from "./quotas.ts";
import { SYSTEM } from "./system.ts";
import { TENANTS } from "./tenants.ts";
import { VOLUMES } from "./volumes.ts";

/** What each method of the contract does. */
export const HANDLERS: Handlers<MethodName> = {
  ...{ ...TENANTS, ...VOLUMES, ...QUOTAS, ...POLICY_RULES },
  ...{ ...ACCESS_KEYS, ...EXPORTS, ...CERTIFICATES, ...SYSTEM },
};
