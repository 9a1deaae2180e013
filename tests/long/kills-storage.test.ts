import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Dice } from "../../bench/generate.ts";
import { Session } from "../../openstack/index.ts";
import { Progress } from "../../scripts/console.ts";
import { devcloudSettings } from "../../scripts/devcloud/index.ts";
import type { ZoneWorld } from "../../scripts/proof/world.ts";
import { hasPlatform } from "../e2e/sites/build.ts";
import { buildZones } from "../e2e/zones.ts";
import { census, doubles, stateOf, type Live } from "./census.ts";
import { again, finishedIn, killedRun, type Command } from "./engine.ts";
import { SEED } from "./fuzz.ts";
import { record, recorded } from "./record.ts";
import {
  closeZone,
  destroyStored,
  grantStored,
  revokeStored,
  STACK,
  upStored,
  well,
  zoneSite,
} from "./stored/build.ts";
import { heldBy, type Held } from "./stored/held.ts";

/** The cloud is brought up by `npm run test:long`, which says where it is. */
const runnable = process.platform === "linux" && process.getuid?.() === 0 && !!process.env.TRESOR_DEVCLOUD_HOME;
/** Of `up`, and as many of `destroy`. */
const KILLS = Number(process.env.TRESOR_KILLS ?? 10);
const HOLDINGS = { volumes: 20, shares: 10 };
/** All of this file ends by then; what is missing is done by the next run of the same day. */
const END = performance.now() + 45 * 60_000;
const PART = "kills/storage";

/** What one kill came to. */
interface Round {
  readonly command: Command;
  /** Whether the next run was refused because of the dead engine's lock. */
  readonly locked: boolean;
  /** How many operations the state still held as begun. */
  readonly pending: number;
  /** Part of the run's usual time, or of the resources that it usually finishes, after which it was killed. */
  readonly point: number;
  /** How many resources it had finished. */
  readonly finished?: number;
  /** Whether plugins and program were killed with the engine. */
  readonly whole: boolean;
  /** Objects that stood in the cloud when the engine was dead. */
  readonly standing: number;
  /** How many of them no state knew: what was being made when it died. */
  readonly unknown: number;
  /** Seconds that the next run took. */
  readonly seconds: number;
}

const NOTHING: Held = {
  ...{ secrets: 0, attachments: 0, rules: 0, locks: 0, stray: [] },
  used: { volumes: 0, shares: 0, reserved: 0 },
};
const words = ({ kind, name }: Live): string => `${kind} ${name}`;
const secondsSince = (start: number): number => Math.round((performance.now() - start) / 1000);

