import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import { parseDocument } from "yaml";
import { zoneName } from "../../config/scalars.ts";
import { EXIT, exitWith, processIo, type Io } from "../site/io.ts";
import {
  asksForBackups,
  asOwn,
  chooseExample,
  cloudOf,
  readExamples,
  withCloud,
  type Example,
} from "../site/examples.ts";
import { fileError, readIfThere, readText } from "../site/files.ts";
import { LEDGER } from "../../plan/ledger-file.ts";
import { LINK, linkPackage } from "../site/link.ts";
import { applyFiles, type Outcome, type SiteFile } from "../site/plan-files.ts";
import { pipelineYaml } from "../site/pipeline.ts";
import { PROFILES, profileDirectory, type Profile } from "../site/profiles.ts";
import * as templates from "../site/templates.ts";
import { packageRoot } from "../toolchain/root.ts";
import type { Toolchain } from "../toolchain/types.ts";

export interface InitOptions {
  readonly kind: templates.SiteKind;
  readonly directory: string;
  /** Zones: their tenants for the operator, the one zone itself for a zone. */
  readonly zones: readonly string[];
  readonly from?: string;
  readonly cloud?: string;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** The installed toolchain; undefined where something would have to be installed first. */
type FindToolchain = () => Promise<Toolchain | undefined>;

const findToolchain: FindToolchain = async () => {
  const [{ describeToolchain, ensureToolchain }, { Progress }] = await Promise.all([
    import("../toolchain/index.ts"),
    import("../console.ts"),
  ]);
  if ((await describeToolchain()).writes.length > 0) return undefined;
  class Silent extends Progress {
    override note(): void {}
  }
  return ensureToolchain(new Silent());
};

/** The examples that this site starts from; a stack file that stands there already wins over its example. */
async function stacksOf(options: InitOptions, directory: string, from: string): Promise<readonly Example[]> {
  const examples = await readExamples(from);
  const chosen =
    options.kind === "zone"
      ? options.zones.map((zone) => chooseExample(examples, "zone", zone, zone))
      : [
          chooseExample(examples, "platform", "platform", "platform"),
          ...options.zones.map((zone) => chooseExample(examples, "tenant", `${zone}-tenant`, zone)),
        ];
  return Promise.all(
    chosen.map(async (example) => {
      const there = await readIfThere(path.join(directory, `Pulumi.${example.stack}.yaml`));
      if (there !== undefined) return { ...example, text: there };
      return options.cloud === undefined ? example : withCloud(example, options.cloud);
    }),
  );
}

/** The examples' ledger with the pools and only those zones that start here. */
async function ledgerOf(from: string, zones: readonly string[]): Promise<string> {
  const document = parseDocument(await readText(path.join(from, LEDGER)));
  const known = Object.keys((document.toJS() as { zones?: object } | null)?.zones ?? {});
  for (const zone of known.filter((name) => !zones.includes(name))) document.deleteIn(["zones", zone]);
  return document.toString({ lineWidth: 0 });
}

async function filesOf(
  options: InitOptions,
  facts: templates.SiteFacts,
  examples: readonly Example[],
  from: string,
): Promise<readonly SiteFile[]> {
  const { kind, stacks } = facts;
  const own = examples.map(({ stack, kind: stackKind, text }): SiteFile => {
    const schema = `${LINK}/schemas/stack.schema.json`;
    return { name: `Pulumi.${stack}.yaml`, text: asOwn({ stack, kind: stackKind, text }, schema), keep: "once" };
  });
  const passphrase = templates.passphraseFile(kind, stacks[0]?.name ?? "");
  const ledger: readonly SiteFile[] =
    kind === "operator" ? [{ name: LEDGER, text: await ledgerOf(from, options.zones), keep: "once" }] : [];
  return [
    { name: "Pulumi.yaml", text: templates.pulumiYaml(facts), keep: "generated" },
    ...own,
    ...stacks.map((stack): SiteFile => ({
      name: templates.envFile(stack.name),
      text: templates.envScript(facts, stack),
      keep: "generated",
    })),
    ...ledger,
    { name: passphrase, text: `${randomBytes(32).toString("base64url")}\n`, keep: "secret" },
    { name: ".gitignore", text: templates.GITIGNORE, keep: "generated" },
    { name: "pipeline.yml", text: pipelineYaml(facts), keep: "generated" },
    { name: "README.md", text: templates.siteReadme(facts), keep: "generated" },
  ];
}

const WORDS: Readonly<Record<Outcome, readonly [done: string, would: string]>> = {
  made: ["made", "would make"],
  updated: ["updated", "would update"],
  current: ["current", "current"],
  kept: ["kept", "would keep"],
};

function nextSteps(
  { kind, zones, directory }: InitOptions,
  stacks: readonly templates.StackFacts[],
): readonly string[] {
  const first = stacks[0]?.name ?? "";
  return [
    `cd ${templates.quoted(directory)}`,
    kind === "operator"
      ? "put the administrator's entry into clouds.yaml (mode 0600) and edit the stack files"
      : `edit Pulumi.${first}.yaml; the operator's \`tresor allocate ${zones[0]}\` writes its \`granted:\``,
    "npx tresor validate .",
    ...(kind === "zone" ? [`npx tresor claim ${zones[0]}, with the one-time password that the operator gave you`] : []),
    `. ./${templates.envFile(first)} && pulumi stack init ${first} && pulumi up -s ${first}`,
    ...(kind === "operator"
      ? zones.map((zone) => `npx tresor allocate ${zone}, then the same two pulumi commands for ${zone}-tenant`)
      : []),
  ];
}

/**
 * Makes a site directory, or completes one. Idempotent: what somebody edited is kept and said.
 * @throws UserError when the examples or the directory cannot be read or written
 */
export async function init(options: InitOptions, io: Io, find: FindToolchain = findToolchain): Promise<number> {
  const directory = path.resolve(io.cwd, options.directory);
  const from =
    options.from === undefined ? path.join(packageRoot, "stacks/examples") : path.resolve(io.cwd, options.from);
  const examples = await stacksOf(options, directory, from);
  const stacks = examples.map((example) => ({
    ...{ name: example.stack, cloud: cloudOf(example) },
    backups: asksForBackups(example),
  }));
  const toolchain = await find();
  const compiled = import.meta.url.endsWith(".js");
  const facts: templates.SiteFacts = {
    kind: options.kind,
    directory,
    main: compiled ? `${LINK}/dist/stacks/index.js` : `${LINK}/stacks/index.ts`,
    stacks,
    nodeDirectory: path.dirname(process.execPath),
    packageRoot,
    ...(toolchain === undefined ? {} : { toolchain }),
  };
  const files = await filesOf(options, facts, examples, from);
  if (!options.dryRun)
    await mkdir(path.join(directory, "state"), { recursive: true }).catch((error: unknown) => {
      throw fileError(directory, "made", error);
    });
  const results = await applyFiles(directory, files, options.dryRun);
  const linked = await linkPackage(directory, packageRoot, options.dryRun);
  const next = nextSteps(options, stacks);
  if (options.json) {
    const result = { directory, dryRun: options.dryRun, stacks: stacks.map(({ name }) => name), files: results, next };
    io.out(JSON.stringify({ ...result, linked, toolchain: toolchain !== undefined }, null, 2));
    return EXIT.ok;
  }
  for (const { name, outcome } of results) {
    const why =
      outcome === "kept"
        ? name.startsWith("passphrase.")
          ? "  a passphrase is never made anew"
          : "  it was edited, or is yours"
        : "";
    io.out(`${WORDS[outcome][options.dryRun ? 1 : 0].padEnd(12)} ${name}${why}`);
  }
  if (linked) io.out(`${WORDS.made[options.dryRun ? 1 : 0].padEnd(12)} ${LINK} -> ${packageRoot}`);
  if (toolchain === undefined)
    io.note("note: no Pulumi engine with all plugins is ready. Next: `tresor toolchain`, then this command again.");
  io.out(`\nNext:\n${next.map((step) => `  ${step}`).join("\n")}`);
  return EXIT.ok;
}

function profileArgument(text: string): Profile {
  const profile = PROFILES.find(({ name }) => name === text);
  if (profile === undefined) throw new InvalidArgumentError(`allowed: ${PROFILES.map(({ name }) => name).join(", ")}`);
  return profile;
}

function zoneArgument(text: string, before: readonly string[] = []): readonly string[] {
  const name = text.replace(/-tenant$/, "");
  const { success, error } = zoneName.safeParse(name);
  if (!success) throw new InvalidArgumentError(error.issues[0]?.message ?? "no name of a zone");
  return [...before, name];
}

const EXAMPLES = `
Examples:
  $ tresor init operator ./operator --cloud my-cloud --stack digimed
  $ tresor init zone ./digimed --stack digimed
  $ tresor init zone ./lungs --stack lungs --dry-run     says what would be written
  $ tresor init operator ./operator --profile jump-host

Profiles:
${PROFILES.map(({ name, says }) => `  ${name.padEnd(12)} ${says}`).join("\n")}

A file that you edited is never overwritten; run it again after an update of the toolchain.`;

export function registerInit(program: Command): void {
  program
    .command("init")
    .description("make a site directory for the operator or for a zone")
    .argument("<kind>", "operator or zone", (text) => {
      if (text !== "operator" && text !== "zone") throw new InvalidArgumentError("allowed: operator, zone");
      return text;
    })
    .argument("<dir>", "the directory; made where it is missing")
    .option(
      "--stack <zone>",
      "name of the zone; for an operator once for each zone (default: digimed, or the profile's)",
      zoneArgument,
    )
    .addOption(
      new Option("--profile <name>", "a shape of site to start from, see below")
        .argParser(profileArgument)
        .conflicts("from"),
    )
    .option("--from <dir>", "directory with the examples to start from (default: those of the package)")
    .option("--cloud <entry>", "entry of clouds.yaml to write into the stack files")
    .option("--dry-run", "say what would be written, and write nothing", false)
    .option("--json", "the result as JSON", false)
    .addHelpText("after", EXAMPLES)
    .action((kind: templates.SiteKind, directory: string, given: Record<string, unknown>) => {
      const { stack, profile, ...rest } = given as unknown as InitOptions & {
        readonly stack?: readonly string[];
        readonly profile?: Profile;
      };
      const zones = stack ?? [profile?.zone ?? "digimed"];
      if (kind === "zone" && zones.length > 1) throw new InvalidArgumentError("a zone's site has one --stack");
      const from = profile === undefined ? {} : { from: profileDirectory(profile) };
      return exitWith(init({ ...rest, ...from, kind, directory, zones }, processIo));
    });
}
