import path from "node:path";
import type { Command } from "commander";
import { UserError } from "../../config/problem.ts";
import { EXIT, exitWith, processIo, type Io } from "../site/io.ts";

export interface DoorOptions {
  readonly zone: string;
  /** The zone's site directory. */
  readonly dir: string;
  readonly json: boolean;
}

export interface OutOptions extends DoorOptions {
  /** File that is written; it must not be there yet. */
  readonly out: string;
}

export interface ReleaseOptions extends DoorOptions {
  readonly record: string;
  readonly actor: string;
  readonly actors: string;
  readonly reason: string;
}

/** All doors of a zone: names, ends, networks, containers; no secret. */
export async function doorList({ zone, dir, json }: DoorOptions, io: Io): Promise<number> {
  const [{ doorsOf, loadZone }, { table }] = await Promise.all([import("../site/doors.ts"), import("../console.ts")]);
  const doors = doorsOf(await loadZone(zone, dir, io));
  if (json) io.out(JSON.stringify(doors, null, 2));
  else if (doors.length === 0) io.out(`${zone} has no door; areas.<area>.doors in its config makes one`);
  else {
    const rows = doors.map((door) => [
      ...[door.kind, door.area, door.who, door.until],
      door.networks.join(", ") || "the crawler's credential",
    ]);
    io.out(table([["door", "area", "for", "until", "from"], ...rows]));
  }
  return EXIT.ok;
}

/** Writes a secret to a new file of mode 0600. @throws UserError where the file is there already */
async function writeSecret(out: string, text: string, io: Io): Promise<string> {
  const { writeNewSecret } = await import("../site/files.ts");
  const file = path.resolve(io.cwd, out);
  if (await writeNewSecret(file, text)) return file;
  throw new UserError({
    what: `${out} is there already`,
    why: "an address or a credential that was handed out before may be in it",
    next: "move it away, or name another file with --out",
  });
}

/** Writes the script by which a provider sends data. @throws UserError where the door is shut or the file is there */
export async function doorIngest(asked: string, options: OutOptions, io: Io): Promise<number> {
  const { doorOf, loadZone, openArea, uploadScriptOf } = await import("../site/doors.ts");
  const { zone, dir, out, json } = options;
  const config = await loadZone(zone, dir, io);
  const door = doorOf(config, "ingest", asked);
  const session = await openArea(config, door.area, dir, io);
  try {
    const file = await writeSecret(out, await uploadScriptOf(zone, door, session), io);
    const { until, networks } = door;
    if (json) io.out(JSON.stringify({ door: asked, file, until, networks }, null, 2));
    else {
      io.out(`${out}: opens ${asked} until ${until}, from ${networks.join(", ")}`);
      io.out(`hand it to ${door.who} as you would hand over a password; there: sh ${path.basename(file)} FILE...`);
    }
    return EXIT.ok;
  } finally {
    session.close();
  }
}

/** The login of an area's crawler, from the stack's outputs. @throws UserError where there is none */
async function loginOf(zone: string, dir: string, area: string, io: Io): Promise<{ id: string; secret: string }> {
  const { pulumi } = await import("../site/pulumi.ts");
  const run = await pulumi(path.resolve(io.cwd, dir), zone, ["stack", "output", "--json", "--show-secrets"]);
  if (run.exitCode !== 0)
    throw new UserError({
      what: `the outputs of stack ${zone} cannot be read`,
      why: run.stderr.trim().split("\n").at(-1) ?? "",
      next: `run \`pulumi stack output -s ${zone}\` in its site directory`,
    });
  type Logins = Readonly<Record<string, { readonly id: string; readonly secret: string } | undefined>>;
  const { serviceLogins = {} } = JSON.parse(run.stdout) as { readonly serviceLogins?: Logins };
  const login = serviceLogins[`service-user/${zone}/${area}/crawler`];
  if (login !== undefined && login.secret !== "") return login;
  throw new UserError({
    what: `the crawler of ${area} has no credential`,
    why: "the door's time is over, or it was never opened",
    next: `run \`pulumi up -s ${zone}\``,
  });
}

