import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Dice } from "../../bench/generate.ts";
import { Progress } from "../../scripts/console.ts";
import { devcloudSettings, devcloudStatus, devcloudUp } from "../../scripts/devcloud/index.ts";
import { services } from "../../scripts/devcloud/services.ts";
import type { World } from "../../scripts/proof/world.ts";
import { buildZones, openZones, refreshCheck, run, sites, up, withEdit } from "../e2e/zones.ts";
import { census, doubles, keys, removeByHand, stateOf, type Live } from "./census.ts";
import { again, killedRun } from "./engine.ts";
import { SEED } from "./fuzz.ts";
import { record, recorded } from "./record.ts";

/** The cloud is brought up by `npm run test:long`, which says where it is. */
const runnable = process.platform === "linux" && process.getuid?.() === 0 && !!process.env.TRESOR_DEVCLOUD_HOME;
const KILLS = Number(process.env.TRESOR_KILLS ?? 10);
const MOST_TRIES = 4;
/** All of this file ends by then; what is missing is done by the next run of the same day. */
const END = performance.now() + 30 * 60_000;
const isLate = (): boolean => performance.now() > END;
const OUT_OF_TIME = "the time ran out; what was done is recorded: run it again today and it goes on";
const STACK = "mini";
const SITE = sites.neighbour.directory;

/** What one kill of the engine came to. */
interface Round {
  readonly point: number;
  readonly afterMs: number;
  /** Whether plugins and program were killed with the engine. */
  readonly whole: boolean;
  readonly lingered: number;
  /** Whether the next `up` was refused because of the dead engine's lock. */
  readonly locked: boolean;
  /** Operations that the state still held as begun. */
  readonly pending: readonly string[];
  /** Runs of `up` until one ended well, and whether a person had to remove what no state knew before one could. */
  readonly tries: number;
  readonly byHand: boolean;
  /** Objects in the cloud that no state knows after a run: what was being made when it died, and was not taken up. */
  readonly orphans: readonly string[];
}

const words = ({ kind, name }: Live): string => `${kind} ${name}`;

beforeAll(async () => {
  if (runnable) await buildZones();
});

