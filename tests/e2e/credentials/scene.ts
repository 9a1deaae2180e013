import { randomBytes } from "node:crypto";
import type { Service, Session } from "../../../openstack/index.ts";
import { platformImage } from "../../../scripts/proof/images.ts";
import { flavorId } from "../../../scripts/proof/scratch.ts";
import type { Named, World } from "../../../scripts/proof/world.ts";
import { makeDoors, type Doors } from "./doors.ts";
import { makeMachine, makeSecret, makeVolume, type Later } from "./making.ts";
import { openIdentities, type Identity, type Who } from "./identities.ts";

const AREA = "digimed-commons";
const BENCH = "digimed-commons-heart-centre";

/** What the actions reach for, by id: objects of the area as the zone made them, and some made for the matrix alone. */
export interface Scene {
  readonly world: World;
  readonly operator: Session;
  readonly identities: Readonly<Record<Who, Identity>>;
  /** With what the names of everything made here begin. */
  readonly run: string;
  readonly domain: string;
  readonly otherDomain: string;
  /** Projects: the area, another area of the zone, the bench of the person who writes, the stranger's. */
  readonly area: string;
  readonly otherArea: string;
  readonly bench: string;
  /** A bench on which none of the eight has a role. */
  readonly otherBench: string;
  readonly strangers: string;
  readonly roles: Readonly<Record<string, string>>;
  /** The group of a partner to which neither person belongs. */
  readonly group: string;
  readonly network: string;
  readonly subnet: string;
  readonly benchNetwork: string;
  readonly benchSubnet: string;
  readonly machine: string;
  readonly port: string;
  readonly securityGroup: string;
  readonly share: string;
  readonly volume: string;
  /** The key of `volume`. */
  readonly key: string;
  /** Made for the matrix: a user of the zone, and in the area a machine, a volume and a secret; a volume in the other area. */
  readonly user: string;
  readonly scratchMachine: string;
  readonly scratchVolume: string;
  /** A second one, to be attached. */
  readonly looseVolume: string;
  readonly otherVolume: string;
  /** Of the operator, in his own project and in the clear. */
  readonly plainVolume: string;
  readonly secret: string;
  /** Containers of doors in the area. */
  readonly doors: Doors;
  readonly flavor: string;
  readonly plainFlavor: string;
  readonly image: string;
  close(): Promise<void>;
}

