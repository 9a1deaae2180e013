import type { AttestBench } from "./attest.ts";
import type { FleetBench } from "./fleet.ts";
import type { FlowBench } from "./flows.ts";
import { markdownTable, number, origin, plain, seconds } from "./report-table.ts";
import type { Origin } from "./results.ts";
import type { RulesBench } from "./rules.ts";

export function flowsSection(flows: FlowBench & Origin): string {
  const rows = flows.results.map((result) => [
    `${result.areas}`,
    `${result.flows}`,
    number(result.objects, 0),
    number(result.rules, 0),
    number(result.rules / result.flows, 2),
    `${result.addressGroups} (${number(result.addresses, 0)})`,
    plain(result.checkCpuMs),
    plain(result.planCpuMs),
    number((result.checkCpuMs.median + result.planCpuMs.median) / result.flows, 2),
    seconds(result.wallMs),
  ]);
  const header = [
    ...["areas", "flows", "objects", "rules", "rules per flow", "address groups (networks)"],
    ...["judged, CPU ms", "planned, CPU ms", "CPU ms per flow", "process, wall s"],
  ];
  return `### A zone's flows

${origin(flows)}, ${flows.runs} runs, each a process of its own. One port a flow; a quarter of the flows come from a site of 40 networks, a quarter go to one. Each figure is min / median.

${markdownTable([header, ...rows])}`;
}

export function rulesSection(bench: RulesBench & Origin): string {
  const { runs, rules, setMs, singleMs, calls } = bench;
  const rows = [
    ["one rule set", seconds(setMs)],
    ["one request after the other", seconds(singleMs)],
  ];
  const asked = calls.map(({ call, count }) => `${count} x \`${call}\``).join(", ");
  return `### Rules of one security group

${origin(bench)}, ${runs} runs. ${rules} rules on a new group of the real Neutron, by our provider without an engine. The set asks ${asked}.

${markdownTable([["how", "wall s, min / median"], ...rows])}`;
}

export function fleetSection(fleet: FleetBench & Origin): string {
  const rows = fleet.results.map(({ zones, wallMs, clientCpuMs, apiMs, calls }) => {
    const services = Object.entries(apiMs)
      .toSorted(([, a], [, b]) => b - a)
      .map(([api, milliseconds]) => `${api} ${number(milliseconds / 1000, 1)}`);
    return [`${zones}`, seconds(wallMs), seconds(clientCpuMs), `${calls}`, services.join(", ")];
  });
  const header = [
    "zones at once",
    "wall s",
    "CPU s of engines, programs and plugins",
    "calls",
    "API seconds, by service",
  ];
  return `### Zones brought up at once

${origin(fleet)}, ${fleet.rounds} rounds, both counts interleaved. The first \`up\` of zones with one area and one machine; their tenants stand before it. Figures are min / median; seconds of the APIs are those of the last round, all requests added up, waiting for a core included.

${markdownTable([header, ...rows])}`;
}

export function attestSection(attest: AttestBench & Origin): string {
  const { runs, reports, importMs, verifyMs, verifyCpuMs } = attest;
  const rows = [
    ["import of the verifier, compiled before", plain(importMs, 1)],
    ["one report, median of a run", plain(verifyMs, 2)],
    ["one report, CPU time", plain(verifyCpuMs, 2)],
  ];
  return `### Attestation reports

${origin(attest)}, ${runs} runs of ${reports} reports, each a process of its own. A genuine report of Milan with its certificates read before: signature, chain to the root, policy.

${markdownTable([["what", "ms, min / median"], ...rows])}`;
}
