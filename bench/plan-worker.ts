// Reads, judges and plans every zone file of a directory in this one process: what `tresor validate` does, and the plan of each
// written out as JSON, as whole-cloud drift would read it. Prints what it did and how long each part took.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { stackOf } from "../scripts/site/examples.ts";
import { parseLedger } from "../plan/ledger-file.ts";
import { publish } from "../plan/render/publish.ts";
import { checkStackFile } from "../policies/index.ts";

const ready = performance.now();
const directory = process.argv[2] ?? ".";
const { ledger } = parseLedger(readFileSync(join(directory, "ledger.yaml"), "utf8"), "ledger.yaml");
let [checkMs, planMs, objects, bytes, zones] = [0, 0, 0, 0, 0];
for (const file of readdirSync(directory).toSorted()) {
  if (stackOf(file) === undefined) continue;
  const input = readFileSync(join(directory, file));
  const start = performance.now();
  const { stack, problems } = checkStackFile(input, file, { today: "2026-11-21", ledger });
  const checked = performance.now();
  if (stack === undefined) throw new Error(`${file} is refused: ${JSON.stringify(problems[0])}`);
  const plan = publish(stack, ledger);
  bytes += JSON.stringify(plan).length;
  planMs += performance.now() - checked;
  checkMs += checked - start;
  objects += plan.objects.length;
  zones++;
}
process.stdout.write(JSON.stringify({ readyMs: ready, checkMs, planMs, zones, objects, bytes }));
