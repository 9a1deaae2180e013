import type { CloudResult } from "./cloud.ts";
import type { FlowResult } from "./flows.ts";
import type { PlanResult } from "./plan.ts";
import type { Spread } from "./measure.ts";
import type { Results } from "./results.ts";

/** A figure that is promised. The median decides: it is what a user sees. */
interface Goal {
  readonly what: string;
  readonly unit: "s" | "ms" | "calls per object" | "times" | "rules";
  readonly most: number;
  /** The figure of a run; undefined where the part was not measured. */
  readonly figure: (results: Results) => Pick<Spread, "min" | "median"> | undefined;
}

const inSeconds = ({ min, median }: Spread) => ({ min: min / 1000, median: median / 1000 });
const thousand = ({ plan }: Results): PlanResult | undefined => plan?.results.find(({ input }) => input.zones === 1000);
const cloudResult = ({ cloud }: Results, operation: string): CloudResult | undefined =>
  cloud?.results.find((result) => result.half === "zone" && result.operation === operation);

export const GOALS: readonly Goal[] = [
  {
    what: "1,000 zones validated: `tresor validate`, the whole process",
    unit: "s",
    most: 8,
    figure: (results) => {
      const result = thousand(results);
      return result && inSeconds(result.validate.wallMs);
    },
  },
  {
    what: "1,000 zones validated and planned, each plan as JSON, the whole process",
    unit: "s",
    most: 8,
    figure: (results) => {
      const result = thousand(results);
      return result && inSeconds(result.plan.wallMs);
    },
  },
  {
    what: "`pulumi preview` of a zone without a change",
    unit: "s",
    most: 5,
    figure: (results) => {
      const result = cloudResult(results, "preview");
      return result && inSeconds(result.wallMs);
    },
  },
  {
    what: "API calls of a zone's `pulumi up`",
    unit: "calls per object",
    most: 1.3,
    figure: (results) => {
      const result = cloudResult(results, "up");
      if (result === undefined) return undefined;
      const objects = Math.max(result.counts.objects, 1);
      return { min: result.calls.min / objects, median: result.calls.median / objects };
    },
  },
  {
    what: "30 rules of one security group, made by one rule set",
    unit: "s",
    most: 2,
    figure: ({ rules }) => rules && inSeconds(rules.setMs),
  },
  {
    what: "first `pulumi up` of ten small zones at once, against one alone",
    unit: "times",
    most: 3,
    figure: ({ fleet }) => {
      const [one, many] = [fleet?.results.at(0), fleet?.results.at(-1)];
      if (one === undefined || many?.zones !== 10) return undefined;
      return { min: many.wallMs.min / one.wallMs.min, median: many.wallMs.median / one.wallMs.median };
    },
  },
  {
    what: "CPU time of a flow in a zone of 50 areas and 500 flows, judged and planned, against 10 areas and 100 flows",
    unit: "times",
    most: 1.2,
    figure: ({ flows }) => {
      const [few, many] = [flows?.results.at(0), flows?.results.at(-1)];
      if (few === undefined || many === undefined) return undefined;
      const each = ({ checkCpuMs, planCpuMs, flows: count }: FlowResult, of: "min" | "median"): number =>
        (checkCpuMs[of] + planCpuMs[of]) / count;
      return { min: each(many, "min") / each(few, "min"), median: each(many, "median") / each(few, "median") };
    },
  },
  {
    what: "rules for each port of a flow, with sites of 40 networks",
    unit: "rules",
    most: 4,
    figure: ({ flows }) => {
      const each = flows?.results.map((result) => result.rules / result.flows);
      return each && { min: Math.min(...each), median: Math.max(...each) };
    },
  },
  {
    what: "one attestation report verified, its certificates read before",
    unit: "ms",
    most: 5,
    figure: ({ attest }) => attest?.verifyMs,
  },
  {
    what: "CPU time of one attestation report: 200 in a second on one core",
    unit: "ms",
    most: 5,
    figure: ({ attest }) => attest?.verifyCpuMs,
  },
  {
    what: "import of the verifier of attestation reports",
    unit: "ms",
    most: 50,
    figure: ({ attest }) => attest?.importMs,
  },
];
