import { Ajv2020 } from "ajv/dist/2020.js";
import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { KINDS, SCHEMAS } from "../../../config/index.ts";
import { kindSchema, stackSchema } from "../../../config/json-schema.ts";
import { outdated } from "../../../scripts/generate.ts";

const EXAMPLES = new URL("../../../stacks/examples/", import.meta.url);
const examples = readdirSync(EXAMPLES)
  .filter((file) => file.startsWith("Pulumi."))
  .map(
    (file) =>
      [file, parse(readFileSync(new URL(file, EXAMPLES), "utf8")) as { config: Record<string, unknown> }] as const,
  );
const compile = (schema: object) =>
  new Ajv2020({ allErrors: true, validateFormats: false, strict: true, strictRequired: false }).compile(schema);

describe("schemas for editors", () => {
  it("are current, and the reference with them", async () => {
    expect(await outdated(), "run `node scripts/generate.ts`").toEqual([]);
  });

  it.each(examples)("take %s", (_file, document) => {
    const validate = compile(stackSchema());
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    for (const kind of KINDS) {
      const value = document.config[`tresor:${kind}`];
      if (value !== undefined) expect(compile(kindSchema(kind))(value)).toBe(true);
    }
  });

  it("refuse an unknown key, a wrong word, a wrong unit, no kind and two kinds", () => {
    const validate = compile(stackSchema());
    const [, document] = examples.find(([file]) => file === "Pulumi.mini.yaml")!;
    const zone = document.config["tresor:zone"] as Record<string, unknown>;
    const broken = (change: object): boolean => validate({ config: { "tresor:zone": { ...zone, ...change } } });
    expect(broken({})).toBe(true);
    expect(broken({ colour: "blue" })).toBe(false);
    expect(broken({ preset: "secret" })).toBe(false);
    expect(broken({ permit: { ...(zone["permit"] as object), expires: "soon" } })).toBe(false);
    expect(validate({ config: { "openstack:cloud": "x" } })).toBe(false);
    expect(validate({ config: { "tresor:zone": zone, "tresor:zones": zone } })).toBe(false);
    const tenant = examples.find(([file]) => file === "Pulumi.mini-tenant.yaml")![1].config["tresor:tenant"];
    expect(validate({ config: { "tresor:zone": zone, "tresor:tenant": tenant } })).toBe(false);
  });

  it("tell editors what each key is for", () => {
    const bare: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== "object" || node === null) return;
      const { properties = {}, additionalProperties, items } = node as Record<string, Record<string, unknown>>;
      for (const [name, child] of Object.entries(properties)) {
        if (!(child as { description?: string }).description) bare.push(`${path}.${name}`);
        visit(child, `${path}.${name}`);
      }
      visit(additionalProperties, `${path}.<name>`);
      visit(items, `${path}[]`);
    };
    for (const kind of KINDS) visit(kindSchema(kind), kind);
    expect(bare).toEqual([]);
  });

  it("take what the loader's schemas take: defaults may be left out", () => {
    for (const kind of KINDS) expect(SCHEMAS[kind].safeParse({}).success).toBe(false);
    expect(compile(kindSchema("platform"))({ format: 1, cloud: "c", region: "r" })).toBe(true);
    expect(SCHEMAS.platform.safeParse({ format: 1, cloud: "c", region: "r" }).success).toBe(true);
  });
});
