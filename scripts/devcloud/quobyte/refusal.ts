import type { CodeName } from "../../../quobyte/contract/index.ts";
import { CODES, TAKEN } from "../../../quobyte/contract/index.ts";

/** An error that goes back to the caller: one of the published codes, and words. */
export class Refusal extends Error {
  readonly code: number;

  constructor(kind: CodeName, words: string) {
    super(words);
    this.name = "Refusal";
    this.code = CODES[kind].code;
  }
}

export const notFound = (what: string): Refusal => new Refusal("ENTITY_NOT_FOUND", `No such ${what}`);
export const garbage = (words: string): Refusal => new Refusal("GARBAGE_ARGS", words);
/** The words are those that the vendor's own driver looks for; of the number no document says anything. */
export const taken = (what: string): Refusal => garbage(`${TAKEN.words}/POSIX_ERROR_NONE: ${what}`);

/** The value, or the refusal of a call that names what is not there. */
export function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw notFound(what);
  return value;
}
