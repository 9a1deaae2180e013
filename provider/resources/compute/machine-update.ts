import { UserError } from "../../../config/problem.ts";
import { withKeyOf } from "../../metadata-mark.ts";
import type { Call } from "../../resource.ts";
import { stable } from "../../resource.ts";
import type { Inputs } from "./machine-inputs.ts";
import type { Server } from "./server.ts";
import { AFTER, DEADLINES, faultOf, waitFor } from "./server.ts";

/** The action that leads from a status towards ACTIVE. */
const WAKE: Readonly<Record<string, string>> = {
  SHUTOFF: "os-start",
  PAUSED: "unpause",
  SUSPENDED: "resume",
  SHELVED: "unshelve",
  SHELVED_OFFLOADED: "unshelve",
};

async function act({ session }: Call, server: Server, action: string): Promise<void> {
  const what = `bring machine "${server.name}" from ${server.status} by ${action}`;
  await session.request("compute", "POST", `/servers/${server.id}/action`, { body: { [action]: null }, what });
}

async function wake(call: Call, server: Server, what: string): Promise<void> {
  const action = WAKE[server.status];
  if (action !== undefined) await act(call, server, action);
  const awake = (now: Server | undefined): boolean => now === undefined || /^(ACTIVE|ERROR)$/.test(now.status);
  await waitFor(call, server.id, what, DEADLINES.other, awake, AFTER.other);
}

/** Brings the machine to the wanted power state; it must arrive there. */
async function setPower(call: Call, server: Server, power: Inputs["powerState"]): Promise<string> {
  const goal = power === "shutoff" ? "SHUTOFF" : "ACTIVE";
  const settled = (now: Server | undefined): boolean => !now?.["OS-EXT-STS:task_state"] && now?.status !== "BUILD";
  const what = `bring machine "${server.name}" to ${goal}`;
  const start = settled(server) ? server : await waitFor(call, server.id, what, DEADLINES.other, settled);
  if (start?.status === goal) return goal;
  if (start) {
    if (start.status !== "ACTIVE") await wake(call, start, what);
    if (goal === "SHUTOFF") await act(call, server, "os-stop");
  }
  const arrived = (now: Server | undefined): boolean =>
    now === undefined || now.status === goal || now.status === "ERROR";
  const end = await waitFor(call, server.id, what, DEADLINES.other, arrived);
  if (end?.status === goal) return goal;
  throw new UserError({
    what: `machine "${server.name}" came to ${end?.status ?? "nothing"} instead of ${goal}`,
    why: faultOf(end),
    next: "run `pulumi refresh`, then `pulumi up` makes it anew (its volumes are kept)",
  });
}

/** Name, metadata, tags and power state: all that a machine can change without being made anew. Gives its status. */
export async function changeInPlace(call: Call, server: Server, wanted: Inputs): Promise<string> {
  const { session } = call;
  const path = `/servers/${server.id}`;
  if (server.name !== wanted.name)
    await session.request("compute", "PUT", path, {
      body: { server: { name: wanted.name } },
      what: `rename machine "${server.name}" to "${wanted.name}"`,
    });
  const metadata = withKeyOf(server.metadata, wanted.metadata);
  if (stable(server.metadata) !== stable(metadata))
    await session.request("compute", "PUT", `${path}/metadata`, {
      body: { metadata },
      what: `set the metadata of machine "${wanted.name}"`,
    });
  if (stable(server.tags ?? []) !== stable(wanted.tags))
    await session.request("compute", "PUT", `${path}/tags`, {
      body: { tags: wanted.tags },
      what: `set the tags of machine "${wanted.name}"`,
    });
  return setPower(call, server, wanted.powerState);
}
