import type { Answer, FakeCloud } from "./cloud.ts";

const missing: Answer = [404, { itemNotFound: { message: "could not be found" } }];

export interface FakeObject {
  id: string;
  name: string | null;
  description: string | null;
  status: string;
  size: number;
  metadata: Record<string, string>;
  attachments: { server_id: string }[];
  [key: string]: unknown;
}

export interface Service {
  /** `/volume/v3/home`. */
  readonly base: string;
  readonly one: string;
  /** How messages name what they are about. */
  readonly about: string;
  /** Prefix of name and description in a change. */
  readonly display: string;
  readonly extend: string;
  readonly extendingError: string;
  /** Status of an answer over an object whose state is in the way of its deletion. */
  readonly held: number;
  /** What a new one has beside what was asked for. */
  readonly made: (asked: Record<string, unknown>) => Record<string, unknown>;
  /** What a finished build changes. */
  readonly built: Record<string, unknown>;
}

/** Volumes as Cinder serves them and shares as Manila does: they are built, extended and deleted between two looks. */
export class FakeStored {
  readonly all = new Map<string, FakeObject>();
  /** Status that a build comes to. */
  outcome = "available";
  /** Looks that a build or a deletion takes; below 0 it never ends. */
  looks = 1;
  /** What an extension comes to. */
  extension: "done" | "error" | "ignored" = "done";
  readonly held = new Set<string>();
  readonly messages: Record<string, string>[] = [];
  readonly #service: Service;
  #next = 1;

  constructor(cloud: FakeCloud, service: Service) {
    this.#service = service;
    const many = `${service.one}s`;
    const path = `${service.base}/${many}`;
    const show = (one: FakeObject): object => {
      const shown = structuredClone(one);
      this.#progress(one);
      return shown;
    };
    cloud.on("GET", `${path}/:id`, ({ p: { id = "" } }) => {
      const one = this.all.get(id);
      return one ? [200, { [service.one]: show(one) }] : missing;
    });
    cloud.on("GET", `${path}/detail`, () => [200, { [many]: [...this.all.values()].map(show) }]);
    cloud.on("POST", path, ({ body }) => [202, { [service.one]: this.make(body[service.one] as object) }]);
    cloud.on("PUT", `${path}/:id`, ({ p: { id = "" }, body }) => this.#change(id, this.#words(body[service.one])));
    cloud.on("PUT", `${path}/:id/metadata`, ({ p: { id = "" }, body }) => this.#change(id, body));
    cloud.on("POST", `${path}/:id/action`, ({ p: { id = "" }, body }) => this.#extend(id, body));
    cloud.on("DELETE", `${path}/:id`, ({ p: { id = "" } }) => this.#delete(id));
    cloud.on("GET", `${service.base}/messages`, ({ query }) => {
      const messages = this.messages.filter((one) => one[service.about] === query[service.about]);
      return [200, { messages }];
    });
  }

  get only(): FakeObject {
    const [one] = this.all.values();
    if (!one || this.all.size > 1) throw new Error(`there are ${this.all.size} of them`);
    return one;
  }

  make(asked: object, status = "creating"): FakeObject {
    const id = `${this.#service.one}-${this.#next++}`;
    const basis = { name: null, description: null, size: 1, metadata: {}, attachments: [], left: this.looks };
    const made = this.#service.made({ ...asked });
    const one = { ...basis, ...asked, ...made, id, status } as unknown as FakeObject;
    if (status !== "creating") Object.assign(one, this.#service.built);
    this.all.set(id, one);
    return structuredClone(one);
  }

  say(id: string, words: string): void {
    this.messages.push({ [this.#service.about]: id, user_message: words });
  }

  #words(change: Record<string, unknown>): Record<string, unknown> {
    const { display } = this.#service;
    return Object.fromEntries(
      Object.entries(change).map(([key, value]) => {
        const isWord = /name|description/.test(key);
        if (isWord && !key.startsWith(display)) throw new Error(`${key} changes nothing here`);
        return [isWord ? key.slice(display.length) : key, value];
      }),
    );
  }

  #progress(one: FakeObject): void {
    const left = Number(one.left);
    if (!/^[a-z]+ing$/.test(one.status) || left < 0) return;
    if (left > 0) {
      one.left = left - 1;
      return;
    }
    if (one.status === "deleting") this.all.delete(one.id);
    else if (one.status === "creating") Object.assign(one, { status: this.outcome }, this.#built());
    else if (one.status === "extending") this.#extended(one);
    else if (one.status === "attaching") one.status = "in-use";
    else one.status = "available";
  }

  #built(): object {
    return this.outcome === "available" ? this.#service.built : {};
  }

  #extended(one: FakeObject): void {
    if (this.extension === "error") one.status = this.#service.extendingError;
    else one.status = one.attachments.length > 0 ? "in-use" : "available";
    if (this.extension === "done") one.size = Number(one.wanted);
  }

  #change(id: string, change: object): Answer {
    const one = this.all.get(id);
    if (!one) return missing;
    Object.assign(one, change);
    return [200, {}];
  }

  #extend(id: string, body: Record<string, { new_size: number }>): Answer {
    const wanted = body[this.#service.extend]?.new_size;
    if (wanted === undefined) return [400, { badRequest: { message: "There is no such action." } }];
    return this.#change(id, { status: "extending", left: this.looks, wanted });
  }

  #delete(id: string): Answer {
    const one = this.all.get(id);
    if (!one) return missing;
    const isFree = /^(available|error)$/.test(one.status) && one.attachments.length === 0 && !this.held.has(id);
    if (!isFree)
      return [this.#service.held, { badRequest: { message: "It must not be migrating, attached or have snapshots." } }];
    return this.#change(id, { status: "deleting", left: this.looks });
  }
}

/** Volumes of a type `encrypted-...` are encrypted. */
export const fakeVolumes = (cloud: FakeCloud): FakeStored =>
  new FakeStored(cloud, {
    base: "/volume/v3/home",
    one: "volume",
    about: "resource_uuid",
    display: "",
    extend: "os-extend",
    extendingError: "error_extending",
    held: 400,
    made: ({ volume_type: type, availability_zone: zone, imageRef: image }) => ({
      volume_type: type,
      volume_type_id: `id-of-${String(type)}`,
      availability_zone: zone ?? "nova",
      encrypted: String(type).startsWith("encrypted"),
      created_at: "2026-11-21T08:00:00.000000",
      updated_at: "2026-11-21T08:00:09.000000",
      ...(image !== undefined && { volume_image_metadata: { image_id: image } }),
    }),
    built: {},
  });

export const fakeShares = (cloud: FakeCloud): FakeStored =>
  new FakeStored(cloud, {
    base: "/share/v2",
    one: "share",
    about: "resource_id",
    display: "display_",
    extend: "extend",
    extendingError: "extending_error",
    held: 403,
    made: ({ share_type: type, availability_zone: zone }) => ({
      share_type: `id-of-${String(type)}`,
      share_type_name: type,
      availability_zone: zone ?? "nova",
      is_public: false,
      progress: null,
    }),
    built: { progress: "100%" },
  });