/** @throws Error where there is none, or several: against a wrong id every attempt would be refused */
async function named(session: Session, service: Service, path: string, many: string, name: string): Promise<string> {
  const query = service === "network" ? { name } : {};
  const found = (await session.paginate<Named>(service, path, many, { query })).filter((one) => one.name === name);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} of ${path} are named ${name}`);
  return found[0].id;
}

async function firstSubnet(operator: Session, network_id: string): Promise<string> {
  const subnets = await operator.paginate<Named>("network", "/subnets", "subnets", {
    query: { network_id, ip_version: 4 },
  });
  return subnets[0]!.id;
}

/** The key of a volume, as the administrator of Cinder sees it. */
async function keyOf(operator: Session, volume: string): Promise<string> {
  const volumes = await operator.paginate<Named & { encryption_key_id?: string }>(
    "block-storage",
    "/volumes/detail",
    "volumes",
    { query: { all_tenants: 1 }, microversion: "3.64" },
  );
  return volumes.find(({ id }) => id === volume)?.encryption_key_id ?? "";
}

async function found(world: World) {
  const { operator, zone, other } = world;
  const area = zone.areas["commons"]!;
  const [network, benchNetwork, group, port, volume, roles] = await Promise.all([
    named(operator, "network", "/networks", "networks", AREA),
    named(operator, "network", "/networks", "networks", BENCH),
    named(zone.domain, "identity", "/groups", "groups", "digimed-uni-south"),
    operator.paginate<Named & { network_id: string }>("network", "/ports", "ports", {
      query: { project_id: zone.projects[AREA], device_owner: "compute:nova" },
    }),
    named(area, "block-storage", "/volumes/detail", "volumes", `${AREA}-analysis-root`),
    operator.paginate<Named>("identity", "/roles", "roles"),
  ]);
  const [domain, otherDomain] = await Promise.all([zone.domain.token(), other.domain.token()]);
  return {
    network,
    benchNetwork,
    group,
    volume,
    domain: domain.domainId ?? "",
    otherDomain: otherDomain.domainId ?? "",
    area: zone.projects[AREA] ?? "",
    otherArea: zone.projects["digimed-heart"] ?? "",
    bench: zone.projects[BENCH] ?? "",
    otherBench: zone.projects[`${AREA}-uni-south`] ?? "",
    strangers: other.projects["mini-work"] ?? "",
    roles: Object.fromEntries(roles.map(({ name, id }) => [name, id])),
    subnet: await firstSubnet(operator, network),
    benchSubnet: await firstSubnet(operator, benchNetwork),
    port: port.find(({ network_id }) => network_id === network)!.id,
    key: await keyOf(operator, volume),
    machine: await named(area, "compute", "/servers", "servers", `${AREA}-analysis`),
    share: await named(area, "shared-file-system", "/shares", "shares", `${AREA}-cohort`),
    securityGroup: await named(area, "network", "/security-groups", "security_groups", `${AREA}-analysis`),
    flavor: await flavorId(area, "SCS-2T-8_z4"),
    plainFlavor: await flavorId(operator, "SCS-2V-8", true),
    image: (await platformImage(operator, operator)).id,
  };
}

async function made(world: World, run: string, flavor: string, image: string, later: Later) {
  const { zone } = world;
  const [area, otherArea] = [zone.areas["commons"]!, zone.areas["heart"]!];
  const { domainId: domain_id } = await zone.domain.token();
  const user = { name: `${run}-user`, domain_id, password: randomBytes(24).toString("base64url"), enabled: false };
  const person = await zone.domain.request<{ user: Named }>("identity", "POST", "/users", { body: { user } });
  later(() => zone.domain.request("identity", "DELETE", `/users/${person.body.user.id}`, { expect: [404] }));
  const [scratchMachine, scratchVolume, looseVolume, otherVolume, plainVolume, secret] = await Promise.all([
    makeMachine(area, `${run}-machine`, flavor, image, later),
    makeVolume(area, `${run}-volume`, later),
    makeVolume(area, `${run}-loose`, later),
    makeVolume(otherArea, `${run}-other`, later),
    makeVolume(world.operator, `${run}-plain`, later, "__DEFAULT__"),
    makeSecret(area, `${run}-secret`, later),
  ]);
  return { user: person.body.user.id, scratchMachine, scratchVolume, looseVolume, otherVolume, plainVolume, secret };
}

/** Every network that is shared counts at the operator's own project: its quota must not be what refuses him. */
async function roomForSharing(operator: Session, later: Later): Promise<void> {
  const path = `/quotas/${(await operator.token()).projectId}`;
  const { body } = await operator.request<{ quota: { rbac_policy: number } }>("network", "GET", path);
  const set = (rbac_policy: number): Promise<unknown> =>
    operator.request("network", "PUT", path, { body: { quota: { rbac_policy } } });
  later(() => set(body.quota.rbac_policy));
  await set(-1);
}

/** Finds and makes what the actions need. */
export async function openScene(world: World): Promise<Scene> {
  const undos: (() => Promise<unknown>)[] = [];
  const later: Later = (undo) => void undos.push(undo);
  const close = async (): Promise<void> => {
    for (const undo of undos.splice(0).toReversed()) await undo();
  };
  const run = `credentials-${randomBytes(3).toString("hex")}`;
  try {
    const [identities, things] = await Promise.all([openIdentities(world, run, later), found(world)]);
    await roomForSharing(world.operator, later);
    const doors = await makeDoors(world.zone.areas["commons"]!, run, identities.crawler.userId, later);
    const scratch = await made(world, run, things.flavor, things.image, later);
    return { world, operator: world.operator, identities, run, ...things, ...scratch, doors, close };
  } catch (error) {
    await close();
    throw error;
  }
}
