import type { Service, Session } from "../../openstack/index.ts";
import { devcloudPolicy } from "../devcloud/index.ts";
import { placeKey, placeName } from "../../plan/names.ts";
import { Prover, type Outcome, type Proof } from "./proof.ts";
import { attempt } from "./attempt.ts";
import type { Named, World } from "./world.ts";

/** Objects of an area that a stranger tries to read: service, list, what one of them is called in a path. */
const OBJECTS: readonly (readonly [what: string, service: Service, list: string, key: string])[] = [
  ["volume", "block-storage", "/volumes", "volumes"],
  ["share", "shared-file-system", "/shares", "shares"],
  ["machine", "compute", "/servers", "servers"],
  ["network", "network", "/networks", "networks"],
  ["port", "network", "/ports", "ports"],
  ["security group", "network", "/security-groups", "security_groups"],
];

/** What another zone's pipeline and the zone's own people cannot do. */
export async function proveTenants(world: World): Promise<readonly Proof[]> {
  const prover = new Prover("tenants", ["C4H-1", "DIGIMED-7"]);
  const { zone, other } = world;
  const own = zone.areas["commons"]!;
  const stranger = Object.values(other.areas)[0]!;
  for (const [what, service, list, key] of OBJECTS) {
    const projectId = zone.projects[placeName(zone.name, "commons")];
    const query = service === "network" ? { project_id: projectId } : {};
    const [object] = await own.paginate<Named>(service, list, key, { query });
    if (object === undefined) throw new Error(`the area commons has no ${what}`);
    const read = (session: Session) => (): Promise<Outcome> => attempt(session, service, "GET", `${list}/${object.id}`);
    const remove = (): Promise<Outcome> => attempt(stranger, service, "DELETE", `${list}/${object.id}`);
    await prover.show(
      `another zone's pipeline does not see the ${what} ${object.name || object.id}`,
      read(stranger),
      read(own),
    );
    await prover.show(`nor can it delete it`, remove, read(own));
  }
  await proveProjects(prover, world);
  await proveQuotas(prover, world);
  return prover.proofs;
}

/** Makes a project and removes it again where that worked. */
async function makeProject(session: Session, operator: Session): Promise<Outcome> {
  const { domainId } = await session.token();
  const made = await attempt(session, "identity", "POST", "/projects", {
    project: { name: `proof-${Date.now()}`, domain_id: domainId },
  });
  const id = (made.body as { project?: Named } | undefined)?.project?.id;
  if (id !== undefined) await operator.request("identity", "DELETE", `/projects/${id}`);
  return { ok: made.ok, says: made.says };
}

async function proveProjects(prover: Prover, world: World): Promise<void> {
  const { zone, operator, settings } = world;
  const bench = placeKey("commons", "heart-centre");
  const member = await world.person("heart-centre", bench);
  const project = zone.projects[placeName(zone.name, "heart")];
  const asOperator = (): Promise<Outcome> => makeProject(operator, operator);
  await prover.show("the zone's pipeline cannot make a project", () => makeProject(zone.domain, operator), asOperator);
  await prover.show("a bench's member cannot make a project", () => makeProject(member, operator), asOperator);
  await prover.show(
    "the zone's pipeline cannot delete a project of its own zone",
    () => attempt(zone.domain, "identity", "DELETE", `/projects/${project}`),
    () => attempt(zone.domain, "identity", "GET", `/projects/${project}`),
  );
  // What the shipped policy is worth: without it the same attempt goes through. It is put back whatever happens.
  const withPolicy = (on: boolean) => async (): Promise<Outcome> => {
    devcloudPolicy({ home: settings.home }, "projects", on);
    return makeProject(zone.domain, operator);
  };
  try {
    await prover.show(
      "with the shipped Keystone policy removed the pipeline could make projects: the policy is what closes it",
      withPolicy(true),
      withPolicy(false),
    );
  } finally {
    devcloudPolicy({ home: settings.home }, "projects", true);
  }
}

/** Where each service keeps a project's limits, with one of them. */
const QUOTAS: readonly (readonly [what: string, service: Service, path: string, envelope: string, limit: string])[] = [
  ["cores", "compute", "/os-quota-sets", "quota_set", "cores"],
  ["volumes", "block-storage", "/os-quota-sets", "quota_set", "volumes"],
  ["routers", "network", "/quotas", "quota", "router"],
  ["shares", "shared-file-system", "/quota-sets", "quota_set", "shares"],
];

/** Raising a limit by one is refused; the control is the same call by the operator with the limit as it is. */
async function proveQuotas(prover: Prover, world: World): Promise<void> {
  const { zone, operator } = world;
  const projectId = zone.projects[placeName(zone.name, "commons")] ?? "";
  const member = await world.person("heart-centre", placeKey("commons", "heart-centre"));
  const people = { "the zone's pipeline": zone.areas["commons"]!, "a bench's member": member };
  for (const [what, service, base, envelope, limit] of QUOTAS) {
    const path = `${base}/${projectId}`;
    const { body } = await operator.request<Record<string, Record<string, number>>>(service, "GET", path);
    const now = body[envelope]?.[limit];
    if (now === undefined) throw new Error(`${service} tells no limit of ${what}`);
    const put = (session: Session, value: number) => (): Promise<Outcome> =>
      attempt(session, service, "PUT", path, { [envelope]: { [limit]: value } });
    for (const [who, session] of Object.entries(people))
      await prover.show(`${who} cannot raise the quota of ${what}`, put(session, now + 1), put(operator, now));
  }
}
