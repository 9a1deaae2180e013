import type { Command } from "commander";
import { Progress, bold, table } from "../console.ts";
import {
  type Toolchain,
  type ToolchainDescription,
  describeToolchain,
  ensureToolchain,
  stageSummary,
} from "../toolchain/index.ts";

const examples = `
Examples:
  tresor toolchain --dry-run       says which engine and plugins would be used and what would be written where
  tresor toolchain                 installs what is missing and prints the paths
  eval "$(tresor toolchain --env)" lets this shell use them
  TRESOR_ENGINE=modules tresor toolchain
                                   builds the engine from its published Go modules, whatever else is there

Exit codes: 0 usable, 1 not (the error says what to install).
`;

interface Flags {
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly env?: boolean;
}

/** `tresor toolchain`: the Pulumi engine and its plugins, installed and shown. */
export function registerToolchain(program: Command): void {
  program
    .command("toolchain")
    .summary("install the Pulumi engine and plugins, or show them")
    .description(
      "Makes the Pulumi engine and the plugins usable: what is on the PATH, else the official release, else the same engine built from its published Go modules.",
    )
    .option("--dry-run", "only say what would be used and installed where")
    .option("--env", "print shell commands that put the toolchain into the environment")
    .option("--json", "print the result as JSON")
    .addHelpText("after", examples)
    .action(run);
}

async function run(flags: Flags): Promise<void> {
  if (flags.dryRun) {
    const description = await describeToolchain();
    print(flags.json ? JSON.stringify(description, undefined, 2) : showDescription(description));
    return;
  }
  const toolchain = await ensureToolchain(new Progress());
  if (flags.json) print(JSON.stringify(toolchain, undefined, 2));
  else print(flags.env ? shellCommands(toolchain) : showToolchain(toolchain));
}

const print = (text: string): boolean => process.stdout.write(`${text}\n`);

function showDescription({ engine, plugins, writes }: ToolchainDescription): string {
  const ways = engine.considered.map(({ way, taken, because }) => `  ${taken ? "->" : " -"} ${way}: ${because}`);
  const rows = plugins.map(({ name, version, source, because }) => [name, version, source, because]);
  const written = writes.map(({ where, what }) => `  ${where}: ${what}`);
  return [
    bold("Engine"),
    ...ways,
    "",
    table([["PLUGIN", "VERSION", "FROM", "WHY"], ...rows]),
    "",
    ...(written.length > 0 ? [bold("Would write"), ...written] : ["All stands ready: nothing would be written."]),
  ].join("\n");
}

function showToolchain(toolchain: Toolchain): string {
  const rows = toolchain.plugins.map(({ name, version, source, path }) => [
    name,
    version,
    source,
    path ?? "Pulumi's plugin cache",
  ]);
  const times = stageSummary(toolchain);
  return [
    `pulumi   ${toolchain.pulumi} (${toolchain.version}, ${toolchain.source})`,
    `on PATH  ${toolchain.binDirectory}`,
    ...(times ? [`took     ${times}`] : []),
    "",
    table([["PLUGIN", "VERSION", "FROM", "WHERE"], ...rows]),
  ].join("\n");
}

/** For `eval`: PATH is extended, not replaced, so that later changes to it are kept. */
function shellCommands({ binDirectory, environment }: Toolchain): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  const rest = Object.entries(environment).filter(([name]) => name !== "PATH");
  return [
    `export PATH=${quote(binDirectory)}:"$PATH"`,
    ...rest.map(([name, value]) => `export ${name}=${quote(value)}`),
  ].join("\n");
}
