import { UserError } from "../../../config/problem.ts";
import { hasStatus } from "../../../openstack/index.ts";
import { OWN_KEY, findKeyedTogether, ownMark, withoutKey } from "../../metadata-mark.ts";
import type { Call, Made } from "../../resource.ts";
import { defineKind, sortedSet } from "../../resource.ts";
import { findPartTogether, type PartedList } from "../../together.ts";
import type { Props } from "../../wire.ts";
import { blameStorage, VOLUMES } from "../broken.ts";
import { inputs, plannedStatus, userDataOf, type Inputs } from "./machine-inputs.ts";
import { changeInPlace } from "./machine-update.ts";
import type { Server } from "./server.ts";
import {
  AFTER,
  DEADLINES,
  SERVERS,
  adviceFor,
  faultOf,
  findServer,
  findWholeServer,
  removeServer,
  waitFor,
} from "./server.ts";

/** Statuses from which a machine comes back by itself or by a call; all others need a new one. */
const CURABLE = new Set([
  "ACTIVE",
  "SHUTOFF",
  "PAUSED",
  "SUSPENDED",
  "SHELVED",
  "SHELVED_OFFLOADED",
  "REBOOT",
  "HARD_REBOOT",
  "PASSWORD",
]);

/** What a machine cannot change: another value is another machine. */
const FIXED = [
  "flavorId",
  "bootVolumeId",
  "imageId",
  "ports",
  "availabilityZone",
  "userData",
  "mounts",
  "configDrive",
  "serverGroupId",
] as const satisfies readonly (keyof Inputs)[];

const markOf = (urn: string, wanted: Inputs): string =>
  ownMark(
    urn,
    // What a machine of yesterday lacks does not change its mark.
    FIXED.flatMap((key) => (key === "mounts" && wanted.mounts === undefined ? [] : [wanted[key] ?? null])),
  );

function requestBody(wanted: Inputs, own: string): object {
  const { bootVolumeId, imageId, availabilityZone, serverGroupId } = wanted;
  const userData = userDataOf(wanted);
  const boot = {
    uuid: bootVolumeId,
    source_type: "volume",
    destination_type: "volume",
    boot_index: 0,
    delete_on_termination: false,
  };
  return {
    server: {
      name: wanted.name,
      flavorRef: wanted.flavorId,
      networks: wanted.ports.map((port) => ({ port })),
      metadata: { ...wanted.metadata, [OWN_KEY]: own },
      config_drive: wanted.configDrive,
      ...(bootVolumeId === undefined ? { imageRef: imageId } : { block_device_mapping_v2: [boot] }),
      ...(wanted.tags.length > 0 && { tags: wanted.tags }),
      ...(availabilityZone !== undefined && { availability_zone: availabilityZone }),
      ...(userData !== undefined && { user_data: Buffer.from(userData).toString("base64") }),
    },
    ...(serverGroupId !== undefined && { "OS-SCH-HNT:scheduler_hints": { group: serverGroupId } }),
  };
}

/** What Nova's own list of interfaces asks of Neutron, but for all machines at once. */
const PORTS: PartedList = {
  service: "network",
  path: "/ports",
  many: "ports",
  by: "device_id",
  title: "ports of machine",
};

/** Takes up the machine of an interrupted run where it was made from the same inputs; removes it where not. */
async function takeUp(call: Call, wanted: Inputs, own: string): Promise<string | undefined> {
  let taken: string | undefined;
  for (const { id, name, metadata, status } of await findKeyedTogether<Server>(call, SERVERS, wanted.name))
    if (taken === undefined && metadata[OWN_KEY] === own && (status === "ACTIVE" || status === "BUILD")) taken = id;
    else await removeServer(call, id, name);
  return taken;
}

/** Holds a new machine to ACTIVE; one that is not is removed (its volumes stay) and Nova's reason is told. */
async function holdToActive(call: Call, serverId: string, name: string, after: number): Promise<Server> {
  const ended = (server: Server | undefined): boolean =>
    server === undefined || !/^(BUILD|UNKNOWN)$/.test(server.status);
  const server = await waitFor(call, serverId, `build machine "${name}"`, DEADLINES.build, ended, after).catch(
    async (error: unknown) => {
      if (!call.cancelled()) await removeServer(call, serverId, name);
      throw error;
    },
  );
  if (server?.status === "ACTIVE") return server;
  const removed = await removeServer(call, serverId, name).then(
    () => "it was removed, its volumes and ports are kept",
    (error: unknown) => `removing it failed too: ${error instanceof Error ? error.message : String(error)}`,
  );
  throw new UserError({
    what: `machine "${name}" was not built: it came to ${server?.status ?? "nothing"}, and ${removed}`,
    why: faultOf(server),
    next: adviceFor(server),
  });
}

