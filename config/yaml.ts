import { type Alias, type Document, type Node, type Pair, isAlias, isMap, isScalar, isSeq, parseDocument } from "yaml";
import type { Objection } from "./house-rules.ts";
import { isPlainDay, objectToKey, objectToScalar } from "./house-rules.ts";
import { quote } from "./found.ts";
import type { Path } from "./path.ts";
import { wordsFor } from "./yaml-errors.ts";

/** An objection with its place: a path, an offset in the text. */
interface PlacedObjection extends Objection {
  readonly path: Path;
  readonly offset: number;
}

/** An unquoted day in the file: fine in a field for days only, which the reader of the schema knows. */
interface PlainDay {
  readonly path: Path;
  readonly source: string;
}

/** A file as plain values. */
export interface ParsedYaml {
  readonly value: unknown;
  readonly objections: readonly PlacedObjection[];
  readonly days: readonly PlainDay[];
  /** True when the text is no YAML at all, so that its value says nothing. */
  readonly broken: boolean;
  /** What the value was read from, for those who write it back; absent when the text is no YAML at all. */
  readonly document?: Document;
}

/** Values that aliases may expand to; a file of ordinary size stays far below. */
const MOST_VALUES = 50_000;
const DEEPEST = 64;

class TooMuch extends Error {}

/** Turns nodes into values and notes what the house rules object to. */
class Reader {
  readonly objections: PlacedObjection[] = [];
  readonly days: PlainDay[] = [];
  readonly #document: Document;
  readonly #path: (string | number)[] = [];
  readonly #most: number;
  #values = 0;
  #lastOffset = 0;

  constructor(document: Document, most: number) {
    this.#document = document;
    this.#most = most;
  }

