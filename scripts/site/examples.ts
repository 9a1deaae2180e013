import { readdir } from "node:fs/promises";
import path from "node:path";
import { isMap, isScalar, parseDocument, type Document } from "yaml";
import { UserError } from "../../config/problem.ts";
import { KINDS, type Kind } from "../../config/index.ts";
import { fileError, readText } from "./files.ts";

/** A stack file of the examples. */
export interface Example {
  readonly stack: string;
  readonly kind: Kind;
  readonly text: string;
}

/** The name of a stack from its file, `Pulumi.<stack>.yaml`; undefined for every other file. */
export const stackOf = (file: string): string | undefined => /^Pulumi\.(.+)\.yaml$/.exec(path.basename(file))?.[1];

/** The kind of a stack file from its keys; undefined when it has none or several, which validation reports. */
function kindOf(document: Document): Kind | undefined {
  const config = document.get("config");
  const kinds = KINDS.filter((kind) => isMap(config) && config.has(`tresor:${kind}`));
  return kinds.length === 1 ? kinds[0] : undefined;
}

/** All stack files of a directory that have a kind. @throws UserError when the directory cannot be read or has none */
export async function readExamples(directory: string): Promise<readonly Example[]> {
  const files = await readdir(directory).catch((error: unknown) => {
    throw fileError(directory, "read", error, "name a directory with stack files");
  });
  const examples: Example[] = [];
  for (const file of files.toSorted()) {
    const stack = stackOf(file);
    if (stack === undefined) continue;
    const text = await readText(path.join(directory, file));
    const kind = kindOf(parseDocument(text));
    if (kind !== undefined) examples.push({ stack, kind, text });
  }
  if (examples.length === 0)
    throw new UserError({
      what: `${directory} holds no stack file Pulumi.<stack>.yaml`,
      next: "name another with --from",
    });
  return examples;
}

const NAME_KEY: Readonly<Record<Kind, string | undefined>> = { platform: undefined, tenant: "zone", zone: "name" };

/** The stack's own file where the examples have one, else the shortest of its kind under the new name. */
export function chooseExample(examples: readonly Example[], kind: Kind, stack: string, name: string): Example {
  const own = examples.find((example) => example.stack === stack);
  if (own && own.kind !== kind)
    throw new UserError({
      what: `the example ${stack} is a ${own.kind}, not a ${kind}`,
      next: "choose another --stack",
    });
  const shortest = examples
    .filter((example) => example.kind === kind)
    .toSorted((left, right) => left.text.length - right.text.length)[0];
  if (own) return own;
  if (!shortest) throw new UserError({ what: `the examples hold no stack of kind ${kind}` });
  const key = NAME_KEY[kind];
  const text = key === undefined ? shortest.text : withScalar(shortest.text, ["config", `tresor:${kind}`, key], name);
  return { stack, kind, text };
}

/** Sets one scalar of a file and leaves every other character as it is; only a new key makes the file be written anew. */
function withScalar(text: string, path: readonly string[], value: string): string {
  const document = parseDocument(text);
  const node: unknown = document.getIn(path, true);
  if (isScalar(node) && node.range) return `${text.slice(0, node.range[0])}${value}${text.slice(node.range[1])}`;
  document.setIn(path, value);
  return document.toString({ lineWidth: 0 });
}

/** Sets the cloud entry that a stack works with. */
export const withCloud = (example: Example, cloud: string): Example => ({
  ...example,
  text: withScalar(example.text, ["config", `tresor:${example.kind}`, "cloud"], cloud),
});

/** The cloud entry that a stack names; a zone without one uses its own name. */
export function cloudOf(example: Example): string {
  const section = parseDocument(example.text).toJS()?.config?.[`tresor:${example.kind}`] as
    { readonly cloud?: unknown; readonly name?: unknown } | undefined;
  const cloud = section?.cloud ?? section?.name;
  return typeof cloud === "string" ? cloud : example.stack;
}

/** Whether a zone's file asks for backups, as a pipeline must know before the file is valid. */
export function asksForBackups(example: Example): boolean {
  const section: unknown = parseDocument(example.text).toJS()?.config?.["tresor:zone"];
  const entries = (value: unknown): readonly unknown[] =>
    typeof value === "object" && value !== null ? Object.values(value) : [];
  const at = (value: unknown, key: string): unknown => (value as Readonly<Record<string, unknown>> | null)?.[key];
  return entries(at(section ?? null, "areas")).some((area) =>
    entries(at(area, "datasets")).some((dataset) => (at(dataset, "backup") ?? undefined) !== undefined),
  );
}

/** What a stack file must not bring along: another site's salt. And the line by which editors find the schema. */
export function asOwn(example: Example, schema: string): string {
  const salt = /^(encryptionsalt|encryptedkey|secretsprovider):.*\n?/gm;
  const schemaLine = /^# yaml-language-server:.*\n/gm;
  return `# yaml-language-server: $schema=${schema}\n${example.text.replace(schemaLine, "").replace(salt, "")}`;
}
