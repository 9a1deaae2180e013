import { appendFileSync, cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { Stamp, stackStanding, standingOf, usedUp, type Place } from "../../e2e/stamp.ts";
import { scratch } from "../../scratch.ts";

const PROGRAM = ["airlock", "bin", "components", "config", "openstack", "plan", "policies", "provider", "schemas"];
const STATE = "state/.pulumi/stacks/tresor";
let root: string;
let place: Place;
const file = (path: string, text: string): void => {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), text);
};
const stamp = (): Stamp => new Stamp(join(root, "built.json"), place);

beforeEach(() => {
  root = scratch();
  for (const directory of [...PROGRAM, "scripts", "stacks"]) file(`package/${directory}/deep/index.ts`, directory);
  for (const name of ["package.json", "package-lock.json"]) file(`package/${name}`, "{}");
  file("clouds.yaml", "password: one");
  for (const [site, stack] of [
    ["a", "digimed"],
    ["b", "mini"],
  ] as const) {
    file(`${site}/Pulumi.${stack}.yaml`, "config: {}");
    file(`${site}/${STATE}/${stack}.json`, `{"stack":"${stack}"}`);
    mkdirSync(join(root, site, "node_modules"));
    symlinkSync(join(root, "package"), join(root, site, "node_modules", "tresor"));
  }
  const stacks = { digimed: join(root, "a"), mini: join(root, "b") };
  place = { root: join(root, "package"), cloud: [join(root, "clouds.yaml")], stacks };
});

describe("a stamp that spares an `up` of zones that stand", () => {
  it("holds where nothing is another, once: whoever takes it away must leave it anew", () => {
    stamp().leave(standingOf(place));
    expect(stamp().take()).toBeUndefined();
    expect(stamp().take()).toMatch(/no run before/);
  });

  it.each([
    ["a source of the program", () => appendFileSync(join(root, "package/provider/deep/index.ts"), "x"), /the program/],
    ["a new source", () => file("package/plan/new.ts", ""), /the program/],
    ["a dependency", () => appendFileSync(join(root, "package/package-lock.json"), " "), /the program/],
    ["another cloud", () => file("clouds.yaml", "password: two"), /the cloud/],
    ["a site's config", () => appendFileSync(join(root, "b/Pulumi.mini.yaml"), "\n"), /the site of mini is another/],
    ["a new file of a site", () => file("a/clouds.yaml", ""), /the site of digimed is another/],
    ["a state", () => appendFileSync(join(root, `a/${STATE}/digimed.json`), " "), /the state of digimed is another/],
    ["no state", () => rmSync(join(root, `a/${STATE}/digimed.json`)), /./],
    ["a site without its program", () => rmSync(join(root, "a/node_modules/tresor")), /./],
    ["a stamp cut short", () => writeFileSync(join(root, "built.json"), '{"key":'), /JSON/],
    ["a stamp of another form", () => writeFileSync(join(root, "built.json"), "{}"), /./],
  ])("asks for an `up` over %s", (_what, change, words) => {
    stamp().leave(standingOf(place));
    change();
    expect(stamp().take()).toMatch(words);
  });

  it("asks for an `up` where the same program lies elsewhere: sites lead to a place", () => {
    stamp().leave(standingOf(place));
    cpSync(join(root, "package"), join(root, "other"), { recursive: true });
    expect(new Stamp(join(root, "built.json"), { ...place, root: join(root, "other") }).take()).toMatch(/the program/);
  });
});

describe("zones that a file of tests has used", () => {
  const change = (): void => appendFileSync(join(root, `b/${STATE}/mini.json`), " ");

  it("are as built where every changed state is that of a good `up` of the very files", () => {
    const before = standingOf(place);
    expect(usedUp(before, standingOf(place), {})).toBeUndefined();
    change();
    expect(usedUp(before, standingOf(place), { mini: stackStanding(place, "mini") })).toBeUndefined();
  });

  it("are not where a state changed without an `up`, or after it", () => {
    const before = standingOf(place);
    change();
    expect(usedUp(before, standingOf(place), {})).toBe("the state of mini is another");
    const mini = stackStanding(place, "mini");
    change();
    expect(usedUp(before, standingOf(place), { mini })).toBe("the state of mini is another");
  });

  it("are not where the last `up` was of other files, also when these were put back", () => {
    const before = standingOf(place);
    file("b/Pulumi.mini.yaml", "config: { frozen: true }");
    change();
    const mini = stackStanding(place, "mini");
    expect(usedUp(before, standingOf(place), { mini })).toBe("the site of mini is another");
    file("b/Pulumi.mini.yaml", "config: {}");
    expect(usedUp(before, standingOf(place), { mini })).toBe("the state of mini is another");
  });
});
