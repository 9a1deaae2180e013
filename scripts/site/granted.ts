import { isDeepStrictEqual } from "node:util";
import { isMap, isPair, isScalar, parseDocument, stringify, type Document, type Pair, type YAMLMap } from "yaml";
import { UserError } from "../../config/problem.ts";
import { quota } from "../../config/tenant.ts";
import type { Granted } from "../../plan/handover.ts";

const PATH = ["config", "tresor:zone"] as const;
const NOTE = "# Written by `tresor allocate` in the operator's directory; copied here, never edited.";

const without = (entry: object, defaults: object): object =>
  Object.fromEntries(
    Object.entries(entry).filter(([key, value]) => (defaults as Record<string, unknown>)[key] !== value),
  );

/** What was granted without what the schema fills in anyway, so that it is as short as a person would write it. */
export function compact(granted: Granted): object {
  const defaults = quota.parse({});
  const each = <T extends object>(entries: Readonly<Record<string, T>>, shape: (entry: T) => object): object =>
    Object.fromEntries(Object.entries(entries).map(([key, entry]) => [key, shape(entry)]));
  const sections = {
    networks: granted.networks,
    quotas: each(granted.quotas, (entry) => without(entry, defaults)),
    flavors: each(granted.flavors, (entry) => without(entry, { gpu: false })),
    images: granted.images,
    volumeTypes: granted.volumeTypes,
    shareTypes: granted.shareTypes,
    routers: each(granted.routers, ({ ends, addresses }) => ({ ends, ...(addresses.length > 0 ? { addresses } : {}) })),
    gateways: granted.gateways,
    storage: granted.storage,
    quobyte: each(granted.quobyte, (entry) =>
      without(entry, {
        machines: "none",
        transit: "none",
        closed: false,
        ...(entry.registry.length === 0 ? { registry: entry.registry } : {}),
      }),
    ),
    dedicated: granted.dedicated,
  };
  const filled = Object.entries(sections).filter(
    ([key, entries]) => key === "networks" || Object.keys(entries).length > 0,
  );
  return { ...without({ preset: granted.preset }, { preset: "confidential" }), ...Object.fromEntries(filled) };
}

/** The block `granted:` as YAML, one line for each entry. */
export function grantedText(granted: Granted): string {
  const document = parseDocument(stringify({ granted: compact(granted) }));
  const sections = document.get("granted") as YAMLMap;
  for (const section of sections.items) {
    if (!isMap(section.value)) continue;
    for (const entry of section.value.items) if (isPair(entry) && isMap(entry.value)) entry.value.flow = true;
  }
  // Only lists of plain words stand here: [NFS] as people write it.
  return document.toString({ lineWidth: 0 }).replaceAll(/\[ ([\w, .:"-]+) \]/g, "[$1]");
}

function zoneOf(document: Document, file: string): YAMLMap {
  const zone = document.errors.length === 0 ? document.getIn(PATH) : undefined;
  if (isMap(zone)) return zone;
  throw new UserError({
    what: `${file} is no stack file of a zone`,
    allowed: "a file with config: tresor:zone:",
    next: "name the zone's stack file with --write; `tresor init zone` makes one",
  });
}

/** The least preset that a zone's file says was granted before; undefined where nothing was granted, or it cannot be read. */
export function formerPreset(text: string): string | undefined {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.getIn([...PATH, "granted"]))) return undefined;
  const former: unknown = document.getIn([...PATH, "granted", "preset"]);
  return typeof former === "string" ? former : "confidential";
}

/** Puts the new block where the old one stands and leaves every other character; undefined where the layout does not allow it. */
function spliced(text: string, zone: YAMLMap, granted: Granted): string | undefined {
  const pair = zone.items.find(({ key }) => isScalar(key) && key.value === "granted") as Pair | undefined;
  if (!pair || !isScalar(pair.key) || !pair.key.range || !isMap(pair.value) || !pair.value.range || zone.flow)
    return undefined;
  const start = pair.key.range[0];
  const indent = start - (text.lastIndexOf("\n", start) + 1);
  const block = grantedText(granted)
    .trimEnd()
    .replaceAll("\n", `\n${" ".repeat(indent)}`);
  const rest = text.slice(pair.value.range[1]);
  return `${text.slice(0, start)}${block}${rest.startsWith("\n") || rest === "" ? rest || "\n" : `\n${rest}`}`;
}

/**
 * The zone's stack file with the new `granted:`; comments and all else stay as they are.
 * @throws UserError when the file is no zone's, or another zone's
 */
export function withGranted(text: string, file: string, name: string, granted: Granted): string {
  const document = parseDocument(text);
  const zone = zoneOf(document, file);
  if (zone.get("name") !== name)
    throw new UserError({
      what: `${file} describes zone ${String(zone.get("name"))}, not ${name}`,
      next: `name the stack file of zone ${name} with --write`,
    });
  const wanted = compact(granted);
  const isGood = (candidate: string): boolean => {
    const after = parseDocument(candidate);
    if (after.errors.length > 0) return false;
    const { config } = after.toJS() as { config: Record<string, Record<string, unknown>> };
    const { granted: written, ...rest } = config["tresor:zone"] ?? {};
    const { granted: _old, ...before } = zone.toJS(document) as Record<string, unknown>;
    return isDeepStrictEqual(written, wanted) && isDeepStrictEqual(rest, before);
  };
  const quick = spliced(text, zone, granted);
  if (quick !== undefined && isGood(quick)) return quick;
  const block = parseDocument(grantedText(granted)).get("granted") as YAMLMap;
  if (zone.get("granted") === undefined) block.commentBefore = NOTE.slice(1);
  document.setIn([...PATH, "granted"], block);
  return document.toString({ lineWidth: 0 });
}
