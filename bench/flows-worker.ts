// Reads, judges and plans one zone file in this process, and prints what it came to and what each part cost this thread of CPU time,
// which others who use the machine do not change.
import { readFileSync } from "node:fs";
import { planned } from "../plan/types.ts";
import { planZone } from "../plan/zone.ts";
import { checkStackFile } from "../policies/index.ts";

const file = process.argv[2] ?? "";
const input = readFileSync(file);
/** CPU milliseconds of this thread since its start. */
const used = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};
const start = used();
const { stack, problems } = checkStackFile(input, file, { today: "2026-11-21" });
const checked = used();
if (stack?.kind !== "zone") throw new Error(`${file} is refused: ${JSON.stringify(problems[0])}`);
const plan = planZone(stack.config);
const planCpuMs = used() - checked;
const rules = planned(plan, "rule-set").flatMap(({ facts }) => facts.rules);
const addressGroups = planned(plan, "address-group");
process.stdout.write(
  JSON.stringify({
    checkCpuMs: checked - start,
    planCpuMs,
    objects: plan.objects.length,
    rules: rules.length,
    addressGroups: addressGroups.length,
    addresses: addressGroups.reduce((sum, { facts }) => sum + facts.addresses.length, 0),
  }),
);