/** Asks for the machine, unless one of an interrupted run was taken up, and holds it to ACTIVE. */
async function build(call: Call, wanted: Inputs, own: string, known: string | undefined): Promise<Server> {
  if (known !== undefined) return holdToActive(call, known, wanted.name, 0);
  const what = `create machine "${wanted.name}"`;
  const { body } = await call.session
    .request<{ server: { id: string } }>("compute", "POST", "/servers", {
      body: requestBody(wanted, own),
      what,
      secrets: wanted.userData === undefined ? [] : [wanted.userData],
      timeout: 120_000,
    })
    .catch((error: unknown) => {
      if (!hasStatus(error, 400, 404) || !/^flavor /i.test(error.reason)) throw error;
      const next = "check that the flavor exists and that the operator gave the project access to it";
      throw new UserError({ what: `cannot ${what}`, why: error.reason, next });
    });
  return holdToActive(call, body.server.id, wanted.name, AFTER.build);
}

async function create(call: Call, wanted: Inputs): Promise<Made> {
  const own = markOf(call.urn, wanted);
  const serverId = await takeUp(call, wanted, own);
  const server = await build(call, wanted, own, serverId).catch((error: unknown) => {
    if (wanted.bootVolumeId === undefined) throw error;
    // Nova's "invalid block device" does not say that the volume itself was never built.
    return blameStorage(call, error, `machine "${wanted.name}" was not built`, VOLUMES, wanted.bootVolumeId);
  });
  const status = wanted.powerState === "shutoff" ? await changeInPlace(call, server, wanted) : server.status;
  return { id: server.id, outs: { status, flavorName: server.flavor.original_name } };
}

/** The flavor by id: Nova tells only its name, so the state's id counts while the name is the same. */
async function liveFlavorId({ session }: Call, server: Server, state: Props): Promise<unknown> {
  const name = server.flavor.original_name;
  if (state.flavorId !== undefined && state.flavorName === name) return state.flavorId;
  const flavors = await session.paginate<{ id: string; name: string }>("compute", "/flavors", "flavors", {
    what: "list the flavors",
  });
  const found = flavors.filter((flavor) => flavor.name === name);
  return found.length === 1 ? found[0]?.id : `flavor ${name ?? "unknown"}`;
}

async function read(call: Call, serverId: string, state: Props): Promise<Props | undefined> {
  // No list tells server groups; a machine that was made in none never comes into one.
  const isListed = state.name !== undefined && state.serverGroupId === undefined;
  const server = await (isListed ? findServer(call, serverId) : findWholeServer(call, serverId));
  if (!server || server.status === "DELETED" || server.status === "SOFT_DELETED") return undefined;
  const volumes = (server["os-extended-volumes:volumes_attached"] ?? []).map((volume) => volume.id);
  const live = (await findPartTogether<{ id: string }>(call, PORTS, serverId)).map((port) => port.id);
  const known = (state.ports ?? []) as string[];
  // Nova lists interfaces in no promised order: that of the state is kept for those that are still there.
  const ports = [...known.filter((port) => live.includes(port)), ...live.filter((port) => !known.includes(port))];
  const image = typeof server.image === "object" ? server.image.id : undefined;
  const boot = state.bootVolumeId;
  return {
    name: server.name,
    flavorId: await liveFlavorId(call, server, state),
    bootVolumeId:
      typeof boot === "string" && volumes.includes(boot) ? boot : image === undefined ? volumes[0] : undefined,
    imageId: image ?? state.imageId,
    ports,
    availabilityZone: state.availabilityZone === undefined ? undefined : server["OS-EXT-AZ:availability_zone"],
    // No credential of a project can read these again.
    userData: state.userData,
    mounts: state.mounts,
    metadata: withoutKey(server.metadata),
    tags: sortedSet(server.tags ?? []),
    configDrive: server.config_drive === true || server.config_drive === "True",
    serverGroupId: server.server_groups === undefined ? state.serverGroupId : server.server_groups[0],
    powerState: server.status === "SHUTOFF" ? "shutoff" : "active",
    status: server.status,
    flavorName: server.flavor.original_name,
  };
}

/** A server that counts as made only once it is ACTIVE. */
export const machine = defineKind({
  module: "compute",
  name: "Machine",
  summary:
    "A server that counts as made only once it is ACTIVE; one that fails to build is removed and Nova's reason is told.",
  inputs,
  outputs: {
    status: { type: "string", description: "Nova's status, ACTIVE or SHUTOFF as planned; any other is drift." },
    flavorName: { type: "string", description: "The flavor's name." },
  },
  replaceOn: [...FIXED],
  secret: ["userData"],
  ordered: ["ports", "mounts"],
  deleteBeforeReplace: true,
  extraDiff: (state, wanted) => {
    if (state.status === undefined || state.status === plannedStatus(wanted.powerState))
      return { changes: [], replaces: [] };
    return { changes: ["status"], replaces: CURABLE.has(String(state.status)) ? [] : ["status"] };
  },
  create,
  read,
  update: async (call, serverId, wanted) => {
    const server = await findServer(call, serverId);
    if (!server)
      throw new UserError({
        what: `machine "${wanted.name}" (${serverId}) is gone`,
        next: "run `pulumi refresh`, then `pulumi up`",
      });
    return { status: await changeInPlace(call, server, wanted), flavorName: server.flavor.original_name };
  },
  delete: (call, serverId, state) => removeServer(call, serverId, String(state.name ?? serverId)),
});
