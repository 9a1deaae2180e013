import { KINDS } from "./index.ts";
import { kindSchema, type JsonSchema } from "./json-schema.ts";
import { cell, markdownTable } from "./markdown.ts";

interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Node[];
  readonly format?: string;
  readonly items?: Node;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Node | boolean;
}

/** A key of the config, as one line of the reference. */
interface Row {
  readonly path: string;
  readonly type: string;
  readonly fallback: string;
  readonly meaning: string;
}

const code = (text: string): string => `\`${text}\``;

function typeOf(node: Node): string {
  if (node.format === "date") return "day";
  if (node.const !== undefined) return code(String(node.const));
  if (node.enum !== undefined) return node.enum.map((value) => code(String(value))).join(", ");
  if (node.anyOf !== undefined) return node.anyOf.map(typeOf).join(", ");
  if (node.type === "array") return `list of ${typeOf(node.items ?? {})}`;
  if (node.type === "object") return "mapping";
  return { string: "text", integer: "whole number", boolean: "true, false" }[node.type ?? ""] ?? "any";
}

function fallbackOf(node: Node, isRequired: boolean): string {
  if (isRequired) return "required";
  if (node.default === undefined) return "";
  return code(JSON.stringify(node.default));
}

/** Rows of everything below a node; `<name>` stands for keys that people choose, `[]` for entries of a list. */
function rowsBelow(path: string, node: Node): readonly Row[] {
  if (node.type === "array" && node.items?.properties !== undefined) return rowsBelow(`${path}[]`, node.items);
  const own = Object.entries(node.properties ?? {}).flatMap(([key, child]): readonly Row[] => {
    const at = `${path}.${key}`;
    const isRequired = node.required?.includes(key) === true;
    const row = {
      path: at,
      type: typeOf(child),
      fallback: fallbackOf(child, isRequired),
      meaning: child.description ?? "",
    };
    return [row, ...rowsBelow(at, child)];
  });
  const each = node.additionalProperties;
  if (typeof each !== "object") return own;
  const at = `${path}.<name>`;
  return [
    ...own,
    { path: at, type: typeOf(each), fallback: "", meaning: each.description ?? "" },
    ...rowsBelow(at, each),
  ];
}

function section(kind: string, schema: JsonSchema): string {
  const rows = rowsBelow(kind, schema as Node).map(({ path, type, fallback, meaning }) =>
    [code(path), type, fallback, meaning].map(cell),
  );
  return [
    `## \`tresor:${kind}\``,
    "",
    String(schema["description"] ?? ""),
    "",
    ...markdownTable([["key", "type", "default", "meaning"], ...rows]),
  ].join("\n");
}

const INTRODUCTION = `# Config reference

Generated from the schemas by \`scripts/generate.ts\`; do not edit.

Each stack has one file, \`Pulumi.<stack>.yaml\`, with exactly one of the keys below under \`config:\`. \`<name>\` stands for a key that
you choose, \`[]\` for the entries of a list. Editors complete and check the file with \`schemas/stack.schema.json\`; \`tresor validate\`
checks it fully, with the rules that need more than one value.

How to write it, so that Pulumi's engine and people read the same: no leading zeros (\`0644\`), no merge keys (\`<<\`), no tags; versions and
whatever looks like a number but is text in quotes (\`"1.10"\`); days as \`2027-12-31\`; sizes with a binary unit (\`16 GiB\`, \`2 TiB\`); secrets
never in here, but below \`tresor:secrets\`, set with \`pulumi config set --secret --path\`.`;

/** The reference of all kinds as Markdown. */
export const configReference = (): string =>
  `${[INTRODUCTION, ...KINDS.map((kind) => section(kind, kindSchema(kind)))].join("\n\n")}\n`;
