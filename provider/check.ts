import type { CheckFailure } from "@pulumi/pulumi/provider/index.js";
import { z } from "zod";
import type { Kind } from "./resource.ts";
import { stable } from "./resource.ts";
import type { Props } from "./wire.ts";
import { UNKNOWN, hasUnknown, rewrapLike, unwrapProps } from "./wire.ts";

const entryNamed = (file: string) => z.string(`must be the name of an entry of ${file}`).min(1);
const ENTRIES = {
  cloud: entryNamed("clouds.yaml"),
  cluster: entryNamed("quobyte.yaml"),
  authority: entryNamed("authorities.yaml"),
};

/** A kind's inputs with the one that all have: whose credentials it works with. */
export const inputSchema = ({ inputs, entry }: Kind): z.ZodObject => inputs.extend({ [entry]: ENTRIES[entry] });

/** True if the value at the path, or one above it, is not known yet: a preview cannot judge it. */
function isOpen(inputs: Props, path: readonly PropertyKey[]): boolean {
  let value: unknown = inputs;
  for (const step of path) {
    if (value === UNKNOWN) return true;
    value = (value as Record<PropertyKey, unknown> | undefined)?.[step];
  }
  return hasUnknown(value);
}

const propertyName = (path: readonly PropertyKey[]): string =>
  path
    .map((step, index) =>
      typeof step === "number" ? `[${step}]` : `${index > 0 ? "." : ""}${step === "" ? '""' : String(step)}`,
    )
    .join("");

/** What zod says of a value; undefined where it throws: it compares the `length` of whatever it gets, which may be any object. */
function judged(schema: z.ZodType, value: unknown): z.ZodSafeParseResult<unknown> | undefined {
  try {
    return schema.safeParse(value);
  } catch {
    return undefined;
  }
}

/** The failures of zod as the engine shows them, each at its property; those that hang on an unknown value are left out. */
function failuresOf(kind: Kind, inputs: Props): CheckFailure[] {
  const { shape } = inputSchema(kind);
  const result = judged(inputSchema(kind).strict(), inputs);
  if (result === undefined)
    return Object.entries(shape)
      .filter(([key, schema]) => judged(schema as z.ZodType, inputs[key]) === undefined)
      .map(([property]) => ({ property, reason: "is no value that can be judged" }));
  if (result.success) return [];
  return result.error.issues.flatMap((issue): CheckFailure[] => {
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => ({
        property: propertyName([...issue.path, key]),
        reason: `is no input of ${kind.token}; inputs are ${Object.keys(inputSchema(kind).shape).sort().join(", ")}`,
      }));
    if (isOpen(inputs, issue.path)) return [];
    return [{ property: propertyName(issue.path), reason: issue.message }];
  });
}

/** The inputs in their one form, each property by itself, so that an unknown one leaves the others to be judged. */
function canonical(kind: Kind, inputs: Props): Props {
  const { shape } = inputSchema(kind);
  const result: Props = { ...inputs };
  for (const [key, schema] of Object.entries(shape)) {
    if (hasUnknown(inputs[key])) continue;
    const parsed = judged(schema as z.ZodType, inputs[key]);
    if (parsed?.success === true && parsed.data !== undefined) result[key] = parsed.data;
  }
  return result;
}

/**
 * Judges inputs and brings them into their one form; what came in as a secret stays one.
 * @param olds inputs of the object that is there; empty for a new one
 */
export function checkInputs(kind: Kind, news: Props, olds: Props = {}): { inputs: Props; failures: CheckFailure[] } {
  const plain = unwrapProps(news);
  const inputs = canonical(kind, plain);
  const wrong = failuresOf(kind, plain);
  const refused = wrong.length === 0 && !hasUnknown(plain) ? (kind.refuse?.(unwrapProps(olds), inputs) ?? []) : [];
  return { inputs: rewrapLike(inputs, news, kind.secret), failures: [...wrong, ...refused] };
}

/** Which inputs differ from the state, and which of these make a new object. Lists are sets unless the kind says otherwise. */
export function diffInputs(kind: Kind, state: Props, inputs: Props): { changes: string[]; replaces: string[] } {
  const old = unwrapProps(state);
  const plain = unwrapProps(inputs);
  const differs = (key: string): boolean => {
    const ordered = kind.ordered.includes(key);
    return hasUnknown(plain[key]) || stable(old[key], ordered) !== stable(plain[key], ordered);
  };
  const changes = Object.keys(inputSchema(kind).shape).filter(differs);
  const extra = hasUnknown(plain) ? undefined : kind.extraDiff?.(old, plain);
  return {
    changes: [...changes, ...(extra?.changes ?? [])],
    replaces: [...changes.filter((key) => kind.replaceOn.includes(key)), ...(extra?.replaces ?? [])],
  };
}
