import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Session } from "../../openstack/index.ts";
import { Progress } from "../../scripts/console.ts";
import { devcloudSettings } from "../../scripts/devcloud/index.ts";
import type { ZoneWorld } from "../../scripts/proof/world.ts";
import { hasPlatform } from "../e2e/sites/build.ts";
import { buildZones } from "../e2e/zones.ts";
import type { Account, Judged } from "./judges/config.ts";
import { JUDGES, REFUSALS, refusalsOf } from "./judges/panel.ts";
import { sitAll, type Session as Sitting } from "./judges/run.ts";
import { count, notRefused, worse } from "./judges/verdict.ts";
import { keys } from "./census.ts";
import { record } from "./record.ts";
import { closeZone, destroyStored, grantStored, revokeStored, upStored, well, STACK } from "./stored/build.ts";

/** The cloud is brought up by `npm run test:long`, which says where it is. */
const runnable = process.platform === "linux" && process.getuid?.() === 0 && !!process.env.TRESOR_DEVCLOUD_HOME;
const HOLDINGS = { volumes: 2, shares: 2 };

const accountOf = async (session: Session): Promise<Account> => ({
  entry: session.entry,
  userId: (await session.token()).userId,
});

describe.runIf(runnable)("OpenStack's own tests, with the zone's own credential, before and after its `up`", () => {
  let zone: ZoneWorld;
  let operator: Session;
  let before: readonly Sitting[];
  let after: readonly Sitting[];
  const progress = new Progress();

  beforeAll(async () => {
    if (!(await hasPlatform())) await buildZones();
    const env = { ...process.env, OS_CLIENT_CONFIG_FILE: devcloudSettings().cloudsYaml };
    operator = await Session.open("devcloud-operator", {}, env);
    zone = await grantStored(HOLDINGS);
    const judged: Judged = {
      work: await accountOf(zone.areas["data"]!),
      second: await accountOf(zone.areas["second"]!),
      operator: await accountOf(operator),
      ...{ volumeType: "encrypted-ssd", closedType: "__DEFAULT__", shareType: "project-share" },
    };
    const say = (what: string): void => progress.note(what);
    before = await sitAll(JUDGES, judged, say);
    await upStored();
    after = await sitAll(JUDGES, judged, say);
    // An order's secret that comes into being after the test looked is not deleted with it.
    await record("judges/left", 0, { secrets: (await keys(zone)) - HOLDINGS.volumes });
    for (const [index, { judge, seconds, verdicts }] of before.entries()) {
      const now = after[index]!;
      const counts = (one: Sitting["verdicts"]) => ({
        passed: count(one, "passed"),
        refused: count(one, "refused"),
        failed: count(one, "failed"),
        skipped: count(one, "skipped"),
      });
      await record(`judges/${judge.replaceAll(" ", "-")}`, seconds + now.seconds, {
        before: counts(verdicts),
        after: counts(now.verdicts),
        failedBefore: Object.entries(verdicts).flatMap(([id, { outcome, says }]) =>
          outcome === "failed" ? [`${id}: ${says ?? ""}`] : [],
        ),
        worse: worse(verdicts, now.verdicts),
      });
    }
  });
  afterAll(async () => {
    if (zone !== undefined) {
      await destroyStored();
      closeZone(zone);
      await revokeStored();
    }
    operator?.close();
  });

  it.each(JUDGES.map(({ id, floor }) => [id, floor] as const))("%s: is awake, at least %i pass before", (id, floor) => {
    const { verdicts } = before.find(({ judge }) => judge === id)!;
    expect(count(verdicts, "passed")).toBeGreaterThanOrEqual(floor);
  });

  it.each(JUDGES.map(({ id }) => id))("%s: nothing that passed before `up` fails after it", (id) => {
    const [first, second] = [before, after].map((all) => all.find(({ judge }) => judge === id)!.verdicts);
    expect(worse(first!, second!)).toEqual([]);
  });

  it("what is closed to a zone on purpose is refused, before and after", () => {
    for (const sittings of [before, after])
      for (const { judge, test } of REFUSALS) {
        const { verdicts } = sittings.find((one) => one.judge === judge)!;
        expect(notRefused(verdicts, refusalsOf(judge))).toEqual([]);
        expect(Object.keys(verdicts).some((id) => test.test(id))).toBe(true);
      }
  });

  it("the judges leave nothing of theirs in the zone, and the zone is what its plan says", async () => {
    const [shares, volumes] = await Promise.all([
      zone.areas["data"]!.paginate("shared-file-system", "/shares", "shares"),
      zone.areas["data"]!.paginate("block-storage", "/volumes", "volumes"),
    ]);
    expect({ shares: shares.length, volumes: volumes.length }).toEqual(HOLDINGS);
    await well(STACK, "refresh", "--preview-only", "--expect-no-changes");
  });
});
