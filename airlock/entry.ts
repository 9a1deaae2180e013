import { createHash } from "node:crypto";
import * as z from "zod";
import { OUTPUTS } from "../config/outputs.ts";
import { ACTS, CLASSIFICATIONS, DIRECTIONS, ROLES, STATES } from "./table.ts";

/** Text of one line that people read in a log: no control characters, which could forge a second line on a terminal. */
export const line = (least: number, most: number) =>
  z
    .string()
    .min(least)
    .max(most)
    .regex(/^[^\p{Cc}\p{Cs}\u2028\u2029]*$/u, { error: "allowed: one line without control characters" });

/** Name of a file as the recipients will see it: relative, without a way out. */
const fileName = line(1, 500).refine(
  (name) => !name.startsWith("/") && name.split("/").every((part) => !["", ".", ".."].includes(part)),
  { error: "allowed: a relative path without `.` and `..`, such as tables/survival.csv" },
);

export const digest = z.string().regex(/^[0-9a-f]{64}$/, { error: "allowed: SHA-256 as 64 lower-case hex digits" });

/** An RFC 3339 time in UTC with milliseconds: one spelling for each moment, so that text order is time order. */
export const instant = z
  .string()
  .refine((text) => /^\d{4}-/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text, {
    error: "allowed: a time such as 2027-01-31T09:30:00.000Z",
  });

export const actorId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._@-]{0,99}$/, { error: "allowed: lower-case letters, digits and . _ @ -, such as a.meier" });

export const requestId = z.string().regex(/^(import|export)-[1-9]\d{0,8}$/, { error: "allowed: such as export-3" });

export const entrySchema = z.strictObject({
  format: z.literal(1),
  /** Number of the entry in its record, from 1. */
  seq: z.int().min(1),
  at: instant,
  /** Who acted, with the roles that he held then: a later table cannot change what was allowed. */
  actor: z.strictObject({ id: actorId, roles: z.array(z.enum(ROLES)).min(1) }),
  request: requestId,
  act: z.enum(ACTS as [string, ...string[]]),
  /** States before and after; a request begins in draft, an endorsement changes none. */
  from: z.enum(STATES).optional(),
  to: z.enum(STATES),
  /** What was asked for; only in a request. */
  asked: z
    .strictObject({
      direction: z.enum(DIRECTIONS),
      classification: z.enum(CLASSIFICATIONS),
      title: line(3, 200),
      output: z.enum(OUTPUTS).optional(),
    })
    .optional(),
  /** What the permit said of results at that time: a later permit cannot change what was allowed. In a request and in `release`. */
  permit: z.strictObject({ id: line(1, 100), outputs: z.array(z.enum(OUTPUTS)).optional() }).optional(),
  /** SHA-256 of each file by its name. */
  files: z
    .record(fileName, digest)
    .refine((files) => Object.keys(files).length > 0)
    .optional(),
  reason: line(3, 500),
  /** Hash of the entry before; of the first one: 64 zeros. */
  previous: digest,
  hash: digest,
});

export type Entry = z.infer<typeof entrySchema>;

/** What stands before the first entry. */
export const GENESIS = "0".repeat(64);

/**
 * Canonical JSON (RFC 8785 for what an entry holds: text, whole numbers, lists, objects): keys sorted, no space, absent keys left out.
 * @throws TypeError for a number that is not a safe integer and for anything JSON has no word for
 */
export function canonical(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" && Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "object")
    return `{${Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`)
      .join(",")}}`;
  throw new TypeError(`no canonical form for ${typeof value}`);
}

/** SHA-256 over the canonical form of everything in an entry but the hash itself, the hash of the entry before included. */
export function entryHash<T extends object>({ hash: _own, ...rest }: T & { readonly hash?: string }): string {
  return createHash("sha256").update(canonical(rest)).digest("hex");
}

/** An entry with its hash. */
export const sealed = <T extends object>(entry: T): T & { readonly hash: string } => ({
  ...entry,
  hash: entryHash(entry),
});

/** An entry as its line in the record. */
export const lineOf = (entry: object): string => `${canonical(entry)}\n`;
