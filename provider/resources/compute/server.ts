import { UserError } from "../../../config/problem.ts";
import type { Collection } from "../../gather.ts";
import type { Call } from "../../resource.ts";
import { findTogether, waitTogether } from "../../together.ts";

export const SERVERS = {
  service: "compute",
  path: "/servers",
  listPath: "/servers/detail",
  one: "server",
  many: "servers",
  listBy: "project",
} as const satisfies Collection;

/** A server as Nova gives it (microversion 2.86 and newer: the flavor is embedded without its id). */
export interface Server {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags?: readonly string[];
  readonly config_drive?: string | boolean;
  readonly image?: { readonly id?: string } | string;
  readonly flavor: { readonly original_name?: string };
  readonly fault?: { readonly message?: string; readonly details?: string; readonly code?: number };
  readonly server_groups?: readonly string[];
  readonly "OS-EXT-AZ:availability_zone"?: string;
  readonly "OS-EXT-STS:task_state"?: string | null;
  readonly "os-extended-volumes:volumes_attached"?: readonly { readonly id: string }[];
}

/** @throws UserError where Nova cannot tell what it has: the part of the cloud that holds the machine is away */
function whole(server: Server | undefined): Server | undefined {
  // Of a cell that is down Nova shows little more than ids; that must never pass for changes.
  if (server === undefined || (server.metadata as unknown) !== undefined) return server;
  throw new UserError({
    what: `cannot read machine ${server.id}: Nova shows its id alone`,
    why: "the part of the cloud that it runs in does not answer",
    next: "ask the operator, then repeat",
  });
}

/** A machine, undefined where it is gone; what is asked for at one moment is one list, which lacks server groups alone. */
export const findServer = async (call: Call, id: string): Promise<Server | undefined> =>
  whole(await findTogether<Server>(call, SERVERS, id));

/** A machine with its server groups. */
export async function findWholeServer({ session }: Call, id: string): Promise<Server | undefined> {
  const what = `read machine ${id}`;
  return whole((await session.find<{ server: Server }>("compute", `/servers/${id}`, { what }))?.server);
}

const SECOND = 1000;
/** How long Nova may take: a build with a large image, and everything else. */
export const DEADLINES = { build: 900 * SECOND, other: 300 * SECOND };

/** Milliseconds in which nothing is done yet: no build, and nothing else. */
export const AFTER = { build: 1000, other: 500 };

/**
 * Looks until `done` says so.
 * @param after milliseconds before the first look
 * @throws UserError naming the machine and its status after the deadline or an interruption
 */
export const waitFor = (
  call: Call,
  id: string,
  what: string,
  deadline: number,
  done: (server: Server | undefined) => boolean,
  after = 0,
): Promise<Server | undefined> =>
  waitTogether<Server>(call, SERVERS, id, {
    what,
    deadline,
    done,
    state: (server) => server?.status ?? "gone",
    next: "look at the compute service, then run `pulumi up` again",
    after,
  });

/** Removes a server and waits until it is gone, so that its volume and ports are free again. */
export async function removeServer(call: Call, id: string, name: string): Promise<void> {
  const what = `delete machine "${name}" (${id})`;
  const next = "see whether somebody locked the machine (`openstack server unlock`), then repeat";
  const { status } = await call.session.request("compute", "DELETE", `/servers/${id}`, { what, expect: [404], next });
  if (status === 404) return;
  const gone = (server: Server | undefined): boolean => server === undefined || server.status === "DELETED";
  await waitFor(call, id, what, DEADLINES.other, gone, AFTER.other);
}

/** Nova's own reason, as one line. */
export function faultOf(server: Server | undefined): string {
  const message = server?.fault?.message?.replace(/\s+/g, " ").trim();
  return message ? `Nova says: ${message.replace(/\.$/, "")}` : "Nova gives no reason";
}

/** What to do about the reasons that Nova gives most often. */
export function adviceFor(server: Server | undefined): string {
  const message = server?.fault?.message ?? "";
  if (/no valid host/i.test(message))
    return "free a slot or choose a smaller flavor (for a confidential machine: no host has a free SEV-SNP slot, or none offers it), then run `pulumi up` again";
  if (/quota/i.test(message)) return "raise the quota in the tenant's config, then run `pulumi up` again";
  if (/volume|block device/i.test(message))
    return "check the boot volume (status, encryption key, zone), then run `pulumi up` again";
  return "mend that, then run `pulumi up` again";
}
