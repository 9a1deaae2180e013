import { readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { policyJsonSchema } from "../attestation/policy.ts";
import { KINDS } from "../config/index.ts";
import { kindSchema, stackSchema } from "../config/json-schema.ts";
import { UserError } from "../config/problem.ts";
import { loadStackFile } from "../config/loader.ts";
import { configReference } from "../config/reference.ts";
import { receiptJsonSchema } from "../deletion/receipt.ts";
import { pictureOf } from "../plan/render/picture.ts";
import { publish } from "../plan/render/publish.ts";
import { svg } from "../plan/render/svg.ts";
import { driversPage, readersTable } from "../plan/storage/page.ts";
import { refusalsTable, trapsTable } from "../policies/nova/page.ts";
import { runMain } from "./console.ts";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** What `tresor plan digimed --svg` prints for the example. */
function examplePicture(): string {
  const file = "stacks/examples/Pulumi.digimed.yaml";
  const { stack, problems } = loadStackFile(readFileSync(path.join(ROOT, file), "utf8"), file);
  if (stack === undefined) throw new UserError(problems);
  return `${svg(pictureOf(publish(stack)))}\n`;
}

/** A page that people write, with the parts between two comments made anew. */
function withParts(file: string, parts: Readonly<Record<string, string>>): string {
  const page = readFileSync(path.join(ROOT, file), "utf8");
  return Object.entries(parts).reduce((text, [part, content]) => withPart(file, text, part, content), page);
}

function withPart(file: string, page: string, part: string, content: string): string {
  const [before, rest] = page.split(`<!-- generated: ${part} -->\n`);
  const after = rest?.slice(rest.indexOf("<!-- end -->") + "<!-- end -->".length);
  if (before === undefined || after === undefined || !rest?.includes("<!-- end -->"))
    throw new UserError({
      what: `${file} has no place for ${part}`,
      next: `write <!-- generated: ${part} --> and <!-- end -->`,
    });
  return `${before}<!-- generated: ${part} -->\n\n${content}\n\n<!-- end -->${after}`;
}

/** Everything that is generated from the schemas and from the example: content by path below the project. */
const generated = (): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(KINDS.map((kind) => [`schemas/${kind}.schema.json`, json(kindSchema(kind))])),
  "schemas/stack.schema.json": json(stackSchema()),
  "schemas/attestation-policy.schema.json": json(policyJsonSchema()),
  "schemas/deletion-receipt.schema.json": json(receiptJsonSchema()),
  "docs/config.md": configReference(),
  "docs/zone.svg": examplePicture(),
  "docs/storage-drivers.md": driversPage(),
  "docs/who-can-read-my-data.md": withParts("docs/who-can-read-my-data.md", { readers: readersTable() }),
  "docs/confidential-machines.md": withParts("docs/confidential-machines.md", {
    refusals: refusalsTable(),
    traps: trapsTable(),
  }),
});

/** Generated files that do not say what the schemas and the example say. */
export async function outdated(root: string = ROOT): Promise<readonly string[]> {
  const files = Object.entries(generated());
  const current = await Promise.all(
    files.map(([file]) => readFile(path.join(root, file), "utf8").catch(() => undefined)),
  );
  return files.flatMap(([file, content], index) => (current[index] === content ? [] : [file]));
}

async function main(): Promise<number> {
  const stale = await outdated();
  if (process.argv.includes("--check")) {
    if (stale.length === 0) return 0;
    throw new UserError(
      stale.map((file) => ({
        what: `${file} does not say what it is made from`,
        next: "run `node scripts/generate.ts`",
      })),
    );
  }
  for (const file of stale) {
    await mkdir(path.dirname(path.join(ROOT, file)), { recursive: true });
    await writeFile(path.join(ROOT, file), generated()[file] ?? "");
    console.log(`wrote ${file}`);
  }
  return 0;
}

if (import.meta.main) await runMain(main);
