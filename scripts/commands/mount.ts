import path from "node:path";
import type { Command } from "commander";
import { UserError } from "../../config/problem.ts";
import type { Recipe, ShareRecipes } from "../../plan/recipes.ts";
import { EXIT, exitWith, processIo, today, type Io } from "../site/io.ts";

export interface MountOptions {
  readonly zone: string;
  /** `<area>/<data set>`. */
  readonly dataset: string;
  /** The zone's site directory. */
  readonly dir: string;
  /** `machines`, or a partner: only that one's recipe, ready to paste. */
  readonly for?: string;
  readonly directory?: string;
  /** A new file for the key of that one, where the share has keys. */
  readonly key?: string;
  /** Asks the cloud for the share's address. */
  readonly live: boolean;
  readonly json: boolean;
}

/** What the cloud alone knows of a share, and the key of a client where a file is named for it. */
async function askCloud(
  { zone, dataset, dir, key }: MountOptions,
  client: string | undefined,
  io: Io,
): Promise<{ readonly source: string; readonly more: string }> {
  const [{ loadZone, openArea }, { placeName }, { mountedFrom, shareNamed, writeKey }] = await Promise.all([
    import("../site/doors.ts"),
    import("../../plan/names.ts"),
    import("../site/share-live.ts"),
  ]);
  const config = await loadZone(zone, dir, io);
  const [area = "", name = ""] = dataset.split("/");
  const session = await openArea(config, area, dir, io);
  try {
    const share = await shareNamed(session, zone, `${placeName(config.name, area)}-${name}`);
    const mounted = await mountedFrom(session, share);
    if (key !== undefined && client !== undefined) await writeKey(session, share, client, path.resolve(io.cwd, key));
    return mounted;
  } finally {
    session.close();
  }
}

/** The client whose key is asked for. @throws UserError where nobody is named, or there is no key */
function clientOf({ key, for: who }: MountOptions, found: ShareRecipes): string | undefined {
  if (key === undefined) return undefined;
  const recipe = found.recipes.find((one) => one.for === who);
  if (recipe?.key) return recipe.key.client;
  throw new UserError({
    what: recipe === undefined ? "a key is one place's" : `${found.dataset} is used without a key`,
    allowed: recipe === undefined ? found.recipes.map((one) => one.for).join(", ") : "shares by CephFS",
    next: recipe === undefined ? "name it with --for" : "leave --key out: a share by NFS has none",
  });
}

const LEVELS = { ro: "read", rw: "read and write" } as const;

/** The whole of a share's recipes, or one of them as a file that cloud-init takes. */
function printed(
  { dataset, of, share, protocol, squash, transit, recipes, notes }: ShareRecipes,
  only: string | undefined,
  io: Io,
): void {
  if (only === undefined) {
    const proof = (one: Recipe): string => (one.key ? `key of client ${one.key.client}` : one.networks.join(", "));
    const rows = recipes.map((one) => [one.for, LEVELS[one.level], proof(one)]);
    const how = protocol === "NFS" ? `squash ${squash ?? "not said"}` : protocol;
    io.out(`${dataset} (${of} ${share}), ${how}, transit ${transit}`);
    const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
    for (const row of rows) io.out(`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`);
    for (const { for: who, fstab, units } of recipes) {
      if (fstab !== null) io.out(`\n# ${who}, /etc/fstab\n${fstab}`);
      for (const [unit, text] of Object.entries(units))
        io.out(`\n# ${fstab === null ? `${who}, ` : ""}/etc/systemd/system/${unit}\n${text.trimEnd()}`);
    }
    io.out("");
    for (const note of notes) io.out(`- ${note}`);
    return;
  }
  const recipe = recipes.find((one) => one.for === only);
  if (recipe === undefined)
    throw new UserError({
      what: `${only} may not use ${dataset}`,
      allowed: recipes.map((one) => one.for).join(", "),
      next: "name one of these",
    });
  for (const note of notes) io.note(note);
  io.out(recipe.cloudInit.trimEnd());
}

/**
 * Prints how a share is mounted by those who may use it. No secret is in it; the key of a client goes into a file, and nowhere else.
 * @throws UserError when the zone's file is wrong, or there is no such share
 */
export async function showMount(options: MountOptions, io: Io): Promise<number> {
  const [{ loadZone }, { planZone }, { shareRecipes }, { mountDirectory }] = await Promise.all([
    import("../site/doors.ts"),
    import("../../plan/zone.ts"),
    import("../../plan/recipes.ts"),
    import("../../config/scalars.ts"),
  ]);
  const { zone, dataset, dir, directory, live, json } = options;
  const config = await loadZone(zone, dir, io);
  if (directory !== undefined && !mountDirectory.safeParse(directory).success)
    throw new UserError({
      what: "a share is not mounted there",
      found: directory,
      allowed: "a directory below /srv, /mnt, /data, /media, /home or /opt",
      next: "name another --directory",
    });
  const plan = planZone(config, today(io));
  // Refused before the cloud is asked.
  const first = shareRecipes(config, plan, dataset);
  const client = clientOf(options, first);
  if (live && first.of === "volume")
    throw new UserError({
      what: `${dataset} is a volume of Quobyte, whose address the zone cannot ask for`,
      why: "the operator made it, and a zone has no credential of the cluster",
      next: "leave --live out, and ask the operator: `pulumi stack output quobyteVolumes` of the tenant's stack",
    });
  const mount = {
    ...(directory === undefined ? {} : { directory }),
    ...(live || client !== undefined ? await askCloud(options, client, io) : {}),
  };
  const found = shareRecipes(config, plan, dataset, mount);
  if (json) io.out(JSON.stringify(found, null, 2));
  else printed(found, options.for, io);
  return EXIT.ok;
}

const EXAMPLES = `
Examples:
  $ tresor mount digimed commons/cohort                          who mounts it, how, and what NFS does not protect
  $ tresor mount digimed commons/cohort --for uni-north --live   cloud-init for a machine of that bench, with the share's address
  $ tresor mount digimed commons/scans --for uni-north --key ./uni-north.secret
                                                                 and the key of that bench's client of CephFS, into a new file of mode 0600

Machines of the zone itself mount by their config: areas.<area>.machines.<group>.mounts (docs/shares.md).`;

export function registerMount(program: Command): void {
  program
    .command("mount")
    .description("how a share is mounted, by whom, and what that does not protect")
    .argument("<zone>", "name of the zone")
    .argument("<area/dataset>", "a data set of kind share or quobyte")
    .option("--dir <directory>", "site directory of the zone", ".")
    .option("--for <partner>", "only this one's cloud-init: a partner's bench, or `machines`")
    .option("--directory <path>", "where it is mounted (default: /data/<data set>)")
    .option("--key <file>", "by CephFS: write that one's key into a new file of mode 0600")
    .option("--live", "ask the cloud for the share's address", false)
    .option("--json", "as JSON", false)
    .addHelpText("after", EXAMPLES)
    .action((zone: string, dataset: string, options: Omit<MountOptions, "zone" | "dataset">) =>
      exitWith(showMount({ ...options, zone, dataset }, processIo)),
    );
}
