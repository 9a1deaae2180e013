import type { ErrorCode } from "yaml";

/** What a parser's error code means to somebody who does not write YAML every day. */
interface Words {
  readonly what: string;
  readonly next: string;
}

const INDENT: Words = {
  what: "the indentation does not fit",
  next: "put the keys of one mapping into one column, two spaces deeper than the line above it, and close every bracket",
};
const OTHER: Words = { what: "this is not YAML", next: "compare the line with the examples in stacks/examples" };
const QUOTES: Words = {
  what: "a value cannot be read",
  next: "put the value in double quotes if it holds a colon, a quote or starts with a special character",
};

const WORDS: Readonly<Partial<Record<ErrorCode, Words>>> = {
  BAD_INDENT: INDENT,
  BAD_PROP_ORDER: QUOTES,
  BAD_SCALAR_START: {
    what: "a value starts with a character that YAML keeps for itself",
    next: "put the value in double quotes",
  },
  BAD_DQ_ESCAPE: {
    what: "a backslash in double quotes is not followed by a known letter",
    next: "write \\\\ for a backslash",
  },
  BLOCK_AS_IMPLICIT_KEY: {
    what: "a second `key: value` stands where one value is expected",
    next: "start a new line for it, or put the value in double quotes if the colon belongs to it",
  },
  BLOCK_IN_FLOW: INDENT,
  DUPLICATE_KEY: { what: "this key stands twice in one mapping", next: "keep one of the two, or rename one" },
  MISSING_CHAR: {
    what: "a colon, quote or bracket is missing",
    next: "complete the line: `key: value`, with every quote and bracket closed",
  },
  MULTILINE_IMPLICIT_KEY: {
    what: "a key without a colon",
    next: "write `key: value`, with the value in double quotes if it runs over several lines",
  },
  MULTIPLE_DOCS: {
    what: "the file holds more than one YAML document",
    next: "remove the line `---` and what follows: one stack, one file, one document",
  },
  TAB_AS_INDENT: { what: "a tab stands in the indentation", next: "indent with spaces" },
  UNEXPECTED_TOKEN: QUOTES,
};

const BRACKET: Words = {
  what: "a bracket is opened and not closed",
  next: "close it with ] or }, on the same line if it is short",
};

/** Codes whose own message tells more than the code. */
const TELLING: readonly ErrorCode[] = ["MISSING_CHAR", "BAD_SCALAR_START", "UNEXPECTED_TOKEN"];

/** Plain words for an error of the YAML parser; `why` is the parser's own message where it helps. */
export function wordsFor(code: ErrorCode, message: string): Words & { readonly why?: string } {
  if (/^Flow (map|sequence)/.test(message)) return BRACKET;
  const words = WORDS[code];
  if (words === undefined) return { ...OTHER, why: message };
  return TELLING.includes(code) ? { ...words, why: message.replaceAll("\n", " ").replace('"quote', "quote") } : words;
}
