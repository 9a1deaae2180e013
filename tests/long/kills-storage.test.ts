import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Dice } from "../../bench/generate.ts";
import { Session } from "../../openstack/index.ts";
import { Progress } from "../../scripts/console.ts";
import { devcloudSettings } from "../../scripts/devcloud/index.ts";
import type { ZoneWorld } from "../../scripts/proof/world.ts";
import { hasPlatform } from "../e2e/sites/build.ts";
import { buildZones } from "../e2e/zones.ts";
import { census, doubles, keys, stateOf, type Live } from "./census.ts";
import { again, killedRun, type Command } from "./engine.ts";
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
  /** Part of the run's usual time after which it was killed. */
  readonly point: number;
  /** Whether plugins and program were killed with the engine. */
  readonly whole: boolean;
  /** Objects that stood in the cloud when the engine was dead. */
  readonly standing: number;
  /** How many of them no state knew: what was being made when it died. */
  readonly unknown: number;
  /** Seconds that the next run took. */
  readonly seconds: number;
}

const words = ({ kind, name }: Live): string => `${kind} ${name}`;
const secondsSince = (start: number): number => Math.round((performance.now() - start) / 1000);

describe.runIf(runnable)(`kill -9 in \`up\` and \`destroy\` of a zone with ${HOLDINGS.volumes} volumes`, () => {
  let operator: Session;
  let zone: ZoneWorld;
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
    expect({ volumes: count("volume"), shares: count("share"), keys: await keys(zone) }).toEqual({
      ...HOLDINGS,
      keys: HOLDINGS.volumes,
    });
    // What was begun and is there now: the engine strikes it off when it is told to, and by no `up` or `destroy`.
    const { pending } = await stateOf(zoneSite, STACK);
    if (pending.length > 0) await well(STACK, "refresh", "--yes", "--skip-preview", "--clear-pending-creates");
    expect((await stateOf(zoneSite, STACK)).pending).toEqual([]);
  }

  /** Nothing of the zone's own half is left, and no state says so. */
  async function isGone(): Promise<void> {
    expect((await live()).map(words)).toEqual([]);
    expect(await keys(zone)).toBe(0);
    expect((await stateOf(zoneSite, STACK)).pending).toEqual([]);
  }

  /** Kills one run at a point, and runs the same command again, once. @returns undefined where it had ended before */
  async function round(command: Command, point: number, usualMs: number, whole: boolean): Promise<Round | undefined> {
    const { hit } = await killedRun(zoneSite, STACK, command, Math.round(point * usualMs), whole);
    if (!hit) return undefined;
    const [standing, unknown] = [(await live()).length, (await orphans()).length];
    const start = performance.now();
    const { run, locked, pending } = await again(zoneSite, STACK, command);
    expect({ command, words: run.exitCode === 0 ? "" : run.stdout + run.stderr }).toEqual({ command, words: "" });
    const done = { command, point: Number(point.toFixed(2)), whole, standing, unknown, locked };
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
    const timed = async (work: () => Promise<unknown>): Promise<number> => {
      const begun = performance.now();
      await work();
      return Math.round(performance.now() - begun);
    };
    const usual = { up: await timed(upStored), destroy: 0 };
    await isWhole();
    usual.destroy = await timed(destroyStored);
    await isGone();
    let missed = 0;
    const done = (command: Command): number => rounds.filter((one) => one.command === command).length;
    const kill = async (command: Command): Promise<void> => {
      if (done(command) >= KILLS) return void (await again(zoneSite, STACK, command));
      const made = await round(command, 0.05 + 0.9 * dice.next(), usual[command], done(command) % 2 === 1);
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
