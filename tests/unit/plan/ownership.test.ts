import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { KINDS } from "../../../config/index.ts";
import { OWNERSHIP, ownershipTable } from "../../../plan/ownership.ts";
import { planPlatform } from "../../../plan/platform.ts";
import { planTenant } from "../../../plan/tenant.ts";
import { planZone } from "../../../plan/zone.ts";
import { examples } from "./examples.ts";

const plans = [
  planPlatform(examples.platform()),
  planTenant(examples.tenant(), examples.entry()),
  planZone(examples.zone()),
];

describe("ownership (DIGIMED-7)", () => {
  it("every kind of object in a plan has exactly one owner, and it is the stack whose plan it is in", () => {
    for (const { kind: stack, objects } of plans)
      for (const kind of new Set(objects.map((object) => object.kind))) {
        const owners = OWNERSHIP.filter((row) => row.kind === kind);
        expect(
          owners.map((row) => row.stack),
          kind,
        ).toEqual([stack]);
      }
  });

  it("no object stands twice in the table, and all three stacks own something", () => {
    expect(new Set(OWNERSHIP.map(({ object }) => object)).size).toBe(OWNERSHIP.length);
    expect(new Set(OWNERSHIP.map(({ stack }) => stack))).toEqual(new Set(KINDS));
  });

  it("the operator's stacks act as the operator, the zone's never do", () => {
    for (const { object, stack, credential } of OWNERSHIP)
      expect(credential === "operator", object).toBe(stack !== "zone");
  });

  it("the table in docs/ownership.md is this table", () => {
    const page = readFileSync(new URL("../../../docs/ownership.md", import.meta.url), "utf8");
    const lines = page.split("\n").filter((line) => line.startsWith("| "));
    // Formatters pad tables: cells are compared, not spaces.
    const cells = (line: string): readonly string[] => line.split("|").map((text) => text.trim().replace(/^-+$/, "-"));
    expect(lines.map(cells)).toEqual(ownershipTable().split("\n").map(cells));
  });
});
