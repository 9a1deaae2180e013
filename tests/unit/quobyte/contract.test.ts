import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { int64 } from "../../../quobyte/contract/build.ts";
import type { MethodName } from "../../../quobyte/contract/index.ts";
import { CODES, METHODS } from "../../../quobyte/contract/index.ts";
import { loosened } from "../../../quobyte/contract/loose.ts";

/** Names and types of the published messages, taken from the document and not from our schemas. */
interface Published {
  readonly methods: Readonly<Record<string, readonly [request: string, response: string]>>;
  readonly structs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly enums: Readonly<Record<string, readonly string[]>>;
}

const file = join(import.meta.dirname, "..", "..", "fixtures", "quobyte", "published-3.24.4.json");
const published = JSON.parse(readFileSync(file, "utf8")) as Published;
const names = Object.keys(METHODS) as MethodName[];

const documentOf = (schema: z.core.$ZodType): string | undefined =>
  z.globalRegistry.get(schema)?.["document"] as string | undefined;

/** What differs between a schema and the published type of this name. */
function differences(schema: z.core.$ZodType, type: string, path: string): string[] {
  if (schema instanceof z.ZodOptional) return differences(schema.def.innerType, type, path);
  if (type.startsWith("[]"))
    return schema instanceof z.ZodArray
      ? differences(schema.element, type.slice(2), `${path}[]`)
      : [`${path}: no list, published as ${type}`];
  const words = published.enums[type];
  if (words !== undefined && schema instanceof z.ZodEnum) {
    const ours = [...schema.options].map(String).sort();
    return JSON.stringify(ours) === JSON.stringify([...words].sort()) ? [] : [`${path}: other words than ${type}`];
  }
  if (schema instanceof z.ZodObject) return fieldDifferences(schema, type, path);
  if (schema === int64) return type === "int64" ? [] : [`${path}: int64, published as ${type}`];
  const ours =
    schema._zod.def.type === "number"
      ? schema instanceof z.ZodNumberFormat
        ? "int32"
        : "float32"
      : schema._zod.def.type;
  const same = { string: "string", boolean: "bool" }[String(ours)] ?? ours;
  // The one word of two that every request may carry stands as a plain string in the document.
  return same === type || (path.endsWith(".retry") && ours === "enum")
    ? []
    : [`${path}: ${same}, published as ${type}`];
}

function fieldDifferences(schema: z.ZodObject, type: string, path: string): string[] {
  const document = documentOf(schema);
  if (!document?.endsWith(`: ${type}`)) return [`${path}: cites ${document}, published as ${type}`];
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    const where = published.structs[type]?.[name];
    const inner = field instanceof z.ZodOptional ? field.def.innerType : field;
    if (where === undefined) return documentOf(inner) === undefined ? [`${path}.${name}: in no document`] : [];
    return differences(field, where, `${path}.${name}`);
  });
}

describe("the contract", () => {
  it.each(names)("%s has only what is published, with its types", (name) => {
    const [request, response] = published.methods[name] ?? ["", ""];
    expect(differences(METHODS[name].params, request, name)).toEqual([]);
    expect(differences(METHODS[name].result, response, name)).toEqual([]);
  });

  it("would tell a field that somebody invented, and a wrong type", () => {
    const invented = METHODS.createVolume.params.extend({ encrypted: z.boolean() });
    const cited = invented.meta({ document: documentOf(METHODS.createVolume.params) });
    expect(differences(cited, "CreateVolumeRequest", "it")).toEqual(["it.encrypted: in no document"]);
    const wrong = METHODS.createVolume.params.extend({ name: z.boolean() }).meta({ document: ": CreateVolumeRequest" });
    expect(differences(wrong, "CreateVolumeRequest", "it")).toEqual(["it.name: bool, published as string"]);
  });

  it("names a document for every method and every code", () => {
    for (const { documents } of Object.values(METHODS))
      expect(documents.join()).toMatch(/quobyte\/types\.go: \w+Request/);
    for (const { document } of Object.values(CODES))
      expect(document).toMatch(/jsonrpc\.py: ERROR_|rpc_client\.go: decode/);
  });

  it("leaves fields to the published ones in requests", () => {
    const { success, error } = METHODS.createVolume.params.safeParse({ name: "a", encrypted: true });
    expect(success).toBe(false);
    expect(error?.issues[0]?.code).toBe("unrecognized_keys");
    expect(METHODS.createVolume.params.safeParse({ name: "a", tenant_id: "t" }).success).toBe(true);
  });
});

describe("loosened", () => {
  const read = loosened(METHODS.getVolumeList.result);

  it("lets what a newer server says pass through, at every depth", () => {
    const context = { file_encryption_method: "AES_GCM_512", since: "5.0" };
    const answer = { volume: [{ volume_uuid: "v", color: 7, volume_encryption_context: context }], more: true };
    expect(read.parse(answer)).toEqual(answer);
  });

  it("takes null for absent, and gives 64-bit numbers as BigInt", () => {
    const { volume } = read.parse({ volume: [{ volume_uuid: "v", name: null, file_count: 3 }] });
    expect(volume?.[0]).toEqual({ volume_uuid: "v", name: undefined, file_count: 3n });
    expect(read.parse({})).toEqual({});
  });

  it.each([
    ["an answer without what it must have", { volume: [{ name: "a" }] }],
    ["another type", { volume: [{ volume_uuid: 7 }] }],
    ["a number that was rounded", { volume: [{ volume_uuid: "v", file_count: 2 ** 60 }] }],
    ["a number beyond 64 bits", { volume: [{ volume_uuid: "v", file_count: 2n ** 63n }] }],
    ["a list for a message", { volume: [[]] }],
  ])("refuses %s", (_, answer) => {
    expect(read.safeParse(answer).success).toBe(false);
  });
});
