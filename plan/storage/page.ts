import { cell, markdownTable } from "../../config/markdown.ts";
import type { Ability, Can, Cannot } from "./ability.ts";
import { CAPABILITIES, STORAGE_DRIVERS, type Capability, type StorageDriver } from "./capabilities.ts";

const code = (text: string): string => `\`${text}\``;

const DRIVERS = Object.values(STORAGE_DRIVERS);
const COLUMNS = Object.entries(CAPABILITIES) as readonly [Capability, (typeof CAPABILITIES)[Capability]][];

const tableOf = (rows: readonly (readonly string[])[]): string =>
  markdownTable(rows.map((row) => row.map(cell))).join("\n");

const mark = (ability: Ability): string =>
  !ability.can ? "no" : ability.note === undefined && ability.since === undefined ? "yes" : "yes, if";

/** Driver x capability. */
const matrix = (): string =>
  tableOf([
    ["driver", ...COLUMNS.map(([, { title }]) => title), "access", "protocols"],
    ...DRIVERS.map(({ title, abilities, accessTypes, protocols }) => [
      title,
      ...COLUMNS.map(([capability]) => mark(abilities[capability])),
      accessTypes.join(", "),
      protocols.join(", "),
    ]),
  ]);

/** Rows of one sort of ability; equal words for several drivers stand once. */
function grouped<T extends Ability>(
  wanted: (ability: Ability) => ability is T,
  wordsOf: (ability: T, driver: StorageDriver) => readonly string[],
): readonly (readonly string[])[] {
  const rows = COLUMNS.flatMap(([capability, { title }]) =>
    DRIVERS.flatMap((driver) => {
      const ability = driver.abilities[capability];
      if (!wanted(ability)) return [];
      const source = ability.source ?? driver.source;
      return [{ what: title, words: wordsOf(ability, driver), driver: driver.title, source }];
    }),
  );
  const equal = Map.groupBy(rows, ({ what, words }) => JSON.stringify([what, words]));
  return [...equal.values()].map((same) => {
    const sources = [...new Set(same.map(({ source }) => code(source)))];
    const [first] = same;
    return [
      first?.what ?? "",
      same.map(({ driver }) => driver).join(", "),
      ...(first?.words ?? []),
      sources.length > 2 ? "each driver's file" : sources.join(", "),
    ];
  });
}

const isNo = (ability: Ability): ability is Cannot => !ability.can;
const isIf = (ability: Ability): ability is Can =>
  ability.can && (ability.note !== undefined || ability.since !== undefined);

const INTRODUCTION = `# What storage drivers can do

Generated from \`plan/storage/\` by \`scripts/generate.ts\`; do not edit. \`tresor validate\` reads the same table: what a config asks of a driver
that cannot do it is refused with the reason and the way out below.

Read in Cinder 29.0.0, Manila 23.0.1, Nova 34.0.0 and os-brick 7.1.1 (OpenStack 2026.2), and in Quobyte's published API of 3.24.4. Where a release is
named, it holds from that one on. A cloud's own configuration may close what a driver can do; \`yes, if\` says what it must say.`;

/** `docs/storage-drivers.md`. */
export function driversPage(): string {
  const words = COLUMNS.map(([, { title, means }]) => `- **${title}**: ${means}`).join("\n");
  return `${[
    INTRODUCTION,
    matrix(),
    words,
    "## No: why, and what instead",
    tableOf([
      ["what", "drivers", "why not", "what instead", "read in"],
      ...grouped(isNo, ({ reason, instead }) => [reason, instead]),
    ]),
    "## Yes, if",
    tableOf([
      ["what", "drivers", "if", "from", "read in"],
      ...grouped(isIf, ({ note, since }, driver) => [note ?? "", since ?? driver.since ?? ""]),
    ]),
  ].join("\n\n")}\n`;
}

function encryptedBy(key: string, { abilities }: StorageDriver): string {
  if (abilities.luks.can)
    return key.startsWith("nova/")
      ? "Nova, a key for each machine; the hypervisor opens it"
      : "of an encrypted type: Cinder, a key for each volume; the hypervisor opens it";
  return abilities.policyEncryption.can
    ? "Quobyte, where a policy rule says so; its servers hold the key"
    : "nobody that Tresor could check";
}

function storageOperatorOf(key: string, { tier }: StorageDriver): string {
  if (key.startsWith("nova/")) return "there is none";
  return tier === "host" ? "sees ciphertext" : "can read";
}

function endsBy({ abilities }: StorageDriver): string {
  const ways = [
    ["ownKey", "cryptoShred"],
    ["overwriteZero", "overwriteZero"],
    ["overwriteRandom", "overwriteRandom"],
  ] as const;
  return [...ways.flatMap(([capability, way]) => (abilities[capability].can ? [code(way)] : [])), "`deleteOnly`"].join(
    ", ",
  );
}

/** Who could read what lies on each driver, for `docs/who-can-read-my-data.md`. */
export const readersTable = (): string =>
  tableOf([
    ["storage", "tier", "encrypted by", "storage operator", "cloud operator", "can end by"],
    ...Object.entries(STORAGE_DRIVERS).map(([key, driver]) => [
      driver.title,
      code(driver.tier),
      encryptedBy(key, driver),
      storageOperatorOf(key, driver),
      "can read",
      endsBy(driver),
    ]),
  ]);
