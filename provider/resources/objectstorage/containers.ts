import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { sendsInClear } from "../../../openstack/index.ts";
import { sharing } from "../../gather.ts";
import type { Call } from "../../resource.ts";

/** Header names in lower case, as Node gives them. */
export type Headers = Readonly<Record<string, string>>;

const flat = (headers: Readonly<Record<string, string | string[] | undefined>>): Headers =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value ?? ""].flat().join(",")]));

/** Name of a container: a part of an address, so no slash. */
export const containerName = z
  .string("must be the name of a container")
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,255}$/, "must be 1 to 256 letters, digits, dots, hyphens and underscores");

/** What Swift says of a container; undefined where there is none. */
export async function findContainer({ session }: Call, name: string): Promise<Headers | undefined> {
  const what = `read container "${name}"`;
  const answer = await session.request("object-store", "HEAD", `/${name}`, { what, expect: [404] });
  return answer.status === 404 ? undefined : flat(answer.headers);
}

/** What Swift says of the project's account; containers that ask at one moment share the answer. */
const accountHeaders = sharing(async (session, _: "account"): Promise<Headers> => {
  const what = "read the account of the project";
  const answer = await session.request("object-store", "HEAD", "", { what, expect: [404] });
  return flat(answer.headers);
});

export const readAccount = ({ session, urn }: Call): Promise<Headers> => accountHeaders(session, "account", urn);

/** Changes what Swift keeps of a container, or of the account where no name is given; an empty value takes a header away. */
export async function postHeaders(
  { session }: Call,
  name: string | undefined,
  headers: Readonly<Record<string, string>>,
  secrets: readonly string[] = [],
): Promise<boolean> {
  const what = name === undefined ? "change the account of the project" : `change container "${name}"`;
  const path = name === undefined ? "" : `/${name}`;
  const options = { what, headers, secrets, expect: [404] };
  return (await session.request("object-store", "POST", path, options)).status !== 404;
}

/** Refuses an object storage that takes data in the clear; loopback, as on the one-machine cloud, carries them nowhere. */
export async function demandTls({ session }: Call, name: string): Promise<void> {
  const address = await session.address("object-store");
  if (address === undefined || !sendsInClear(address)) return;
  throw new UserError({
    what: `cannot create container "${name}": the object storage has an address without TLS`,
    found: new URL(address).origin,
    why: "what a provider sends would cross networks in the clear",
    next: "ask the operator for an address with https in the catalogue",
  });
}

export const goneContainer = (name: string): UserError =>
  new UserError({
    what: `cannot change container "${name}": it is gone`,
    next: "run `pulumi refresh`, then `pulumi up` again",
  });

interface Listed {
  readonly name: string;
  readonly version_id?: string;
}

/** More rounds than this is a container that somebody goes on writing to. */
const ROUNDS = 10_000;

/** Deletes all objects with all their versions. */
async function empty({ session, cancelled }: Call, name: string): Promise<void> {
  for (let round = 0; round < ROUNDS && !cancelled(); round++) {
    const query = { format: "json", limit: 200, versions: "true" };
    const what = `list container "${name}"`;
    const { body, status } = await session.request<Listed[] | undefined>("object-store", "GET", `/${name}`, {
      what,
      query,
      expect: [404],
    });
    if (status === 404 || !Array.isArray(body) || body.length === 0) return;
    await Promise.all(
      body.map(({ name: object, version_id }) => {
        const path = `/${name}/${object.split("/").map(encodeURIComponent).join("/")}`;
        const version = version_id === undefined || version_id === "null" ? {} : { "version-id": version_id };
        const options = { what: `delete an object of container "${name}"`, query: version, expect: [404] };
        return session.request("object-store", "DELETE", path, options);
      }),
    );
  }
}

/** Deletes a container with all that is in it; whether that may be is said before, by who protects it. */
export async function removeContainer(call: Call, name: string): Promise<void> {
  await empty(call, name);
  const what = `delete container "${name}"`;
  await call.session.request("object-store", "DELETE", `/${name}`, {
    what,
    expect: [404],
    next: "somebody writes to it: end that, then repeat",
  });
}
