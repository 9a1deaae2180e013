import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { confirmedPlaces } from "../../../config/places.ts";
import { loadStackFile, selectKind, validateConfig } from "../../../config/loader.ts";
import { formatProblem } from "../../../config/problem.ts";
import { checkStackConfig, checkStackFile } from "../../../policies/index.ts";

const EXAMPLES = new URL("../../../stacks/examples/", import.meta.url);
const text = (name: string): string => readFileSync(new URL(name, EXAMPLES), "utf8");
const stacks = readdirSync(EXAMPLES).filter((file) => file.startsWith("Pulumi."));
const lineOf = (source: string, part: string): number =>
  source.split("\n").findIndex((line) => line.includes(part)) + 1;
const context = { today: "2026-11-21" };

describe("the examples", () => {
  it.each(stacks)("%s is accepted without a word", (file) => {
    const { problems, warnings, stack } = checkStackFile(text(file), file, context);
    expect([...problems, ...warnings].map(formatProblem)).toEqual([]);
    expect(stack).toBeDefined();
  });

  it("hold a zone of at most 15 lines", () => {
    expect(text("Pulumi.mini.yaml").trimEnd().split("\n").length).toBeLessThanOrEqual(15);
  });

  it("carry no salt and no secret", () => {
    for (const file of stacks) expect(text(file)).not.toMatch(/encryptionsalt|secure:/);
  });
});

describe("loadStackFile", () => {
  it("fills in defaults", () => {
    const { stack } = loadStackFile(text("Pulumi.mini.yaml"), "mini");
    expect(stack?.kind === "zone" && stack.config.preset).toBe("confidential");
    expect(stack?.kind === "zone" && stack.config.areas["work"]?.machines["box"]?.count).toBe(1);
  });

  it("takes bytes, and a byte order mark", () => {
    const bytes = new TextEncoder().encode(`\ufeff${text("Pulumi.mini.yaml")}`);
    expect(loadStackFile(bytes, "mini").problems).toEqual([]);
  });

  it("takes Windows line ends", () => {
    expect(loadStackFile(text("Pulumi.digimed.yaml").replaceAll("\n", "\r\n"), "x").problems).toEqual([]);
  });

  it("gives the place of a value, of a key for a mapping, and of what is above for what is missing", () => {
    const { places } = loadStackFile(
      "config:\n  tresor:zone:\n    name: x\n    areas:\n      a:\n        kind: b\n",
      "f",
    );
    expect(places.at(["name"])).toEqual({ file: "f", line: 3, column: 11 });
    expect(places.at(["areas", "a"])).toEqual({ file: "f", line: 5, column: 7 });
    expect(places.at(["areas", "a", "flows", 0])).toEqual({ file: "f", line: 5, column: 7 });
    expect(places.key(["areas", "a", "kind"])).toEqual({ file: "f", line: 6, column: 9 });
  });

  it("follows a small alias, as Pulumi does", () => {
    const aliased = text("Pulumi.digimed.yaml")
      .replace("zones: [nova]", "zones: &zones [nova]")
      .replace("partners: [heart-centre, uni-north, uni-south]", "partners: &all [heart-centre, uni-north, uni-south]");
    expect(loadStackFile(aliased, "x").problems).toEqual([]);
  });

  it("takes both spellings of a day (Pulumi rewrites it)", () => {
    for (const day of ["2029-12-31", '"2029-12-31"', "2029-12-31 00:00:00 +0000 UTC", "2029-12-31T00:00:00Z"]) {
      const { stack, problems } = loadStackFile(text("Pulumi.mini.yaml").replace("2029-12-31", day), "x");
      if (day.endsWith("Z")) expect(problems.length, day).toBe(1);
      else expect(stack?.kind === "zone" && stack.config.permit.expires, day).toBe("2029-12-31");
    }
  });
});

describe("selectKind", () => {
  it("ignores other namespaces", () => {
    expect(selectKind(["openstack:cloud", "tresor:zone", "tresor:secrets"])).toEqual({ kind: "zone", problems: [] });
  });
  it("refuses none, two and unknown", () => {
    expect(selectKind([]).problems[0]?.what).toBe("no kind of stack");
    expect(selectKind(["tresor:zone", "tresor:platform"]).problems[0]?.what).toBe("two kinds of stack in one file");
    expect(selectKind(["tresor:zoen"]).problems[0]?.next).toBe("did you mean tresor:zone?");
  });
});

describe("what the engine hands over", () => {
  const file = text("Pulumi.digimed.yaml");
  const asEngine = (source: string): unknown => {
    const value = structuredClone(loadStackFile(source, "x").value) as { permit: { expires: string } };
    value.permit.expires = `${value.permit.expires} 00:00:00 +0000 UTC`;
    return value;
  };

  it("is accepted with the engine's spelling of days", () => {
    expect(checkStackConfig("zone", asEngine(file), context).problems).toEqual([]);
  });

  it("is placed where the file says the same", () => {
    const broken = file.replace("owner: heart-centre", "owner: hospital");
    const [problem] = checkStackConfig(
      "zone",
      asEngine(broken),
      context,
      loadStackFile(broken, "Pulumi.x.yaml"),
    ).problems;
    expect(problem?.position).toEqual({ file: "Pulumi.x.yaml", line: lineOf(broken, "owner: hospital"), column: 20 });
    expect(problem?.path).toBe("zone.areas.commons.datasets.cohort.owner");
  });

  it("has the dotted path alone where the file says something else", () => {
    const broken = file.replace("owner: heart-centre", "owner: hospital");
    const [problem] = checkStackConfig(
      "zone",
      asEngine(broken),
      context,
      loadStackFile(file, "Pulumi.x.yaml"),
    ).problems;
    expect(problem?.position).toBeUndefined();
    expect(problem?.path).toBe("zone.areas.commons.datasets.cohort.owner");
  });

  it("is refused for how its file is written, though the engine's value no longer shows it (DIGIMED-6)", () => {
    const written = [
      [file.replace("cores: 8", "cores: 010"), "zone.granted.quotas.commons.cores"],
      [file.replace("id: ethics-2026-117", "id:\n        secure: v1:AAAA:BBBB"), "zone.permit.id"],
    ] as const;
    for (const [source, path] of written) {
      const { problems, stack } = checkStackConfig("zone", asEngine(file), context, loadStackFile(source, "x"));
      expect(problems.map((problem) => problem.path)).toEqual([path]);
      expect(stack).toBeUndefined();
    }
  });

  it("confirms nothing about a value of another shape", () => {
    const loaded = loadStackFile(file, "x");
    expect(confirmedPlaces(loaded, { name: "digimed" }).at(["name"])).toBeDefined();
    expect(confirmedPlaces(loaded, { name: ["digimed"] }).at(["name"])).toBeUndefined();
    expect(confirmedPlaces(loaded, undefined).at(["name"])).toBeUndefined();
  });

  it("is refused by kind", () => {
    expect(validateConfig("tenant", asEngine(file)).problems.length).toBeGreaterThan(0);
    for (const value of [undefined, null, 7, "zone", []])
      expect(validateConfig("zone", value).problems).toHaveLength(1);
  });
});
