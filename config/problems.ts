import type * as z from "zod";
import { adviceFor, allowedAt, allowedIn, meaningOf, meant, withArticle } from "./advice.ts";
import { TYPE_WORDS, isDate, keysOf, schemaAt, typeWord } from "./describe.ts";
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
interface Translation {
  /** Prefix of the dotted path: the kind. */
  readonly root: string;
  readonly schema: z.ZodType;
  readonly value: unknown;
  readonly places?: Places;
}

type Issue = z.core.$ZodIssue;
type Words = Omit<Problem, "path" | "position">;

/** A key that must be there and is not. */
function missing(schema: z.ZodType | undefined): Words {
  const why = meaningOf(schema);
  return { what: "is missing", allowed: allowedAt(schema), ...(why === undefined ? {} : { why }), next: "add it" };
}

/** A number or a truth value where text belongs. */
function notText(value: number | boolean, path: Path, { schema, places }: Translation): Words {
  const allowed = allowedAt(schemaAt(schema, path));
  const shown = isSensitive(path) ? undefined : (places?.source(path) ?? found(value, path));
  return {
    what: `is ${typeof value === "number" ? "a number" : "true or false"} where text is expected`,
    ...(shown === undefined ? {} : { found: shown }),
    allowed,
    next: /unit|protocol|day/.test(allowed) ? adviceFor(shown, allowed, path) : `write "${shown ?? "..."}" in quotes`,
  };
}

function wrongType(value: unknown, path: Path, translation: Translation, expected?: string): Words {
  const schema = schemaAt(translation.schema, path);
  const word = isDate(schema) ? "day" : (expected ?? typeWord(schema));
  if (/^(text|day)$/.test(word) && (typeof value === "number" || typeof value === "boolean"))
    return notText(value, path, translation);
  const shown = found(value, path);
  return {
    what: `is not ${withArticle(word)}`,
    ...(shown === undefined ? {} : { found: shown }),
    allowed: allowedAt(schema),
    next: value === null ? "write a value behind the colon, or remove the key" : nextForType(word, value),
  };
}

function nextForType(word: string, value: unknown): string {
  if (word === "list") return "write it as a list: each entry on a line of its own behind `- `, or [a, b]";
  if (word === "mapping") return "write `key: value` lines below it, two spaces deeper";
  if (word === "whole number" && typeof value === "string") return "write the number without quotes, without a unit";
  return `write ${withArticle(word)}`;
}

function unknownKey(key: string, path: Path, { root, schema }: Translation): Words {
  const known = keysOf(schemaAt(schema, path));
  const near = nearest(key, known);
  return {
    what: `unknown key ${quote(key)}`,
    ...(known.length > 0 ? { allowed: listed(known) } : {}),
    next: near === undefined ? `remove it: ${formatPath([root, ...path])} has no such key` : `did you mean ${near}?`,
  };
}

function outOfRange(issue: Issue & { code: "too_small" | "too_big" }, path: Path, translation: Translation): Words {
  const value = valueAt(translation.value, path);
  const shown = found(value, path);
  const limit = issue.code === "too_small" ? issue.minimum : issue.maximum;
  const bound = issue.code === "too_small" ? "at least" : "at most";
  const unit = issue.origin === "string" ? " characters" : issue.origin === "array" ? " entries" : "";
  const allowed = allowedIn(issue.message) ?? `${bound} ${limit}${unit}`;
  const adjective = { string: ["too short", "too long"], array: ["too few entries", "too many entries"] }[
    issue.origin as string
  ];
  const [small, big] = adjective ?? ["is too small", "is too large"];
  return {
    what: issue.code === "too_small" ? (small ?? "") : (big ?? ""),
    ...(shown === undefined ? {} : { found: shown }),
    allowed,
    next: adviceFor(value, allowed, path),
  };
}

function notOneOf(values: readonly unknown[], value: unknown, path: Path): Words {
  const words = values.map(String);
  const near = meant(value, words);
  const shown = found(value, path);
  return {
    what: words.length === 1 ? "is not the one value that is supported" : "is none of the values that are known",
    ...(shown === undefined ? {} : { found: shown }),
    allowed: listed(words),
    next: near === undefined ? `write ${words.length === 1 ? words[0] : "one of them"}` : `did you mean ${near}?`,
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
    default:
      return malformed(value, path, allowedIn(issue.message) ?? issue.message);
  }
}

function malformed(value: unknown, path: Path, allowed: string): Words {
  const shown = found(value, path);
  return {
    what: wordFor(value),
    ...(shown === undefined ? {} : { found: shown }),
    allowed,
    next: adviceFor(value, allowed, path),
  };
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
      const allowed = allowedIn(inner?.message ?? "");
      const words = {
        what: "this name is refused",
        found: quote(String(path.at(-1))),
        ...(allowed === undefined ? {} : { allowed }),
        next: "rename it",
      };
      return [at(words, path, translation, "key")];
    }
    return [at(wordsOf(issue, path, translation), path, translation)];
  });
}
