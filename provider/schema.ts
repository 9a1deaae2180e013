import { z } from "zod";
import { inputSchema } from "./check.ts";
import { KINDS } from "./kinds.ts";
import type { Kind } from "./resource.ts";

export const VERSION = "0.1.0";

type Json = Record<string, unknown>;

interface PropertySpec {
  type?: string;
  $ref?: string;
  items?: PropertySpec;
  additionalProperties?: PropertySpec;
  description?: string;
  secret?: boolean;
}

interface ObjectSpec {
  readonly description?: string;
  readonly type: "object";
  readonly properties: Record<string, PropertySpec>;
  readonly required: readonly string[];
}

/** A package schema of Pulumi, as far as this provider needs one (pulumi.com/docs, Pulumi Package schema). */
interface PackageSchema {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly types: Record<string, ObjectSpec>;
  readonly resources: Record<
    string,
    Omit<ObjectSpec, "type"> & {
      readonly inputProperties: Record<string, PropertySpec>;
      readonly requiredInputs: readonly string[];
    }
  >;
}

/** JSON Schema of one property to Pulumi's; nested objects become named types, because Pulumi knows no other. */
function property(json: Json, token: string, types: Record<string, ObjectSpec>): PropertySpec {
  if (json.type === "array") return { type: "array", items: property(json.items as Json, token, types) };
  if (json.type === "object" && json.properties === undefined) {
    const values = (json.additionalProperties ?? { type: "string" }) as Json;
    return { type: "object", additionalProperties: property(values, token, types) };
  }
  if (json.type === "object") {
    types[token] ??= objectSpec(json, token, types);
    return { $ref: `#/types/${token}` };
  }
  // A choice of values, such as 256 or 512: all are of one type.
  const [first] = (json.anyOf ?? []) as Json[];
  const type = json.type ?? first?.type;
  return { type: typeof type === "string" ? type : "string" };
}

function objectSpec(json: Json, token: string, types: Record<string, ObjectSpec>): ObjectSpec {
  const entries = Object.entries((json.properties ?? {}) as Record<string, Json>);
  const properties = entries.map(([key, value]) => {
    const child = `${token}${key.slice(0, 1).toUpperCase()}${key.slice(1)}`;
    return [key, property(value, child, types)] as const;
  });
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    required: ((json.required ?? []) as string[]).toSorted(),
  };
}

function resource(kind: Kind, types: Record<string, ObjectSpec>): PackageSchema["resources"][string] {
  const json = z.toJSONSchema(inputSchema(kind), { io: "input", unrepresentable: "any" }) as Json;
  const { properties, required } = objectSpec(json, kind.token, types);
  const withSecrets = Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [
      key,
      kind.secret?.includes(key) ? { ...value, secret: true } : value,
    ]),
  );
  return {
    description: kind.summary,
    inputProperties: withSecrets,
    requiredInputs: required,
    properties: { ...withSecrets, ...kind.outputs },
    required: [...required, ...Object.keys(kind.outputs ?? {})],
  };
}

function build(): PackageSchema {
  const types: Record<string, ObjectSpec> = {};
  const resources = Object.fromEntries([...KINDS.values()].map((kind) => [kind.token, resource(kind, types)]));
  const description =
    "What no OpenStack provider has: sets that are owned whole, encryption of types, quotas, machines that are up.";
  return { name: "tresor", version: VERSION, description, types, resources };
}

/** All tokens with the names and types of their inputs and outputs. */
export const providerSchema: PackageSchema = build();
