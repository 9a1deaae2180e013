import { stringify } from "yaml";
import type { Dice } from "../../bench/generate.ts";

/** Names that every object has, or that mean something to a language: keys like any other to a reader. */
const TRAPS = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "prototype", "length", "then", ""];
const TEXTS = [
  "ä",
  "日本語",
  "\u202egnihtemos",
  "e\u0301",
  "👩‍👩‍👧",
  "\u0000",
  "\ufeff",
  "\u2028",
  "\ud800",
  "a".repeat(300),
  " ",
  "",
  "~",
  "null",
  "0644",
  "1e9",
  "2027-01-31",
  "${HOME}",
  "../../etc/passwd",
  "machines/",
  "bench/a/b",
  "0.0.0.0/0",
  "::/0",
  "10.8.0.0/33",
  "65535-1/tcp",
  "999999999 PiB",
  "none",
  "allowed",
  "write",
];
/** Rarer than the others: each costs as much as a hundred of them. */
const LONG_TEXT = "x".repeat(100_000);
const textOf = (dice: Dice): string => (dice.next() < 0.01 ? LONG_TEXT : dice.one(TEXTS));
const NUMBERS = [0, -1, 1, 0.5, 16, 4095, 65_536, 2 ** 31, 2 ** 53, 1e21, 1e308, -1e308, Number.NaN, Infinity];

type Holder = Record<string | number, unknown>;
type Step = string | number;
interface Spot {
  readonly holder: Holder;
  readonly step: Step;
}