  object(objection: Objection | undefined, offset: number): void {
    if (objection !== undefined) this.objections.push({ ...objection, path: [...this.#path], offset });
  }

  read(node: unknown): unknown {
    if (isScalar(node)) {
      const { source, type } = node;
      this.#count(node);
      this.object(objectToScalar(node), node.range?.[0] ?? 0);
      if (node.tag !== undefined) this.#refuseTag(node.tag, node.range?.[0] ?? 0);
      if (type === "PLAIN" && source !== undefined && isPlainDay(source))
        this.days.push({ path: [...this.#path], source });
      return node.value;
    }
    if (node === null || node === undefined) return null;
    this.#count(node as Node);
    if (isMap(node)) return this.#mapping(node.items, node);
    if (isSeq(node)) return node.items.map((item, index) => this.#at(index, item));
    if (isAlias(node)) return this.#alias(node);
    throw new TooMuch("this is no value");
  }

  #alias(alias: Alias): unknown {
    const target = alias.resolve(this.#document);
    if (target !== undefined) return this.read(target);
    const { source } = alias;
    const offset = alias.range?.[0] ?? 0;
    this.object(
      {
        what: "this alias names no anchor",
        found: `*${source}`,
        next: `put the value in quotes if the asterisk belongs to it, or write the value of &${source} here`,
      },
      offset,
    );
    return null;
  }

  get lastOffset(): number {
    return this.#lastOffset;
  }

  #count(node: Node): void {
    this.#lastOffset = node.range?.[0] ?? this.#lastOffset;
    if (++this.#values > this.#most) throw new TooMuch(`the file expands to more than ${this.#most} values`);
    if (this.#path.length > DEEPEST) throw new TooMuch(`the file is nested more than ${DEEPEST} levels deep`);
  }

  #at(step: string | number, node: unknown): unknown {
    this.#path.push(step);
    const value = this.read(node);
    this.#path.pop();
    return value;
  }

  #refuseTag(tag: string, offset: number): void {
    this.object(
      {
        what: "tags are refused",
        found: tag.replace("tag:yaml.org,2002:", "!!"),
        next: "remove the tag and write the plain value",
      },
      offset,
    );
  }

  #mapping(items: readonly Pair[], node: Node & { readonly tag?: string }): Record<string, unknown> {
    if (node.tag !== undefined) this.#refuseTag(node.tag, node.range?.[0] ?? 0);
    const result: Record<string, unknown> = {};
    for (const { key, value } of items) {
      const offset = (key as Node | null)?.range?.[0] ?? this.#lastOffset;
      if (!isScalar(key) || typeof key.value !== "string") {
        this.object(notText(key), offset);
        continue;
      }
      const objection = objectToKey(key.value);
      if (objection === undefined) result[key.value] = this.#at(key.value, value);
      else this.object(objection, offset);
    }
    return result;
  }
}

function notText(key: unknown): Objection {
  const source = isScalar(key) ? key.source : undefined;
  return {
    what: "keys must be text",
    ...(source === undefined ? {} : { found: quote(source) }),
    next: source === undefined ? "write a name and a colon" : `write "${source}" in quotes`,
  };
}

/** Where brackets or dashes nest so deeply that the parser itself would take minutes; undefined for every sane file. */
export function bottomless(text: string): number | undefined {
  const dashes = text.search(/(?:[-?] ){100}/);
  if (dashes >= 0) return dashes;
  let depth = 0;
  for (const { 0: bracket, index } of text.matchAll(/[[\]{}]/g)) {
    depth += bracket === "[" || bracket === "{" ? 1 : -1;
    if (depth > 4 * DEEPEST) return index;
    depth = Math.max(depth, 0);
  }
  return undefined;
}

/** The document of a text; with its errors, never thrown. */
export const compose = (text: string): Document => parseDocument(text, { prettyErrors: false });

/** All keys that stand twice; of the rest the first alone: what the parser finds after it has lost its way explains nothing. */
function syntaxErrors(document: Document): readonly PlacedObjection[] {
  const twice = document.errors.filter(({ code }) => code === "DUPLICATE_KEY");
  const lost = document.errors.find(({ code }) => code !== "DUPLICATE_KEY");
  return [...twice, ...(lost === undefined ? [] : [lost])].map(({ code, message, pos }) => ({
    ...wordsFor(code, message),
    path: [],
    offset: pos[0],
  }));
}

const broken = (objections: readonly PlacedObjection[]): ParsedYaml => ({
  value: undefined,
  objections,
  days: [],
  broken: true,
});

const tooDeep = (offset: number): ParsedYaml =>
  broken([
    {
      what: `the file is nested more than ${DEEPEST} levels deep`,
      next: "close what is opened; nothing in a stack file goes deeper than ten levels",
      path: [],
      offset,
    },
  ]);

/** Values of a document, unless it expands without bounds. */
function readDocument(document: Document, text: string, most: number): ParsedYaml {
  const syntax = syntaxErrors(document);
  if (document.errors.some(({ code }) => code !== "DUPLICATE_KEY")) return broken(syntax);
  const reader = new Reader(document, most);
  try {
    const value = reader.read(document.contents);
    if (document.directives?.docStart === true && /^%YAML/m.test(text))
      reader.object({ what: "a %YAML directive is refused", next: "remove the line" }, 0);
    return { value, objections: [...syntax, ...reader.objections], days: reader.days, broken: false, document };
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    const bomb = {
      what: error.message,
      why: "a file that expands without bounds can stop whoever reads it",
      next: "write the values out instead of using anchors (&name) and aliases (*name)",
      path: [],
      offset: reader.lastOffset,
    };
    return broken([...syntax, ...reader.objections, bomb]);
  }
}

/**
 * Reads YAML text as Pulumi's engine would, and says where the two could differ. Never throws.
 * @param most values that the file may expand to
 */
export function parseYaml(text: string, most = MOST_VALUES): ParsedYaml {
  const deep = bottomless(text);
  if (deep !== undefined) return tooDeep(deep);
  try {
    return readDocument(compose(text), text, most);
  } catch (error) {
    // The parser is recursive: whatever exhausts the stack is nested beyond reason.
    if (error instanceof RangeError) return tooDeep(0);
    throw error;
  }
}
