import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { flowZone } from "../../../bench/flow-zone.ts";
import { generateLedger, generateZone, generateZones, SIZES } from "../../../bench/generate.ts";
import { formatProblem } from "../../../config/problem.ts";
import { flowsOf } from "../../../plan/flows.ts";
import { checkLedger } from "../../../plan/ledger-check.ts";
import { ledgerSchema } from "../../../plan/ledger.ts";
import { planZone } from "../../../plan/zone.ts";
import { checkStackFile } from "../../../policies/index.ts";

const context = { today: "2026-11-21" };

describe("generated zones", () => {
  it("are the same for one seed, and others for another", () => {
    const texts = (seed: number): readonly string[] => generateZones(20, seed).map(({ text }) => text);
    expect(texts(1)).toEqual(texts(1));
    expect(texts(2)).not.toEqual(texts(1));
  });

  it("stay the same when more of them are asked for", () => {
    expect(generateZones(40).slice(0, 10)).toEqual(generateZones(10));
  });

  it("pass every rule, beyond the 256th as well", () => {
    const zones = [...generateZones(100), ...[255, 256, 999, 4095].map((index) => generateZone(index))];
    for (const { name, text } of zones)
      expect(checkStackFile(text, name, context).problems.map(formatProblem), name).toEqual([]);
  });

  it("would be refused with a fault in them", () => {
    const { name, text } = generateZone(0);
    const broken = text.replace("confidential: sev-snp", "confidential: none");
    expect(broken).not.toBe(text);
    expect(checkStackFile(broken, name, context).problems).not.toEqual([]);
  });

  it("are distinct and mixed in size, and a larger one plans more", () => {
    const zones = generateZones(100);
    expect(new Set(zones.map(({ name }) => name)).size).toBe(100);
    expect(new Set(zones.map(({ text }) => text.replaceAll(/zone\d+/g, "")))).toHaveLength(100);
    const planned = (size: (typeof SIZES)[number]): number => {
      const { stack } = checkStackFile(generateZone(0, 1, size).text, size, context);
      return stack?.kind === "zone" ? planZone(stack.config).objects.length : 0;
    };
    for (const size of SIZES) expect(zones.some((zone) => zone.size === size)).toBe(true);
    expect(planned("small")).toBeLessThan(planned("medium"));
    expect(planned("medium")).toBeLessThan(planned("large"));
  });

  it("come with a sound ledger", () => {
    const ledger = ledgerSchema.parse(parse(generateLedger(generateZones(300))));
    expect(Object.keys(ledger.zones)).toHaveLength(300);
    expect(checkLedger(ledger)).toEqual([]);
  });
});

describe("a generated zone of many flows", () => {
  it("passes every rule, with all its areas and flows", () => {
    const { stack, problems } = checkStackFile(flowZone(10, 100), "flows", context);
    expect(problems.map(formatProblem)).toEqual([]);
    if (stack?.kind !== "zone") throw new Error("no zone");
    expect(Object.keys(stack.config.areas)).toHaveLength(10);
    expect(flowsOf(stack.config)).toHaveLength(100);
  });
});
