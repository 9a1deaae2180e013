import { describe, expect, it } from "vitest";
import { backedUp, backupSteps, type Backup } from "../../../plan/backups.ts";
import { needsOf } from "../../../plan/needs.ts";
import { planned } from "../../../plan/types.ts";
import { planZone } from "../../../plan/zone.ts";
import { examples } from "./examples.ts";

const HOUR = 3_600_000;
const now = Date.parse("2026-11-21T12:00:00Z");
const when = { now, permit: "2029-12-31" };
const policy = { everyMs: 24 * HOUR, keep: 2 };
const old = (hours: number, status = "available"): Backup => ({ id: `b${hours}`, status, madeAt: now - hours * HOUR });
const ids = (all: readonly Backup[]): readonly string[] => all.map(({ id }) => id);

describe("what is to be done (EV-22)", () => {
  it("is one when there is none, and none while the newest is new enough", () => {
    expect(backupSteps(policy, [], when)).toMatchObject({ make: true, because: "there is none", remove: [] });
    expect(backupSteps(policy, [old(23)], when)).toMatchObject({
      make: false,
      because: "the newest is of 2026-11-20 13:00 UTC, new enough",
    });
    expect(backupSteps(policy, [old(24)], when).make).toBe(true);
  });

  it("keeps as many as are asked for, the oldest go first, and none before a newer one is there", () => {
    expect(ids(backupSteps(policy, [old(30), old(60), old(90)], when).remove)).toEqual(["b90", "b60"]);
    expect(ids(backupSteps(policy, [old(1), old(60), old(90)], when).remove)).toEqual(["b90"]);
    expect(ids(backupSteps({ ...policy, keep: 1 }, [old(30)], when).remove)).toEqual(["b30"]);
  });

  it("is nothing while one is being made; a failed one counts for none and is named", () => {
    expect(backupSteps(policy, [old(0, "creating"), old(30)], when)).toMatchObject({ make: false, remove: [] });
    const steps = backupSteps(policy, [old(1, "error"), old(30)], when);
    expect(steps).toMatchObject({ make: true, remove: [] });
    expect(ids(steps.broken)).toEqual(["b1"]);
  });

  it("is none after the permit's last day: then all are too many", () => {
    const lastDay = { now, permit: "2026-11-21" };
    expect(backupSteps(policy, [old(30)], lastDay).make).toBe(true);
    const steps = backupSteps(policy, [old(1), old(30)], { now, permit: "2026-11-20" });
    expect(steps).toMatchObject({ make: false, because: "the permit ended on 2026-11-20" });
    expect(ids(steps.remove)).toEqual(["b30", "b1"]);
  });
});

describe("volumes that are backed up", () => {
  const config = examples.zone();
  config.areas["heart"]!.datasets["imaging"]!.backup = { every: "12 hours", keep: 3 };

  it("are those whose data set says so", () => {
    expect(backedUp(config)).toEqual([
      {
        dataset: "heart/imaging",
        area: "heart",
        kind: "volume",
        name: "digimed-heart-imaging",
        sizeGiB: 20,
        everyMs: 12 * HOUR,
        keep: 3,
      },
    ]);
    expect(backedUp(examples.zone())).toEqual([]);
    const [volume] = planned(planZone(config), "volume");
    expect(volume?.facts.backup).toEqual({ everyHours: 12, keep: 3 });
  });

  it("of a share are snapshots, and need room for one more than is kept", () => {
    const zone = examples.zone();
    zone.areas["commons"]!.datasets["cohort"]!.backup = { every: "1 day", keep: 2 };
    expect(backedUp(zone)).toMatchObject([
      { dataset: "commons/cohort", kind: "share", name: "digimed-commons-cohort" },
    ]);
    const plan = planZone(zone);
    expect(planned(plan, "share")[0]?.facts.backup).toEqual({ everyHours: 24, keep: 2 });
    expect(needsOf(zone, plan.objects).get("digimed-commons")).toMatchObject({
      ...{ shareSnapshots: 3, shareSnapshotStorage: 15, backups: 0 },
    });
  });

  it("need room for one more than is kept, and a key for each", () => {
    const need = (of: typeof config) => needsOf(of, planZone(of).objects).get("digimed-heart");
    const [before, after] = [need(examples.zone()), need(config)];
    expect(after).toMatchObject({ backups: 4, backupStorage: 80, secrets: (before?.secrets ?? 0) + 4 });
    expect(before).toMatchObject({ backups: 0, backupStorage: 0 });
  });
});
