import { bold, duration, green, red, type Progress } from "../console.ts";
import { devcloudSettings } from "../devcloud/index.ts";
import { PROOFS } from "../proof/index.ts";
import type { Proof } from "../proof/proof.ts";
import { openWorld } from "../proof/world.ts";
import type { Demo } from "./steps.ts";

/** One proof as the reader sees it: the claim, then both probes with the cloud's own answers. */
function shown({ claim, negative, control, holds, requirements }: Proof): string {
  return [
    `${holds ? green("holds ") : red("FAILS ")} ${claim}  [${requirements.join(" ")}]`,
    `         control: ${control}`,
    `         attack:  ${negative}`,
  ].join("\n");
}

/** A group whose set-up fails is a proof that does not hold: nothing was shown. */
async function proveGroup(group: string, run: () => Promise<readonly Proof[]>): Promise<readonly Proof[]> {
  try {
    return await run();
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    return [
      {
        group,
        claim: `the proofs of this group could not be run`,
        negative: says,
        control: "none",
        holds: false,
        requirements: [],
      },
    ];
  }
}

/** Runs every proof on the live cloud and prints the table. True if all hold. */
export async function prove(
  demo: Demo,
  progress: Progress,
  groups: readonly string[] = Object.keys(PROOFS),
): Promise<boolean> {
  const proofs = await progress.stage("proofs on the live cloud", async (say) => {
    const world = await openWorld({
      settings: devcloudSettings(),
      operatorSite: demo.operator.directory,
      zoneSite: demo.zone.directory,
      zoneStack: "digimed",
      otherSite: demo.neighbour.directory,
      otherStack: "mini",
    });
    try {
      const all: Proof[] = [];
      for (const [group, run] of Object.entries(PROOFS)) {
        if (!groups.includes(group)) continue;
        const start = performance.now();
        const found = await proveGroup(group, () => run(world));
        all.push(...found);
        say(
          `${group}: ${found.filter(({ holds }) => holds).length} of ${found.length} hold (${duration(performance.now() - start)})`,
        );
      }
      return all;
    } finally {
      await world.close();
    }
  });
  for (const group of new Set(proofs.map((proof) => proof.group))) {
    process.stdout.write(
      `\n${bold(group)}\n${proofs
        .filter((proof) => proof.group === group)
        .map(shown)
        .join("\n")}\n`,
    );
  }
  const held = proofs.filter(({ holds }) => holds).length;
  process.stdout.write(
    `\n${held === proofs.length ? green("all proofs hold") : red(`${proofs.length - held} proofs do not hold`)}: ${held} of ${proofs.length}\n`,
  );
  return held === proofs.length;
}
