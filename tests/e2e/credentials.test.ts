import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { World } from "../../scripts/proof/world.ts";
import { fingerprint } from "./credentials/fingerprint.ts";
import { EVERYBODY } from "./credentials/identities.ts";
import { printed } from "./credentials/render.ts";
import { ACTIONS, because, expected, runMatrix, type Row } from "./credentials/run.ts";
import { openScene, type Scene } from "./credentials/scene.ts";
import { buildZones, openZones, refreshCheck } from "./zones.ts";

let world: World;
let scene: Scene | undefined;
let rows: ReadonlyMap<string, Row>;
let before: readonly string[];
let after: readonly string[];

describe("who may what: every identity at every action on a real OpenStack", () => {
  beforeAll(async () => {
    await buildZones();
    world = await openZones();
    const opened = await openScene(world);
    scene = opened;
    before = await fingerprint(opened);
    rows = await runMatrix(opened);
    after = await fingerprint(opened);
    process.stdout.write(`\n${printed(rows)}\n`);
  });
  afterAll(async () => {
    await scene?.close();
    await world?.close();
  });

  it.each(ACTIONS.map((action) => [action.title, action] as const))("C4H-1 DIGIMED-12 DIGIMED-7: %s", (_, action) => {
    const row = rows.get(action.id)!;
    const cells = EVERYBODY.map((who) => {
      const { verdict, says } = row[who];
      const right = verdict === expected(action, who);
      return right ? `${who}: ${verdict}` : `${who}: ${verdict} (${says}); the table says: ${because(action, who)}`;
    });
    expect(cells).toEqual(EVERYBODY.map((who) => `${who}: ${expected(action, who)}`));
    // Where nobody may, a call that is known to be sound shows that the refusals are of the right.
    if (action.control) expect(row.control?.verdict, row.control?.says).toBe("allowed");
    else expect(EVERYBODY.some((who) => row[who].verdict === "allowed")).toBe(true);
  });

  it("no attempt left anything behind, and nothing of the zone is changed", async () => {
    expect(after).toEqual(before);
    // The crawler that this test made is reader of an area: that is drift for as long as it is there.
    await scene?.close();
    scene = undefined;
    await refreshCheck("digimed");
  });
});
