import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Dice } from "../../bench/generate.ts";
import { receiptSchema, type Receipt } from "../../deletion/receipt.ts";
import { Session } from "../../openstack/index.ts";
import { Progress } from "../../scripts/console.ts";
import { devcloudSettings } from "../../scripts/devcloud/index.ts";
import type { ZoneWorld } from "../../scripts/proof/world.ts";
import { hasPlatform } from "../e2e/sites/build.ts";
import { buildZones } from "../e2e/zones.ts";
import { census, stateOf } from "./census.ts";
import { SEED } from "./fuzz.ts";
import { record, recorded } from "./record.ts";
import { closeZone, forgetStored, grantStored, operatorSite, revokeStored, STACK, TENANT } from "./stored/build.ts";
import { upStored, zoneSite, type Holdings } from "./stored/build.ts";
import { destroyWhole, dueAt, journalMarks, killedDestroy, receiptFiles, RECEIPTS, tresorEnded } from "./stored/end.ts";
import type { Due, Ended, KilledDestroy, Mark } from "./stored/end.ts";
import { knownOf, NO_ROWS, purgeRows, rowsOf, type Known, type Rows } from "./stored/rows.ts";

/** The cloud is brought up by `npm run test:long`, which says where it is. */
const runnable = process.platform === "linux" && process.getuid?.() === 0 && !!process.env.TRESOR_DEVCLOUD_HOME;
const KILLS = Number(process.env.TRESOR_KILLS ?? 10);
/** So many runs of one zone are killed, one after the other, each further on, before it is let go to its end: to make it anew takes longest. */
const PER_ZONE = 5;
const HOLDINGS: Holdings = { volumes: 20, shares: 10, machine: true };
/** All of this file ends by then; what is missing is done by the next run of the same day. */
const END = performance.now() + 40 * 60_000;
const PART = "kills/tresor-destroy";

/** What one kill came to. */
interface Kill extends Omit<KilledDestroy, "hit"> {
  readonly seed: number;
  /** Which run of its zone was killed. */
  readonly run: number;
  readonly due: Due;
  /** Whether the engine was killed with the command. */
  readonly whole: boolean;
  /** What the services' databases still held. */
  readonly standing: Pick<Rows, "machines" | "volumes" | "shares" | "secrets" | "projects">;
}

/** A zone that stands, with what is to be gone afterwards. */
interface Standing {
  readonly zone: ZoneWorld;
  readonly known: Known;
  readonly ids: readonly string[];
}

const secondsSince = (start: number): number => Math.round((performance.now() - start) / 1000);

