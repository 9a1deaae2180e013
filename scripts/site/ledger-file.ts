import path from "node:path";
import { isMap, type Document } from "yaml";
import { locate } from "../../config/locate.ts";
import { formatPath } from "../../config/path.ts";
import { UserError, type Problem } from "../../config/problem.ts";
import { translate } from "../../config/problems.ts";
import { parseYaml } from "../../config/yaml.ts";
import { ledgerSchema, type Ledger } from "../../plan/ledger.ts";
import { readText } from "./files.ts";

export const LEDGER = "ledger.yaml";

/** A ledger with the document it was read from, so that it can be written back with its comments. */
export interface LedgerFile {
  readonly file: string;
  readonly document: Document;
  readonly ledger: Ledger;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Values in a ledger: a cloud of every VLAN there is has some thirty thousand. */
const MOST_VALUES = 500_000;

/**
 * Reads a ledger from its text.
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
  if (result.success && problems.length === 0) return { file, document, ledger: result.data };
  throw new UserError(problems);
}

/** Reads the ledger of an operator's site directory. @throws UserError when it is missing or wrong */
export async function readLedger(directory: string): Promise<LedgerFile> {
  const file = path.join(directory, LEDGER);
  return parseLedger(await readText(file, "`tresor init operator <dir>` makes one"), file);
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
