import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { hasStatus } from "../../../openstack/index.ts";
import { id } from "../../fields.ts";
import type { Call, Made } from "../../resource.ts";
import { defineKind } from "../../resource.ts";
import { findTogether, waitTogether } from "../../together.ts";
import { blameStorage, isBroken, nameOf, reasonOf, VOLUMES, type Stored } from "../broken.ts";
import { SERVERS, type Server } from "./server.ts";

const inputs = z.object({ serverId: id("a machine"), volumeId: id("a volume") });
type Inputs = z.infer<typeof inputs>;

const DEADLINE = 300_000;
/** Milliseconds in which no host is done yet. */
const AFTER = 1000;

const holds = (volume: Stored | undefined, serverId: string): boolean =>
  volume?.attachments?.some((one) => one.server_id === serverId) ?? false;

const wait = (
  call: Call,
  volumeId: string,
  what: string,
  done: (volume: Stored | undefined) => boolean,
): Promise<Stored | undefined> =>
  waitTogether<Stored>(call, VOLUMES.collection, volumeId, {
    what,
    deadline: DEADLINE,
    done,
    state: (volume) => volume?.status ?? "gone",
    next: "look at the machine's events (`openstack server event list`), then run `pulumi up` again",
    after: AFTER,
  });

/** Asks for the attachment; one that an interrupted run asked for already is as good. */
async function ask({ session }: Call, { serverId, volumeId }: Inputs, what: string): Promise<void> {
  const path = `/servers/${serverId}/os-volume_attachments`;
  try {
    const body = { volumeAttachment: { volumeId } };
    await session.request("compute", "POST", path, { body, what, timeout: 120_000 });
  } catch (error) {
    if (!hasStatus(error, 400, 409)) throw error;
    if (!(await session.find("compute", `${path}/${volumeId}`, { what }))) throw error;
  }
}

async function create(call: Call, wanted: Inputs): Promise<Made> {
  const { serverId, volumeId } = wanted;
  const what = `attach volume ${volumeId} to machine ${serverId}`;
  await ask(call, wanted, what).catch((error: unknown) =>
    blameStorage(call, error, `cannot ${what}`, VOLUMES, volumeId),
  );
  const isAttached = (volume: Stored | undefined): boolean => volume?.status === "in-use" && holds(volume, serverId);
  // A volume that fails to be attached is available again, or broken.
  const ended = (volume: Stored | undefined): boolean =>
    volume === undefined || volume.status === "available" || isBroken(volume.status) || isAttached(volume);
  const volume = await wait(call, volumeId, what, ended);
  if (isAttached(volume)) return { id: `${serverId}/${volumeId}` };
  throw new UserError({
    what: `cannot ${what}: ${volume ? `${nameOf(VOLUMES, volume)} came back in status ${volume.status}` : "the volume is gone"}`,
    why: await reasonOf(call, VOLUMES, volumeId),
    next: `see \`openstack server event list ${serverId}\`, mend that, then run \`pulumi up\` again`,
  });
}

/** `<server>/<volume>`. */
function parts(attachmentId: string): Inputs {
  const [serverId, volumeId, more] = attachmentId.split("/");
  if (serverId && volumeId && more === undefined) return { serverId, volumeId };
  throw new UserError({
    what: `"${attachmentId}" is no id of a VolumeAttachment`,
    allowed: "<serverId>/<volumeId>",
    next: "correct the id",
  });
}

/** A volume at a machine, beside its boot volume. */
export const volumeAttachment = defineKind({
  module: "compute",
  name: "VolumeAttachment",
  summary: "A volume at a machine, beside its boot volume; made only once the machine holds it.",
  inputs,
  replaceOn: ["serverId", "volumeId"],
  create,
  read: async (call, attachmentId) => {
    const { serverId, volumeId } = parts(attachmentId);
    const server = await findTogether<Server>(call, SERVERS, serverId);
    const attached = server?.["os-extended-volumes:volumes_attached"]?.some((one) => one.id === volumeId);
    return attached ? { serverId, volumeId } : undefined;
  },
  delete: async (call, attachmentId) => {
    const { serverId, volumeId } = parts(attachmentId);
    const what = `detach volume ${volumeId} from machine ${serverId}`;
    const path = `/servers/${serverId}/os-volume_attachments/${volumeId}`;
    const next = "see whether somebody locked the machine (`openstack server unlock`), then repeat";
    const { status } = await call.session.request("compute", "DELETE", path, { what, expect: [404], next });
    // A machine that is gone let go of its volumes before.
    if (status === 404) return;
    const free = (volume: Stored | undefined): boolean => volume?.status !== "detaching" && !holds(volume, serverId);
    const volume = await wait(call, volumeId, what, (one) => free(one) || isBroken(one?.status ?? ""));
    if (!free(volume))
      throw new UserError({
        what: `cannot ${what}: the volume came to ${volume?.status ?? "nothing"}`,
        why: await reasonOf(call, VOLUMES, volumeId),
        next: "ask the storage's operator to mend it, then repeat",
      });
  },
});