describe.runIf(runnable)("kill -9 of the engine, at points spread over an `up` of a zone", () => {
  let world: World;
  beforeAll(async () => {
    world = await openZones();
  });
  afterAll(() => world?.close());

  /** What lies in the cloud and in no state. */
  const orphans = async (): Promise<readonly Live[]> => {
    const [live, { ids }] = [await census(world, world.other), await stateOf(SITE, STACK)];
    return live.filter(({ id }) => !ids.has(id));
  };

  /** From a broken-off run to a zone that stands: what the documentation tells a person to do. */
  async function recover(): Promise<Pick<Round, "locked" | "pending" | "tries" | "byHand" | "orphans">> {
    const { locked, pending, run: first } = await again(SITE, STACK, "up");
    let [last, tries, byHand] = [first, 1, false];
    const lost = new Map<string, Live>();
    while (last.exitCode !== 0) {
      for (const orphan of await orphans()) lost.set(orphan.id, orphan);
      if (tries >= MOST_TRIES) throw new Error(`after ${tries} runs: ${last.stdout}\n${last.stderr}`);
      // The first repetition is a plain one; then what stands in the way is removed.
      if (tries >= 2 && lost.size > 0) {
        byHand = true;
        await removeByHand(world, world.other, await orphans());
      }
      [last, tries] = [(await again(SITE, STACK, "up")).run, tries + 1];
    }
    for (const orphan of await orphans()) lost.set(orphan.id, orphan);
    return { locked, pending, tries, byHand, orphans: [...lost.values()].map(words) };
  }

  /** The zone stands once: no object twice, none that no state knows, none that only the state knows, a key for each volume. */
  async function isWhole(): Promise<void> {
    await removeByHand(world, world.other, await orphans());
    const live = await census(world, world.other);
    expect(await orphans()).toEqual([]);
    expect(doubles(live)).toEqual([]);
    const count = (kind: string): number => live.filter((object) => object.kind === kind).length;
    expect([count("machine"), count("volume"), count("port"), count("subnet"), count("group")]).toEqual([
      1, 1, 1, 2, 1,
    ]);
    expect(await keys(world.other)).toBe(count("volume"));
    const { pending } = await stateOf(SITE, STACK);
    if (pending.length > 0) await run(0, STACK, "refresh", "--yes", "--skip-preview", "--clear-pending-creates");
    expect((await stateOf(SITE, STACK)).pending).toEqual([]);
    await run(0, STACK, "preview", "--expect-no-changes");
    await refreshCheck(STACK);
  }

  const destroyAll = async (): Promise<void> => {
    await run(0, STACK, "destroy", "--yes", "--skip-preview");
    expect((await census(world, world.other)).map(words)).toEqual([]);
  };

  it(`ends complete after each of ${KILLS} kills; what was being made is taken up again`, async () => {
    const start = performance.now();
    const earlier = await recorded("kills/engine");
    const begunRounds = (earlier?.["rounds"] as Round[] | undefined) ?? [];
    const goesOn = begunRounds.length < KILLS;
    const rounds = goesOn ? [...begunRounds] : [];
    const spent = goesOn ? (earlier?.seconds ?? 0) : 0;
    const dice = new Dice(SEED + rounds.length);
    const missed: number[] = [];
    const save = (upMs: number): Promise<void> =>
      record("kills/engine", spent + (performance.now() - start) / 1000, {
        seed: SEED,
        upMs,
        kills: rounds.length,
        missed: missed.length,
        locked: rounds.filter(({ locked }) => locked).length,
        orphans: rounds.flatMap((round) => round.orphans).toSorted(),
        byHand: rounds.filter(({ byHand }) => byHand).length,
        rounds,
      });
    const allowed = (text: string): string =>
      text.replace("    name: mini\n", "    name: mini\n    deletion: allowed\n");
    await withEdit(STACK, allowed, async () => {
      await recover(); // an earlier run of this test may have been broken off
      await isWhole();
      await destroyAll();
      const begun = performance.now();
      await up(STACK, 0, "--suppress-progress");
      const upMs = Math.round(performance.now() - begun);
      while (rounds.length < KILLS && missed.length < KILLS && !isLate()) {
        await destroyAll();
        const point = (rounds.length + 0.1 + 0.9 * dice.next()) / KILLS;
        const whole = rounds.length % 2 === 1;
        const { hit, lingered, afterMs } = await killedRun(SITE, STACK, "up", Math.round(point * upMs), whole);
        if (!hit) missed.push(afterMs);
        else rounds.push({ point: Number(point.toFixed(2)), afterMs, whole, lingered, ...(await recover()) });
        await save(upMs);
        await isWhole();
      }
    });
    await up(STACK); // data is protected again
    expect(rounds.length, OUT_OF_TIME).toBe(KILLS);
    // What carries a mark is found again by it; it is never made twice and never lost.
    const marked = /^(machine|volume|share|port|subnet|security group) /;
    expect(rounds.flatMap((round) => round.orphans).filter((name) => marked.test(name))).toEqual([]);
    // Without a lock or a begun operation in any round, nothing was interrupted.
    expect(rounds.some(({ locked }) => locked)).toBe(true);
    expect(rounds.some(({ pending }) => pending.length > 0)).toBe(true);
  });
});

describe.runIf(runnable)("kill -9 of each service of the one-machine cloud", () => {
  it("is named by status with the end of its log, and `up` brings the cloud back with all that stood on it", async () => {
    const start = performance.now();
    const earlier = await recorded("kills/services");
    const settings = devcloudSettings();
    const names = services(settings).map(({ name }) => name);
    const begunSeconds = (earlier?.["seconds_to_recover"] as Record<string, number> | undefined) ?? {};
    const goesOn = names.some((name) => begunSeconds[name] === undefined);
    const seconds: Record<string, number> = goesOn ? { ...begunSeconds } : {};
    const spent = goesOn ? (earlier?.seconds ?? 0) : 0;
    for (const name of names.filter((one) => seconds[one] === undefined)) {
      if (isLate()) break;
      await devcloudUp({}, new Progress());
      const before = (await devcloudStatus()).services.find((service) => service.name === name);
      if (before?.pid === undefined) throw new Error(`${name} does not run`); // 0 would be this test's own group
      process.kill(before.pid, "SIGKILL");
      await expect
        .poll(async () => (await devcloudStatus()).services.find((one) => one.name === name)?.state, {
          timeout: 60_000,
        })
        .toBe("dead");
      const broken = await devcloudStatus();
      expect(broken.state).toBe("broken");
      expect(broken.services.find((service) => service.name === name)?.logFile).toContain(name);
      const begun = performance.now();
      await devcloudUp({}, new Progress());
      seconds[name] = Number(((performance.now() - begun) / 1000).toFixed(1));
      const after = await devcloudStatus();
      expect({ name, state: after.state }).toEqual({ name, state: "up" });
      expect(after.services.find((service) => service.name === name)?.pid).not.toBe(before.pid);
      await record("kills/services", spent + (performance.now() - start) / 1000, {
        services: Object.keys(seconds).length,
        of: names.length,
        seconds_to_recover: seconds,
      });
    }
    expect(Object.keys(seconds).toSorted(), OUT_OF_TIME).toEqual(names.toSorted());
    await refreshCheck(STACK);
  });
});
