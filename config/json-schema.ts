import * as z from "zod";
import { KINDS, OTHER_KEYS, SCHEMAS, type Kind } from "./index.ts";

/** A JSON Schema as data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const DRAFT = "https://json-schema.org/draft/2020-12/schema";
const DATE = "^\\d{4}-\\d{2}-\\d{2}([T ]00:00:00(\\.0+)?( ?\\+0000 UTC|Z)?)?$";

/** What people may write for a kind: defaults may be left out. */
function schemaOf(kind: Kind): JsonSchema {
  const { $schema: _draft, ...schema } = z.toJSONSchema(SCHEMAS[kind], {
    io: "input",
    unrepresentable: "any",
    override: ({ jsonSchema, zodSchema }) => {
      // zod leaves the default out where something below is transformed (a day); here it is the same before and after.
      const { def } = zodSchema._zod;
      if (def.type === "default") jsonSchema.default ??= (def as unknown as { defaultValue: never }).defaultValue;
      if (jsonSchema.format === "date") {
        delete jsonSchema.anyOf;
        Object.assign(jsonSchema, { type: "string", pattern: DATE });
      }
      // Bounds that only say that a number is exact in JavaScript.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  }) as Record<string, unknown>;
  return schema;
}

/** The schema of one kind's object, what stands below `tresor:<kind>`. */
export const kindSchema = (kind: Kind): JsonSchema => ({ $schema: DRAFT, title: `tresor:${kind}`, ...schemaOf(kind) });

/** The schema of a whole `Pulumi.<stack>.yaml`, for editors: exactly one kind, other namespaces as they like. */
export function stackSchema(): JsonSchema {
  const kinds = Object.fromEntries(KINDS.map((kind) => [`tresor:${kind}`, schemaOf(kind)]));
  const others = Object.fromEntries(
    OTHER_KEYS.map((key) => [
      `tresor:${key}`,
      { description: "Encrypted values, set with `pulumi config set --secret --path`." },
    ]),
  );
  return {
    $schema: DRAFT,
    title: "Stack file of Tresor",
    type: "object",
    required: ["config"],
    properties: {
      config: {
        type: "object",
        properties: { ...kinds, ...others },
        patternProperties: { "^(?!tresor:)": {} },
        additionalProperties: false,
        oneOf: KINDS.map((kind) => ({ required: [`tresor:${kind}`] })),
      },
    },
  };
}
