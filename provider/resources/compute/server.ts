import { createHash } from "node:crypto";
import { UserError } from "../../../config/problem.ts";
import { ownId } from "../../own.ts";
import type { Call } from "../../resource.ts";

/** The metadata key by which a machine of an interrupted run is known again. */
export const OWN_KEY = "tresor_id";

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

export async function findServer({ session }: Call, id: string): Promise<Server | undefined> {
  const what = `read machine ${id}`;
  return (await session.find<{ server: Server }>("compute", `/servers/${id}`, { what }))?.server;
}

/** `ownId` with a mark of what a machine cannot change: one that an interrupted run made from other inputs is not taken up. */
export const ownMark = (urn: string, fixed: unknown): string =>
  `${ownId(urn)}-${createHash("sha256").update(JSON.stringify(fixed)).digest("hex").slice(0, 16)}`;

/** A machine that an interrupted run of this very resource left behind, whatever it was made from. */
export async function findOwn({ session }: Call, name: string, own: string): Promise<Server | undefined> {
  const servers = await session.paginate<Server>("compute", "/servers/detail", "servers", {
    query: { name: `^${name.replace(/[^A-Za-z0-9_-]/g, ".")}$` },
    what: `look for machine "${name}"`,
  });
  return servers.find((server) => server.name === name && server.metadata[OWN_KEY]?.startsWith(own));
}

const SECOND = 1000;
/** How long Nova may take: a build with a large image, and everything else. */
export const DEADLINES = { build: 900 * SECOND, other: 300 * SECOND };

/**
 * Polls until `done` says so.
 * @throws UserError naming the machine and its status after the deadline or an interruption
 */
export async function waitFor(
  call: Call,
  id: string,
  what: string,
  deadline: number,
  done: (server: Server | undefined) => boolean,
): Promise<Server | undefined> {
  const end = Date.now() + deadline;
  for (let pause = 250; ; pause = Math.min(pause * 1.5, 5 * SECOND)) {
    const server = await findServer(call, id);
    if (done(server)) return server;
    if (call.cancelled() || Date.now() > end) {
      const why = call.cancelled()
        ? "the run was interrupted"
        : `it is still ${server?.status ?? "there"} after ${deadline / SECOND} s`;
      throw new UserError({
        what: `cannot ${what}: ${why}`,
        next: "look at the compute service, then run `pulumi up` again",
      });
    }
    await call.pause(pause);
  }
}

/** Removes a server and waits until it is gone, so that its volume and ports are free again. */
export async function removeServer(call: Call, id: string, name: string): Promise<void> {
  const what = `delete machine "${name}" (${id})`;
  const next = "see whether somebody locked the machine (`openstack server unlock`), then repeat";
  const { status } = await call.session.request("compute", "DELETE", `/servers/${id}`, { what, expect: [404], next });
  if (status === 404) return;
  await waitFor(call, id, what, DEADLINES.other, (server) => server === undefined || server.status === "DELETED");
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
