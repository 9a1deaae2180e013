import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { UserError } from "../../../config/problem.ts";
import { ledgerProblems, parseLedger } from "../../../plan/ledger-file.ts";

const example = readFileSync(new URL("../../../stacks/examples/ledger.yaml", import.meta.url), "utf8");

const refused = (text: string): readonly string[] => {
  try {
    parseLedger(text, "ledger.yaml");
  } catch (error) {
    if (error instanceof UserError) return error.message.split("\n");
    throw error;
  }
  return [];
};

describe("the ledger's file", () => {
  it("is read with its document, and without zones too", () => {
    expect(Object.keys(parseLedger(example, "ledger.yaml").ledger.zones)).toEqual(["digimed", "mini"]);
    const pools = example.slice(0, example.indexOf("zones:"));
    expect(parseLedger(`${pools}zones:\n`, "ledger.yaml").ledger.zones).toEqual({});
    expect(parseLedger(pools, "ledger.yaml").ledger.zones).toEqual({});
  });

  it.each([
    ["an unknown key", example.replace("networks:", "network:"), /did you mean networks\?/],
    ["a key that is missing", example.replace(/ {2}ipv4:.*\n/, ""), /ledger\.pools\.ipv4: is missing .*Next: add it/],
    ["a number with a leading zero", example.replace("vlan: 100", "vlan: 0100"), /leading zero/],
    ["a key that stands twice", example.replace("  mini:", "  digimed:"), /stands twice/],
    ["an open bracket", example.replace("{ index: 0, vlan: 100 }", "{ index: 0, vlan: 100"), /Next: close it/],
    ["nesting without end", `${example}${"[".repeat(100_000)}`, /nested more than/],
    ["no mapping", "- 1\n", /is not a mapping/],
  ])("refuses %s at its place, with what to do", (_, text, words) => {
    const lines = refused(text);
    expect(lines.join("\n")).toMatch(words);
    for (const line of lines) expect(line).toMatch(/^ledger\.yaml:\d+:\d+: .*Next: /);
  });

  it("tells what contradicts across zones at its place, all at once (C4H-2)", () => {
    const text = example.replace("vlan: 105", "vlan: 100").replace("ipv4: 10.8.16.0/20", "ipv4: 10.8.0.0/20");
    expect(text).not.toBe(example);
    const problems = ledgerProblems(parseLedger(text, "ledger.yaml"));
    const line = (words: string): number => text.split("\n").findLastIndex((each) => each.includes(words)) + 1;
    expect(problems.map(({ path, position }) => [path, position?.line])).toEqual([
      ["ledger.zones.mini.ipv4", line("ipv4: 10.8.0.0/20")],
      ["ledger.zones.mini.networks.work.vlan", line("vlan: 100")],
    ]);
    expect(ledgerProblems(parseLedger(example, "ledger.yaml"))).toEqual([]);
  });

  it("is read in the size of a cloud with every VLAN given", () => {
    const zones = Array.from({ length: 1000 }, (_, zone) => {
      const networks = [0, 1, 2, 3].map(
        (index) => `      a${index}: { index: ${index}, vlan: ${zone * 4 + index + 1} }`,
      );
      return `  z${zone}:\n    ipv4: 10.0.0.0/20\n    ipv6: fd00::/56\n    networks:\n${networks.join("\n")}`;
    });
    const text = `${example.slice(0, example.indexOf("zones:"))}zones:\n${zones.join("\n")}\n`;
    expect(Object.keys(parseLedger(text, "ledger.yaml").ledger.zones)).toHaveLength(1000);
  });
});
