import { randomBytes } from "node:crypto";
import type { Service, Session } from "../../../openstack/index.ts";
import { platformImage } from "../../../scripts/proof/images.ts";
import { flavorId } from "../../../scripts/proof/scratch.ts";
import { until } from "../../../scripts/proof/wait.ts";
import type { Named, World } from "../../../scripts/proof/world.ts";
import { makeDoors, type Doors } from "./doors.ts";
import { openIdentities, type Identity, type Who } from "./identities.ts";

const READY_MS = 90_000;
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

/** Waits until a volume or a machine is ready. */
async function ready(session: Session, service: Service, path: string, one: string, status: string): Promise<void> {
  const look = async (): Promise<true | undefined> => {
    const now = (await session.request<Record<string, { status: string }>>(service, "GET", path)).body[one]?.status;
    if (/error/i.test(now ?? "")) throw new Error(`${path} came to ${now}`);
    return now === status ? true : undefined;
  };
  await until(look, `${path} to be ${status}`, READY_MS);
}

type Later = (undo: () => Promise<unknown>) => void;

async function makeVolume(
  session: Session,
  name: string,
  later: Later,
  volume_type = "encrypted-hdd",
): Promise<string> {
  const volume = { name, size: 1, volume_type };
  const { body } = await session.request<{ volume: Named }>("block-storage", "POST", "/volumes", { body: { volume } });
  const path = `/volumes/${body.volume.id}`;
  later(() => session.request("block-storage", "DELETE", path, { expect: [404] }));
  await ready(session, "block-storage", path, "volume", "available");
  return body.volume.id;
}

/** A machine of the area without a network; its disk goes with it. */
async function makeMachine(session: Session, name: string, flavorRef: string, image: string, later: Later) {
  const disk = {
    boot_index: 0,
    uuid: image,
    source_type: "image",
    destination_type: "volume",
    volume_size: 5,
    delete_on_termination: true,
  };
  const server = { name, flavorRef, networks: "none", block_device_mapping_v2: [disk] };
  const { body } = await session.request<{ server: Named }>("compute", "POST", "/servers", { body: { server } });
  const path = `/servers/${body.server.id}`;
  later(async () => {
    await session.request("compute", "DELETE", path, { expect: [404] });
    const gone = async () => ((await session.find("compute", path)) === undefined ? true : undefined);
    await until(gone, `${path} to go`, READY_MS);
  });
  await ready(session, "compute", path, "server", "ACTIVE");
  return body.server.id;
}

/** Removes a snapshot of a volume, once it is at rest. */
export async function removeSnapshot(session: Session, id: string): Promise<void> {
  const path = `/snapshots/${id}`;
  const status = async (): Promise<string | undefined> =>
    (await session.find<{ snapshot: { status: string } }>("block-storage", path))?.snapshot.status;
  await until(async () => ((await status()) === "creating" ? undefined : true), "the snapshot to be made", READY_MS);
  await session.request("block-storage", "DELETE", path);
  await until(async () => ((await status()) === undefined ? true : undefined), "the snapshot to go", READY_MS);
}

async function makeSecret(session: Session, name: string, later: Later): Promise<string> {
  const body = { name, payload: "of the matrix", payload_content_type: "text/plain" };
  const made = await session.request<{ secret_ref: string }>("key-manager", "POST", "/secrets", { body });
  const id = made.body.secret_ref.split("/").at(-1) ?? "";
  later(() => session.request("key-manager", "DELETE", `/secrets/${id}`, { expect: [404] }));
  return id;
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

/** All that an attempt could have changed, as the operator sees it: the same before and after, or something was made. */
export async function fingerprint({ operator, ...scene }: Scene): Promise<readonly string[]> {
  const all = { all_tenants: 1 };
  // Others may work on the same cloud.
  const ours = [scene.run, scene.domain, scene.area, scene.otherArea, scene.bench, scene.otherBench];
  const concerns = (text: string): boolean =>
    [...ours, scene.strangers, scene.share, scene.image].some((one) => text.includes(one));
  const lists: readonly (readonly [Service, string, string, readonly string[], object?])[] = [
    ["identity", "/projects", "projects", ["name", "enabled"]],
    ["identity", "/domains", "domains", ["name", "enabled"]],
    ["identity", "/users", "users", ["name", "enabled"]],
    ["identity", "/groups", "groups", ["name"]],
    ["identity", `/groups/${scene.group}/users`, "users", ["name"]],
    ["identity", "/roles", "roles", ["name"]],
    ["identity", "/role_assignments", "role_assignments", ["role", "user", "group", "scope"]],
    ["identity", "/OS-FEDERATION/identity_providers", "identity_providers", ["id"]],
    ["compute", "/servers/detail", "servers", ["name", "status", "metadata", "locked"], all],
    ["compute", "/flavors/detail", "flavors", ["name"], { is_public: "None" }],
    ["compute", "/os-aggregates", "aggregates", ["name"]],
    ["network", "/networks", "networks", ["name", "shared", "port_security_enabled", "description"]],
    ["network", "/subnets", "subnets", ["name", "gateway_ip", "dns_nameservers", "host_routes"]],
    ["network", "/ports", "ports", ["name", "allowed_address_pairs", "port_security_enabled", "security_groups"]],
    ["network", "/routers", "routers", ["name"]],
    ["network", "/security-groups", "security_groups", ["name"]],
    ["network", "/security-group-rules", "security_group_rules", ["security_group_id", "direction"]],
    ["network", "/rbac-policies", "rbac_policies", ["object_id", "target_tenant"]],
    ["block-storage", "/volumes/detail", "volumes", ["name", "status", "volume_type", "metadata"], all],
    ["block-storage", "/snapshots/detail", "snapshots", ["name"], all],
    ["block-storage", "/os-volume-transfer", "transfers", ["name"], all],
    ["block-storage", "/types", "volume_types", ["name"], { is_public: "None" }],
    ["shared-file-system", "/shares/detail", "shares", ["name", "is_public", "status"], all],
    ["shared-file-system", "/share-access-rules", "access_list", ["access_to"], { share_id: scene.share }],
    ["shared-file-system", "/types", "share_types", ["name"], { is_public: "all" }],
    ["image", "/images", "images", ["name", "visibility", "hw_mem_encryption"]],
    ["image", `/images/${scene.image}/members`, "members", ["member_id"]],
  ];
  const rows = await Promise.all(
    lists.map(async ([service, path, many, fields, query]) => {
      const objects = await operator.paginate<Record<string, unknown>>(service, path, many, {
        query: { ...(query as Record<string, string>) },
      });
      const row = (object: Record<string, unknown>): string =>
        `${many} ${JSON.stringify([object["id"], ...fields.map((field) => object[field])])}`;
      return objects.filter((object) => concerns(JSON.stringify(object))).map(row);
    }),
  );
  const quotas = await Promise.all(
    (
      [
        ["compute", "/os-quota-sets"],
        ["block-storage", "/os-quota-sets"],
        ["network", "/quotas"],
        ["shared-file-system", "/quota-sets"],
      ] as const
    ).map(async ([service, path]) =>
      JSON.stringify((await operator.request(service, "GET", `${path}/${scene.area}`)).body),
    ),
  );
  return [...rows.flat(), ...quotas].toSorted();
}
