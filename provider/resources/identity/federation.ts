import { z } from "zod";
import { UserError } from "../../../config/problem.ts";

export const ROOT = "/OS-FEDERATION";
export const providerPath = (provider: string): string => `${ROOT}/identity_providers/${provider}`;

/** Ids stand in addresses: no character that would end one. */
export const nameOf = (what: string): z.ZodString =>
  z
    .string(`must be the name of ${what}`)
    .min(1)
    .max(64, "must have at most 64 characters")
    .regex(/^[A-Za-z0-9_.-]+$/, "must be of letters, digits, hyphens, dots and underscores");

export const taken = (what: string): UserError =>
  new UserError({
    what: `cannot create ${what}: the cloud has another one of that name`,
    why: "this stack did not make it, and whom it lets in nobody has planned",
    next: "see what it is for, then remove it or choose another name, and run `pulumi up` again",
  });
