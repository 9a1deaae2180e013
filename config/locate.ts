import { type Document, type Node, isAlias, isMap, isScalar, isSeq } from "yaml";
import type { Path } from "./path.ts";
import type { Position } from "./problem.ts";
import { compose } from "./yaml.ts";

/** Where an offset of a text is. */
type OffsetToPosition = (offset: number) => Position;

/** Where a path of a file is: a value's own place, or that of its key when the value is a mapping or a list. */
export interface Locator {
  readonly at: (path: Path) => Position;
  /** The key's place, for what is wrong with a key itself. */
  readonly key: (path: Path) => Position;
  readonly offset: OffsetToPosition;
  /** A scalar as it was written, for example `1.10` where the value is 1.1. */
  readonly source: (path: Path) => string | undefined;
}

interface Place {
  readonly node?: Node;
  readonly offset: number;
  readonly depth: number;
}

/** Walks as far along a path as the document goes. */
function walk(document: Document, path: Path): Place {
  let [node, offset, depth]: [Node | undefined, number, number] = [document.contents ?? undefined, 0, 0];
  for (const step of path) {
    const target: unknown = isAlias(node) ? node.resolve(document) : node;
    if (isMap(target)) {
      const pair = target.items.find(({ key }) => isScalar(key) && key.value === step);
      if (pair === undefined) return { offset, depth };
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = (pair.value ?? undefined) as Node | undefined;
    } else if (isSeq(target) && typeof step === "number" && step < target.items.length) {
      node = target.items[step] as Node;
      offset = node.range?.[0] ?? offset;
    } else return { offset, depth };
    depth++;
  }
  return { offset, depth, ...(node === undefined ? {} : { node }) };
}

/** Positions in a text, worked out when the first one is asked for: files without problems never pay for them. */
export function locate(text: string, file: string): Locator {
  let parsed: Document | undefined;
  const get = (): Document => (parsed ??= compose(text));
  const offset: OffsetToPosition = (at) => {
    const before = text.slice(0, at);
    const line = before.split("\n").length;
    return { file, line, column: at - (before.lastIndexOf("\n") + 1) + 1 };
  };
  return {
    offset,
    key: (path) => offset(walk(get(), path).offset),
    at: (path) => {
      const place = walk(get(), path);
      return offset(isScalar(place.node) && place.node.range ? place.node.range[0] : place.offset);
    },
    source: (path) => {
      const { node } = walk(get(), path);
      return isScalar(node) ? node.source : undefined;
    },
  };
}
