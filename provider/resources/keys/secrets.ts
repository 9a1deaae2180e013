import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { hasStatus, type Session } from "../../../openstack/index.ts";
import { id } from "../../fields.ts";
import type { Call } from "../../resource.ts";
import { sortedSet } from "../../resource.ts";

/** Whom an access list names, by id: Barbican takes any text and would keep a name that is nobody's. */
export const readers = z.array(id("a user")).default([]).transform(sortedSet);

/** A secret's access list as Barbican knows it: reading is the only operation (Key Manager API guide, ACLs). */
export interface Acl {
  readonly users: readonly string[];
  /** Members of the secret's project read it too. */
  readonly projectAccess: boolean;
}

interface LiveAcl {
  readonly read?: { readonly users?: readonly string[]; readonly "project-access"?: boolean };
}

/** The last part of a reference: the id. */
export const idOfRef = (ref: string): string => ref.split("/").at(-1) ?? "";

/** The access list; undefined where the secret is gone or has expired, which Barbican does not tell apart. */
export async function readAcl({ session }: Call, secretId: string): Promise<Acl | undefined> {
  const what = `read who may read secret ${secretId}`;
  const live = await session.find<LiveAcl>("key-manager", `/secrets/${secretId}/acl`, { what });
  return (
    live && {
      users: sortedSet(live.read?.users ?? []),
      // What no list says is the cloud's default: open to the project.
      projectAccess: live.read?.["project-access"] ?? true,
    }
  );
}

/** The same identity with a token of its own: services remember for minutes which roles a token had when they first saw it. */
async function afresh<T>(session: Session, work: (fresh: Session) => Promise<T>): Promise<T> {
  const fresh = session.as(session.entry.credential, session.entry.scope);
  try {
    return await work(fresh);
  } finally {
    fresh.close();
  }
}

/**
 * Sets the whole list.
 * @throws UserError where the cloud's policy leaves that to others
 */
export async function writeAcl({ session }: Call, secretId: string, acl: Acl): Promise<void> {
  const what = `set who may read secret ${secretId}`;
  const body = { read: { users: acl.users, "project-access": acl.projectAccess } };
  const put = async (by: Session): Promise<void> => {
    await by.request("key-manager", "PUT", `/secrets/${secretId}/acl`, { body, what });
  };
  const isForbidden = (error: unknown): boolean => hasStatus(error, 403);
  try {
    // The role that this needs may have been given a moment ago.
    await put(session).catch((error: unknown) => {
      if (!isForbidden(error) || session.entry.credential.kind === "token") throw error;
      return afresh(session, put);
    });
  } catch (error) {
    if (!isForbidden(error)) throw error;
    throw new UserError({
      what: `cannot ${what}`,
      why: "the cloud's policy lets neither the role nor the owner of this credential do that",
      next: "ask the operator for the rule secret_acls:put_patch of the shipped policies/barbican.yaml: it lets a manager of the project open keys that he made",
    });
  }
}

export const consumerSchema = z.strictObject({
  service: z.string("must be a service such as compute").min(1).max(255),
  resourceType: z.string("must be a type such as servers").min(1).max(255),
  resourceId: id("what uses the key"),
});
export type Consumer = z.infer<typeof consumerSchema>;

interface LiveConsumer {
  readonly service: string;
  readonly resource_type: string;
  readonly resource_id: string;
}

const toBody = ({ service, resourceType, resourceId }: Consumer): LiveConsumer => ({
  service,
  resource_type: resourceType,
  resource_id: resourceId,
});

/** As sentences name one: `compute/servers/8e2f`. */
export const sayConsumer = ({ service, resourceType, resourceId }: Consumer): string =>
  `${service}/${resourceType}/${resourceId}`;

const consumersPath = (secretId: string): string => `/secrets/${secretId}/consumers`;

/** What is registered as using a secret. A Barbican without microversion 1.1 knows no such list: nothing is registered there. */
export async function readConsumers({ session }: Call, secretId: string): Promise<readonly Consumer[]> {
  const what = `list what uses secret ${secretId}`;
  try {
    const rows = await session.paginate<LiveConsumer>("key-manager", consumersPath(secretId), "consumers", { what });
    return rows.map((row) => ({
      service: row.service,
      resourceType: row.resource_type,
      resourceId: row.resource_id,
    }));
  } catch (error) {
    if (hasStatus(error, 404, 405)) return [];
    throw error;
  }
}

export async function register({ session }: Call, secretId: string, consumer: Consumer): Promise<void> {
  const what = `register ${sayConsumer(consumer)} with secret ${secretId}`;
  try {
    await session.request("key-manager", "POST", consumersPath(secretId), { body: toBody(consumer), what });
  } catch (error) {
    if (!hasStatus(error, 404, 405)) throw error;
    throw new UserError({
      what: `cannot ${what}: this Barbican keeps no list of what uses a secret, or the secret is gone`,
      next: "use a cloud with microversion 1.1 of Barbican or newer, or leave the consumers out",
    });
  }
}

export async function unregister({ session }: Call, secretId: string, consumer: Consumer): Promise<void> {
  const what = `take ${sayConsumer(consumer)} off secret ${secretId}`;
  const options = { body: toBody(consumer), what, expect: [404] };
  await session.request("key-manager", "DELETE", consumersPath(secretId), options);
}
