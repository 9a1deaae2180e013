import { randomBytes } from "node:crypto";
import { Session, type Scope } from "../../openstack/index.ts";
import { HANDING_OUT } from "../../scripts/preflight/checks/handing-out.ts";
import type { Judgement } from "../../scripts/preflight/types.ts";

/** A user who can log in at once: some clouds want the first password changed before anything else. */
export async function newUser(
  manager: Session,
  domainId: string,
  name: string,
): Promise<{ readonly id: string; readonly password: string }> {
  const [first, password] = [randomBytes(12).toString("hex"), randomBytes(12).toString("hex")];
  const { body } = await manager.request<{ user: { id: string } }>("identity", "POST", "/users", {
    body: { user: { name, domain_id: domainId, password: first } },
    secrets: [first],
  });
  const { id } = body.user;
  await manager.request("identity", "POST", `/users/${id}/password`, {
    body: { user: { original_password: first, password } },
    secrets: [first, password],
  });
  return { id, password };
}

/** A session of a user on a project. */
export const asUser = (
  like: Session,
  { id, password }: { readonly id: string; readonly password: string },
  project: string,
): Session => {
  const scope: Scope = { kind: "project", project: { id: project } };
  return new Session({ ...like.entry, name: id, credential: { kind: "password", user: { id }, password }, scope });
};

/** How Barbican answers. */
export const statusOf = async (session: Session, method: string, path: string, body?: object): Promise<number> => {
  const accept = path.endsWith("/payload") ? "application/octet-stream" : undefined;
  const expect = [400, 401, 403, 404, 405, 409];
  return (await session.request("key-manager", method, path, { body, accept, expect })).status;
};

/** The bytes of a key, as one who may fetches them. */
export async function bytesOf(session: Session, secretId: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const sink = () => (chunk: Buffer) => void chunks.push(chunk);
  await session.request("key-manager", "GET", `/secrets/${secretId}/payload`, {
    accept: "application/octet-stream",
    sink,
  });
  return Buffer.concat(chunks);
}

/** What preflight says of opening keys to others, as somebody. */
export async function handingOut(session: Session): Promise<Judgement> {
  const check = HANDING_OUT.find(({ id }) => id === "hand-out-keys");
  if (check === undefined) throw new Error("no such check");
  const stack = { kind: "zone", config: {} } as never;
  const cluster = () => Promise.reject(new Error("no cluster is asked"));
  const context = { stack, entry: "area", areaEntries: ["area"], session: () => Promise.resolve(session), cluster };
  return check.judge(await check.fetch(context), { stack });
}
