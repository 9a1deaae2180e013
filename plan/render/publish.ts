import type { StackConfig, TenantConfig, ZoneConfig } from "../../config/index.ts";
import { UserError } from "../../config/problem.ts";
import type { Ledger } from "../ledger.ts";
import { planPlatform } from "../platform.ts";
import { planTenant } from "../tenant.ts";
import type { Plan } from "../types.ts";
import { planZone } from "../zone.ts";

/** A flow with the words that a reader of a plan needs. */
export interface PublishedFlow {
  readonly area: string;
  readonly from: string;
  readonly to: string;
  readonly ports: readonly string[];
  readonly reason: string;
  /** Last day, YYYY-MM-DD: the flow's own, else the permit's. */
  readonly until: string;
  /** Config path. */
  readonly because: string;
}

/** What `tresor plan --json` prints and what later plans are compared with. No secret: a kind's object holds none. */
export interface PublishedPlan extends Plan {
  readonly format: 1;
  readonly flows: readonly PublishedFlow[];
}

function flowsOf(config: ZoneConfig): readonly PublishedFlow[] {
  return Object.entries(config.areas).flatMap(([area, { flows }]) =>
    flows.map(({ from, to, ports, reason, until }, index) => ({
      area,
      from,
      to,
      ports,
      reason,
      until: until ?? config.permit.expires,
      because: `zone.areas.${area}.flows[${index}]`,
    })),
  );
}

function tenantPlan(config: TenantConfig, ledger: Ledger | undefined): Plan {
  const entry = ledger && Object.hasOwn(ledger.zones, config.zone) ? ledger.zones[config.zone] : undefined;
  if (entry !== undefined) return planTenant(config, entry);
  throw new UserError({
    what:
      ledger === undefined ? "there is no ledger.yaml beside the stack file" : `the ledger has no zone ${config.zone}`,
    why: "VLAN ids and addresses come from there and from nowhere else",
    next: `run \`tresor allocate ${config.zone}\` in the operator's site directory`,
  });
}

/**
 * The plan of a stack with what people want to read beside it.
 * @param ledger the operator's, needed for a tenant
 * @throws UserError when a tenant has no entry in the ledger
 */
export function publish(stack: StackConfig, ledger?: Ledger): PublishedPlan {
  if (stack.kind === "platform") return { format: 1, ...planPlatform(stack.config), flows: [] };
  if (stack.kind === "tenant") return { format: 1, ...tenantPlan(stack.config, ledger), flows: [] };
  return { format: 1, ...planZone(stack.config), flows: flowsOf(stack.config) };
}
