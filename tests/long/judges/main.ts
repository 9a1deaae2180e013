/**
 * The judges on any cloud: `node tests/long/judges/main.ts --help`. The entries come from clouds.yaml, found as openstacksdk finds it
 * (`OS_CLIENT_CONFIG_FILE`). Exit code 0 where nothing is worse, 2 where something is, 1 where the judges could not be heard.
 */
import { readFile, writeFile } from "node:fs/promises";
import { Command } from "commander";
import { Session } from "../../../openstack/index.ts";
import { runMain, table } from "../../../scripts/console.ts";
import type { Account, Judged } from "./config.ts";
import { JUDGES, refusalsOf } from "./panel.ts";
import { sitAll, type Session as Sitting } from "./run.ts";
import { count, notRefused, worse } from "./verdict.ts";

interface Options {
  readonly cloud: string;
  readonly second?: string;
  readonly operator?: string;
  readonly volumeType?: string;
  readonly closedType?: string;
  readonly shareType?: string;
  readonly before?: string;
  readonly out?: string;
}

async function accountOf(name: string): Promise<Account> {
  const session = await Session.open(name);
  try {
    return { entry: session.entry, userId: (await session.token()).userId };
  } finally {
    session.close();
  }
}

async function judgedBy({ cloud, second, operator, volumeType, closedType, shareType }: Options): Promise<Judged> {
  return {
    work: await accountOf(cloud),
    ...(second === undefined ? {} : { second: await accountOf(second) }),
    ...(operator === undefined ? {} : { operator: await accountOf(operator) }),
    ...(volumeType === undefined ? {} : { volumeType }),
    ...(closedType === undefined ? {} : { closedType }),
    ...(shareType === undefined ? {} : { shareType }),
  };
}

/** What is worse than before, and what is open that is closed to a zone on purpose. */
function findings(now: readonly Sitting[], before: readonly Sitting[]): readonly string[] {
  return now.flatMap(({ judge, verdicts }) => [
    ...worse(before.find((one) => one.judge === judge)?.verdicts ?? {}, verdicts),
    ...notRefused(verdicts, refusalsOf(judge)).map((words) => `to be refused, and was not: ${words}`),
  ]);
}

async function main(): Promise<number> {
  const options = new Command("judges")
    .description("OpenStack's own tests with a zone's credential")
    .requiredOption("--cloud <entry>", "the zone's pipeline on the area that is judged, such as digimed-heart")
    .option("--second <entry>", "the same on another area, for classes that want two projects")
    .option("--operator <entry>", "the operator, who makes public share types meanwhile: on a test cloud alone")
    .option("--volume-type <name>", "a granted type. Default: the project's own")
    .option("--closed-type <name>", "a type in the clear, which the zone is to be refused")
    .option("--share-type <name>", "a granted type")
    .option("--before <file>", "what --out of an earlier run wrote: nothing that passed there may fail now")
    .option("--out <file>", "writes the verdicts as JSON")
    .parse()
    .opts<Options>();
  const before = options.before === undefined ? [] : (JSON.parse(await readFile(options.before, "utf8")) as Sitting[]);
  const now = await sitAll(JUDGES, await judgedBy(options), (what) => process.stderr.write(`${what}\n`));
  if (options.out !== undefined) await writeFile(options.out, `${JSON.stringify(now, undefined, 2)}\n`);
  const outcomes = ["passed", "refused", "skipped", "failed"] as const;
  const rows = now.map(({ judge, seconds, verdicts }) => [
    judge,
    ...outcomes.map((outcome) => String(count(verdicts, outcome))),
    `${seconds} s`,
  ]);
  process.stdout.write(`${table([["judge", ...outcomes, ""], ...rows])}\n`);
  const found = findings(now, before);
  process.stdout.write(found.map((words) => `${words}\n`).join(""));
  return found.length === 0 ? 0 : 2;
}

await runMain(main);
