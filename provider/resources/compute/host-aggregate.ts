import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { id } from "../../fields.ts";
import { OWN_KEY, withoutKey, type Metadata } from "../../metadata-mark.ts";
import { ownId } from "../../own.ts";
import type { Call, Made } from "../../resource.ts";
import { defineKind, difference, sortedSet, stable } from "../../resource.ts";
import { notThere } from "../sets.ts";

const names = z.array(z.string("must be the name of a compute host").min(1)).transform(sortedSet);
const inputs = z.object({
  name: z.string("must be a name").min(1).max(255),
  hosts: names,
  projectIds: z.array(id("a project")).min(1, "must name at least one project").transform(sortedSet),
  metadata: z.record(z.string(), z.string()).default({}),
});
type Inputs = z.infer<typeof inputs>;

/** What Nova's filter and its question to Placement read; more than one project needs a key each that begins so. */
const KEY = "filter_tenant_id";
const keyOf = (projectId: string): string => `${KEY}:${projectId}`;

interface Aggregate {
  readonly id: number;
  readonly name: string;
  readonly hosts: readonly string[];
  readonly metadata: Metadata;
}

interface Server {
  readonly id: string;
  readonly tenant_id: string;
}

const PATH = "/os-aggregates";

const list = ({ session }: Call, what: string): Promise<Aggregate[]> =>
  session.paginate<Aggregate>("compute", PATH, "aggregates", { what });

/** Keys that are just as this kind writes them are projects; everything else is told as metadata, so that it shows. */
function fromLive({ name, hosts, metadata }: Aggregate): Inputs {
  const isProject = ([key, value]: [string, string]): boolean => key === keyOf(value);
  const entries = Object.entries(withoutKey(metadata));
  return {
    name,
    hosts: sortedSet(hosts),
    projectIds: sortedSet(entries.filter(isProject).map(([, value]) => value)),
    metadata: Object.fromEntries(entries.filter((entry) => !isProject(entry))),
  };
}

const serversOn = ({ session }: Call, host: string): Promise<Server[]> =>
  session.paginate<Server>("compute", "/servers/detail", "servers", {
    query: { all_tenants: 1, host },
    what: `list the machines on host ${host}`,
  });

async function act(call: Call, { id: of, name }: Aggregate, action: object, verb: string): Promise<void> {
  await call.session.request("compute", "POST", `${PATH}/${of}/action`, {
    body: action,
    what: `${verb} host aggregate "${name}"`,
    next: "name compute hosts as `openstack compute service list` shows them",
  });
}

/** A host that another zone has for itself is never given twice: Nova would let both in. */
function refuseTaken(all: readonly Aggregate[], mine: Aggregate, wanted: Inputs): void {
  for (const other of all) {
    if (other.id === mine.id || !Object.keys(other.metadata).some((key) => key.startsWith(KEY))) continue;
    const taken = wanted.hosts.filter((host) => other.hosts.includes(host));
    if (taken.length === 0) continue;
    throw new UserError({
      what: `host ${taken.join(", ")} is dedicated to others already`,
      found: `host aggregate "${other.name}" (${other.id})`,
      why: "a host in two such aggregates takes the machines of both",
      next: `take it out of that aggregate, or name another host in tenant.areas.<area>.dedicated.hosts`,
    });
  }
}

/** Adds a host, which closes it to newcomers, and takes it out again where strangers run there already. */
async function addHost(call: Call, aggregate: Aggregate, host: string, projectIds: readonly string[]): Promise<void> {
  await act(call, aggregate, { add_host: { host } }, `add host ${host} to`);
  const strangers = (await serversOn(call, host)).filter((server) => !projectIds.includes(server.tenant_id));
  if (strangers.length === 0) return;
  await act(call, aggregate, { remove_host: { host } }, `take host ${host} out of`);
  throw new UserError({
    what: `host ${host} carries ${strangers.length} machines of other projects, so it cannot be dedicated`,
    found: strangers
      .slice(0, 5)
      .map((server) => server.id)
      .join(", "),
    next: `move them to other hosts (\`openstack server migrate\`), or name an empty host`,
  });
}

/** Takes a host out, which opens it to everybody: refused while machines of the projects run there. */
async function removeHost(
  call: Call,
  aggregate: Aggregate,
  host: string,
  projectIds: readonly string[],
): Promise<void> {
  const own = (await serversOn(call, host)).filter((server) => projectIds.includes(server.tenant_id));
  if (own.length > 0)
    throw new UserError({
      what: `host ${host} cannot leave host aggregate "${aggregate.name}": ${own.length} machines of its projects run there`,
      why: "strangers could then land beside them",
      next: "move or destroy these machines first, then repeat",
    });
  await act(call, aggregate, { remove_host: { host } }, `take host ${host} out of`);
}

