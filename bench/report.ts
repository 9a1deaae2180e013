import { readFile } from "node:fs/promises";
import type { CloudBench, CloudResult } from "./cloud.ts";
import type { EngineBench } from "./engine.ts";
import { GOALS } from "./goals.ts";
import { attestSection, fleetSection, flowsSection, rulesSection } from "./report-zones.ts";
import { markdownTable, number, origin, plain, seconds } from "./report-table.ts";
import type { PlanBench } from "./plan.ts";
import { PURPOSES } from "./requests.ts";
import type { Origin, Results } from "./results.ts";

function verdict(figure: { readonly min: number; readonly median: number }, most: number): string {
  if (figure.median <= most) return "yes";
  return figure.min <= most ? "in the best run only" : "**no**";
}

function goalTable(results: Results): string {
  const rows = GOALS.map(({ what, unit, most, figure }) => {
    const found = figure(results);
    const goal = `at most ${most} ${unit}`;
    return found === undefined
      ? [what, goal, "not measured", ""]
      : [what, goal, `${plain(found, 2)} ${unit}`, verdict(found, most)];
  });
  return markdownTable([["what", "goal", "min / median", "held"], ...rows]);
}

/** Milliseconds that one zone more costs, between two counts of zones. */
function perZone(plan: PlanBench, of: "validate" | "plan"): readonly string[] {
  return plan.results.slice(1).map((result, index) => {
    const before = plan.results[index]!;
    const more = result.input.zones - before.input.zones;
    const each = (result[of].wallMs.median - before[of].wallMs.median) / more;
    return `${number(before.input.zones, 0)} to ${number(result.input.zones, 0)}: ${number(each, 1)} ms`;
  });
}

function planSection(plan: PlanBench & Origin): string {
  const rows = plan.results.flatMap(({ input, validate, plan: planned, zonesPerSecond }) => {
    const size = `${number(input.zones, 0)} ${input.zones === 1 ? "zone" : "zones"}, ${number(input.lines, 0)} lines, ${number(input.objects, 0)} objects`;
    return [
      [
        "`tresor validate`",
        size,
        seconds(validate.wallMs),
        seconds(validate.cpuMs),
        plain(validate.rssMiB),
        number(zonesPerSecond.validate, 0),
      ],
      [
        "load, judge, plan as JSON",
        size,
        seconds(planned.wallMs),
        seconds(planned.cpuMs),
        plain(planned.rssMiB),
        number(zonesPerSecond.plan, 0),
      ],
    ];
  });
  const last = plan.results.at(-1);
  const shares = last
    ? ` Of the largest run's median in one process, ${number(last.plan.checkMs.median / 1000, 2)} s go into reading, schema and rules, ${number(last.plan.planMs.median / 1000, 2)} s into plans as JSON.`
    : "";
  return `### Validate and plan

${origin(plan)}, ${plan.runs} runs, each a process of its own. The very first \`tresor validate\` after an installation, with nothing compiled yet: ${number(plan.firstEverMs / 1000, 2)} s.

${markdownTable([["what", "input", "wall s, min / median", "CPU s", "RSS MiB", "zones/s"], ...rows])}

One zone more costs, validated: ${perZone(plan, "validate").join(", ")}; with its plan: ${perZone(plan, "plan").join(", ")}.${shares}`;
}

function engineSection(engine: EngineBench & Origin): string {
  const rows = engine.results.map(
    ({ zones, trace, resources, readyMs, makeMs, resourcesPerSecond, mibPerResource, rssMiB }) => [
      `${zones}`,
      number(resources, 0),
      trace === "short" ? "`--stack-trace-limit=1`" : "default",
      seconds(readyMs),
      seconds(makeMs),
      plain(resourcesPerSecond),
      plain(mibPerResource, 3),
      plain(rssMiB),
    ],
  );
  const header = ["zones", "resources", "stack traces", "ready s", "make s", "resources/s", "MiB/resource", "RSS MiB"];
  return `### The program under mocks

${origin(engine)}, ${engine.runs} runs, both kinds interleaved. Each figure is min / median; for resources/s the median counts, its minimum is the slowest run.

${markdownTable([header, ...rows])}`;
}