describe.runIf(runnable)(`kill -9 in \`up\` and \`destroy\` of a zone with ${HOLDINGS.volumes} volumes`, () => {
  let operator: Session;
  let zone: ZoneWorld;
  /** What hangs on the volumes and shares of a zone whose `up` nothing disturbed. */
  let whole: Held | undefined;
  const progress = new Progress();

  beforeAll(async () => {
    if (!(await hasPlatform())) await buildZones();
    const env = { ...process.env, OS_CLIENT_CONFIG_FILE: devcloudSettings().cloudsYaml };
    operator = await Session.open("devcloud-operator", {}, env);
    zone = await grantStored(HOLDINGS);
  });
  afterAll(async () => {
    if (zone !== undefined) {
      await again(zoneSite, STACK, "destroy"); // a round that failed may have left a lock
      closeZone(zone);
      await revokeStored();
    }
    operator?.close();
  });

  const live = (): Promise<readonly Live[]> => census({ operator }, zone);
  /** What lies in the cloud and in no state. */
  async function orphans(): Promise<readonly string[]> {
    const [all, { ids }] = [await live(), await stateOf(zoneSite, STACK)];
    return all.filter(({ id }) => !ids.has(id)).map(words);
  }

  /** The zone stands once: no double, no orphan, nothing missing, a key for each volume. */
  async function isWhole(): Promise<void> {
    const all = await live();
    expect(await orphans()).toEqual([]);
    expect(doubles(all)).toEqual([]);
    const count = (kind: string): number => all.filter((object) => object.kind === kind).length;
    expect({ volumes: count("volume"), shares: count("share") }).toEqual(HOLDINGS);
    const held = await heldBy(zone, all);
    whole ??= held;
    expect(held).toEqual(whole);
    // What was begun and is there now: the engine strikes it off when it is told to, and by no `up` or `destroy`.
    const { pending } = await stateOf(zoneSite, STACK);
    // The engine does not write attributes in one go: a kill amid them left a state that could not be read.
    const files = readdirSync(join(zoneSite, "state"), { recursive: true, encoding: "utf8" });
    expect(files.some((file) => file.endsWith(`${STACK}.json`))).toBe(true);
    expect(files.filter((file) => file.endsWith(".attrs"))).toEqual([]);
    if (pending.length > 0) await well(STACK, "refresh", "--yes", "--skip-preview", "--clear-pending-creates");
    expect((await stateOf(zoneSite, STACK)).pending).toEqual([]);
  }

  /** Nothing of the zone's own half is left, and no state says so. */
  async function isGone(): Promise<void> {
    expect((await live()).map(words)).toEqual([]);
    expect(await heldBy(zone, [])).toEqual(NOTHING);
    expect((await stateOf(zoneSite, STACK)).pending).toEqual([]);
  }

  /** Kills one run at a point, and runs the same command again, once. @returns undefined where it had ended before */
  async function round(command: Command, point: number, usual: number, whole: boolean): Promise<Round | undefined> {
    const due = { finished: 1 + Math.floor(point * (usual - 1)) };
    const { hit, finished } = await killedRun(zoneSite, STACK, command, due, whole);
    if (!hit) return undefined;
    const [standing, unknown] = [(await live()).length, (await orphans()).length];
    const start = performance.now();
    const { run, locked, pending } = await again(zoneSite, STACK, command);
    expect({ command, words: run.exitCode === 0 ? "" : run.stdout + run.stderr }).toEqual({ command, words: "" });
    const done = { command, point: Number(point.toFixed(2)), finished, whole, standing, unknown, locked };
    return { ...done, pending: pending.length, seconds: secondsSince(start) };
  }

  it(`the next run ends complete after each of ${KILLS} kills of either, no orphan, no double`, async () => {
    const start = performance.now();
    const earlier = await recorded(PART);
    const rounds = [...((earlier?.["rounds"] as readonly Round[] | undefined) ?? [])];
    if (rounds.length >= 2 * KILLS) rounds.length = 0;
    const spent = rounds.length === 0 ? 0 : (earlier?.seconds ?? 0);
    progress.note(`seed ${SEED}`);
    const dice = new Dice(SEED + rounds.length);
    const usual = { up: finishedIn(await upStored()), destroy: 0 };
    await isWhole();
    // The controls of what is counted after each kill.
    const { volumes, shares } = HOLDINGS;
    expect(whole).toMatchObject({ secrets: volumes, stray: [], used: { volumes, shares, reserved: 0 } });
    expect(whole!.rules).toBeGreaterThanOrEqual(shares);
    // Manila puts one of its own on the share for each locked rule.
    expect(whole!.locks, "one a share, and three a rule").toBe(shares + 3 * whole!.rules);
    usual.destroy = finishedIn(await destroyStored());
    await isGone();
    let missed = 0;
    const done = (command: Command): number => rounds.filter((one) => one.command === command).length;
    const kill = async (command: Command): Promise<void> => {
      if (done(command) >= KILLS) return void (await again(zoneSite, STACK, command));
      const made = await round(command, dice.next(), usual[command], done(command) % 2 === 1);
      if (made === undefined) missed += 1;
      else {
        rounds.push(made);
        progress.note(`${command} killed at ${made.point}: ${made.standing} stood, ${made.unknown} unknown`);
      }
      await record(PART, spent + secondsSince(start), { seed: SEED, ...HOLDINGS, usual, missed, rounds });
    };
    while (rounds.length < 2 * KILLS && missed < KILLS && performance.now() < END) {
      await kill("up");
      await isWhole();
      await kill("destroy");
      await isGone();
    }
    expect(rounds.length, "the time ran out; what was done is recorded: run it again today and it goes on").toBe(
      2 * KILLS,
    );
    // Without a lock or a begun operation in any round of a command, nothing of it was interrupted.
    for (const command of ["up", "destroy"] as const)
      expect(rounds.some((one) => one.command === command && (one.locked || one.pending > 0))).toBe(true);
  });
});
