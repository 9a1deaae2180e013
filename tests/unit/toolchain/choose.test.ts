import { describe, expect, it } from "vitest";
import {
  type Facts,
  chooseEngine,
  chooseOpenstack,
  chooseStandIns,
  needsNetwork,
} from "../../../scripts/toolchain/choose.ts";
import { compareVersions, inRange } from "../../../scripts/toolchain/semver.ts";

const bare: Facts = {
  platform: "linux-x64",
  cached: { release: false, modules: false },
  plugins: { openstack: "absent", random: "absent", command: "absent" },
  pluginDownloads: true,
};
const reachable = { ok: true, why: "" };
const unreachable = { ok: false, why: "get.pulumi.com cannot be reached (no such host)" };
const onPath = { path: "/opt/pulumi", version: "3.240.0", languageHost: true };
const ready: Facts = { ...bare, plugins: { openstack: "ours", random: "foreign", command: "foreign" } };

describe("which engine is taken", () => {
  const cases: readonly [string, Partial<Facts>, string, boolean][] = [
    [
      "a supported one on the PATH, before all others",
      { onPath, cached: { release: true, modules: true } },
      "path",
      false,
    ],
    ["the cached release", { cached: { release: true, modules: true } }, "release", false],
    [
      "the cached one from modules, without asking the network",
      { cached: { release: false, modules: true } },
      "modules",
      false,
    ],
    ["the official release", { reachable }, "release", true],
    ["the published modules where the site cannot be reached", { reachable: unreachable }, "modules", true],
    [
      "the published modules where there is no release for the platform",
      { reachable, platform: "linux-riscv64" },
      "modules",
      true,
    ],
    ["not one on the PATH that is too old", { reachable, onPath: { ...onPath, version: "3.226.9" } }, "release", true],
    ["not one on the PATH of the next major", { reachable, onPath: { ...onPath, version: "4.0.0" } }, "release", true],
    [
      "not one on the PATH without its language host",
      { reachable, onPath: { ...onPath, languageHost: false } },
      "release",
      true,
    ],
    ["not one that cannot say its version", { reachable, onPath: { ...onPath, version: "unknown" } }, "release", true],
    ["what is forced", { onPath, reachable, forced: "modules" }, "modules", true],
    [
      "what is forced and cached",
      { onPath, cached: { release: false, modules: true }, forced: "modules" },
      "modules",
      false,
    ],
  ];
  it.each(cases)("%s", (_, facts, source, install) => {
    expect(chooseEngine({ ...bare, ...facts })).toMatchObject({ source, install });
  });

  it("says why each way before it was passed over", () => {
    const facts: Facts = { ...bare, onPath: { ...onPath, version: "3.100.0" }, reachable: unreachable };
    const { considered } = chooseEngine(facts);
    expect(considered.map(({ taken }) => taken)).toEqual([false, false, true]);
    expect(considered[0]?.because).toBe("/opt/pulumi is 3.100.0, supported are 3.227.0 up to below 4.0.0");
    expect(considered[1]?.because).toContain("no such host");
    expect(considered[2]?.because).toContain("3.259.0");
  });

  it("marks nothing as taken where the forced way is impossible", () => {
    const { source, considered } = chooseEngine({ ...bare, forced: "path" });
    expect(source).toBe("path");
    expect(considered).toEqual([{ way: "pulumi on the PATH", taken: false, because: "there is none" }]);
  });
});

describe("which plugins are taken", () => {
  it("takes an official OpenStack plugin that is there, and leaves it alone", () => {
    const facts: Facts = { ...bare, plugins: { ...bare.plugins, openstack: "foreign" } };
    expect(chooseOpenstack(facts)).toMatchObject({ source: "cache", install: false });
  });
  it("makes a damaged one of ours again", () => {
    const facts: Facts = { ...bare, plugins: { ...bare.plugins, openstack: "ours-unsound" }, reachable: unreachable };
    expect(chooseOpenstack(facts)).toMatchObject({ source: "modules", install: true });
    expect(chooseOpenstack(facts).because).toContain("damaged");
  });
  it("installs official plugins where they can be had", () => {
    expect(chooseOpenstack({ ...bare, reachable })).toMatchObject({ source: "release", install: true });
    expect(chooseStandIns({ ...bare, reachable }).map(({ source }) => source)).toEqual(["release", "release"]);
  });
  it("uses stand-ins only where the official plugins cannot be had", () => {
    const facts: Facts = { ...bare, plugins: { ...bare.plugins, random: "foreign" }, reachable: unreachable };
    expect(chooseStandIns(facts).map(({ source }) => source)).toEqual(["cache", "stand-in"]);
  });
  it("downloads no plugin where the user forbade it", () => {
    const facts: Facts = { ...bare, reachable, pluginDownloads: false };
    expect(chooseOpenstack(facts).source).toBe("modules");
    expect(chooseStandIns(facts)[0]).toMatchObject({
      source: "stand-in",
      because: expect.stringContaining("switched off"),
    });
  });
});

describe("when the network is asked", () => {
  it("is not asked where all stands ready", () => {
    expect(needsNetwork({ ...ready, onPath })).toBe(false);
    expect(needsNetwork({ ...ready, cached: { release: false, modules: true } })).toBe(false);
  });
  it("is asked for a missing engine or plugin", () => {
    expect(needsNetwork(ready)).toBe(true);
    expect(needsNetwork({ ...bare, onPath })).toBe(true);
  });
  it("is not asked for plugins that may not be downloaded", () => {
    expect(needsNetwork({ ...bare, onPath, pluginDownloads: false })).toBe(false);
  });
});

describe("versions", () => {
  it("compares numbers, not text", () => {
    expect(compareVersions("v3.259.0", "3.27.0")).toBeGreaterThan(0);
    expect(compareVersions("1.26", "1.26.0")).toBe(0);
  });
  it("takes the lower bound and refuses the upper one and pre-releases", () => {
    const range = { from: "3.227.0", below: "4.0.0" };
    expect(
      ["3.227.0", "v3.259.0", "3.226.99", "4.0.0", "3.260.0-alpha.1", "", "dev"].map((v) => inRange(v, range)),
    ).toEqual([true, true, false, false, false, false, false]);
  });
});
