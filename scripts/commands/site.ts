import path from "node:path";
import type { Command } from "commander";
import { UserError } from "../../config/problem.ts";
import { EXIT, exitWith, processIo, today, type Io } from "../site/io.ts";

export interface SiteOptions {
  readonly zone: string;
  readonly site: string;
  /** The zone's site directory. */
  readonly dir: string;
  readonly area?: string;
  readonly address?: string;
  readonly publicKey?: string;
  readonly json: boolean;
}

/**
 * Prints the file for a site's own device. No key is in it, so it may be sent by mail.
 * @throws UserError when the zone's file is wrong, or the site has no tunnel
 */
export async function showSite(options: SiteOptions, io: Io): Promise<number> {
  const [{ readIfThere }, { loadStack, shownFile, stackFile }, { checkStackFile }, { siteFile }] = await Promise.all([
    import("../site/files.ts"),
    import("../site/site.ts"),
    import("../../policies/index.ts"),
    import("../../plan/vpn/site-file.ts"),
  ]);
  const { zone, site, dir, json, ...end } = options;
  const directory = path.resolve(io.cwd, dir);
  const file = stackFile(directory, zone);
  const text = await readIfThere(file);
  if (text === undefined) await loadStack(directory, zone, io.cwd); // says which stacks there are
  const { stack, problems } = checkStackFile(text ?? "", shownFile(file, io.cwd), { today: today(io) });
  if (stack === undefined) throw new UserError(problems);
  if (stack.kind !== "zone")
    throw new UserError({ what: `stack ${zone} is a ${stack.kind}`, next: "name the stack of a zone" });
  const made = siteFile(stack.config, site, end);
  io.note(`${made.path}, for site/${site} to area ${made.area}; the key is not in it`);
  io.out(json ? JSON.stringify(made, null, 2) : made.text.trimEnd());
  return EXIT.ok;
}

const EXAMPLES = `
Examples:
  $ tresor site textmining clinic > textmining.conf      strongSwan; the cloud's address as the operator granted it
  $ tresor site heart clinic --public-key CQkJ... > wg0.conf

docs/guide-partner-site.md tells the clinic's engineer what to do with it.`;

export function registerSite(program: Command): void {
  program
    .command("site")
    .description("the file for a clinic's own end of its tunnel, ready but for its key")
    .argument("<zone>", "name of the zone")
    .argument("<site>", "name below zone.sites")
    .option("--dir <dir>", "the zone's site directory", ".")
    .option("--area <area>", "area of the tunnel, where flows of several name the site")
    .option("--address <address>", "the cloud's end, which the site dials (default: as the operator granted it)")
    .option("--public-key <key>", "of the WireGuard gateway, as it printed it")
    .option("--json", "the result as JSON", false)
    .addHelpText("after", EXAMPLES)
    .action((zone: string, site: string, options: Omit<SiteOptions, "zone" | "site">) =>
      exitWith(showSite({ ...options, zone, site }, processIo)),
    );
}
