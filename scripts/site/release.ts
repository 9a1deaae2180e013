import { createHash } from "node:crypto";
import type { Digests } from "../../airlock/machine.ts";
import { UserError } from "../../config/problem.ts";
import type { Session } from "../../openstack/index.ts";

/** The two containers of a release, and below which name the files come to lie. */
export interface Release {
  readonly from: string;
  readonly to: string;
  readonly request: string;
}

const objectPath = (container: string, name: string): string =>
  `/${container}/${name.split("/").map(encodeURIComponent).join("/")}`;

/** Longest time for one object, in milliseconds. */
const PATIENCE = 30 * 60_000;

interface Digest {
  readonly sha256: string;
  /** Swift knows an object by this one. */
  readonly md5: string;
}

/** Reads an object whole and tells its digests; undefined where there is none. */
async function digest(session: Session, path: string, what: string): Promise<Digest | undefined> {
  let [sha256, md5] = [createHash("sha256"), createHash("md5")];
  const sink = () => {
    [sha256, md5] = [createHash("sha256"), createHash("md5")];
    return (chunk: Buffer): void => {
      sha256.update(chunk);
      md5.update(chunk);
    };
  };
  const options = { what, expect: [404], sink, timeout: PATIENCE };
  const { status } = await session.request("object-store", "GET", path, options);
  return status === 404 ? undefined : { sha256: sha256.digest("hex"), md5: md5.digest("hex") };
}

const refused = (request: string, name: string, why: string): UserError =>
  new UserError({
    what: `${name} of ${request} is not released`,
    why,
    next: "fail the request and ask again with what is there",
  });

/** Copies one file within the storage and proves the copy; a wrong copy is taken away again. */
async function releaseOne(
  session: Session,
  { from, to, request }: Release,
  name: string,
  wanted: string,
): Promise<string> {
  const source = objectPath(from, name);
  const held = await digest(session, source, `read ${name} before its release`);
  if (held === undefined) throw refused(request, name, `it does not lie in ${from}`);
  if (held.sha256 !== wanted)
    throw refused(request, name, `what lies in ${from} is not what was submitted and approved`);
  const target = objectPath(to, `${request}/${name}`);
  const headers = { "X-Copy-From": source, "X-Fresh-Metadata": "true" };
  await session.request("object-store", "PUT", target, { what: `copy ${name} into ${to}`, headers, timeout: PATIENCE });
  const copy = await digest(session, target, `read the copy of ${name}`);
  if (copy?.sha256 === wanted) return copy.sha256;
  await session.request("object-store", "DELETE", target, { what: `take away the copy of ${name}`, expect: [404] });
  throw refused(request, name, "it was changed while it was copied");
}

/**
 * Copies the files of an approved request to where the area's readers may read them.
 * @param files SHA-256 of each file as the record has it
 * @returns SHA-256 of each copy
 * @throws UserError where a file is missing or another one; nothing of the request stays released then
 */
export async function releaseFiles(session: Session, release: Release, files: Digests): Promise<Digests> {
  const done: [string, string][] = [];
  try {
    for (const [name, wanted] of Object.entries(files))
      done.push([name, await releaseOne(session, release, name, wanted)]);
  } catch (error) {
    await withdrawFiles(
      session,
      release,
      done.map(([name]) => name),
    );
    throw error;
  }
  return Object.fromEntries(done);
}

/** Takes copies away: of a release that failed, or that was revoked. The container keeps no older versions. */
export async function withdrawFiles(
  session: Session,
  { to, request }: Release,
  names: readonly string[],
): Promise<void> {
  for (const name of names) {
    const options = { what: `take ${name} out of ${to}`, expect: [404] };
    await session.request("object-store", "DELETE", objectPath(to, `${request}/${name}`), options);
  }
}
