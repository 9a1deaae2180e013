import { isDate, schemaAt } from "./describe.ts";
import { isSensitive, listed, quote } from "./found.ts";
import { objectToDay } from "./house-rules.ts";
import { KINDS, OTHER_KEYS, SCHEMAS, type Kind, type StackConfig } from "./index.ts";
import { locate, type Locator } from "./locate.ts";
import { formatPath, valueAt, type Path } from "./path.ts";
import type { Problem } from "./problem.ts";
import { translate, type Places } from "./problems.ts";
import { salvage } from "./salvage.ts";
import { nearest } from "./suggest.ts";
import { EXAMPLE, decode } from "./text.ts";
import { parseYaml, type ParsedYaml } from "./yaml.ts";

/** A stack file, read. */
export interface LoadResult {
  readonly file: string;
  /** Absent where the file names no kind, or two. */
  readonly kind?: Kind;
  /** The validated config; absent where there is any problem with it. */
  readonly stack?: StackConfig;
  /** What is left of a config that is refused, for the rules to judge; never to be used for anything else. */
  readonly rest?: StackConfig;
  /** The kind's object as it stands in the file, before validation. */
  readonly value?: unknown;
  readonly problems: readonly Problem[];
  /** Those of the problems that lie in how the file is written, and that the engine's values no longer show: octals, secrets. */
  readonly objections: readonly Problem[];
  /** Places in the file, worked out when first asked for. */
  readonly places: Places;
}

const PREFIX = "tresor:";
const START = { line: 1, column: 1 } as const;

const kindKey = (kind: string): string => `${PREFIX}${kind}`;
const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `config.tresor:zone.areas` is `zone.areas` to a reader; what lies elsewhere keeps its path in the file. */
function shownPath(path: Path): string {
  const [section, key, ...rest] = path;
  const isOurs = section === "config" && typeof key === "string" && key.startsWith(PREFIX);
  return formatPath(isOurs ? [key.slice(PREFIX.length), ...rest] : path);
}

/** Which kind a stack is of, by its `tresor:` keys. */
export function selectKind(keys: readonly string[]): { readonly kind?: Kind; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const ours = keys.filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length));
  const kinds = KINDS.filter((kind) => ours.includes(kind));
  const known: readonly string[] = [...KINDS, ...OTHER_KEYS];
  for (const key of ours.filter((name) => !known.includes(name))) {
    const meant = nearest(key, known);
    problems.push({
      what: `unknown key ${quote(kindKey(key))}`,
      path: formatPath(["config", kindKey(key)]),
      allowed: listed(known.map(kindKey)),
      next: meant === undefined ? "remove it" : `did you mean ${kindKey(meant)}?`,
    });
  }
  if (kinds.length > 1)
    problems.push({
      what: "two kinds of stack in one file",
      path: formatPath(["config", kindKey(kinds[1] ?? "")]),
      found: listed(kinds.map(kindKey)),
      allowed: `one of ${listed(KINDS.map(kindKey))}`,
      why: "operator and tenant hold separate states and separate credentials",
      next: "move one of them into a stack file of its own",
    });
  if (kinds.length === 0 && problems.length === 0)
    problems.push({
      what: "no kind of stack",
      path: "config",
      allowed: `one of ${listed(KINDS.map(kindKey))}`,
      why: "the key says what the stack is made of",
      next: EXAMPLE,
    });
  return { problems, ...(kinds.length === 1 && kinds[0] !== undefined ? { kind: kinds[0] } : {}) };
}

/** Secrets in the object of a kind, which would make all of it secret; their values are never looked at. */
function secretsIn(value: unknown, path: Path): readonly Path[] {
  if (Array.isArray(value)) return value.flatMap((entry, index) => secretsIn(entry, [...path, index]));
  if (!isMapping(value)) return [];
  if (Object.keys(value).length === 1 && typeof value["secure"] === "string") return [path];
  return Object.entries(value).flatMap(([key, entry]) => secretsIn(entry, [...path, key]));
}

