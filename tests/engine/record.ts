import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { Session } from "../../openstack/index.ts";
import { openZone } from "../../scripts/proof/world.ts";
import { pulumi } from "../../scripts/site/pulumi.ts";
import { packageRoot } from "../../scripts/toolchain/root.ts";
import { runMain } from "../../scripts/console.ts";
import { type Answers, LISTS, type Recorded, type RecordedStack, scrubber, withoutPlace } from "./recorded.ts";

/**
 * Records what stands at a release as a fixture of the upgrade test:
 * `node tests/engine/record.ts <version> <operator's site> <zone's site> <zone> [<site of the platform>]`. It reads, and changes
 * nothing there. The platform is the operator's where no other site is named.
 */
async function main(): Promise<undefined> {
  const [version, operatorSite, zoneSite, zone, other] = process.argv.slice(2);
  if (version === undefined || operatorSite === undefined || zoneSite === undefined || zone === undefined)
    throw new Error("usage: node tests/engine/record.ts <version> <operator's site> <zone's site> <zone>");
  const platformSite = other ?? operatorSite;
  const stacks = {
    platform: await exported(platformSite, "platform"),
    [`${zone}-tenant`]: await exported(operatorSite, `${zone}-tenant`),
    [zone]: await exported(zoneSite, zone),
  };
  const files = { "ledger.yaml": await readFile(join(operatorSite, "ledger.yaml"), "utf8") };
  const answers = await answersFor(operatorSite, zoneSite, zone, JSON.stringify(stacks));
  const scrub = scrubber();
  // The OpenStack plugin notes a place below the home of whoever ran it.
  const places = (text: string): string =>
    [platformSite, operatorSite, zoneSite]
      .reduce<string>((rest, site) => rest.replaceAll(site, "@SITE@"), text)
      .replaceAll(`${homedir()}/`, "@HOME@/");
  const recorded: Recorded = JSON.parse(scrub(places(JSON.stringify({ version, zone, stacks, files, answers }))));
  await refuseSecrets(JSON.stringify(recorded), [operatorSite, zoneSite, platformSite]);
  const directory = join(packageRoot, "tests/fixtures", `state-${version}`);
  await mkdir(directory, { recursive: true });
  for (const [stack, { file, state }] of Object.entries(recorded.stacks)) {
    await writeFile(join(directory, `Pulumi.${stack}.yaml`), file);
    await writeFile(join(directory, `${stack}.json`), linesOf(state));
  }
  const { stacks: _stacks, ...rest } = recorded;
  await writeFile(join(directory, "recorded.json"), `${JSON.stringify(rest, null, 1)}\n`);
  process.stdout.write(`wrote ${directory}\n`);
  return undefined;
}

/** A state with a line for each resource. */
function linesOf({ version, deployment }: RecordedStack["state"]): string {
  const { resources, ...rest } = deployment;
  const lines = resources.map((resource) => JSON.stringify(resource)).join(",\n");
  return `{"version":${version},"deployment":{${JSON.stringify(rest).slice(1, -1)},"resources":[\n${lines}\n]}}\n`;
}

async function exported(site: string, stack: string): Promise<RecordedStack> {
  // In the clear only so that the values can be taken out: sealed ones could be opened by no other stack.
  const { exitCode, stdout, stderr } = await pulumi(site, stack, ["stack", "export", "--show-secrets"]);
  if (exitCode !== 0) throw new Error(`pulumi stack export -s ${stack}: ${stderr}`);
  const { version, deployment } = JSON.parse(stdout) as RecordedStack["state"];
  const text = await readFile(join(site, `Pulumi.${stack}.yaml`), "utf8");
  const file = text.replace(/^encryptionsalt:.*\n/m, "").replace(/^# yaml-language-server:.*\n/m, "");
  return { file, state: { version, deployment: withoutPlace(deployment) } };
}

/** What look-ups are answered, as far as the states know of it. */
async function answersFor(operatorSite: string, zoneSite: string, zone: string, states: string): Promise<Answers> {
  const open = (site: string, name: string | undefined): Promise<Session> =>
    Session.open(name, {}, { ...process.env, OS_CLIENT_CONFIG_FILE: join(site, "clouds.yaml") });
  const [, cloud] =
    /^export OS_CLOUD=(\S+)$/m.exec(await readFile(join(operatorSite, "env.platform.sh"), "utf8")) ?? [];
  const operator = await open(operatorSite, cloud);
  const world = await openZone(zoneSite, zone);
  const area = world.areas[Object.keys(world.areas)[0]!]!;
  const projects = Object.values(world.projects);
  const known = (row: Readonly<Record<string, unknown>>, list: string): boolean =>
    list === "security_groups"
      ? projects.includes(String(row["project_id"]))
      : list === "volume_types" || list === "roles" || states.includes(String(row["id"]));
  const lists: Record<string, unknown> = {};
  for (const [list, service, path, query, fields] of LISTS) {
    const rows = await operator.paginate<Record<string, unknown>>(service, path, list, { query });
    lists[list] = rows
      .filter((row) => known(row, list))
      .map((row) => (fields === undefined ? row : Object.fromEntries(fields.map((field) => [field, row[field]]))));
  }
  const identity = async (session: Session) => {
    const { userId, domainId = "", projectId = "" } = await session.token();
    return { id: userId, domain: domainId, project: projectId };
  };
  const user = { ...(await identity(area)), domain: (await world.domain.token()).domainId ?? "" };
  const answers = { user, operator: await identity(operator), lists: lists as Answers["lists"] };
  for (const session of [operator, world.domain, ...Object.values(world.areas)]) session.close();
  return answers;
}

/** @throws Error where anything that is secret in the sites stands in what was recorded */
async function refuseSecrets(text: string, sites: readonly string[]): Promise<void> {
  for (const site of sites) {
    const passphrases = (await readdir(site)).filter((name) => name.startsWith("passphrase."));
    const files = await Promise.all(
      ["clouds.yaml", ...passphrases]
        .filter((name) => existsSync(join(site, name)))
        .map((name) => readFile(join(site, name), "utf8")),
    );
    const secrets = files.flatMap((file) => [
      ...[...file.matchAll(/password: "?([^"\n]+)"?/g)].map((match) => match[1]!),
      ...(file.includes("\n") && file.trim().split("\n").length === 1 ? [file.trim()] : []),
    ]);
    if (secrets.length === 0) throw new Error(`no secret found in ${site}: nothing to compare with`);
    if (secrets.some((secret) => text.includes(secret))) throw new Error(`a secret of ${site} is in what was recorded`);
  }
}

await runMain(main);