/** Writes a clouds.yaml with the crawler's credential. @throws UserError where there is none, or the file is there */
export async function doorCrawler(area: string, options: OutOptions, io: Io): Promise<number> {
  const { doorOf, loadZone, openArea } = await import("../site/doors.ts");
  const { zone, dir, out, json } = options;
  const config = await loadZone(zone, dir, io);
  const door = doorOf(config, "results", area);
  const login = await loginOf(config.name, dir, area, io);
  const session = await openArea(config, area, dir, io);
  const { entry } = session;
  session.close();
  const { stringify } = await import("yaml");
  const name = `${config.name}-${area}-${door.who}`;
  const auth = {
    auth_url: `${entry.authUrl}/v3`,
    application_credential_id: login.id,
    application_credential_secret: login.secret,
  };
  const region = entry.region === undefined ? {} : { region_name: entry.region };
  const cloud = { auth_type: "v3applicationcredential", auth, ...region, interface: entry.interface };
  const file = await writeSecret(out, stringify({ clouds: { [name]: cloud } }), io);
  const [run = "", results = ""] = door.containers;
  if (json)
    io.out(JSON.stringify({ area, file, cloud: name, until: door.until, reads: run, writes: results }, null, 2));
  else io.out(`${out}: entry ${name}, until ${door.until}: reads ${run}, writes ${results}, and nothing else`);
  return EXIT.ok;
}

/**
 * Releases an approved request: copies its files to where the area's readers may read them, proves each copy, then enters it in the record.
 * @throws UserError naming the rule that refuses, or the file that is another one; then nothing stays released
 */
export async function doorRelease(
  [area, request]: readonly [string, string],
  options: ReleaseOptions,
  io: Io,
): Promise<number> {
  const [{ doorOf, loadZone, openArea }, { releaseFiles, withdrawFiles }, { airlockStep, requestIn }] =
    await Promise.all([import("../site/doors.ts"), import("../site/release.ts"), import("./airlock.ts")]);
  const config = await loadZone(options.zone, options.dir, io);
  const [, from = "", to = ""] = doorOf(config, "results", area).containers;
  const { direction, state, files } = await requestIn(options.record, request, io);
  if (direction !== "export" || state !== "releasing" || files === undefined)
    throw new UserError({
      what: `${request} is not there to be released`,
      found: `${direction}, ${state}`,
      allowed: "an export that was approved (releasing)",
      next: `\`tresor airlock show ${options.record} ${request}\` says who may do what`,
    });
  const session = await openArea(config, area, options.dir, io);
  const release = { from, to, request };
  try {
    const copies = await releaseFiles(session, release, files);
    return await airlockStep([options.record, request, "release"], copies, options, io).catch(
      async (error: unknown) => {
        await withdrawFiles(session, release, Object.keys(copies));
        throw error;
      },
    );
  } finally {
    session.close();
  }
}

const common = (command: Command): Command =>
  command
    .option("--dir <directory>", "site directory of the zone", ".")
    .option("--json", "as JSON, without any secret", false);

const EXAMPLES = `
Examples:
  $ tresor door list digimed
  $ tresor door ingest digimed heart/heart-centre --out send-to-digimed.sh   the script by which the heart centre sends
  $ sh send-to-digimed.sh scan-1.tar scan-2.tar                              there, from one of the door's networks
  $ tresor door crawler digimed heart --out crawler-clouds.yaml              how the crawler logs in
  $ tresor door release digimed heart export-1 --record airlock.jsonl --actor crawler --reason "approved"

What is written by --out opens a door: mode 0600, never over a file that is there. Nothing secret is shown or stands on a command line.
Any change of a door's networks or end, and a freeze, make a new key: what was handed out before opens nothing any more.`;

/** `tresor door list | ingest | crawler | release` */
export function registerDoor(program: Command): void {
  const group = program
    .command("door")
    .description("hand out and use the doors of a zone: data in, results out")
    .addHelpText("after", EXAMPLES);
  common(group.command("list <zone>").description("the doors of a zone: for whom, from where, until when")).action(
    (zone: string, options: Omit<DoorOptions, "zone">) => exitWith(doorList({ ...options, zone }, processIo)),
  );
  common(group.command("ingest <zone> <area/provider>").description("write the script by which a provider sends data"))
    .requiredOption("--out <file>", "the new script; it opens the door")
    .action((zone: string, asked: string, options: Omit<OutOptions, "zone">) =>
      exitWith(doorIngest(asked, { ...options, zone }, processIo)),
    );
  common(group.command("crawler <zone> <area>").description("write a clouds.yaml with the crawler's credential"))
    .requiredOption("--out <file>", "the new clouds.yaml; it is the crawler's login")
    .action((zone: string, area: string, options: Omit<OutOptions, "zone">) =>
      exitWith(doorCrawler(area, { ...options, zone }, processIo)),
    );
  common(group.command("release <zone> <area> <request>").description("copy an approved export to the area's readers"))
    .requiredOption("--record <file>", "the airlock's record")
    .requiredOption("--actor <id>", "the system's account in the table of actors")
    .option("--actors <file>", "table of who may act", "airlock-actors.yaml")
    .requiredOption("--reason <text>", "why, for the one who audits it")
    .action((zone: string, area: string, request: string, options: Omit<ReleaseOptions, "zone">) =>
      exitWith(doorRelease([area, request], { ...options, zone }, processIo)),
    );
}
