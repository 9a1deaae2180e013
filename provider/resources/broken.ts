import { UserError } from "../../config/problem.ts";
import { ApiError, hasStatus } from "../../openstack/index.ts";
import type { Collection } from "../gather.ts";
import type { Metadata } from "../metadata-mark.ts";
import type { Call } from "../resource.ts";
import { findTogether } from "../together.ts";

/** A volume or a share, as far as both are alike. */
export interface Stored {
  readonly id: string;
  readonly name?: string | null;
  readonly description?: string | null;
  readonly status: string;
  /** In GiB. */
  readonly size: number;
  readonly metadata?: Metadata;
  /** Of a volume alone. */
  readonly attachments?: readonly { readonly server_id: string }[];
}

/** What the two services that hold data call things. */
export interface StoredFacts {
  readonly kind: "volume" | "share";
  readonly title: string;
  readonly collection: Collection;
  /** How the service's messages name what they are about. */
  readonly about: string;
  /** Keys of name and description in a change. */
  readonly words: { readonly name: string; readonly description: string };
  /** The action that makes it larger. */
  readonly extend: string;
}

export const VOLUMES: StoredFacts = {
  kind: "volume",
  title: "Cinder",
  collection: {
    service: "block-storage",
    path: "/volumes",
    listPath: "/volumes/detail",
    one: "volume",
    many: "volumes",
    listBy: "project",
  },
  about: "resource_uuid",
  words: { name: "name", description: "description" },
  extend: "os-extend",
};

export const SHARES: StoredFacts = {
  kind: "share",
  title: "Manila",
  collection: {
    service: "shared-file-system",
    path: "/shares",
    listPath: "/shares/detail",
    one: "share",
    many: "shares",
    listBy: "project",
  },
  about: "resource_id",
  words: { name: "display_name", description: "display_description" },
  extend: "extend",
};

/** True for a status that only a person can mend: `error`, `error_extending`, `extending_error`. */
export const isBroken = (status: string): boolean => /error/.test(status);

/** `volume "heart-imaging" (8e2f)`. */
export const nameOf = ({ kind }: StoredFacts, { name, id }: Pick<Stored, "name" | "id">): string =>
  `${kind} ${name ? `"${name}" (${id})` : id}`;

/** What the service says of it, newest first: `Cinder says: ...`. It may keep no messages, or not show them to us. */
export async function reasonOf({ session }: Call, facts: StoredFacts, id: string): Promise<string> {
  const { about, collection, title } = facts;
  const query = { [about]: id, sort_key: "created_at", sort_dir: "desc" };
  const said = await session
    .request<{ messages?: { user_message?: string }[] }>(collection.service, "GET", "/messages", { query })
    .then(
      ({ body }) => (body.messages ?? []).flatMap(({ user_message }) => user_message?.replace(/\.$/, "") ?? []),
      () => [],
    );
  const distinct = [...new Set(said)].slice(0, 3);
  return distinct.length > 0 ? `${title} says: ${distinct.join("; ")}` : `${title} gives no reason`;
}

/** An attempt failed because this is broken. @param attempt as a sentence begins: `machine "db" was not built` */
export async function brokenError(call: Call, facts: StoredFacts, stored: Stored, attempt: string): Promise<UserError> {
  return new UserError({
    what: `${attempt}: ${nameOf(facts, stored)} is in status ${stored.status}`,
    why: await reasonOf(call, facts, stored.id),
    next: `ask the storage's operator to mend it, then run \`pulumi up\` again; it may hold data, so it is never removed or replaced for you`,
  });
}

/**
 * Throws a failed attempt's error again, or in its place that the volume or share behind it is broken: services refuse its use
 * with words that do not say so.
 * @throws UserError naming the object and the service's reason; else the error as it is, also where the object is sound, on its
 * way, gone, or cannot be read
 */
export async function blameStorage(
  call: Call,
  error: unknown,
  attempt: string,
  facts: StoredFacts,
  id: string,
): Promise<never> {
  // Services refuse the use of a broken object as a wrong request; a lost right or connection has nothing to do with it.
  const refusal = error instanceof ApiError ? hasStatus(error, 400, 409) : error instanceof UserError;
  if (!refusal || call.cancelled()) throw error;
  const stored = await findTogether<Stored>(call, facts.collection, id).catch(() => undefined);
  if (stored === undefined || !isBroken(stored.status)) throw error;
  throw await brokenError(call, facts, stored, attempt);
}
