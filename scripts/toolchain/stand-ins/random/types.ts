import { randomBytes, randomInt } from "node:crypto";
import type { Props } from "../../../../provider/wire.ts";
import { type Failure, type InputRule, type StandInType, isKnown, numberOf, switchOf } from "../stand-in.ts";

/** The official plugin's own choice of special characters. */
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";
const NUMERIC = "0123456789";
const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();

/** One class of characters: whether it may be used freely, and how many of it there must be. */
interface CharacterClass {
  readonly characters: string;
  readonly free: boolean;
  readonly minimum: number;
}

function classesOf(inputs: Props): readonly CharacterClass[] {
  const own = inputs.overrideSpecial;
  const table = [
    [typeof own === "string" && own !== "" ? own : SPECIAL, inputs.special, inputs.minSpecial],
    [NUMERIC, inputs.numeric ?? inputs.number, inputs.minNumeric],
    [LOWER, inputs.lower, inputs.minLower],
    [UPPER, inputs.upper, inputs.minUpper],
  ] as const;
  return table.map(([characters, free, minimum]) => ({
    characters,
    free: switchOf(free, true),
    minimum: numberOf(minimum, 0),
  }));
}

const pick = (characters: string, count: number): string[] =>
  Array.from({ length: count }, () => characters.charAt(randomInt(characters.length)));

/** Fisher and Yates' shuffle: without it the minima would always stand first. */
function shuffle(items: string[]): string[] {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [items[last], items[other]] = [items[other]!, items[last]!];
  }
  return items;
}

/** A string of the wanted length with the minimum of each class, from the system's random source. */
export function randomText(inputs: Props): string {
  const classes = classesOf(inputs);
  const fixed = classes.flatMap(({ characters, minimum }) => pick(characters, minimum));
  const pool = classes.flatMap(({ free, characters }) => (free ? [characters] : [])).join("");
  return shuffle([...fixed, ...pick(pool, numberOf(inputs.length, 0) - fixed.length)]).join("");
}

function refuseText(inputs: Props): readonly Failure[] {
  const { length } = inputs;
  if (!Object.values(inputs).every(isKnown) || typeof length !== "number") return [];
  if (!Number.isInteger(length) || length < 1) return [{ property: "length", reason: "must be a whole number from 1" }];
  const classes = classesOf(inputs);
  const needed = classes.reduce((sum, { minimum }) => sum + minimum, 0);
  if (length < needed)
    return [
      { property: "length", reason: `${length} is less than the minima of the classes need together (${needed})` },
    ];
  if (length > needed && !classes.some(({ free }) => free))
    return [{ property: "length", reason: "no class of characters is left to fill it: all are switched off" }];
  return [];
}

/** What the official plugin records besides the result: all settings, defaults included. */
function settled(inputs: Props): Props {
  const numeric = switchOf(inputs.numeric ?? inputs.number, true);
  const flags = ["special", "lower", "upper"].map((key) => [key, switchOf(inputs[key], true)]);
  const minima = ["minSpecial", "minNumeric", "minLower", "minUpper"].map((key) => [key, numberOf(inputs[key], 0)]);
  return { ...Object.fromEntries([...flags, ...minima]), numeric, number: numeric };
}

const keepers: InputRule = { kind: "map" };
const flag: InputRule = { kind: "boolean" };
const count: InputRule = { kind: "number" };
const textInputs: StandInType["inputs"] = {
  length: { kind: "number", required: true },
  keepers,
  overrideSpecial: { kind: "string" },
  ...Object.fromEntries(["special", "numeric", "number", "lower", "upper"].map((key) => [key, flag])),
  ...Object.fromEntries(["minSpecial", "minNumeric", "minLower", "minUpper"].map((key) => [key, count])),
};

const randomPassword: StandInType = {
  inputs: textInputs,
  secrets: ["result"],
  settle: settled,
  refuse: refuseText,
  create: async (inputs) => ({ id: "none", outputs: { ...settled(inputs), result: randomText(inputs) } }),
};

const randomString: StandInType = {
  inputs: textInputs,
  settle: settled,
  refuse: refuseText,
  create: async (inputs) => {
    const result = randomText(inputs);
    return { id: result, outputs: { ...settled(inputs), result } };
  },
};

const randomId: StandInType = {
  inputs: { byteLength: { kind: "number", required: true }, keepers, prefix: { kind: "string" } },
  refuse: ({ byteLength }) =>
    typeof byteLength === "number" && !(Number.isInteger(byteLength) && byteLength > 0)
      ? [{ property: "byteLength", reason: "must be a whole number from 1" }]
      : [],
  create: async ({ byteLength, prefix }) => {
    const bytes = randomBytes(numberOf(byteLength, 0));
    const before = typeof prefix === "string" ? prefix : "";
    const texts = {
      hex: bytes.toString("hex"),
      dec: BigInt(`0x${bytes.toString("hex")}`).toString(),
      b64Std: bytes.toString("base64"),
      b64Url: bytes.toString("base64url"),
    };
    const outputs = Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, `${before}${text}`]));
    return { id: texts.b64Url, outputs };
  },
};

/** Types of the random plugin 4.21.2 that are served, with its ids and outputs; `bcryptHash` is left out. */
export const RANDOM_TYPES: Readonly<Record<string, StandInType>> = {
  "random:index/randomPassword:RandomPassword": randomPassword,
  "random:index/randomString:RandomString": randomString,
  "random:index/randomId:RandomId": randomId,
};
