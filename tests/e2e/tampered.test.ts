import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { World } from "../../scripts/proof/world.ts";
import { choose, REFUSED, state, TAKEN_BACK } from "./tampered/defects.ts";
import { buildZones, openZones, refreshCheck, run, up } from "./zones.ts";

/**
 * Seven ways in which environments of others were open (tests/bad-input/defect-*.yaml has them as configs), made behind Tresor's back
 * on the cloud itself. Nothing is seen before, each change is seen and named, `up` restores or fails by name, nothing after.
 * What `up` takes back by itself is made at once and judged one by one: each run of the engine takes its time.
 */
let world: World;

describe("clouds that were tampered with behind Tresor's back", () => {
  beforeAll(async () => {
    await buildZones();
    world = await openZones();
    await choose(world);
  });
  afterAll(() => world?.close());

  it("before: neither the zone's stack nor the tenant's sees a change", async () => {
    await Promise.all([refreshCheck("digimed"), refreshCheck("digimed-tenant")]);
    await run(0, "digimed", "preview", "--expect-no-changes");
  });

  describe("all at once, where `up` takes back what was made", () => {
    let before: readonly string[];
    let tampered: readonly string[];
    const words: Record<string, string> = {};

    beforeAll(async () => {
      before = await state();
      for (const { tamper } of TAKEN_BACK) await tamper();
      tampered = await state();
      for (const stack of ["digimed", "digimed-tenant"]) words[stack] = await refreshCheck(stack, 7);
    });

    it.each(TAKEN_BACK.map((one) => [one.requirements, one.title, one] as const))(
      "%s: seen and named: defect %s",
      (_, __, { names, stack = "digimed" }) => {
        expect(names().filter((name) => !words[stack]?.includes(name))).toEqual([]);
      },
    );

    it("C4H-2 DIGIMED-12: up makes all as it was, and nothing is seen any more", async () => {
      expect(tampered).not.toEqual(before);
      await up("digimed-tenant", 0, "--refresh");
      await up("digimed", 0, "--refresh");
      expect(await state()).toEqual(before);
      await Promise.all([refreshCheck("digimed"), refreshCheck("digimed-tenant")]);
    });
  });

  it.each(REFUSED.map((one) => [one.requirements, one.title, one] as const))(
    "%s: seen, named, and refused until the operator takes it away: defect %s",
    async (_, __, { tamper, names, refusal }) => {
      const before = await state();
      const undo = await tamper();
      try {
        expect(await state()).not.toEqual(before);
        const words = await refreshCheck("digimed", 7);
        expect(names().filter((name) => !words.includes(name))).toEqual([]);
        expect(await up("digimed", 1, "--refresh")).toMatch(refusal);
      } finally {
        await undo();
        await up("digimed", 0, "--refresh");
      }
      expect(await state()).toEqual(before);
      await refreshCheck("digimed");
    },
  );
});
