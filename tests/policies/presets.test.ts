import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatProblem } from "../../config/problem.ts";
import { fallen, presetSays, presetSentences } from "../../policies/preset-change.ts";
import { DIFFERENCES, isBelow, ORDER, PRESETS, presetTable } from "../../policies/presets.ts";

const word = { from: "confidential", reason: "synthetic data", by: "the board", until: "2027-12-31" } as const;

describe("presets", () => {
  it("have one table, and docs/presets.md is it", () => {
    const page = readFileSync(new URL("../../docs/presets.md", import.meta.url), "utf8");
    const cells = (line: string): string => line.replaceAll(/[\s-]*\|[\s-]*/g, "|").trim();
    const lines = page.split("\n").filter((line) => line.startsWith("|"));
    expect(lines.map(cells).slice(0, Object.keys(DIFFERENCES).length + 2)).toEqual(
      presetTable().split("\n").map(cells),
    );
  });

  it("name for each demand what it serves", () => {
    for (const [demand, { controls }] of Object.entries(DIFFERENCES)) {
      expect(controls.length, demand).toBeGreaterThan(1);
      for (const control of controls)
        expect(control).toMatch(/^((DIGIMED|C4H|DENBI|SPE4HD)-\d+|SATRE \d(\.\d+)+|EHDS Art\. \d+(\(\w+\))+)$/);
    }
  });

  it("never demand less when they are raised", () => {
    const strength = { "any port": 0, "named ports": 1, none: 2 } as const;
    for (const [index, name] of ORDER.slice(1).entries()) {
      const [low, high] = [PRESETS[ORDER[index]!], PRESETS[name]];
      for (const key of ["outsideIn", "outsideOut"] as const)
        expect(strength[high[key]]).toBeGreaterThanOrEqual(strength[low[key]]);
      for (const version of ["ipv4", "ipv6"] as const)
        expect(high.outsideWidth[version]).toBeGreaterThanOrEqual(low.outsideWidth[version]);
      expect(Number(high.masterKeyApart)).toBeGreaterThanOrEqual(Number(low.masterKeyApart));
      expect(Number(low.localPersons)).toBeGreaterThanOrEqual(Number(high.localPersons));
      expect(Number(low.metadataService)).toBeGreaterThanOrEqual(Number(high.metadataService));
      expect(Number(low.mountedPrograms)).toBeGreaterThanOrEqual(Number(high.mountedPrograms));
      expect(Number(low.shareLocks)).toBeLessThanOrEqual(Number(high.shareLocks));
      expect(Number(low.squashSaid)).toBeLessThanOrEqual(Number(high.squashSaid));
      if (low.backups === "encrypted volumes") expect(high.backups).toBe("encrypted volumes");
      expect(Number(low.personNetworks)).toBeGreaterThanOrEqual(Number(high.personNetworks));
    }
    expect(isBelow("open", "guarded")).toBe(true);
    expect(isBelow("guarded", "guarded")).toBe(false);
  });
});

describe("a change of the preset (DENBI-1)", () => {
  it("is said demand by demand; the same preset says nothing", () => {
    expect(presetSentences("isolated", "isolated")).toEqual([]);
    expect(presetSentences(undefined, "isolated")).toEqual([]);
    const lower = presetSentences("confidential", "guarded");
    expect(new Set(lower.map(({ effect }) => effect))).toEqual(new Set(["opens"]));
    expect(lower).toHaveLength(1 + 12);
    expect(new Set(presetSentences("guarded", "confidential").map(({ effect }) => effect))).toEqual(
      new Set(["closes"]),
    );
  });

  it("is refused downwards without the word, or with another one", () => {
    const problem = fallen("zone", "confidential", "open", undefined);
    expect(problem && formatProblem(problem)).toMatch(
      /^zone\.lowered: the preset is lowered .*Next: add it to the zone's config/,
    );
    expect(fallen("tenant", "isolated", "open", word)?.found).toBe("lowered from confidential");
    expect(fallen("zone", "confidential", "open", word)).toBeUndefined();
    expect(fallen("zone", "open", "confidential", undefined)).toBeUndefined();
    expect(fallen("zone", undefined, "open", undefined)).toBeUndefined();
  });

  it("says what a preset closes beyond the zone, and nothing where a flow could open it", () => {
    expect(presetSays("confidential", "outside/mirror", "out")).toMatch(/SATRE 2\.2\.11/);
    expect(presetSays("isolated", "outside/mirror", "in")).toMatch(/in from outside/);
    expect(presetSays("isolated", "outside/mirror", "out")).toBeUndefined();
    expect(presetSays("confidential", "network/admins", "in")).toMatch(/network of persons/);
    expect(presetSays("confidential", "site/clinic", "in")).toBeUndefined();
  });
});
