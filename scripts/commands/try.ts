import path from "node:path";
import type { Command } from "commander";
import { UserError } from "../../config/problem.ts";
import type { AttackReport } from "../attacks/types.ts";
import { bold, green, red, yellow } from "../console.ts";
import { EXIT, exitWith, processIo, type Io } from "../site/io.ts";

interface TryOptions {
  readonly zone: string;
  readonly area: string;
  /** Entry of clouds.yaml that attacks. */
  readonly as: string;
  /** The zone's site directory, with the clouds.yaml of the area's own identity. */
  readonly dir: string;
  /** clouds.yaml of the attacker. Default: the zone's. */
  readonly clouds?: string;
  readonly attack?: readonly string[];
  readonly json: boolean;
}

/** Runs the attacks; tests put their own in its place. */
type RunAttacks = (scene: {
  readonly ownerEntry: string;
  readonly ownerClouds: string;
  readonly attackerEntry: string;
  readonly attackerClouds: string;
  readonly area: string;
  readonly only?: readonly string[];
}) => Promise<readonly AttackReport[]>;

const runAttacks: RunAttacks = async ({ ownerEntry, ownerClouds, attackerEntry, attackerClouds, area, only }) => {
  const [{ ATTACKS }, { runAttack }, { Session }] = await Promise.all([
    import("../attacks/table.ts"),
    import("../attacks/run.ts"),
    import("../../openstack/session.ts"),
  ]);
  const owner = await Session.open(ownerEntry, {}, { OS_CLIENT_CONFIG_FILE: ownerClouds });
  const attacker = await Session.open(attackerEntry, {}, { OS_CLIENT_CONFIG_FILE: attackerClouds });
  try {
    const reports: AttackReport[] = [];
    for (const attack of ATTACKS.filter(({ id }) => only === undefined || only.includes(id)))
      reports.push(await runAttack(attack, { owner, attacker, area }));
    return reports;
  } finally {
    owner.close();
    attacker.close();
  }
};

const PAINT = { refused: green, succeeded: red, "could not check": yellow, "nothing to attack": yellow } as const;

/**
 * Attacks an area of a running zone, each attack with its positive control.
 * @returns 0 when each was refused, 2 when one succeeded, 1 when one could not be checked
 */
export async function tryAttacks(options: TryOptions, io: Io, run: RunAttacks = runAttacks): Promise<number> {
  const [{ loadStackOf }, { placeName }, { ATTACKS }] = await Promise.all([
    import("../site/site.ts"),
    import("../../plan/names.ts"),
    import("../attacks/table.ts"),
  ]);
  const ids = ATTACKS.map(({ id }) => id);
  const unknown = (options.attack ?? []).find((id) => !ids.includes(id));
  if (unknown !== undefined) throw new UserError({ what: `there is no attack ${unknown}`, allowed: ids.join(", ") });
  const directory = path.resolve(io.cwd, options.dir);
  const config = await loadStackOf("zone", directory, options.zone, io.cwd);
  if (!Object.hasOwn(config.areas, options.area))
    throw new UserError({
      what: `zone ${config.name} has no area ${options.area}`,
      allowed: Object.keys(config.areas).join(", "),
    });
  const ownerClouds = path.join(directory, "clouds.yaml");
  const reports = await run({
    ownerEntry: placeName(config.cloud ?? config.name, options.area),
    ownerClouds,
    attackerEntry: options.as,
    attackerClouds: options.clouds === undefined ? ownerClouds : path.resolve(io.cwd, options.clouds),
    area: placeName(config.name, options.area),
    ...(options.attack === undefined ? {} : { only: options.attack }),
  });
  if (options.json)
    io.out(JSON.stringify({ zone: config.name, area: options.area, as: options.as, attacks: reports }, null, 2));
  else
    for (const { result, title, says } of reports) {
      io.out(`${PAINT[result](result.padEnd(17))} ${bold(title)}`);
      io.out(`${" ".repeat(18)}${says}`);
    }
  if (reports.some(({ result }) => result === "succeeded")) return EXIT.found;
  // An area without a share needs no refusal of it; an attack that was asked for by name does, and so does at least one.
  const enough = ["refused", ...(options.attack === undefined ? ["nothing to attack"] : [])];
  const proven = reports.some(({ result }) => result === "refused");
  return proven && reports.every(({ result }) => enough.includes(result)) ? EXIT.ok : EXIT.error;
}

const EXAMPLES = `
Examples:
  $ tresor try digimed heart digimed-commons --dir ./digimed          one area's identity attacks the other area
  $ tresor try digimed heart lungs-work --dir ./digimed --clouds ./lungs/clouds.yaml
  $ tresor try digimed heart digimed-commons --attack read-volume --attack router

Attacks: read-volume read-share read-key read-machine read-network open-share create-project raise-quota router
floating-ip share-network port-security plain-volume. What should not have worked is taken back.
Exit code 0 when each was refused as it must be, 2 when one succeeded, 1 when one could not be checked.`;

export function registerTry(program: Command): void {
  program
    .command("try")
    .description("run one live attack with its positive control")
    .argument("<zone>", "name of the zone's stack")
    .argument("<area>", "the area that is attacked")
    .argument("<as>", "entry of clouds.yaml that attacks")
    .option("--dir <dir>", "the zone's site directory", ".")
    .option("--clouds <file>", "clouds.yaml of the attacker (default: that of the zone's site)")
    .option(
      "--attack <id>",
      "this attack only; may be given more than once",
      (id: string, ids: readonly string[] = []) => [...ids, id],
    )
    .option("--json", "the result as JSON", false)
    .addHelpText("after", EXAMPLES)
    .action((zone: string, area: string, as: string, options: Omit<TryOptions, "zone" | "area" | "as">) =>
      exitWith(tryAttacks({ ...options, zone, area, as }, processIo)),
    );
}
