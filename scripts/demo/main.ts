import { Command } from "commander";
import { join, relative } from "node:path";
import { bold, duration, Progress, runMain, table } from "../console.ts";
import { devcloudDown, devcloudSettings } from "../devcloud/index.ts";
import { checkPreconditions } from "../devcloud/preconditions.ts";
import { packageRoot } from "../toolchain/root.ts";
import { CHANGE, describeDemo } from "./describe.ts";
import { ensurePeople } from "./people.ts";
import { prove } from "./prove.ts";
import { buildDemo, DEMO, demoSites, type Demo } from "./steps.ts";

interface Options {
  readonly dryRun?: true;
  readonly down?: true;
  readonly proofs: boolean;
  readonly prove?: string;
}

/** What stands now, how to look at it, and how to change it. */
function closingWords({ operator, zone }: Demo): string {
  const here = (path: string): string => relative(process.cwd(), path) || ".";
  const { openstack } = devcloudSettings();
  return `
${bold("What runs now")}
  a real OpenStack on loopback, the zone digimed with its areas commons and heart, and a second zone, mini, as its neighbour

${bold("Look at it")}
  cd ${here(zone.directory)} && . ./env.digimed.sh
  pulumi stack output -s digimed
  ${openstack} --os-cloud digimed-heart server list
  ${openstack} --os-cloud digimed-commons share list

${bold("Change it")}
  in ${here(join(zone.directory, "Pulumi.digimed.yaml"))}, below \`${CHANGE.below}\`, make \`${CHANGE.line}\` into
  \`${CHANGE.becomes}\`, and run, in the same directory,
  pulumi up -s digimed
  to see ${CHANGE.effect}

${bold("Attack it")}
  npx tresor try digimed heart digimed-commons-uni-north
  attacks the area of the heart centre as a person of a university, each time with a positive control

${bold("The operator's half")}
  cd ${relative(zone.directory, operator.directory)} && . ./env.platform.sh && pulumi stack ls

${bold("Stop it")}
  npm run demo -- --down                      in the clone: stops the cloud, keeps everything; npm run demo goes on from there
`;
}

async function demo(options: Options): Promise<number> {
  if (options.dryRun) {
    process.stdout.write(`${await describeDemo()}\n`);
    return 0;
  }
  const progress = new Progress();
  if (options.down) {
    await devcloudDown({}, progress);
    return 0;
  }
  if (options.prove !== undefined) return (await prove(demoSites(), progress, options.prove.split(","))) ? 0 : 2;
  process.stdout.write(`${await describeDemo()}\n\n`);
  await checkPreconditions(devcloudSettings());
  const start = performance.now() - Number(process.env.TRESOR_NPM_MS ?? 0);
  const demo = await buildDemo(progress);
  await progress.stage("people of the benches", async (say) => {
    const names = await ensurePeople(demo.zone.directory, "digimed");
    say(`entries of clouds.yaml: ${names.join(", ")}`);
  });
  const holds = options.proofs ? await prove(demo, progress) : true;
  const npm = process.env.TRESOR_NPM_MS;
  const stages = [
    ...(npm === undefined ? [] : [{ name: "npm dependencies", milliseconds: Number(npm) }]),
    ...progress.stages,
  ];
  const rows = stages.map(({ name, milliseconds }) => [name, duration(milliseconds)]);
  process.stdout.write(`\n${table([["stage", "time"], ...rows, ["in all", duration(performance.now() - start)]])}\n`);
  process.stdout.write(closingWords(demo));
  return holds ? 0 : 2;
}

const program = new Command("npm run demo --")
  .description(
    "Stands up a confidential research zone on a real OpenStack on this machine, and shows that it is isolated.",
  )
  .option("--dry-run", "say what would be installed where, and change nothing")
  .option("--down", "stop the one-machine cloud; everything is kept")
  .option("--no-proofs", "leave out the proofs")
  .option(
    "--prove <groups>",
    "only the proofs, of these groups, on what an earlier run left: machines,packets,storage,shares,tenants,handing-out",
  )
  .addHelpText(
    "after",
    `\nExit codes: 0 everything stands and every proof holds; 2 a proof does not hold; 1 an error.\nThe site directories lie in ${relative(packageRoot, DEMO)}/ of the clone.`,
  );

await runMain(async () => {
  program.parse();
  return demo(program.opts<Options>());
});
