import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { loadStackFile } from "../../config/loader.ts";
import { UserError } from "../../config/problem.ts";
import { readDocument } from "../../config/read-document.ts";
import {
  computeRows,
  differences,
  filesOf,
  measurementsOf,
  missingOf,
  trusteeMessage,
  type Difference,
} from "../../images/measurements.ts";
import { measurementsSchema, type Measured, type Measurements } from "../../images/measurements-schema.ts";
import { green, table, yellow } from "../console.ts";
import { fileError, readText, writeWhole } from "../site/files.ts";
import { EXIT, exitWith, processIo, type Io } from "../site/io.ts";

export interface TableOptions {
  readonly write: boolean;
  /** The operator's stack file, whose confidential flavors and images must be in the table. */
  readonly platform?: string;
  readonly trustee: boolean;
  readonly list: boolean;
  readonly json: boolean;
}

/** The files that a table names, which lie beside it. */
async function readFiles(definition: Measurements, directory: string): Promise<ReadonlyMap<string, Buffer>> {
  const read = filesOf(definition).map(async (name) => {
    const bytes = await readFile(path.resolve(directory, name)).catch((error: unknown) => {
      throw fileError(name, "read", error, "put it beside the table, or name another one in it");
    });
    return [name, bytes] as const;
  });
  return new Map(await Promise.all(read));
}

/** What the platform offers and the table lacks. @throws UserError for a file that is no platform's */
async function missing(definition: Measurements, platform: string | undefined, io: Io): Promise<readonly string[]> {
  if (platform === undefined) return [];
  const { stack, problems } = loadStackFile(await readText(path.resolve(io.cwd, platform)), platform);
  if (stack?.kind === "platform") return missingOf(stack.config, definition);
  throw new UserError(
    problems.length > 0
      ? problems
      : { what: `${platform} is no stack file of a platform`, next: "name the operator's Pulumi.platform.yaml" },
  );
}

function say(rows: readonly Measured[], changed: readonly Difference[], lacks: readonly string[], io: Io): void {
  if (rows.length > 0)
    io.out(
      table([
        ["host", "image", "flavor", "vcpus", "measurement"],
        ...rows.map((row) => [row.host, row.image, row.flavor, `${row.vcpus}`, row.measurement]),
      ]),
    );
  for (const { what, row } of changed) io.out(`${yellow(what.padEnd(7))} ${row.host}, ${row.image}, ${row.flavor}`);
  for (const line of lacks) io.out(`${yellow("missing")} ${line}`);
  if (changed.length + lacks.length === 0) io.out(`${green("as reviewed")}: ${rows.length} measurements`);
}

/** Computes a table anew and compares it: exit 0 where it is as reviewed or was written, 2 where it is not. */
export async function attestTable(file: string, options: TableOptions, io: Io): Promise<number> {
  const full = path.resolve(io.cwd, file);
  const { value, document } = readDocument(await readText(full), file, "measurements", measurementsSchema);
  if (options.trustee || options.list) {
    // What was reviewed is handed on, not what the files beside it happen to be.
    const lines = options.trustee
      ? [JSON.stringify(trusteeMessage(value.measured))]
      : measurementsOf(value.measured).map((one) => `- ${one}`);
    for (const line of lines) io.out(line);
    return EXIT.ok;
  }
  const rows = computeRows(value, await readFiles(value, path.dirname(full)));
  const [changed, lacks] = [differences(value.measured, rows), await missing(value, options.platform, io)];
  if (options.json) io.out(JSON.stringify({ rows, changed, missing: lacks }, null, 2));
  else say(rows, changed, lacks, io);
  if (options.write && changed.length > 0) {
    document.set("measured", document.createNode(rows));
    await writeWhole(full, document.toString({ lineWidth: 0 }));
    io.note(`wrote ${file}: review it as what your machines may be`);
  }
  return lacks.length > 0 || (changed.length > 0 && !options.write) ? EXIT.found : EXIT.ok;
}

const EXAMPLES = `
Examples:
  $ tresor attest table measurements.yaml --write                                compute the table, then review it
  $ tresor attest table measurements.yaml --platform operator/Pulumi.platform.yaml   is it as reviewed, and complete?
  $ tresor attest table measurements.yaml --list                                 for a policy's measurements
  $ tresor attest table measurements.yaml --trustee                              reference values for Trustee

Exit code: 0 when the table is as reviewed, or was written; 2 when it is not, or lacks a confidential flavor or image of the platform.`;

/** `tresor attest table` */
export function registerTable(attest: Command): void {
  attest
    .command("table")
    .description("the table of expected measurements of images and flavors: compute, compare, hand on")
    .argument("<file>", "the table")
    .option("--write", "write what was computed into the file", false)
    .option("--platform <file>", "the operator's stack file: its confidential flavors and images must be there")
    .option("--list", "print the reviewed measurements for a policy", false)
    .option("--trustee", "print the reviewed measurements as reference values for Trustee", false)
    .option("--json", "as JSON", false)
    .addHelpText("after", EXAMPLES)
    .action((file: string, options: TableOptions) => exitWith(attestTable(file, options, processIo)));
}
