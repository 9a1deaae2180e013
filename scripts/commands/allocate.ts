import path from "node:path";
import type { Command } from "commander";
import { UserError } from "../../config/problem.ts";
import type { Granted } from "../../plan/handover.ts";
import type { Ledger } from "../../plan/ledger.ts";
import { EXIT, exitWith, processIo, type Io } from "../site/io.ts";

interface AllocateOptions {
  readonly zone: string;
  /** The operator's site directory. */
  readonly dir: string;
  /** Stack file of the zone that gets its `granted:`. */
  readonly write?: string;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** One network of the zone as the ledger has it now. */
interface Row {
  readonly network: string;
  readonly vlan: number | null;
  readonly ipv4: string;
  readonly ipv6: string;
  readonly isNew: boolean;
}

function rowsOf(before: Ledger, after: Ledger, zone: string, granted: Granted): readonly Row[] {
  const known = Object.hasOwn(before.zones, zone) ? before.zones[zone]?.networks : undefined;
  return Object.entries(granted.networks).map(([network, subnets]) => ({
    network,
    vlan: after.zones[zone]?.networks[network]?.vlan ?? null,
    ...subnets,
    isNew: known === undefined || !Object.hasOwn(known, network),
  }));
}

/** What an allocation came to. */
interface Allocation {
  readonly rows: readonly Row[];
  readonly granted: Granted;
  /** Files that were written, or would be. */
  readonly wrote: readonly string[];
  /** Images of which neither an id nor a checksum is known. */
  readonly unpinned: readonly string[];
}

/** Reads both halves, allocates, and writes the ledger and the zone's file; the ledger is locked meanwhile. */
async function allocateFiles({ zone, dir, write, dryRun }: AllocateOptions, io: Io): Promise<Allocation> {
  const [
    { allocate },
    { handover },
    { LEDGER, ledgerText },
    { loadStackOf, shownFile },
    { readSoundLedger },
    files,
    { withFileLock },
    { formerPreset, withGranted },
    { withDigests },
    { fallen },
  ] = await Promise.all([
    import("../../plan/allocation.ts"),
    import("../../plan/handover.ts"),
    import("../../plan/ledger-file.ts"),
    import("../site/site.ts"),
    import("../site/ledger-file.ts"),
    import("../site/files.ts"),
    import("../site/lock.ts"),
    import("../site/granted.ts"),
    import("../site/digests.ts"),
    import("../../policies/preset-change.ts"),
  ]);
  const directory = path.resolve(io.cwd, dir);
  const tenant = await loadStackOf("tenant", directory, `${zone}-tenant`, io.cwd);
  const stated = await loadStackOf("platform", directory, "platform", io.cwd);
  const { platform, unpinned } = await withDigests(stated, tenant.images, directory);
  const target = write === undefined ? undefined : path.resolve(io.cwd, write);

  const work = async (): Promise<Allocation> => {
    const read = await readSoundLedger(directory);
    const next = allocate(read.ledger, tenant);
    const granted = handover(platform, tenant, next.zones[zone]!);
    const wrote: string[] = [];
    const put = async (file: string, before: string, after: string): Promise<void> => {
      if (before === after) return;
      wrote.push(shownFile(file, io.cwd));
      if (!dryRun) await files.writeWhole(file, after);
    };
    // The zone's file is judged before anything is written, and written last: a kill between leaves a ledger that the next run reads.
    const zoneText = target === undefined ? "" : await files.readText(target, "`tresor init zone` makes one");
    // A zone that is new to the ledger was granted nothing yet, whatever the example says from which its file was made.
    const former = Object.hasOwn(read.ledger.zones, zone) ? formerPreset(zoneText) : undefined;
    const wordless = fallen("tenant", former, tenant.preset, tenant.lowered);
    if (wordless !== undefined) throw new UserError(wordless);
    const zoneAfter = target === undefined ? "" : withGranted(zoneText, shownFile(target, io.cwd), zone, granted);
    if (next !== read.ledger) await put(read.file, "", ledgerText(read, next));
    if (target !== undefined) await put(target, zoneText, zoneAfter);
    return { rows: rowsOf(read.ledger, next, zone, granted), granted, wrote, unpinned };
  };
  return dryRun ? work() : withFileLock(path.join(directory, LEDGER), work);
}

/**
 * Appends to the ledger what a zone lacks, and prints or writes what is handed over to it.
 * @throws UserError when a pool is exhausted, a file is wrong, the ledger contradicts itself in any zone, or the tenant names what the
 *   platform lacks
 */
export async function allocateZone(options: AllocateOptions, io: Io): Promise<number> {
  const { zone, dryRun } = options;
  const { rows, granted, wrote, unpinned } = await allocateFiles(options, io);
  if (options.json) {
    io.out(JSON.stringify({ zone, dryRun, networks: rows, granted, wrote, unpinned }, null, 2));
    return EXIT.ok;
  }
  const { table } = await import("../console.ts");
  const cells = rows.map(({ network, vlan, ipv4, ipv6, isNew }) => [
    network,
    String(vlan ?? "-"),
    ipv4,
    ipv6,
    isNew ? "new" : "as before",
  ]);
  io.note(table([["network", "vlan", "ipv4", "ipv6", ""], ...cells]));
  if (unpinned.length > 0)
    io.note(
      `note: ${unpinned.join(", ")}: no checksum is handed over, because the image file is not here, and no zone but an open one takes it. Next: state sha512 in platform.images, or allocate where the file is`,
    );
  io.note(
    wrote.length > 0
      ? `${dryRun ? "would write" : "wrote"} ${wrote.join(" and ")}`
      : "nothing is new: no file was written",
  );
  if (options.write === undefined) io.out((await import("../site/granted.ts")).grantedText(granted).trimEnd());
  return EXIT.ok;
}

const EXAMPLES = `
Examples:
  $ tresor allocate digimed --dir ./operator                                     prints what is handed over
  $ tresor allocate digimed --dir ./operator --write ./digimed/Pulumi.digimed.yaml
  $ tresor allocate digimed --dir ./operator --dry-run --json

The ledger is appended to and never renumbered. Commit it: it is the only record of what was given.`;

export function registerAllocate(program: Command): void {
  program
    .command("allocate")
    .description("give a zone its VLAN ids and addresses, and write what is handed over")
    .argument("<zone>", "name of the zone; its tenant is the stack <zone>-tenant")
    .option("--dir <dir>", "the operator's site directory", ".")
    .option("--write <file>", "the zone's Pulumi.<zone>.yaml, whose granted: is replaced")
    .option("--dry-run", "say what would be written, and write nothing", false)
    .option("--json", "the result as JSON", false)
    .addHelpText("after", EXAMPLES)
    .action((zone: string, options: Omit<AllocateOptions, "zone">) =>
      exitWith(allocateZone({ ...options, zone }, processIo)),
    );
}