/** Texts below `tresor:secrets` that are not encrypted. */
function openSecrets(value: unknown, path: Path): readonly Path[] {
  if (!isMapping(value) && !Array.isArray(value)) return value === null || value === undefined ? [] : [path];
  if (isMapping(value) && typeof value["secure"] === "string" && Object.keys(value).length === 1) return [];
  return Object.entries(value).flatMap(([key, entry]) =>
    openSecrets(entry, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/** Places below a kind, from a file. */
function placesBelow(locator: Locator, kind: Kind | undefined): Places {
  const full = (path: Path): Path => (kind === undefined ? path : ["config", kindKey(kind), ...path]);
  return {
    at: (path) => locator.at(full(path)),
    key: (path) => locator.key(full(path)),
    source: (path) => (isSensitive(path) ? undefined : locator.source(full(path))),
  };
}

/** A kind's object after the judgement of its shape. */
interface Validated {
  /** The config with its defaults; absent where anything is wrong with it. */
  readonly stack?: StackConfig;
  /** What is left of a config that is refused, for the rules to judge; never to be used for anything else. */
  readonly rest?: StackConfig;
  readonly problems: readonly Problem[];
}

/**
 * Judges the shape of a kind's object, wherever it comes from.
 * @param places where the values stand in a file; without it problems carry the dotted path alone
 * @returns the config with its defaults, or all problems at once
 */
export function validateConfig(kind: Kind, value: unknown, places?: Places): Validated {
  const schema = SCHEMAS[kind];
  const secrets = secretsIn(value, []).map((path): Problem => {
    const position = places?.key(path);
    return {
      what: "a secret does not stand in a kind's object",
      path: formatPath([kind, ...path]),
      ...(position === undefined ? {} : { position }),
      why: "one secret makes the whole object secret, and nothing in it could be shown or planned",
      next: `set it with \`pulumi config set --secret --path tresor:secrets.<name>\` and remove it here`,
    };
  });
  if (secrets.length > 0) return { problems: secrets };
  const result = schema.safeParse(value);
  if (result.success) return { stack: { kind, config: result.data } as StackConfig, problems: [] };
  const { issues } = result.error;
  const rest = salvage(value, issues, schema);
  const translation = { root: kind, schema, value, ...(places === undefined ? {} : { places }) };
  return {
    problems: translate(issues, translation),
    ...(rest === undefined ? {} : { rest: { kind, config: rest } as StackConfig }),
  };
}

/** Problems of the file around the kind's object. */
function problemsAround(parsed: ParsedYaml, locator: Locator, kind: Kind | undefined): readonly Problem[] {
  const problems: Problem[] = [];
  for (const { path, offset, ...objection } of parsed.objections) {
    const { what, found, ...rest } = objection;
    const shown = found === undefined || isSensitive(path) ? {} : { found };
    const where = path.length === 0 ? {} : { path: shownPath(path) };
    problems.push({ what, ...where, position: locator.offset(offset), ...shown, ...rest });
  }
  for (const { path, source } of parsed.days) {
    const below = path[1] === (kind && kindKey(kind)) ? path.slice(2) : undefined;
    if (kind === undefined || below === undefined || isDate(schemaAt(SCHEMAS[kind], below))) continue;
    problems.push({ ...objectToDay(source), path: shownPath(path), position: locator.at(path) });
  }
  const secrets = valueAt(parsed.value, ["config", kindKey("secrets")]);
  for (const path of openSecrets(secrets, ["config", kindKey("secrets")]))
    problems.push({
      what: "a secret stands here in the clear",
      path: shownPath(path),
      position: locator.key(path),
      next: "treat it as known, replace it, and set the new one with `pulumi config set --secret --path`",
    });
  return problems;
}

const inOrder = (problems: readonly Problem[]): readonly Problem[] =>
  problems.toSorted(
    (a, b) =>
      (a.position?.line ?? 0) - (b.position?.line ?? 0) || (a.position?.column ?? 0) - (b.position?.column ?? 0),
  );

type ConfigOrProblem =
  | { readonly config: Record<string, unknown>; readonly problem?: undefined }
  | { readonly config?: undefined; readonly problem: Problem };

/** The file's `config:`, or what is wrong with it. */
function configOf(value: unknown, locator: Locator): ConfigOrProblem {
  const allowed = "`config:` with a kind below it, two spaces deeper";
  if (!isMapping(value))
    return { problem: { what: "the file is not a mapping", position: locator.at([]), allowed, next: EXAMPLE } };
  const config = value["config"];
  if (isMapping(config)) return { config };
  const meant = config === undefined ? nearest("config", Object.keys(value)) : undefined;
  return {
    problem: {
      what: config === undefined ? "`config:` is missing" : "`config:` is not a mapping",
      position: locator.key([meant ?? "config"]),
      allowed,
      next: meant === undefined ? EXAMPLE : `did you mean config instead of ${meant}?`,
    },
  };
}

/**
 * Reads a stack's file. Pure: the caller reads the bytes and names the file. Never throws; reports all problems at once, in the order
 * in which they stand in the file.
 * @param input content of `Pulumi.<stack>.yaml`
 * @param file name for the messages
 */
export function loadStackFile(input: string | Uint8Array, file: string): LoadResult {
  const text = decode(input);
  if (typeof text !== "string") {
    const problem = { ...text, position: { file, ...START } };
    return { file, problems: [problem], objections: [problem], places: placesBelow(locate("", file), undefined) };
  }
  const locator = locate(text, file);
  const parsed = parseYaml(text);
  const failed = (problems: readonly Problem[]): LoadResult => ({
    file,
    problems: inOrder(problems),
    objections: problems,
    places: placesBelow(locator, undefined),
  });
  if (parsed.broken) return failed(problemsAround(parsed, locator, undefined));
  const { config, problem } = configOf(parsed.value, locator);
  if (config === undefined) return failed([...problemsAround(parsed, locator, undefined), problem]);
  return loadConfig(config, parsed, locator, file);
}

function loadConfig(config: Record<string, unknown>, parsed: ParsedYaml, locator: Locator, file: string): LoadResult {
  const { kind, problems: kindProblems } = selectKind(Object.keys(config));
  const places = placesBelow(locator, kind);
  const placed = kindProblems.map((problem): Problem => {
    const key = Object.keys(config).find((name) => formatPath(["config", name]) === problem.path);
    return { ...problem, position: locator.key(key === undefined ? ["config"] : ["config", key]) };
  });
  const around = [...problemsAround(parsed, locator, kind), ...placed];
  if (kind === undefined) return { file, problems: inOrder(around), objections: around, places };
  const value = config[kindKey(kind)];
  const { stack, rest, problems } = validateConfig(kind, value, places);
  // What a house rule says of a scalar explains what the schema then finds.
  const explained = new Set(around.map(({ path }) => path));
  const isEcho = ({ path = "", what }: Problem): boolean =>
    explained.has(path) || (what === "is missing" && explained.has(path.replace(/\.[^.]*$/, "")));
  const all = inOrder([...around, ...problems.filter((problem) => !isEcho(problem))]);
  const judged = all.length === 0 ? { stack } : { rest: rest ?? stack };
  // Secrets end validation early: then all that it says is about them.
  const objections = secretsIn(value, []).length > 0 ? all : inOrder(around);
  return { file, kind, value, problems: all, objections, places, ...judged } as LoadResult;
}
