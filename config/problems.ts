import type * as z from "zod";
import { TYPE_WORDS, descriptionOf, isDate, keysOf, schemaAt, typeWord, valuesOf } from "./describe.ts";
import { found, isSensitive, listed, quote } from "./found.ts";
import { formatPath, valueAt, type Path } from "./path.ts";
import type { Position, Problem } from "./problem.ts";
import { nearest } from "./suggest.ts";

/** How the file helps to word a problem; absent for a value that the engine handed over and the file does not confirm. */
export interface Places {
  /** Place of the value at a path below the kind, or of the nearest thing above it. */
  readonly at: (path: Path) => Position | undefined;
  /** Place of the key at a path below the kind. */
  readonly key: (path: Path) => Position | undefined;
  /** A scalar as it was written. */
  readonly source: (path: Path) => string | undefined;
}

/** What a translation needs to know besides the issue. */
export interface Translation {
  /** Prefix of the dotted path: the kind. */
  readonly root: string;
  readonly schema: z.ZodType;
  readonly value: unknown;
  readonly places?: Places;
}

type Issue = z.core.$ZodIssue;
type Words = Omit<Problem, "path" | "position">;

const ALLOWED = /^allowed: /;

const sentence = (text: string | undefined): string | undefined => text?.replace(/\.$/, "");

/** What may stand at a place, from the schema: its fixed values, else its description, else its type. */
function allowedAt(schema: z.ZodType | undefined): string {
  const values = valuesOf(schema);
  if (values !== undefined) return listed(values);
  return isDate(schema) ? "a day such as 2027-12-31" : `a ${typeWord(schema)}`;
}

/** A key that must be there and is not. */
function missing(schema: z.ZodType | undefined): Words {
  const meaning = sentence(descriptionOf(schema));
  return {
    what: "is missing",
    allowed: meaning === undefined ? allowedAt(schema) : `${allowedAt(schema)}: ${meaning}`,
    next: "add it",
  };
}

function wrongType(value: unknown, path: Path, translation: Translation, expected?: string): Words {
  const schema = schemaAt(translation.schema, path);
  const word = expected ?? typeWord(schema);
  const source = isSensitive(path) ? undefined : translation.places?.source(path);
  const wantsText = word === "text" || isDate(schema);
  if (wantsText && (typeof value === "number" || typeof value === "boolean")) {
    const shown = source ?? found(value, path);
    return {
      what: `is ${typeof value === "number" ? "a number" : "true or false"} where text is expected`,
      ...(shown === undefined ? {} : { found: shown }),
      allowed: isDate(schema) ? allowedAt(schema) : "text",
      next: isDate(schema) ? "write the day as YYYY-MM-DD" : `write "${shown ?? "..."}" in quotes`,
    };
  }
  const shown = found(value, path);
  return {
    what: `is not a ${isDate(schema) ? "date" : word}`,
    ...(shown === undefined ? {} : { found: shown }),
    allowed: isDate(schema) ? allowedAt(schema) : `a ${word}`,
    next: value === null ? "write a value behind the colon, or remove the key" : nextForType(word, value),
  };
}

function nextForType(word: string, value: unknown): string {
  if (word === "list") return "write it as a list: each entry on a line of its own behind `- `, or [a, b]";
  if (word === "mapping") return "write `key: value` lines below it, two spaces deeper";
  if (word === "whole number" && typeof value === "string") return "write the number without quotes, without a unit";
  return `write a ${word}`;
}

function unknownKey(key: string, path: Path, { root, schema }: Translation): Words {
  const known = keysOf(schemaAt(schema, path));
  const meant = nearest(key, known);
  return {
    what: `unknown key ${quote(key)}`,
    ...(known.length > 0 ? { allowed: listed(known) } : {}),
    next: meant === undefined ? `remove it: ${formatPath([root, ...path])} has no such key` : `did you mean ${meant}?`,
  };
}

