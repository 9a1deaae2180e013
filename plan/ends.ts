import type { ZoneConfig } from "../config/index.ts";
import { excluding, contains, formatCidr, parseCidr } from "./addresses.ts";
import { byText, entryOf } from "./names.ts";

/** Kinds of end that are not ours: their traffic comes over a router or a tunnel. */
export const BEYOND = ["site", "network", "outside"] as const;
export type Beyond = (typeof BEYOND)[number];

/** An end of a flow as it is written; machines and a bench may leave their area out where they stand in it. */
export type FlowEnd =
  | { readonly kind: "machines"; readonly group: string; readonly area?: string }
  | { readonly kind: "bench"; readonly partner: string; readonly area?: string }
  | { readonly kind: "area"; readonly area: string }
  | { readonly kind: "storage"; readonly area: string }
  | { readonly kind: Beyond; readonly name: string };

/** An end with its area, wherever the flow was written. */
export type PlacedEnd =
  | { readonly kind: "machines"; readonly group: string; readonly area: string }
  | { readonly kind: "bench"; readonly partner: string; readonly area: string }
  | { readonly kind: "area"; readonly area: string }
  | { readonly kind: "storage"; readonly area: string }
  | { readonly kind: Beyond; readonly name: string };
export type BeyondEnd = Extract<PlacedEnd, { readonly name: string }>;

/** True for a site, a network of persons, and what is outside. */
export const isBeyond = (end: PlacedEnd): end is BeyondEnd => "name" in end;

/** Reads the text of an end; undefined for anything that is none. */
export function parseFlowEnd(text: string): FlowEnd | undefined {
  const parts = text.split("/");
  if (parts.some((part) => part === "") || parts.length < 2 || parts.length > 3) return undefined;
  const [kind, name] = parts.slice(-2) as [string, string];
  const area = parts.length === 3 ? { area: parts[0] ?? "" } : {};
  if (kind === "machines") return { kind, group: name, ...area };
  if (kind === "bench") return { kind, partner: name, ...area };
  if (parts.length === 3) return undefined;
  if (kind === "area") return { kind, area: name };
  // An area's own network to a storage.
  if (kind === "storage") return { kind, area: name };
  const beyond = BEYOND.find((one) => one === kind);
  return beyond && { kind: beyond, name };
}

/** An end with the area in which its flow is written; undefined where a flow of the zone itself leaves it out. */
export function placedEnd(text: string, area?: string): PlacedEnd | undefined {
  const end = parseFlowEnd(text);
  if (end?.kind !== "machines" && end?.kind !== "bench") return end;
  const where = end.area ?? area;
  return where === undefined ? undefined : { ...end, area: where };
}

/** An end as one writes it inside its area: `machines/db`, `bench/uni`, `area/heart`, `storage/heart`, `site/clinic`. */
export function endText(end: PlacedEnd): string {
  if (isBeyond(end)) return `${end.kind}/${end.name}`;
  if (end.kind === "machines") return `machines/${end.group}`;
  return end.kind === "bench" ? `bench/${end.partner}` : `${end.kind}/${end.area}`;
}

/** Section of the zone's config that declares ends of a kind. */
export const SECTIONS = { site: "sites", network: "networks", outside: "outside" } as const;

/** What the config declares for a site, a network of persons, or outside. */
export const declared = (config: ZoneConfig, { kind, name }: BeyondEnd) =>
  entryOf<{ readonly title: string; readonly networks: readonly string[]; readonly ports?: readonly string[] }>(
    config[SECTIONS[kind]],
    name,
  );

/** Every declared end beyond the zone. */
export const beyondEnds = (config: ZoneConfig): readonly BeyondEnd[] =>
  BEYOND.flatMap((kind) => Object.keys(config[SECTIONS[kind]]).map((name) => ({ kind, name })));

/** Addresses that are nobody's on the Internet (RFC 6890, RFC 8190): an end that holds all of them means none of them. */
const NOT_PUBLIC = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "224.0.0.0/3",
  "::/8",
  "fc00::/7",
  "fe80::/10",
  "ff00::/8",
] as const;

/**
 * Addresses of an end beyond the zone, canonical and sorted. An outside end that is wider than what is private, or than the zone, a
 * site or a network of persons, leaves them out: `0.0.0.0/0` is the Internet and never a clinic.
 * @returns none for an end that is not declared
 */
export function addressesOf(config: ZoneConfig, end: BeyondEnd): readonly string[] {
  const networks = declared(config, end)?.networks ?? [];
  const named = [
    ...Object.values(config.granted.networks).flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6]),
    ...beyondEnds(config)
      .filter(({ kind }) => kind !== "outside")
      .flatMap((other) => declared(config, other)?.networks ?? []),
  ];
  const holes = end.kind === "outside" ? [...NOT_PUBLIC, ...named] : [];
  const left = networks.flatMap((network) =>
    excluding(
      network,
      holes.filter((hole) => contains(network, hole)),
    ),
  );
  return [...new Set(left.map((network) => formatCidr(parseCidr(network))))].toSorted(byText);
}
