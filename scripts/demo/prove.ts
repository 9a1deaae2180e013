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

/** Runs every proof on the live cloud and prints the table. True if all hold. */
export async function prove(demo: Demo, progress: Progress): Promise<boolean> {
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
        const start = performance.now();
        const found = await run(world);
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