const calledWhy = ({ purposes }: CloudResult): string =>
  PURPOSES.filter((purpose) => purposes[purpose] > 0)
    .map((purpose) => `${purpose} ${purposes[purpose]}`)
    .join(", ");

function dominatingCalls(cloud: CloudBench, operation: string): string {
  const found = cloud.results.find((result) => result.half === "zone" && result.operation === operation);
  if (found === undefined) return "";
  const { callers, refused, dominating } = found;
  const rows = dominating.map(({ call, count }) => [`\`${call}\``, `${count}`]);
  return `

The calls that dominate a zone's \`${operation}\` (${callers.plugin} by the OpenStack plugin, ${callers.own} by our provider and program; ${refused} answered with 400 or above):

${markdownTable([["call", "times"], ...rows])}`;
}

function cloudSection(cloud: CloudBench & Origin): string {
  const rows = cloud.results.map((result) => [
    result.half,
    `\`${result.operation}\``,
    `${result.wallMs.runs.length}`,
    seconds(result.wallMs),
    plain(result.calls),
    `${result.counts.objects} (${result.counts.resources})`,
    `${number(result.callsPerObject, 2)} (${number(result.callsPerResource, 2)})`,
    calledWhy(result),
  ]);
  const header = [
    "half",
    "run",
    "runs",
    "wall s, min / median",
    "calls",
    "objects (resources)",
    "calls per object",
    "calls for",
  ];
  const dominating = (["up", "preview"] as const).map((operation) => dominatingCalls(cloud, operation)).join("");
  return `### One zone on the one-machine cloud

${origin(cloud)}, ${cloud.rounds} rounds. Calls are counted in the APIs' request logs, those of this run alone. An object is what stands in the cloud: a rule of a set counts as one; in brackets the resources that the engine holds.

${markdownTable([header, ...rows])}${dominating}`;
}

/** The tables of one run. */
export function renderReadme(results: Results): string {
  const { machine, plan, flows, engine, cloud, rules, fleet, attest } = results;
  const facts = `On ${machine.cores} cores (${machine.cpu}), ${machine.memoryGiB} GiB, ${machine.kernel}, Node ${machine.node}. A load above ${machine.cores} means that others used the machine meanwhile: wall times are then too long, CPU times are not.`;
  const sections = [
    ...(plan ? [planSection(plan)] : []),
    ...(flows ? [flowsSection(flows)] : []),
    ...(engine ? [engineSection(engine)] : []),
    ...(cloud ? [cloudSection(cloud)] : []),
    ...(rules ? [rulesSection(rules)] : []),
    ...(fleet ? [fleetSection(fleet)] : []),
    ...(attest ? [attestSection(attest)] : []),
  ];
  return [facts, goalTable(results), ...sections].join("\n\n");
}

const [START, END] = ["<!-- results: written by npm run bench -->", "<!-- end of results -->"];

/** The newest measurement of each part as one. @throws Error where there is none at all */
export function newestOf(results: readonly Results[]): Results {
  const [newest] = results;
  if (newest === undefined) throw new Error("no results");
  const parts = (["plan", "flows", "engine", "cloud", "rules", "fleet", "attest"] as const).map((part) => {
    const found = results.find((result) => result[part])?.[part];
    return found === undefined ? {} : { [part]: found };
  });
  return Object.assign({}, newest, ...parts) as Results;
}

/** A page with the tables of the newest results between its marks. @throws Error where the marks are missing */
export async function withTables(file: string, results: readonly Results[]): Promise<string> {
  const text = await readFile(file, "utf8");
  const [start, end] = [text.indexOf(START), text.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`${file} has lost its marks ${START} and ${END}`);
  return `${text.slice(0, start + START.length)}\n\n${renderReadme(newestOf(results))}\n\n${text.slice(end)}`;
}
