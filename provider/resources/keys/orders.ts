import { UserError } from "../../../config/problem.ts";
import { markOf, withMark } from "../../own.ts";
import type { Call } from "../../resource.ts";
import { idOfRef } from "./secrets.ts";

/** An order of a key as Barbican gives it. */
export interface Order {
  readonly order_ref: string;
  readonly status: "PENDING" | "ACTIVE" | "ERROR";
  readonly secret_ref?: string;
  readonly error_reason?: string;
  readonly meta: { readonly name?: string; readonly expiration?: string | null };
}

/** A key's name for people. The mark stays for good, whatever the resource is called later. */
export const nameOf = (marked: string): string => marked.replace(/ ?\[tresor [0-9a-f]{32}\]$/, "");

/** What is ordered: AES-256, whose bytes Barbican makes and no client sees until it asks for them. */
interface KeyMeta {
  readonly name: string;
  /** Last second in which it can be read. */
  readonly expiration: string;
}

const DEADLINE = 60_000;

/** Orders that runs of this very resource left: a secret has no description, so that its name bears the mark. */
export async function ownOrders({ session, urn }: Call): Promise<readonly Order[]> {
  const mark = markOf(urn);
  const what = "look for orders of an interrupted run";
  const orders = await session.paginate<Order>("key-manager", "/orders", "orders", { what });
  return orders.filter(({ meta }) => meta.name?.endsWith(mark) === true);
}

/** Orders a key and gives the order's id. */
export async function orderKey({ session, urn }: Call, { name, expiration }: KeyMeta): Promise<string> {
  const meta = {
    name: withMark(name, urn),
    algorithm: "aes",
    bit_length: 256,
    mode: "gcm",
    payload_content_type: "application/octet-stream",
    expiration,
  };
  const { body } = await session.request<{ order_ref: string }>("key-manager", "POST", "/orders", {
    body: { type: "key", meta },
    what: `order the key "${name}"`,
  });
  return idOfRef(body.order_ref);
}

export async function removeOrder({ session }: Call, orderId: string): Promise<void> {
  const what = `delete order ${orderId}`;
  await session.request("key-manager", "DELETE", `/orders/${orderId}`, { what, expect: [404] });
}

/**
 * Waits until the key is made and gives its id.
 * @throws UserError where Barbican cannot make it, with its reason; such an order is removed, it never had a key
 */
export async function awaitKey(call: Call, orderId: string, name: string): Promise<string> {
  const end = Date.now() + DEADLINE;
  for (let pause = 200; ; pause = Math.min(pause * 2, 2000)) {
    const what = `read order ${orderId}`;
    const order = await call.session.find<Order>("key-manager", `/orders/${orderId}`, { what });
    if (order?.status === "ACTIVE" && order.secret_ref !== undefined) return idOfRef(order.secret_ref);
    if (order === undefined || order.status === "ERROR") {
      await removeOrder(call, orderId);
      throw new UserError({
        what: `the key "${name}" was not made`,
        why: order?.error_reason ?? `its order ${orderId} is gone`,
        next: "ask the operator what keeps Barbican's secret store from it, then run `pulumi up` again",
      });
    }
    if (Date.now() > end || call.cancelled())
      throw new UserError({
        what: `cannot make the key "${name}": ${call.cancelled() ? "the run was interrupted" : `its order ${orderId} is still ${order.status} after ${DEADLINE / 1000} s`}`,
        next: "look at Barbican's worker, then run `pulumi up` again, which goes on where this ended",
      });
    await call.pause(pause);
  }
}
