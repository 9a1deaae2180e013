import { UserError } from "../../config/problem.ts";
import { hasStatus, type ApiError } from "../../openstack/index.ts";
import type { Call } from "../resource.ts";
import { waitTogether } from "../together.ts";
import { brokenError, nameOf, type Stored, type StoredFacts } from "./broken.ts";

const MINUTE = 60_000;
/** How long a service may take: large images are written, large volumes wiped. */
const DEADLINE = 15 * MINUTE;
/** Milliseconds in which nothing is done yet: no build, and nothing else. */
export const AFTER = { build: 1000, other: 500 };

export const statusOf = (live: Stored | undefined): string => live?.status ?? "gone";

/** Waits until it is on its way no more. */
export async function settle<T extends Stored>(
  call: Call,
  facts: StoredFacts,
  id: string,
  { what, busy, after = AFTER.other }: { what: string; busy: RegExp; after?: number },
): Promise<T | undefined> {
  return waitTogether<T>(call, facts.collection, id, {
    what,
    deadline: DEADLINE,
    done: (live) => live === undefined || !busy.test(live.status),
    state: statusOf,
    next: `look at ${facts.title} and its storage, then run \`pulumi up\` again, which goes on where this ended`,
    after,
  });
}

/** Both services say a wrong request, a conflict or even a ban where only the object's state is in the way of its deletion. */
const isInTheWay = (error: unknown): error is ApiError =>
  hasStatus(error, 400, 403, 409) && !/policy/i.test(error.reason);

const heldError = (what: string, found: string, refusal: ApiError): UserError =>
  new UserError({
    what: `cannot ${what}: something holds it`,
    found,
    why: refusal.reason.replace(/\.$/, ""),
    next: "detach it from its machine and delete its snapshots, backups and replicas, then repeat",
  });

/** Removes it and waits until it is gone, so that its quota and its machine are free again. */
export async function removeStored(call: Call, facts: StoredFacts, id: string, name: string): Promise<void> {
  const { service, path } = facts.collection;
  const what = `delete ${nameOf(facts, { id, name })}`;
  const ask = async (): Promise<number> =>
    (await call.session.request(service, "DELETE", `${path}/${id}`, { what, expect: [404] })).status;
  // One that is still being detached is free in a moment, and one that an interrupted run deletes is gone.
  const waitAndAsk = async (error: unknown): Promise<number> => {
    if (!isInTheWay(error)) throw error;
    const live = await settle<Stored>(call, facts, id, { what, busy: /^(detaching|extending|deleting)$/ });
    if (live === undefined) return 404;
    const servers = (live.attachments ?? []).map((one) => one.server_id).join(", ");
    const held = (refusal: unknown): never => {
      throw isInTheWay(refusal)
        ? heldError(what, servers === "" ? `status ${live.status}` : `attached to machine ${servers}`, refusal)
        : refusal;
    };
    return live.status === "available" && servers === "" ? ask().catch(held) : held(error);
  };
  if ((await ask().catch(waitAndAsk)) === 404) return;
  const live = await settle<Stored>(call, facts, id, { what, busy: /^(?!error)/ });
  if (live) throw await brokenError(call, facts, live, `cannot ${what}`);
}
