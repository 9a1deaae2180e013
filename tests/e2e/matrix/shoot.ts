import { execa } from "execa";
import { join } from "node:path";
import { PORTS, type Cell, type Plan, type Probe, type Seen } from "./probes.ts";
import type { Stand } from "./stands.ts";

const SCRIPT = join(import.meta.dirname, "matrix.py");

const TO_ALL: readonly string[] = ["ARP", "neighbour discovery", "own ARP", "own neighbour", "router advert"];

/** What the wire showed. */
export interface Shot {
  /** Devices at which a probe was seen, by its number. */
  readonly arrived: Readonly<Record<string, readonly string[]>>;
  /** MAC of who answered, by number. */
  readonly answered: Readonly<Record<string, string>>;
  /** Senders of all frames that a device saw. */
  readonly macs: Readonly<Record<string, readonly string[]>>;
  /** Services that answer at a device inside of its own namespace. */
  readonly alive: Readonly<Record<string, readonly string[]>>;
  readonly sent: Readonly<Record<string, number>>;
}

export interface ShotOptions {
  /** How often what was not answered is sent. @default 3 */
  readonly rounds?: number;
  /** Frames a second, of all senders together. @default 4000 */
  readonly rate?: number;
}

/** Sends probes from the devices of the stands, all at once. */
export async function shoot(
  stands: readonly Stand[],
  probes: readonly Probe[],
  { rounds = 3, rate = 4000 }: ShotOptions = {},
): Promise<Shot> {
  const devices = new Map(stands.map(({ device, namespace }) => [device, namespace]));
  const ends = [...devices].map(([device, namespace]) => ({ name: device, namespace, device, ...PORTS }));
  const { stdout } = await execa("python3", [SCRIPT], {
    input: JSON.stringify({ ends, probes, rounds, rate }),
    maxBuffer: 1 << 28,
  });
  return JSON.parse(stdout) as Shot;
}

/** What a cell showed: in tables of what is said to all at the one in question, in all others anywhere. */
export function seenIn(
  { answered, arrived }: Shot,
  cell: Cell,
  stands: ReadonlyMap<string, Stand>,
  probes: ReadonlyMap<number, Probe>,
): Seen {
  const [from, to] = [stands.get(cell.from), stands.get(cell.to)];
  const seenAt = cell.numbers.flatMap((number) => arrived[number] ?? []);
  const isHis = (stand: Stand | undefined): boolean => stand?.kind === "intruder";
  // His twin has a victim's addresses: who answers says nothing there, who hears does.
  if (isHis(from) !== isHis(to)) {
    const his = new Set([...stands.values()].filter(isHis).map(({ device }) => device));
    return seenAt.some((device) => his.has(device) === isHis(to)) ? "arrived" : "nothing";
  }
  const answers = cell.numbers.flatMap((number) => {
    const mac = answered[number];
    return mac === undefined ? [] : [(probes.get(number)?.expects ?? mac) === mac];
  });
  if (answers.includes(true)) return "answered";
  const heard = TO_ALL.includes(cell.table) ? seenAt.includes(to?.device ?? "") : seenAt.length > 0;
  return heard || answers.length > 0 ? "arrived" : "nothing";
}

/** A cell with what was seen in it. */
export interface Result extends Cell {
  readonly seen: Seen;
}

export function resultsOf(plan: Plan, shot: Shot, all: readonly Stand[]): readonly Result[] {
  const stands = new Map(all.map((stand) => [stand.name, stand]));
  const probes = new Map(plan.probes.map((probe) => [probe.id, probe]));
  return plan.cells.map((cell) => ({ ...cell, seen: seenIn(shot, cell, stands, probes) }));
}

/** Frames that were seen on a network on which nobody has their sender's MAC: who, and where. An intruder sends under others' MACs at home. */
export function strangers(shot: Shot, stands: readonly Stand[]): readonly string[] {
  const byMac = Map.groupBy(stands, ({ mac }) => mac);
  const honest = stands.filter(({ kind }) => kind !== "intruder");
  return honest.flatMap((at) =>
    (shot.macs[at.device] ?? []).flatMap((mac) => {
      const senders = byMac.get(mac) ?? [];
      if (senders.length === 0 || senders.some(({ network, via }) => [network, via].includes(at.network))) return [];
      return [`${senders.map(({ name }) => name).join(" or ")} seen at ${at.name}`];
    }),
  );
}
