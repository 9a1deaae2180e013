import { z } from "zod";
import type { Call } from "../../resource.ts";
import { defineKind, stable } from "../../resource.ts";
import { nameOf, ROOT, taken } from "./federation.ts";

const mappingPath = (mapping: string): string => `${ROOT}/mappings/${mapping}`;

function canonicalRules(text: string): string | undefined {
  try {
    const rules: unknown = JSON.parse(text);
    return Array.isArray(rules) && rules.length > 0 ? stable(rules, true) : undefined;
  } catch {
    return undefined;
  }
}

const mappingInputs = z.object({
  name: nameOf("the mapping"),
  rules: z
    .string("must be a list of rules as JSON")
    .refine((text) => canonicalRules(text) !== undefined, "must be a list of rules as JSON")
    .transform((text) => canonicalRules(text) ?? text),
});
type MappingInputs = z.infer<typeof mappingInputs>;

const findRules = async ({ session }: Call, name: string): Promise<string | undefined> => {
  const what = `read mapping ${name}`;
  const found = await session.find<{ mapping: { rules: unknown } }>("identity", mappingPath(name), { what });
  return found && stable(found.mapping.rules, true);
};

const putRules = ({ session }: Call, method: "PUT" | "PATCH", { name, rules }: MappingInputs): Promise<unknown> =>
  session.request("identity", method, mappingPath(name), {
    body: { mapping: { rules: JSON.parse(rules) as unknown } },
    what: `${method === "PUT" ? "create" : "change"} mapping ${name}`,
  });

/** How claims become groups. */
export const mapping = defineKind({
  module: "identity",
  name: "Mapping",
  summary: "All rules by which Keystone maps a provider's claims to users and groups, as JSON.",
  inputs: mappingInputs,
  replaceOn: ["name"],
  create: async (call, wanted) => {
    const there = await findRules(call, wanted.name);
    // A mapping carries no mark: one with the very rules is an interrupted run's, or does no harm.
    if (there === undefined) await putRules(call, "PUT", wanted);
    else if (there !== wanted.rules) throw taken(`mapping ${wanted.name}`);
    return { id: wanted.name };
  },
  read: async (call, name) => {
    const rules = await findRules(call, name);
    return rules === undefined ? undefined : { name, rules };
  },
  update: async (call, _name, wanted) => {
    await putRules(call, "PATCH", wanted);
    return undefined;
  },
  delete: async ({ session }, name) => {
    await session.request("identity", "DELETE", mappingPath(name), { what: `delete mapping ${name}`, expect: [404] });
  },
});
