import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { examples } from "../unit/plan/examples.ts";
import { lastingName, runUnderMocks, type Registered } from "./harness.ts";
import { runTenant, runZone } from "./programs.ts";

/** What holds data, or is lost with all that is in it: these never get another name without an alias. */
const LASTING = /:(Volume|Share|Project|Network|Subnet|User|Group)$/;

/**
 * Names as a release made them, for the examples of that release's day. A fixture is written once, at the release, and never changed:
 * a zone that stands since then must not be replaced by an upgrade.
 */
const released = JSON.parse(readFileSync(new URL("../fixtures/urns-0.1.0.json", import.meta.url), "utf8")) as Readonly<
  Record<string, readonly string[]>
>;

/** Names that today's program answers to: its own, and those of its aliases. */
function answersTo(resources: readonly Registered[]): readonly string[] {
  return resources.flatMap((resource) => [
    lastingName(resources, resource),
    ...resource.aliases.map((alias) => lastingName(resources, resource, alias)),
  ]);
}

const today: Readonly<Record<string, readonly Registered[]>> = {
  "digimed-tenant": (await runTenant(examples.tenant(), examples.entry())).resources,
  digimed: (await runZone(examples.zone())).resources,
};

describe.each(Object.entries(released))("a stack %s of 0.1.0 under today's program (DIGIMED-9)", (stack, names) => {
  it.each(names)("still has %s", (name) => {
    expect(answersTo(today[stack] ?? [])).toContain(name);
  });

  it("names every kind of lasting object that the stack makes", () => {
    const kinds = (today[stack] ?? [])
      .filter(({ type, custom }) => custom && LASTING.test(type))
      .map(({ type }) => type);
    expect(kinds.length).toBeGreaterThan(0);
    for (const kind of new Set(kinds))
      expect(
        names.some((name) => name.includes(`${kind}::`)),
        kind,
      ).toBe(true);
  });
});

describe("a renamed resource (control)", () => {
  class Thing extends pulumi.CustomResource {}
  const run = (name: string, aliases: pulumi.CustomResourceOptions["aliases"] = []) =>
    runUnderMocks(() => new Thing("test:index:Thing", name, {}, { aliases }));

  it("is lost without an alias, and found with one", async () => {
    const [old, renamed, aliased] = [await run("before"), await run("after"), await run("after", [{ name: "before" }])];
    const [name] = answersTo(old.resources);
    expect(answersTo(renamed.resources)).not.toContain(name);
    expect(answersTo(aliased.resources)).toContain(name);
  });
});
