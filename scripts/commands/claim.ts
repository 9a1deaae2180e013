import path from "node:path";
import { Option, type Command } from "commander";
import { UserError } from "../../config/problem.ts";
import { sendsInClear } from "../../openstack/transport.ts";
import { EXIT, exitWith, processIo, type Io } from "../site/io.ts";
import type { Keystone, KeystoneAddress } from "../site/keystone.ts";

export interface ClaimOptions {
  readonly zone: string;
  /** The zone's site directory. */
  readonly dir: string;
  readonly authUrl?: string;
  readonly cacert?: string;
  readonly passwordFile?: string;
  readonly passwordStdin: boolean;
  /** The operator's site directory, where both halves are on one machine. */
  readonly from?: string;
  readonly json: boolean;
}

/** What the command reaches beyond its own files; tests put their own in its place. */
export interface ClaimWorld {
  keystone(address: KeystoneAddress): Promise<Keystone>;
  /** An output of a stack, secrets shown. */
  stackOutput(site: string, stack: string, output: string): Promise<string>;
}

const world: ClaimWorld = {
  keystone: async (address) => (await import("../site/keystone.ts")).openKeystone(address),
  stackOutput: async (site, stack, output) => {
    const { pulumi } = await import("../site/pulumi.ts");
    const run = await pulumi(site, stack, ["stack", "output", output, "--show-secrets"], { timeout: 120_000 });
    const text = run.stdout.trim();
    if (run.exitCode === 0 && text !== "") return text;
    throw new UserError({
      what: `the stack ${stack} in ${site} gives no ${output}`,
      why: run.stderr.trim().split("\n").at(-1) ?? "",
      next: `run \`pulumi up -s ${stack}\` there first`,
    });
  },
};

/** Where Keystone is: as said, else as the operator's or the zone's own clouds.yaml has it. */
async function addressOf(options: ClaimOptions, io: Io, prefix: string, region: string): Promise<KeystoneAddress> {
  const [{ readIfThere }, { readEntry }, { loadStackOf }] = await Promise.all([
    import("../site/files.ts"),
    import("../site/clouds-yaml.ts"),
    import("../site/site.ts"),
  ]);
  const entryOf = async (directory: string, name: string): Promise<KeystoneAddress | undefined> => {
    const file = path.join(path.resolve(io.cwd, directory), "clouds.yaml");
    const text = await readIfThere(file);
    return text === undefined ? undefined : readEntry(text, file, name);
  };
  const own = await entryOf(options.dir, prefix);
  const operator =
    options.from === undefined
      ? undefined
      : await entryOf(
          options.from,
          (await loadStackOf("tenant", path.resolve(io.cwd, options.from), `${options.zone}-tenant`, io.cwd)).cloud,
        );
  const authUrl = options.authUrl?.replace(/\/+$/, "").replace(/\/v3$/, "") ?? operator?.authUrl ?? own?.authUrl;
  if (authUrl === undefined)
    throw new UserError({ what: "it is not known where Keystone is", next: "give --auth-url as the operator told it" });
  // `keystone.example:5000` is a URL too, of the scheme "keystone.example".
  if (!/^https?:\/\//.test(authUrl) || !URL.canParse(authUrl))
    throw new UserError({
      what: options.authUrl === undefined ? "auth_url in clouds.yaml is no URL" : "--auth-url is no URL",
      found: authUrl,
      allowed: "such as https://keystone.example:5000",
    });
  if (sendsInClear(authUrl)) io.note(`warning: ${authUrl} is used without TLS: it gets the passwords in the clear`);
  const known = operator ?? own;
  const cacert = options.cacert === undefined ? known?.cacert : path.resolve(io.cwd, options.cacert);
  return {
    authUrl,
    region,
    ...(cacert === undefined ? {} : { cacert }),
    ...(known?.interface === undefined ? {} : { interface: known.interface }),
  };
}

async function oneTimePassword(options: ClaimOptions, io: Io, { stackOutput }: ClaimWorld): Promise<string> {
  const { readText } = await import("../site/files.ts");
  const read = async (): Promise<string> => {
    if (options.from !== undefined)
      return stackOutput(path.resolve(io.cwd, options.from), `${options.zone}-tenant`, "pipelineOneTimePassword");
    if (options.passwordFile !== undefined) return readText(path.resolve(io.cwd, options.passwordFile));
    if (options.passwordStdin) return io.stdin();
    throw new UserError({
      what: "this zone is not claimed yet, and no one-time password was given",
      next: "give the operator's with --password-file or --password-stdin; never on the command line, where others see it",
    });
  };
  const password = (await read()).replace(/\r?\n$/, "");
  if (password !== "") return password;
  throw new UserError({ what: "the one-time password is empty", next: "ask the operator for it" });
}

const SAID = {
  claimed: "claimed: the one-time password is changed and logs in no more",
  resumed: "claimed: an earlier run had changed the password, this one wrote the entries",
  already: "already claimed: the entries are refreshed",
} as const;

/** First login of a zone's pipeline. @throws UserError when a part is missing or Keystone refuses it */
export async function claim(options: ClaimOptions, io: Io, reach: ClaimWorld = world): Promise<number> {
  const [{ claimZone }, { loadStackOf, shownFile }] = await Promise.all([
    import("../site/claim.ts"),
    import("../site/site.ts"),
  ]);
  const directory = path.resolve(io.cwd, options.dir);
  const config = await loadStackOf("zone", directory, options.zone, io.cwd);
  const prefix = config.cloud ?? config.name;
  const address = await addressOf(options, io, prefix, config.places.region);
  const keystone = await reach.keystone(address);
  try {
    const result = await claimZone(
      {
        zone: config.name,
        prefix,
        areas: Object.keys(config.areas),
        directory,
        address,
        oneTimePassword: () => oneTimePassword(options, io, reach),
      },
      keystone,
    );
    const file = shownFile(result.file, io.cwd);
    if (options.json) io.out(JSON.stringify({ zone: config.name, ...result, file }, null, 2));
    else io.out(`${SAID[result.outcome]}\n${file}: ${result.entries.join(", ")}`);
    return EXIT.ok;
  } finally {
    keystone.close();
  }
}

const EXAMPLES = `
Examples:
  $ tresor claim digimed --dir ./digimed --auth-url https://keystone.example:5000 --password-file ./one-time
  $ pass show cloud/one-time | tresor claim digimed --dir ./digimed --auth-url https://keystone.example:5000 --password-stdin
  $ tresor claim digimed --dir ./digimed --from ./operator        both halves on one machine

It can be killed and run again at any point. Run it again after adding an area: it writes the new entry.`;

export function registerClaim(program: Command): void {
  program
    .command("claim")
    .description("first login of a zone's pipeline: change the one-time password, write clouds.yaml")
    .argument("<zone>", "name of the zone's stack")
    .option("--dir <dir>", "the zone's site directory", ".")
    .option("--auth-url <url>", "address of Keystone (default: from --from, or as clouds.yaml has it)")
    .option("--cacert <file>", "CA certificates to trust")
    .addOption(
      new Option("--password-file <file>", "file with the one-time password").conflicts(["passwordStdin", "from"]),
    )
    .addOption(
      new Option("--password-stdin", "read the one-time password from standard input").conflicts("from").default(false),
    )
    .option("--from <dir>", "the operator's site directory, to take the one-time password from its stack")
    .option("--json", "the result as JSON", false)
    .addHelpText("after", EXAMPLES)
    .action((zone: string, options: Omit<ClaimOptions, "zone">) => exitWith(claim({ ...options, zone }, processIo)));
}
