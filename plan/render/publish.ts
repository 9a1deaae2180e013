import type { StackConfig, TenantConfig, ZoneConfig } from "../../config/index.ts";
import { UserError } from "../../config/problem.ts";
import { addressesOf, beyondEnds, declared, endText, isBeyond } from "../ends.ts";
import { flowsOf, type ZoneFlow } from "../flows.ts";
import type { Ledger } from "../ledger.ts";
import { byText, gatewayName, placeName } from "../names.ts";
import { endsBy, hasGateway } from "../routes.ts";
import { expiriesOf, type Expiry } from "../expiry.ts";
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
  /** Ends beyond the zone; absent in a plan that was published before there were any. */
  readonly ends?: readonly PublishedEnd[];
  readonly routes?: readonly PublishedRoute[];
  /** The explicit word for a lower preset. */
  readonly lowered?: NonNullable<ZoneConfig["lowered"]>;
  /** Why the zone may exist and what may leave it; who is in it stands in the objects. */
  readonly permit?: Pick<ZoneConfig["permit"], "id" | "basis" | "alsoBasedOn" | "expires" | "datasets" | "outputs">;
  /** The word that took all access away. */
  readonly frozen?: NonNullable<ZoneConfig["frozen"]>;
  /** What ends when, the next first. */
  readonly expiries?: readonly Expiry[];
}

/** An end beyond the zone, as the config declares it. */
export interface PublishedEnd {
  /** `site/clinic`, `network/admins`, `outside/mirror`. */
  readonly end: string;
  readonly title: string;
  /** Addresses that flows with this end open. */
  readonly addresses: readonly string[];
}

/** A way out of an area's network that flows ask for: a router's, or a tunnel's. Without such a flow there is none. */
export interface PublishedRoute {
  readonly area: string;
  readonly network: string;
  /** Ends beyond the zone, sorted. */
  readonly ends: readonly string[];
  /** The machine by which WireGuard sites come in, with these; absent where the area has none. */
  readonly gateway?: { readonly name: string; readonly sites: readonly string[] };
  readonly because: readonly string[];
}

const flowText = ({ from, to, ...flow }: ZoneFlow): PublishedFlow => ({
  area: flow.area,
  from: endText(from),
  to: endText(to),
  ports: flow.ports,
  reason: flow.reason,
  until: flow.until,
  because: flow.because,
});

function gatewayOf(config: ZoneConfig, area: string, flows: readonly ZoneFlow[]): Pick<PublishedRoute, "gateway"> {
  const sites = hasGateway(config, area) ? endsBy(config, area, flows, "gateway").map(({ end }) => endText(end)) : [];
  return sites.length === 0 ? {} : { gateway: { name: gatewayName(config.name, area), sites } };
}

function routesOf(config: ZoneConfig, flows: readonly ZoneFlow[]): readonly PublishedRoute[] {
  const beyond = (area: string) => flows.filter((flow) => flow.area === area && [flow.from, flow.to].some(isBeyond));
  return Object.keys(config.areas)
    .map((area) => ({ area, asking: beyond(area) }))
    .filter(({ asking }) => asking.length > 0)
    .map(({ area, asking }) => ({
      area,
      network: placeName(config.name, area),
      ends: [...new Set(asking.flatMap(({ from, to }) => [from, to].filter(isBeyond).map(endText)))].toSorted(byText),
      ...gatewayOf(config, area, flows),
      because: asking.map(({ because }) => because),
    }))
    .toSorted((a, b) => byText(a.area, b.area));
}

function publishZone(config: ZoneConfig, today?: string): PublishedPlan {
  const flows = flowsOf(config);
  const ends = beyondEnds(config).map((end) => ({
    end: endText(end),
    title: declared(config, end)?.title ?? "",
    addresses: addressesOf(config, end),
  }));
  return {
    format: 1,
    ...planZone(config, today),
    flows: flows.map(flowText),
    ends: ends.toSorted((a, b) => byText(a.end, b.end)),
    routes: routesOf(config, flows),
    ...(config.lowered === undefined ? {} : { lowered: config.lowered }),
    permit: permitOf(config),
    ...(config.frozen === undefined ? {} : { frozen: config.frozen }),
    expiries: expiriesOf(config),
  };
}

function permitOf({ permit }: ZoneConfig): NonNullable<PublishedPlan["permit"]> {
  const { id, basis, alsoBasedOn, expires, datasets, outputs } = permit;
  return { id, basis, alsoBasedOn, expires, ...(datasets && { datasets }), ...(outputs && { outputs }) };
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
 * @param today the day for which a zone is planned, YYYY-MM-DD. Default: its permit's last
 * @throws UserError when a tenant has no entry in the ledger
 */
export function publish(stack: StackConfig, ledger?: Ledger, today?: string): PublishedPlan {
  if (stack.kind === "platform") return { format: 1, ...planPlatform(stack.config), flows: [] };
  if (stack.kind === "tenant") {
    const { lowered } = stack.config;
    return { format: 1, ...tenantPlan(stack.config, ledger), flows: [], ...(lowered === undefined ? {} : { lowered }) };
  }
  return publishZone(stack.config, today);
}
