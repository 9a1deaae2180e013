import type * as z from "zod";
import { platformSchema, type PlatformConfig } from "./platform.ts";
import { tenantSchema, type TenantConfig } from "./tenant.ts";
import { zoneSchema, type ZoneConfig } from "./zone.ts";

/** The three kinds of stack; the key `tresor:<kind>` of a stack's config says which one it is. */
export const KINDS = ["platform", "tenant", "zone"] as const;
export type Kind = (typeof KINDS)[number];

export const SCHEMAS = { platform: platformSchema, tenant: tenantSchema, zone: zoneSchema } as const satisfies Record<
  Kind,
  z.ZodType
>;

/** Keys under `tresor:` that may stand beside the kind. Secrets never stand in a kind's object: one would make the whole object secret. */
export const OTHER_KEYS = ["secrets"] as const;

/** A stack's config after validation of its shape. */
export type StackConfig =
  | { readonly kind: "platform"; readonly config: PlatformConfig }
  | { readonly kind: "tenant"; readonly config: TenantConfig }
  | { readonly kind: "zone"; readonly config: ZoneConfig };

export type { PlatformConfig, TenantConfig, ZoneConfig };
