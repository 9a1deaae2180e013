import type { TenantConfig } from "../../../config/index.ts";
import { failed, notChecked, ok, type Check } from "../types.ts";
import { tryEnforcement, type EnforcementFacts, type Tried } from "./dedicated-try.ts";

interface Aggregate {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
}

export interface DedicatedFacts {
  /** Compute hosts that are up and take machines. */
  readonly hosts: readonly string[];
  readonly aggregates: readonly Aggregate[];
  /** Projects of the machines on each dedicated host. */
  readonly machines: Readonly<Record<string, readonly string[]>>;
  readonly enforcement: EnforcementFacts;
}

const KEY = "filter_tenant_id";
const isDedicated = ({ metadata }: Aggregate): boolean => Object.keys(metadata).some((key) => key.startsWith(KEY));
const projectsOf = ({ metadata }: Aggregate): readonly string[] =>
  Object.entries(metadata).flatMap(([key, value]) => (key.startsWith(KEY) ? [value] : []));

/** Hosts that a tenant's config names, with the name of the aggregate that shall hold them. */
const wantedOf = ({ zone, areas }: TenantConfig): readonly { readonly host: string; readonly aggregate: string }[] =>
  Object.entries(areas).flatMap(([area, { dedicated }]) =>
    (dedicated?.hosts ?? []).map((host) => ({ host, aggregate: `${zone}-${area}` })),
  );

const NOVA_CONF =
  "in nova.conf of every scheduler: [scheduler] limit_tenants_to_placement_aggregate = true, and AggregateMultiTenancyIsolation in [filter_scheduler] enabled_filters";

const words = (tried: Tried): string => (typeof tried === "string" ? tried : tried.unclear);

function judgeEnforcement({ control, elsewhere, stranger }: EnforcementFacts) {
  if (control !== "built")
    return notChecked(`no machine could be built to try it with: ${words(control)}`, `see to it by hand: ${NOVA_CONF}`);
  if (elsewhere === "built")
    return failed("not enforced: a project's machines leave the hosts that are dedicated to it", NOVA_CONF);
  if (stranger === "built") return failed("not enforced: strangers' machines land on dedicated hosts", NOVA_CONF);
  const unclear = [elsewhere, stranger].find((tried) => typeof tried === "object");
  if (unclear !== undefined) return notChecked(words(unclear), `see to it by hand: ${NOVA_CONF}`);
  if (stranger === undefined)
    return notChecked(
      "refused by Nova: machines outside of their project's hosts. Whether strangers are kept out shows once the hosts are dedicated",
      "repeat it after `pulumi up`",
    );
  return ok("refused by Nova: machines outside of their project's hosts, and strangers on dedicated hosts");
}

/** Dedicated hosts are there, carry nobody else, and the scheduler heeds them, which only machines can show. */
export const dedicatedHosts: Check<DedicatedFacts | undefined> = {
  id: "dedicated-hosts",
  title: "dedicated hosts carry their area alone",
  requirements: ["C4H-4"],
  applies: { platform: "skip", tenant: true, zone: "skip" },
  async fetch({ entry, session, stack }) {
    if (stack.kind !== "tenant" || wantedOf(stack.config).length === 0) return undefined;
    const operator = await session(entry);
    const [services, aggregates] = await Promise.all([
      operator.paginate<{ host: string; state: string; status: string }>("compute", "/os-services", "services", {
        query: { binary: "nova-compute" },
        what: "list the compute hosts",
      }),
      operator.paginate<Aggregate>("compute", "/os-aggregates", "aggregates", { what: "list the host aggregates" }),
    ]);
    const wanted = [...new Set(wantedOf(stack.config).map(({ host }) => host))];
    const machines = await Promise.all(
      wanted.map(async (host) => {
        const query = { all_tenants: 1, host };
        const servers = await operator.paginate<{ tenant_id: string }>("compute", "/servers/detail", "servers", {
          query,
          what: `list the machines on host ${host}`,
        });
        return [host, servers.map((server) => server.tenant_id)] as const;
      }),
    );
    const live = aggregates.find((one) => isDedicated(one) && one.hosts.some((host) => wanted.includes(host)));
    const [flavor, image] = [stack.config.flavors[0], stack.config.images[0]];
    const enforcement =
      flavor === undefined || image === undefined
        ? { control: { unclear: "the tenant is granted no flavor or no image" } }
        : await tryEnforcement(
            operator,
            { flavor, image },
            live?.hosts.find((host) => wanted.includes(host)),
          );
    const hosts = services
      .filter(({ state, status }) => state === "up" && status === "enabled")
      .map(({ host }) => host);
    return { hosts, aggregates, machines: Object.fromEntries(machines), enforcement };
  },
  judge(facts, { stack }) {
    if (facts === undefined || stack.kind !== "tenant") return ok("none is asked for");
    const wanted = wantedOf(stack.config);
    const missing = wanted.filter(({ host }) => !facts.hosts.includes(host)).map(({ host }) => host);
    if (missing.length > 0)
      return failed(
        `no compute service takes machines on ${missing.join(", ")}`,
        "name hosts as `openstack compute service list` shows them, enabled and up",
      );
    for (const { host, aggregate } of wanted) {
      const holders = facts.aggregates.filter((one) => isDedicated(one) && one.hosts.includes(host));
      const other = holders.find(({ name }) => name !== aggregate);
      if (other !== undefined)
        return failed(`host ${host} is dedicated to others by the aggregate ${other.name}`, "name another host");
      const own = holders.flatMap(projectsOf);
      const strangers = (facts.machines[host] ?? []).filter((project) => !own.includes(project));
      if (strangers.length > 0)
        return failed(
          `host ${host} carries ${strangers.length} machines of other projects`,
          "move them to other hosts (`openstack server migrate`), or name an empty host",
        );
    }
    return judgeEnforcement(facts.enforcement);
  },
};
