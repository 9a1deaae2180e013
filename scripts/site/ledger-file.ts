import path from "node:path";
import { LineCounter, isMap, isNode, parseDocument, type Document } from "yaml";
import { UserError, type Problem } from "../../config/problem.ts";
import { ledgerSchema, type Ledger } from "../../plan/ledger.ts";
import { readText } from "./files.ts";

export const LEDGER = "ledger.yaml";

/** A ledger with the document it was read from, so that it can be written back with its comments. */
export interface LedgerFile {
  readonly file: string;
  readonly document: Document;
  readonly ledger: Ledger;
}

/**
 * Reads a ledger from its text.
 * @throws UserError with all problems, each at its line
 */
export function parseLedger(text: string, file: string): LedgerFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): Problem["position"] => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (document.errors.length > 0)
    throw new UserError(
      document.errors.map(({ message, pos }) => ({ what: `no valid YAML: ${message}`, position: at(pos[0]) })),
    );
  const value = document.toJS() as { zones?: unknown } | null;
  if (value !== null && typeof value === "object" && value.zones === null) delete value.zones;
  const result = ledgerSchema.safeParse(value);
  if (result.success) return { file, document, ledger: result.data };
  throw new UserError(
    result.error.issues.map((issue): Problem => {
      const node = [...issue.path.keys(), issue.path.length]
        .map((length) => document.getIn(issue.path.slice(0, length), true))
        .findLast(isNode);
      const [what, allowed] = /^allowed: /.test(issue.message)
        ? ["is refused", issue.message.slice("allowed: ".length)]
        : [issue.message, undefined];
      return {
        what,
        path: ["ledger", ...issue.path.map(String)].join("."),
        position: at(node?.range?.[0] ?? 0),
        ...(allowed === undefined ? {} : { allowed }),
      };
    }),
  );
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