function outOfRange(issue: Issue & { code: "too_small" | "too_big" }, path: Path, translation: Translation): Words {
  const value = valueAt(translation.value, path);
  const shown = found(value, path);
  const limit = issue.code === "too_small" ? issue.minimum : issue.maximum;
  const bound = issue.code === "too_small" ? "at least" : "at most";
  const unit = issue.origin === "string" ? " characters" : issue.origin === "array" ? " entries" : "";
  const allowed = ALLOWED.test(issue.message) ? issue.message.replace(ALLOWED, "") : `${bound} ${limit}${unit}`;
  const adjective = { string: ["too short", "too long"], array: ["too few entries", "too many entries"] }[
    issue.origin as string
  ];
  const [small, big] = adjective ?? ["is too small", "is too large"];
  return {
    what: issue.code === "too_small" ? (small ?? "") : (big ?? ""),
    ...(shown === undefined ? {} : { found: shown }),
    allowed,
  };
}

function notOneOf(values: readonly unknown[], value: unknown, path: Path): Words {
  const words = values.map(String);
  const meant = typeof value === "string" ? nearest(value, words) : undefined;
  const shown = found(value, path);
  return {
    what: words.length === 1 ? "is not the one value that is supported" : "is none of the values that are known",
    ...(shown === undefined ? {} : { found: shown }),
    allowed: listed(words),
    ...(meant === undefined ? {} : { next: `did you mean ${meant}?` }),
  };
}

function notInUnion(issue: Issue & { code: "invalid_union" }, path: Path, translation: Translation): Words {
  const value = valueAt(translation.value, path);
  const values = issue.errors.flat().flatMap((one) => (one.code === "invalid_value" ? one.values : []));
  return values.length > 0 ? notOneOf(values, value, path) : wrongType(value, path, translation);
}

/** The words of one issue; keys and their places are the caller's. */
function wordsOf(issue: Issue, path: Path, translation: Translation): Words {
  const value = valueAt(translation.value, path);
  if (value === undefined && issue.code !== "unrecognized_keys") return missing(schemaAt(translation.schema, path));
  switch (issue.code) {
    case "invalid_type":
      return wrongType(value, path, translation, TYPE_WORDS[issue.expected]);
    case "invalid_value":
      return notOneOf(issue.values, value, path);
    case "invalid_union":
      return notInUnion(issue, path, translation);
    case "too_small":
    case "too_big":
      return outOfRange(issue, path, translation);
    default: {
      const shown = found(value, path);
      const says = ALLOWED.test(issue.message)
        ? { allowed: issue.message.replace(ALLOWED, "") }
        : { why: issue.message };
      return { what: wordFor(value), ...(shown === undefined ? {} : { found: shown }), ...says };
    }
  }
}

const wordFor = (value: unknown): string =>
  typeof value === "object" && value !== null ? "is not complete" : "is not written as it must be";

function at(words: Words, path: Path, translation: Translation, place: "at" | "key" = "at"): Problem {
  const position = translation.places?.[place](path);
  const { what, ...rest } = words;
  return {
    what,
    path: formatPath([translation.root, ...path]),
    ...(position === undefined ? {} : { position }),
    ...rest,
  };
}

/** What zod found wrong, in the words of this project; every problem once, in the order of the schema. */
export function translate(issues: readonly Issue[], translation: Translation): readonly Problem[] {
  return issues.flatMap((issue): readonly Problem[] => {
    const path = issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => at(unknownKey(key, path, translation), [...path, key], translation, "key"));
    if (issue.code === "invalid_key") {
      const [inner] = issue.issues;
      const allowed = inner?.message.replace(ALLOWED, "");
      const words = {
        what: "this name is refused",
        found: quote(String(path.at(-1))),
        ...(allowed ? { allowed } : {}),
      };
      return [at(words, path, translation, "key")];
    }
    return [at(wordsOf(issue, path, translation), path, translation)];
  });
}