/** Every place in a value: what holds it, and under which key. */
function spotsOf(value: unknown): readonly Spot[] {
  if (typeof value !== "object" || value === null) return [];
  const steps: Step[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return steps.flatMap((step) => [{ holder: value as Holder, step }, ...spotsOf((value as Holder)[step])]);
}

/** Sets a key as data, `__proto__` too. */
const put = (holder: Holder, step: Step, value: unknown): void =>
  void Object.defineProperty(holder, step, { value, enumerable: true, configurable: true, writable: true });

const nested = (depth: number, list: boolean): unknown => {
  let value: unknown = "deep";
  for (let level = 0; level < depth; level++) value = list ? [value] : { a: value };
  return value;
};

function misspell(dice: Dice, text: string): string {
  const at = Math.floor(dice.next() * (text.length + 1));
  return dice.one([
    text.slice(0, at) + text.slice(at + 1),
    `${text.slice(0, at)}${dice.one([..."abcz-_.A9 "])}${text.slice(at)}`,
    text.toUpperCase(),
    `${text}s`,
  ]);
}

/** A value of another type, or of the same type and another size. */
function otherThan(dice: Dice, value: unknown): unknown {
  switch (dice.between([0, 8])) {
    case 0:
      return dice.one(NUMBERS);
    case 1:
      return textOf(dice);
    case 2:
      return dice.one([null, true, false]);
    case 3:
      return dice.one([[], {}, [[]], [null], { "": {} }, [{}]]);
    case 4:
      return [value];
    case 5:
      return { [dice.one(TRAPS)]: value };
    case 6:
      return nested(dice.one([5, 70, 300]), dice.next() < 0.5);
    case 7:
      return Array.from(
        { length: dice.next() < 0.05 && typeof value !== "object" ? 3000 : dice.one([2, 50]) },
        () => value,
      );
    default:
      if (typeof value === "number") return value * dice.one([-1, 2, 1000, 0.5]);
      return typeof value === "string" ? misspell(dice, value) : [value, value];
  }
}

/** The mutations of a value; each changes one spot in place. */
const VALUE_MUTATIONS: Readonly<Record<string, (dice: Dice, spots: readonly Spot[]) => void>> = {
  rename(dice, spots) {
    const { holder, step } = dice.one(spots);
    if (Array.isArray(holder)) return;
    const known = dice.one(spots).step;
    const name = dice.one([misspell(dice, String(step)), dice.one(TRAPS), textOf(dice), String(known)]);
    const value = holder[step];
    Reflect.deleteProperty(holder, step);
    put(holder, name, value);
  },
  replace(dice, spots) {
    const { holder, step } = dice.one(spots);
    put(holder, step, otherThan(dice, holder[step]));
  },
  remove(dice, spots) {
    const { holder, step } = dice.one(spots);
    if (Array.isArray(holder)) holder.splice(Number(step), 1);
    else Reflect.deleteProperty(holder, step);
  },
  /** One leaf takes another's value: most often of the right kind, so that files are accepted too. */
  borrow(dice, spots) {
    const { holder, step } = dice.one(spots);
    const alike = spots.filter((spot) => spot.step === step || typeof spot.holder[spot.step] === typeof holder[step]);
    const from = dice.one(alike.length > 0 ? alike : spots);
    put(holder, step, structuredClone(from.holder[from.step]));
  },
  double(dice, spots) {
    const { holder, step } = dice.one(spots);
    const copy = structuredClone(holder[step]);
    if (Array.isArray(holder)) holder.splice(Number(step), 0, copy);
    else put(holder, dice.one([`${String(step)}2`, "lungs", "x", ...TRAPS]), copy);
  },
};

/** Copies of copies grow beyond what anybody waits for: the fuzz is of schemas, not of itself. */
const MOST_SPOTS = 100_000;

/** A copy of the value with one to three spots changed. */
export function mutateValue(dice: Dice, value: unknown): unknown {
  const copy = structuredClone(value);
  for (let count = dice.between([1, 3]); count > 0; count--) {
    const spots = spotsOf(copy);
    if (spots.length > MOST_SPOTS) return copy;
    if (spots.length > 0) VALUE_MUTATIONS[dice.one(Object.keys(VALUE_MUTATIONS))]?.(dice, spots);
  }
  return copy;
}

const PIECES =
  ": - ? & * ! | > ' \" % @ ` { } [ ] , # &a *a *b << <<: ~ null 0x1 07 1.10 .inf .nan 1_000 yes secure: !!binary !!str v1: --- ... %YAML".split(
    " ",
  );
const BLANKS = ["\n", "\n\n  ", "\n    ", "\t", " ", "\r\n", "\r", "\u00a0", "\u0085", "\ufeff", "\u0000", "\ud83d"];

/** The mutations of a text: noise as a keyboard, an editor or a merge makes it. */
const TEXT_MUTATIONS: Readonly<Record<string, (dice: Dice, text: string, at: number) => string>> = {
  insert: (dice, text, at) =>
    `${text.slice(0, at)}${dice.one([dice.one(PIECES), dice.one(BLANKS), textOf(dice)])}${text.slice(at)}`,
  cut: (dice, text, at) => text.slice(0, at) + text.slice(at + dice.one([1, 2, 8, 40])),
  end: (_dice, text, at) => text.slice(0, at),
  line: (dice, text) => {
    const lines = text.split("\n");
    const from = Math.floor(dice.next() * lines.length);
    const [line = ""] = lines.splice(from, 1);
    const to = dice.next() < 0.4 ? from : Math.floor(dice.next() * (lines.length + 1));
    const shape = dice.one(["", line, ` ${line}`, `\t${line}`, line.trimStart(), `# ${line}`, `${line}\n${line}`]);
    lines.splice(to, 0, shape);
    return lines.join("\n");
  },
  repeat: (dice, text, at) => {
    const piece = text.slice(at, at + dice.one([1, 5, 200]));
    return text.slice(0, at) + piece.repeat(dice.next() < 0.05 ? 2000 : dice.one([2, 30])) + text.slice(at);
  },
  brackets: (dice, text, at) =>
    text.slice(0, at) + dice.one(["[", "{", "- ", "? "]).repeat(dice.one([120, 300, 20_000])) + text.slice(at),
};

/** The text with one to three pieces of noise in it; now and then as bytes that are no text. */
export function mutateText(dice: Dice, text: string): string | Uint8Array {
  let noisy = text;
  for (let count = dice.between([1, 3]); count > 0; count--) {
    const mutation = TEXT_MUTATIONS[dice.one(Object.keys(TEXT_MUTATIONS))];
    noisy = mutation?.(dice, noisy, Math.floor(dice.next() * (noisy.length + 1))) ?? noisy;
  }
  if (dice.next() > 0.02) return noisy;
  const bytes = Buffer.from(noisy);
  if (bytes.length > 0) bytes[Math.floor(dice.next() * bytes.length)] = dice.one([0x80, 0xc0, 0xff, 0xfe]);
  return new Uint8Array(bytes);
}

/** Characters: what is larger tells nothing new and takes the time of a thousand others. */
const LARGEST = 2_000_000;

/** YAML of a value, cut off where it is larger than any file; numbers that YAML has and JSON has not are written too. */
export const toYaml = (value: unknown): string =>
  stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })?.slice(0, LARGEST) ?? "";