/** Brings an aggregate to what is wanted: who may land first, then hosts in, then hosts out. */
async function converge(call: Call, aggregate: Aggregate, wanted: Inputs): Promise<void> {
  refuseTaken(await list(call, "list the host aggregates"), aggregate, wanted);
  const metadata: Record<string, string> = {
    ...wanted.metadata,
    ...Object.fromEntries(wanted.projectIds.map((projectId) => [keyOf(projectId), projectId])),
    [OWN_KEY]: aggregate.metadata[OWN_KEY] ?? ownId(call.urn),
  };
  const gone = Object.keys(aggregate.metadata).filter((key) => !Object.hasOwn(metadata, key));
  if (gone.length > 0 || stable(metadata) !== stable(aggregate.metadata)) {
    const body = { ...metadata, ...Object.fromEntries(gone.map((key) => [key, null])) };
    await act(call, aggregate, { set_metadata: { metadata: body } }, "say who may land on");
  }
  const same = (host: string): string => host;
  const { missing, extra } = difference(wanted.hosts, aggregate.hosts, same, same);
  const before = fromLive(aggregate).projectIds;
  for (const host of missing) await addHost(call, aggregate, host, wanted.projectIds);
  for (const host of extra) await removeHost(call, aggregate, host, [...before, ...wanted.projectIds]);
}

/** Names of aggregates are unique in a cloud: one that an interrupted run left bears our mark, or nothing at all. */
async function takeUp(call: Call, { name }: Inputs): Promise<Aggregate | undefined> {
  const found = (await list(call, `look for host aggregate "${name}"`)).find((aggregate) => aggregate.name === name);
  if (found === undefined) return undefined;
  const { [OWN_KEY]: mark, ...others } = found.metadata;
  if (mark === ownId(call.urn)) return found;
  if (mark === undefined && found.hosts.length === 0 && Object.keys(others).length === 0) return found;
  throw new UserError({
    what: `there is a host aggregate "${name}" already, which is not this stack's`,
    found: `id ${found.id}, hosts ${found.hosts.join(", ") || "none"}`,
    next: "rename or remove it, or import it by its id",
  });
}

async function create(call: Call, wanted: Inputs): Promise<Made> {
  let aggregate = await takeUp(call, wanted);
  if (aggregate === undefined) {
    const { body } = await call.session.request<{ aggregate: Partial<Aggregate> & { id: number } }>(
      "compute",
      "POST",
      PATH,
      { body: { aggregate: { name: wanted.name } }, what: `create host aggregate "${wanted.name}"` },
    );
    aggregate = { name: wanted.name, hosts: [], metadata: {}, ...body.aggregate };
  }
  await converge(call, aggregate, wanted);
  return { id: String(aggregate.id) };
}

const find = async (call: Call, aggregateId: string): Promise<Aggregate | undefined> =>
  (
    await call.session.find<{ aggregate: Aggregate }>("compute", `${PATH}/${aggregateId}`, {
      what: `read host aggregate ${aggregateId}`,
    })
  )?.aggregate;

/** Hosts for some projects alone: nobody else lands there, and their machines land nowhere else. */
export const hostAggregate = defineKind({
  module: "compute",
  name: "HostAggregate",
  summary:
    "Hosts that projects have for themselves: all hosts, projects and metadata of an aggregate; strangers' machines refuse it.",
  inputs,
  replaceOn: [],
  create,
  read: async (call, aggregateId) => {
    const live = await find(call, aggregateId);
    return live && { ...fromLive(live) };
  },
  update: async (call, aggregateId, wanted) => {
    const live = await find(call, aggregateId);
    if (live === undefined) throw notThere(`change host aggregate "${wanted.name}" (${aggregateId})`);
    if (live.name !== wanted.name)
      await call.session.request("compute", "PUT", `${PATH}/${aggregateId}`, {
        body: { aggregate: { name: wanted.name } },
        what: `rename host aggregate "${live.name}" to "${wanted.name}"`,
      });
    await converge(call, live, wanted);
    return undefined;
  },
  delete: async (call, aggregateId) => {
    const live = await find(call, aggregateId);
    if (live === undefined) return;
    for (const host of live.hosts) await removeHost(call, live, host, fromLive(live).projectIds);
    const what = `remove host aggregate "${live.name}"`;
    await call.session.request("compute", "DELETE", `${PATH}/${aggregateId}`, { what, expect: [404] });
  },
});
