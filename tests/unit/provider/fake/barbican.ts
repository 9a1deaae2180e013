import { randomUUID } from "node:crypto";
import type { Answer, FakeCloud } from "./cloud.ts";

interface FakeConsumer {
  readonly service: string;
  readonly resource_type: string;
  readonly resource_id: string;
}

export interface FakeSecret {
  readonly id: string;
  readonly name: string;
  /** Without a zone, as Barbican writes it. */
  readonly expiration: string | null;
  acl?: { users: string[]; "project-access": boolean };
  consumers: FakeConsumer[];
}

export interface FakeOrder {
  readonly id: string;
  status: "PENDING" | "ACTIVE" | "ERROR";
  readonly meta: Record<string, unknown>;
  secretId?: string;
  error_reason?: string;
}

const NOT_FOUND: Answer = [404, { code: 404, description: "Not Found. Sorry but your secret is in another castle." }];

/** Orders, secrets, access lists and consumers as Barbican 23 serves them to a manager of the project. */
export class FakeBarbican {
  readonly secrets = new Map<string, FakeSecret>();
  readonly orders = new Map<string, FakeOrder>();
  /** How often an order is read before its key is there. */
  slow = 0;
  /** Barbican fails every order with this reason. */
  broken: string | undefined;
  /** Milliseconds since the epoch. */
  now: () => number = Date.now;
  readonly #cloud: FakeCloud;

  constructor(cloud: FakeCloud) {
    this.#cloud = cloud;
    this.#serveOrders(cloud);
    this.#serveSecrets(cloud);
    this.#serveConsumers(cloud);
  }

  #ref = (kind: string, id: string): string => `${this.#cloud.url}/keys/v1/${kind}/${id}`;

  /** The secret, unless it expired or was deleted: the API does not tell the two apart. */
  #live(id: string | undefined): FakeSecret | undefined {
    const found = this.secrets.get(id ?? "");
    const end = found?.expiration ?? undefined;
    const over = end !== undefined && Date.parse(`${end}Z`) <= this.now();
    return over ? undefined : found;
  }

  #order(order: FakeOrder): object {
    return {
      order_ref: this.#ref("orders", order.id),
      type: "key",
      status: order.status,
      meta: order.meta,
      ...(order.secretId !== undefined && { secret_ref: this.#ref("secrets", order.secretId) }),
      ...(order.error_reason !== undefined && { error_reason: order.error_reason }),
    };
  }

  /** What Barbican's worker does between two looks. */
  #work(order: FakeOrder): void {
    if (order.status !== "PENDING") return;
    if (this.slow > 0) {
      this.slow -= 1;
      return;
    }
    if (this.broken !== undefined) {
      Object.assign(order, { status: "ERROR", error_reason: this.broken });
      return;
    }
    const id = randomUUID();
    const { name, expiration } = order.meta as { name: string; expiration?: string };
    this.secrets.set(id, { id, name, expiration: expiration?.replace(/Z$/, "") ?? null, consumers: [] });
    Object.assign(order, { status: "ACTIVE", secretId: id });
  }

  #serveOrders(cloud: FakeCloud): void {
    cloud.on("GET", "/keys/v1/orders", () => {
      const orders = [...this.orders.values()].map((order) => this.#order(order));
      return [200, { orders, total: orders.length }];
    });
    cloud.on("POST", "/keys/v1/orders", ({ body }) => {
      const { type, meta } = body as { type: string; meta: Record<string, unknown> };
      if (type !== "key" || meta.algorithm !== "aes" || meta.bit_length !== 256 || "payload" in meta)
        return [400, { description: "Provided object does not match schema 'Order'" }];
      if (String(meta.name).length > 255) return [400, { description: "'name' is too long" }];
      if (Date.parse(String(meta.expiration)) <= this.now())
        return [400, { description: "'expiration' is before current time" }];
      const id = randomUUID();
      this.orders.set(id, { id, status: "PENDING", meta });
      return [202, { order_ref: this.#ref("orders", id) }];
    });
    cloud.on("GET", "/keys/v1/orders/:id", ({ p }) => {
      const order = this.orders.get(p.id ?? "");
      if (!order) return NOT_FOUND;
      this.#work(order);
      return [200, this.#order(order)];
    });
    cloud.on("DELETE", "/keys/v1/orders/:id", ({ p }) => (this.orders.delete(p.id ?? "") ? [204] : NOT_FOUND));
  }

  #serveSecrets(cloud: FakeCloud): void {
    cloud.on("GET", "/keys/v1/secrets/:id", ({ p }) => {
      const secret = this.#live(p.id);
      if (!secret) return NOT_FOUND;
      const { name, expiration } = secret;
      return [200, { name, expiration, status: "ACTIVE", algorithm: "aes", bit_length: 256, mode: "gcm" }];
    });
    cloud.on("DELETE", "/keys/v1/secrets/:id", ({ p, headers }) => {
      const secret = this.#live(p.id);
      if (!secret) return NOT_FOUND;
      const careful = headers["openstack-api-version"] === "key-manager 1.2";
      if (careful && secret.consumers.length > 0)
        return [400, { description: "Secret cannot be deleted as it has consumers." }];
      this.secrets.delete(secret.id);
      return [204];
    });
    cloud.on("GET", "/keys/v1/secrets/:id/acl", ({ p }) => {
      const secret = this.#live(p.id);
      return secret ? [200, { read: secret.acl ?? { "project-access": true } }] : NOT_FOUND;
    });
    cloud.on("PUT", "/keys/v1/secrets/:id/acl", ({ p, body }) => {
      const secret = this.#live(p.id);
      if (!secret) return NOT_FOUND;
      const { read } = body as { read: { users?: string[]; "project-access"?: boolean } };
      secret.acl = { users: read.users ?? [], "project-access": read["project-access"] ?? true };
      return [200, { acl_ref: `${this.#ref("secrets", secret.id)}/acl` }];
    });
  }

  #serveConsumers(cloud: FakeCloud): void {
    const path = "/keys/v1/secrets/:id/consumers";
    const same = (a: FakeConsumer, b: FakeConsumer): boolean =>
      a.service === b.service && a.resource_type === b.resource_type && a.resource_id === b.resource_id;
    cloud.on("GET", path, ({ p }) => {
      const secret = this.#live(p.id);
      return secret ? [200, { consumers: secret.consumers, total: secret.consumers.length }] : NOT_FOUND;
    });
    cloud.on("POST", path, ({ p, body }) => {
      const secret = this.#live(p.id);
      if (!secret) return NOT_FOUND;
      secret.consumers = [...secret.consumers.filter((one) => !same(one, body as FakeConsumer)), body as FakeConsumer];
      return [200, {}];
    });
    cloud.on("DELETE", path, ({ p, body }) => {
      const secret = this.#live(p.id);
      if (!secret?.consumers.some((one) => same(one, body as FakeConsumer))) return NOT_FOUND;
      secret.consumers = secret.consumers.filter((one) => !same(one, body as FakeConsumer));
      return [200, {}];
    });
  }
}