describe.runIf(runnable)(`kill -9 in \`tresor destroy\` of a zone with ${HOLDINGS.volumes} volumes`, () => {
  let operator: Session;
  let standing: Standing | undefined;
  const progress = new Progress();

  beforeAll(async () => {
    if (!(await hasPlatform())) await buildZones();
    const env = { ...process.env, OS_CLIENT_CONFIG_FILE: devcloudSettings().cloudsYaml };
    operator = await Session.open("devcloud-operator", {}, env);
  });
  afterAll(async () => {
    if (standing !== undefined) {
      await destroyWhole("--all"); // what a round that failed left
      closeZone(standing.zone);
      await revokeStored();
    }
    operator?.close();
  });

  /** From nothing to a zone that stands, with a key for its receipts, and the control: everything that is looked for afterwards is there. */
  async function raise(): Promise<Standing> {
    const zone = await grantStored(HOLDINGS);
    const known = await knownOf(zone);
    standing = { zone, known, ids: [] };
    await upStored();
    expect((await tresorEnded("receipt", "key", "--dir", "./zone")).exitCode).toBe(0);
    const rows = await rowsOf(known);
    expect(Object.entries(rows).filter(([, count]) => count === 0)).toEqual([]);
    // The machine's disk is a volume of its own.
    const disks = { volumes: HOLDINGS.volumes + 1, secrets: HOLDINGS.volumes + 1 };
    expect(rows).toMatchObject({ machines: 1, attachments: 3, shares: HOLDINGS.shares, ...disks });
    const ids = (await census({ operator }, zone)).map(({ id }) => id);
    standing = { zone, known, ids: [...ids, ...known.projects, known.domain] };
    return standing;
  }

  const newest = (): string =>
    join(
      RECEIPTS,
      receiptFiles()
        .filter((file) => file.endsWith(".json") && !file.startsWith("."))
        .toSorted()
        .at(-1) ?? "none",
    );
  const read = async (file: string): Promise<Receipt> =>
    receiptSchema.parse(JSON.parse(await readFile(file, "utf8")) as unknown);

  /** The next run ends complete: only the rows are left, which no run takes away; and nothing, once they are purged. */
  async function ends(say: (ended: Ended) => void = () => undefined): Promise<Receipt> {
    const { known, ids, zone } = standing!;
    const next = await destroyWhole();
    expect(next.exitCode, next.all).toBe(2);
    expect((await read(newest())).left.map(({ kind }) => kind)).toEqual(["database rows"]);
    say(next);
    await purgeRows();
    const last = await destroyWhole("--rows-purged-by", "the tests");
    expect(last.exitCode, last.all).toBe(0);
    const receipt = await read(newest());
    expect(receipt).toMatchObject({ nothingLeft: true, left: [] });
    const told = new Set(receipt.objects.map(({ id }) => id));
    expect(ids.filter((id) => !told.has(id))).toEqual([]);
    // Each receipt that lies there is signed, those of runs that were killed too.
    for (const file of receiptFiles().filter((one) => one.endsWith(".json") && !one.startsWith("."))) {
      const verified = await tresorEnded("receipt", "verify", join("zone/receipts", file), "--key", "zone/receipt.pub");
      expect(verified.exitCode, verified.all).toBe(0);
      if (file === newest().slice(RECEIPTS.length + 1)) say(verified);
    }
    expect(await rowsOf(known)).toEqual(NO_ROWS);
    for (const [site, stack] of [[zoneSite, STACK] as const, [operatorSite, TENANT] as const])
      expect(await stateOf(site, stack)).toEqual({ ids: new Set(), pending: [] });
    closeZone(zone);
    standing = undefined;
    await forgetStored();
    return receipt;
  }

  it(`C4H-13: the next run ends complete after each of ${KILLS} kills, nothing is left, and a receipt says so`, async () => {
    const start = performance.now();
    const earlier = await recorded(PART);
    const kills = [...((earlier?.["kills"] as readonly Kill[] | undefined) ?? [])];
    if (kills.length >= KILLS) kills.length = 0;
    const spent = kills.length === 0 ? 0 : (earlier?.seconds ?? 0);
    progress.note(`seed ${SEED}`);
    const dice = new Dice(SEED);
    await raise();
    let marks: readonly Mark[] = [];
    let missed = 0;
    // The control, and how long it takes where nothing disturbs it.
    const whole = await ends(({ all }) => {
      if (marks.length === 0) marks = journalMarks();
      progress.note(all);
    });
    /** Spread from the first entry of the journal to the last, each further on in its zone; the very last kill is at the signing. */
    const dueOf = (run: number): Due =>
      kills.length === KILLS - 1 ? "signing" : dueAt(marks, ((run + dice.next()) / PER_ZONE) * marks.at(-1)!.at);
    while (kills.length < KILLS && missed < KILLS && performance.now() < END) {
      const { known } = await raise();
      for (let run = 0; run < PER_ZONE && kills.length < KILLS; run++) {
        const due = dueOf(run);
        const isWhole = due === "signing" || kills.length % 3 !== 2;
        const { hit, ...made } = await killedDestroy(due, marks, isWhole);
        if (!hit) {
          missed += 1;
          break;
        }
        const { machines, volumes, shares, secrets, projects } = await rowsOf(known);
        const stood = { machines, volumes, shares, secrets, projects };
        kills.push({ seed: SEED, run: run + 1, due, whole: isWhole, ...made, standing: stood });
        progress.note(`killed at ${made.at}: ${volumes} volumes, ${shares} shares, ${secrets} keys stood`);
      }
      const { runs } = await ends();
      expect(runs.length).toBeGreaterThan(1);
      const facts = { seed: SEED, ...HOLDINGS, usual: marks.at(-1)!.at, missed, objects: whole.objects.length, kills };
      await record(PART, spent + secondsSince(start), facts);
    }
    expect(kills.length, "the time ran out; what was done is recorded: run it again today and it goes on").toBe(KILLS);
    // Kills that met nothing under way would prove nothing: some met data, some met keys gone and data there, one met a receipt.
    expect(kills.some(({ standing: { volumes } }) => volumes > 0)).toBe(true);
    expect(kills.at(-1)).toMatchObject({ due: "signing", at: "end" });
    expect(existsSync(zoneSite)).toBe(false);
  });
});
