import type { Command } from "commander";
import { UserError } from "../../config/problem.ts";
import type { ShareRecipes } from "../../plan/recipes.ts";
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
  /** Asks the cloud for the share's address. */
  readonly live: boolean;
  readonly json: boolean;
}

/** Where the share is mounted from, as the zone's pipeline sees it. @throws UserError where it is not there yet */
async function exportPath({ zone, dataset, dir }: MountOptions, io: Io): Promise<string> {
  const [{ loadZone, openArea }, { placeName }] = await Promise.all([
    import("../site/doors.ts"),
    import("../../plan/names.ts"),
  ]);
  const config = await loadZone(zone, dir, io);
  const [area = "", name = ""] = dataset.split("/");
  const wanted = `${placeName(config.name, area)}-${name}`;
  const session = await openArea(config, area, dir, io);
  try {
    const what = `look for share "${wanted}"`;
    const all = await session.paginate<{ id: string; name: string }>("shared-file-system", "/shares", "shares", {
      what,
    });
    const [share, more] = all.filter((one) => one.name === wanted);
    if (share === undefined || more !== undefined)
      throw new UserError({
        what: `${share === undefined ? "there is no" : "there are several"} share "${wanted}"`,
        next:
          share === undefined
            ? `run \`pulumi up -s ${zone}\``
            : "run `pulumi refresh`, which tells the one that is ours",
      });
    const { body } = await session.request<{ export_locations: { path: string; preferred?: boolean }[] }>(
      "shared-file-system",
      "GET",
      `/shares/${share.id}/export_locations`,
      { what: `read where share "${wanted}" is mounted from` },
    );
    const [first] = body.export_locations.toSorted(
      (a, b) => Number(b.preferred ?? false) - Number(a.preferred ?? false),
    );
    if (first !== undefined) return first.path;
    throw new UserError({ what: `share "${wanted}" has no address`, next: "ask the storage's operator" });
  } finally {
    session.close();
  }
}

const LEVELS = { ro: "read", rw: "read and write" } as const;

/** The whole of a share's recipes, or one of them as a file that cloud-init takes. */
function printed(
  { dataset, share, squash, transit, recipes, notes }: ShareRecipes,
  only: string | undefined,
  io: Io,
): void {
  if (only === undefined) {
    const rows = recipes.map((one) => [one.for, LEVELS[one.level], one.networks.join(", ")]);
    io.out(`${dataset} (share ${share}), squash ${squash ?? "not said"}, transit ${transit}`);
    const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
    for (const row of rows) io.out(`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`);
    for (const { for: who, fstab } of recipes) io.out(`\n# ${who}, /etc/fstab\n${fstab}`);
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
 * Prints how a share is mounted by those who may use it. No secret is in it.
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
  shareRecipes(config, plan, dataset); // refused before the cloud is asked
  const mount = {
    ...(directory === undefined ? {} : { directory }),
    ...(live ? { source: await exportPath(options, io) } : {}),
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

Machines of the zone itself mount by their config: areas.<area>.machines.<group>.mounts (docs/shares.md).`;

export function registerMount(program: Command): void {
  program
    .command("mount")
    .description("how a share is mounted, by whom, and what that does not protect")
    .argument("<zone>", "name of the zone")
    .argument("<area/dataset>", "a data set of kind share")
    .option("--dir <directory>", "site directory of the zone", ".")
    .option("--for <partner>", "only this one's cloud-init: a partner's bench, or `machines`")
    .option("--directory <path>", "where it is mounted (default: /data/<data set>)")
    .option("--live", "ask the cloud for the share's address", false)
    .option("--json", "as JSON", false)
    .addHelpText("after", EXAMPLES)
    .action((zone: string, dataset: string, options: Omit<MountOptions, "zone" | "dataset">) =>
      exitWith(showMount({ ...options, zone, dataset }, processIo)),
    );
}
