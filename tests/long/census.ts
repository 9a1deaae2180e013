import type { Service, Session } from "../../openstack/index.ts";
import type { World, ZoneWorld } from "../../scripts/proof/world.ts";
import { pulumi } from "../../scripts/site/pulumi.ts";

/** An object of a zone as a service lists it. */
export interface Live {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  /** Id of the project that owns it; absent for groups. */
  readonly project?: string;
}

interface Kind {
  readonly kind: string;
  readonly service: Service;
  readonly path: string;
  readonly key: string;
  readonly owner: string;
  readonly query?: Readonly<Record<string, string | number>>;
  /** What the cloud makes by itself. */
  readonly skip?: (object: Record<string, unknown>) => boolean;
}

/** Kinds that a zone makes and that an engine could lose sight of; in an order in which they can be deleted. */
const KINDS: readonly Kind[] = [
  {
    kind: "machine",
    service: "compute",
    path: "/servers",
    key: "servers",
    owner: "tenant_id",
    query: { all_tenants: 1 },
  },
  {
    kind: "port",
    service: "network",
    path: "/ports",
    key: "ports",
    owner: "project_id",
    skip: ({ device_owner }) => String(device_owner).startsWith("network:"),
  },
  { kind: "subnet", service: "network", path: "/subnets", key: "subnets", owner: "project_id" },
  {
    kind: "security group",
    service: "network",
    path: "/security-groups",
    key: "security_groups",
    owner: "project_id",
    skip: ({ name }) => name === "default",
  },
  {
    kind: "volume",
    service: "block-storage",
    path: "/volumes",
    key: "volumes",
    owner: "os-vol-tenant-attr:tenant_id",
    query: { all_tenants: 1 },
  },
  {
    kind: "share",
    service: "shared-file-system",
    path: "/shares",
    key: "shares",
    owner: "project_id",
    query: { all_tenants: 1 },
  },
];

/** Lists whose short form leaves the owner out. */
const DETAIL: readonly string[] = ["/servers", "/volumes", "/shares"];

/** Everything that a zone's own half made, read from the services with the operator's credential. */
export async function census({ operator }: Pick<World, "operator">, zone: ZoneWorld): Promise<readonly Live[]> {
  const projects = new Set(Object.values(zone.projects));
  const live: Live[] = [];
  for (const { kind, service, path, key, owner, query, skip } of KINDS) {
    const all = await operator.paginate<Record<string, unknown>>(
      service,
      DETAIL.includes(path) ? `${path}/detail` : path,
      key,
      query === undefined ? {} : { query },
    );
    for (const object of all)
      if (projects.has(String(object[owner])) && skip?.(object) !== true)
        live.push({
          kind,
          id: String(object["id"]),
          name: String(object["name"] ?? ""),
          project: String(object[owner]),
        });
  }
  const { domainId = "" } = await zone.domain.token();
  const groups = await zone.domain.paginate<{ id: string; name: string }>("identity", "/groups", "groups", {
    query: { domain_id: domainId },
  });
  live.push(...groups.map(({ id, name }) => ({ kind: "group", id, name })));
  return live;
}

/** How many keys lie in Barbican for a zone; each encrypted volume has one. */
export async function keys(zone: ZoneWorld): Promise<number> {
  let total = 0;
  for (const session of Object.values(zone.areas))
    total += (await session.request<{ total: number }>("key-manager", "GET", "/secrets")).body.total;
  return total;
}

/** What a stack's state knows: ids of its resources, and operations that were broken off. */
export interface StateFacts {
  readonly ids: ReadonlySet<string>;
  /** URNs of resources that were being made, changed or deleted when the engine died. */
  readonly pending: readonly string[];
}

interface Exported {
  readonly deployment?: {
    readonly resources?: readonly { readonly id?: string }[];
    readonly pending_operations?: readonly { readonly type: string; readonly resource: { readonly urn: string } }[];
  };
}

export async function stateOf(site: string, stack: string): Promise<StateFacts> {
  const { exitCode, stdout, stderr } = await pulumi(site, stack, ["stack", "export"]);
  if (exitCode !== 0) throw new Error(`pulumi stack export: ${stderr}`);
  const { deployment } = JSON.parse(stdout) as Exported;
  return {
    ids: new Set((deployment?.resources ?? []).flatMap(({ id }) => (id === undefined ? [] : [id]))),
    pending: (deployment?.pending_operations ?? []).map(
      ({ type, resource }) => `${type} ${resource.urn.split("::").slice(-2).join(" ")}`,
    ),
  };
}

/** Objects of one kind with one name that are there more than once. */
export function doubles(live: readonly Live[]): readonly string[] {
  const seen = new Map<string, number>();
  for (const { kind, name } of live) {
    const key = `${kind} ${name}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  return [...seen].filter(([, count]) => count > 1).map(([key, count]) => `${count} times ${key}`);
}

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Deletes what no state knows, as an administrator would by hand: in order, again where a service is still busy with it. */
export async function removeByHand({ operator }: World, zone: ZoneWorld, orphans: readonly Live[]): Promise<void> {
  // With the area's own credential: Cinder removes a volume's key as whoever removes the volume.
  const sessionOf = (project: string | undefined): Session => {
    const area = Object.keys(zone.areas).find((key) => zone.projects[`${zone.name}-${key}`] === project);
    return (area === undefined ? undefined : zone.areas[area]) ?? operator;
  };
  for (const { kind, service, path } of KINDS)
    for (const { id, project } of orphans.filter((orphan) => orphan.kind === kind)) {
      const end = performance.now() + 120_000;
      for (;;) {
        const { status } = await sessionOf(project).request(service, "DELETE", `${path}/${id}`, {
          expect: [400, 404, 409],
        });
        if (status === 404) break;
        if (performance.now() > end) throw new Error(`${kind} ${id} cannot be deleted`);
        await sleep(1000);
      }
    }
  for (const { id } of orphans.filter(({ kind }) => kind === "group"))
    await zone.domain.request("identity", "DELETE", `/groups/${id}`, { expect: [404] });
}
