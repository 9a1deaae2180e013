import type { CloudResult } from "./cloud.ts";
import type { PlanResult } from "./plan.ts";
import type { Spread } from "./measure.ts";
import type { Results } from "./results.ts";

/** A figure that is promised. The median decides: it is what a user sees. */
interface Goal {
  readonly what: string;
  readonly unit: "s" | "calls per object";
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
];
