import { isMap, type Document } from "yaml";
import { locate, type Locator } from "../config/locate.ts";
import { formatPath } from "../config/path.ts";
import { UserError, type Problem } from "../config/problem.ts";
import { translate } from "../config/problems.ts";
import { parseYaml } from "../config/yaml.ts";
import { checkLedger } from "./ledger-check.ts";
import { ledgerSchema, type Ledger } from "./ledger.ts";

/** Name of the ledger in the operator's site directory. */
export const LEDGER = "ledger.yaml";

/** A ledger with the document it was read from, so that it can be written back with its comments, and what is wrong be told at its place. */
export interface LedgerFile {
  readonly file: string;
  readonly document: Document;
  readonly places: Locator;
  readonly ledger: Ledger;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Values in a ledger: a cloud of every VLAN there is has some thirty thousand. */
const MOST_VALUES = 500_000;

/**
 * Reads a ledger from its text: its shape. What holds across its zones is {@link ledgerProblems}.
 * @param file its name, for problems
 * @throws UserError with all problems, each at its line
 */
export function parseLedger(text: string, file: string): LedgerFile {
  const { value, objections, document } = parseYaml(text, MOST_VALUES);
  const places = locate(text, file);
  const problems = objections.map(({ path: steps, offset, ...words }): Problem => ({
    ...words,
    ...(steps.length > 0 ? { path: formatPath(["ledger", ...steps]) } : {}),
    position: places.offset(offset),
  }));
  if (document === undefined) throw new UserError(problems);
  const { zones, ...rest } = isRecord(value) ? value : { zones: undefined };
  const given = isRecord(value) ? { ...rest, ...(zones === null || zones === undefined ? {} : { zones }) } : value;
  const result = ledgerSchema.safeParse(given);
  if (!result.success)
    problems.push(...translate(result.error.issues, { root: "ledger", schema: ledgerSchema, value: given, places }));
  if (result.success && problems.length === 0) return { file, document, places, ledger: result.data };
  throw new UserError(problems);
}

/** Everything that is wrong with a ledger across all its zones, each at its line; see {@link checkLedger}. */
export function ledgerProblems({ ledger, places }: LedgerFile): readonly Problem[] {
  return checkLedger(ledger).map(({ path, ...words }) => ({
    ...words,
    path: ["ledger", ...path].join("."),
    position: places.key(path),
  }));
}

/** The document with what the new ledger has more; comments and the order of what stands there stay. */
export function ledgerText({ document, ledger }: LedgerFile, next: Ledger): string {
  const copy = document.clone();
  if (!isMap(copy.get("zones"))) copy.set("zones", copy.createNode({}));
  for (const [zone, entry] of Object.entries(next.zones)) {
    const known = Object.hasOwn(ledger.zones, zone) ? ledger.zones[zone] : undefined;
    if (known === undefined) copy.setIn(["zones", zone], copy.createNode({ ...entry, networks: {} }));
    if (!isMap(copy.getIn(["zones", zone, "networks"]))) copy.setIn(["zones", zone, "networks"], copy.createNode({}));
    for (const [key, network] of Object.entries(entry.networks)) {
      const before = known && Object.hasOwn(known.networks, key) ? known.networks[key] : undefined;
      if (before?.index === network.index && before.vlan === network.vlan) continue;
      copy.setIn(["zones", zone, "networks", key], copy.createNode(network, { flow: true }));
    }
    const networks = copy.getIn(["zones", zone, "networks"]);
    if (isMap(networks)) networks.flow = false;
  }
  const zones = copy.get("zones");
  if (isMap(zones)) zones.flow = false;
  return copy.toString({ lineWidth: 0 });
}
