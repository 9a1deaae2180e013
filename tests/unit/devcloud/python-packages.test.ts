import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isInstalled, pythonCache, venvOf } from "../../../scripts/devcloud/python-packages.ts";
import { lockFile } from "../../../scripts/devcloud/settings.ts";
import { packageRoot } from "../../../scripts/toolchain/root.ts";
import { scratch } from "../../scratch.ts";

const JUDGES = join(packageRoot, "tests", "long", "judges", "requirements.lock");

describe("environments of Python packages", () => {
  it("are one for each lock, outside of the clone, and count only when they were finished", () => {
    const cache = scratch();
    const lock = join(cache, "requirements.lock");
    writeFileSync(lock, "one==1\n");
    const first = venvOf({ cache, lockFile: lock });
    expect(venvOf({ cache, lockFile: lock })).toBe(first);
    writeFileSync(lock, "one==2\n");
    expect(venvOf({ cache, lockFile: lock })).not.toBe(first);
    expect(isInstalled(first)).toBe(false);
    expect(pythonCache().startsWith(packageRoot)).toBe(false);
  });

  it.each([
    ["the one-machine cloud", lockFile],
    ["the judges", JUDGES],
  ])("of %s are pinned with hashes, from no address in particular", (_, file) => {
    const text = readFileSync(file, "utf8");
    const packages = text.split(/\n(?=\S)/).filter((part) => !part.startsWith("#") && part.trim() !== "");
    expect(packages.length).toBeGreaterThan(20);
    expect(packages.filter((part) => !/^[\w.[\]-]+==\S+/.test(part) || !part.includes("--hash=sha256:"))).toEqual([]);
    expect(text).not.toMatch(/:\/\/|--(?:extra-)?index-url|--find-links/);
  });
});
