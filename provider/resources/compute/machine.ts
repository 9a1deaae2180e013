import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { id } from "../../fields.ts";
import type { Call, Made } from "../../resource.ts";
import { defineKind, sortedSet } from "../../resource.ts";
import type { Props } from "../../wire.ts";
import { changeInPlace } from "./machine-update.ts";
import type { Server } from "./server.ts";
import { DEADLINES, OWN_KEY, adviceFor, faultOf, findOwn, findServer, ownId, removeServer, waitFor } from "./server.ts";

const inputs = z
  .object({
    name: z.string("must be the name of the machine").min(1).max(255, "must have at most 255 characters"),
    flavorId: id("a flavor"),
    bootVolumeId: id("a volume").optional(),
    imageId: id("an image").optional(),
    ports: z.array(id("a port")).min(1, "must name a port at least: without one Nova would attach any network"),
    availabilityZone: z
      .string()
      .regex(/^[^:]+$/, "must be a zone's name without a host: placement belongs to the scheduler")
      .optional(),
    userData: z
      .string()
      .refine((text) => Buffer.byteLength(text) <= 49_151, "must have at most 49151 bytes (65535 in base64)")
      .optional(),
    metadata: z
      .record(z.string(), z.string("must be a text"))
      .default({})
      .refine((all) => !(OWN_KEY in all), `must not hold ${OWN_KEY}`),
    tags: z
      .array(
        z
          .string()
          .max(60, "must have at most 60 characters")
          .regex(/^[^/,]+$/, "must hold neither / nor ,"),
      )
      .transform(sortedSet)
      .default([]),
    configDrive: z.boolean().default(false),
    serverGroupId: id("a server group").optional(),
    powerState: z.enum(["active", "shutoff"]).default("active"),
  })
  .refine((all) => all.bootVolumeId !== undefined || all.imageId !== undefined, {
    message: "must be set where there is no imageId to boot from",
    path: ["bootVolumeId"],
  });
export type Inputs = z.infer<typeof inputs>;

/** The status that a machine has when it is as planned. */
export const plannedStatus = (powerState: unknown): string => (powerState === "shutoff" ? "SHUTOFF" : "ACTIVE");

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

function requestBody(wanted: Inputs, own: string): object {
  const { bootVolumeId, imageId, availabilityZone, userData, serverGroupId } = wanted;
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

async function portsOf({ session }: Call, serverId: string): Promise<string[]> {
  const { body } = await session.request<{ interfaceAttachments?: { port_id: string }[] }>(
    "compute",
    "GET",
    `/servers/${serverId}/os-interface`,
    { what: `read the ports of machine ${serverId}`, expect: [404] },
  );
  return (body.interfaceAttachments ?? []).map((one) => one.port_id);
}

async function flavorName({ session }: Call, flavorId: string): Promise<string> {
  const what = `read flavor ${flavorId}`;
  const next = "check that the flavor exists and that the operator gave the project access to it";
  const { body } = await session.request<{ flavor: { name: string } }>("compute", "GET", `/flavors/${flavorId}`, {
    what,
    next,
  });
  return body.flavor.name;
}

/** Takes up the machine of an interrupted run where it can still become the wanted one; removes it where not. */
async function takeUp(call: Call, wanted: Inputs, flavor: string, own: string): Promise<string | undefined> {
  const left = await findOwn(call, wanted.name, own);
  if (!left) return undefined;
  const volumes = (left["os-extended-volumes:volumes_attached"] ?? []).map((volume) => volume.id);
  const boots = wanted.bootVolumeId === undefined || volumes.includes(wanted.bootVolumeId) || left.status === "BUILD";
  if (boots && left.flavor.original_name === flavor && (left.status === "ACTIVE" || left.status === "BUILD"))
    return left.id;
  await removeServer(call, left.id, left.name);
  return undefined;
}

/** Holds a new machine to ACTIVE; one that is not is removed (its volumes stay) and Nova's reason is told. */
async function holdToActive(call: Call, serverId: string, name: string): Promise<Server> {
  const ended = (server: Server | undefined): boolean =>
    server === undefined || !/^(BUILD|UNKNOWN)$/.test(server.status);
  const server = await waitFor(call, serverId, `build machine "${name}"`, DEADLINES.build, ended).catch(
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

async function create(call: Call, wanted: Inputs): Promise<Made> {
  const own = ownId(call.urn);
  const flavor = await flavorName(call, wanted.flavorId);
  let serverId = await takeUp(call, wanted, flavor, own);
  if (serverId === undefined) {
    const answer = await call.session.request<{ server: { id: string } }>("compute", "POST", "/servers", {
      body: requestBody(wanted, own),
      what: `create machine "${wanted.name}"`,
      secrets: wanted.userData === undefined ? [] : [wanted.userData],
      timeout: 120_000,
    });
    serverId = answer.body.server.id;
  }
  const server = await holdToActive(call, serverId, wanted.name);
  const status = wanted.powerState === "shutoff" ? await changeInPlace(call, server, wanted) : server.status;
  return { id: serverId, outs: { status, flavorName: flavor } };
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
  const server = await findServer(call, serverId);
  if (!server || server.status === "DELETED" || server.status === "SOFT_DELETED") return undefined;
  const volumes = (server["os-extended-volumes:volumes_attached"] ?? []).map((volume) => volume.id);
  const { [OWN_KEY]: _, ...metadata } = server.metadata;
  const live = await portsOf(call, serverId);
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
    metadata,
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
  replaceOn: [
    "flavorId",
    "bootVolumeId",
    "imageId",
    "ports",
    "availabilityZone",
    "userData",
    "configDrive",
    "serverGroupId",
  ],
  secret: ["userData"],
  ordered: ["ports"],
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
