import type { Service, Session } from "../../../openstack/index.ts";
import { call } from "../../../scripts/attacks/call.ts";
import type { Attempt } from "../../../scripts/attacks/types.ts";
import { until } from "../../../scripts/proof/wait.ts";

export const MANILA: Service = "shared-file-system";

export interface Lock {
  readonly id: string;
  readonly resource_id: string;
  readonly resource_type: string;
  readonly resource_action: string;
}

/** A share of the area that the test made, with one locked rule and a lock of its own. */
export interface Target {
  readonly share: string;
  readonly rule: string;
  /** The pipeline's, in the area's project: it looks and repairs. */
  readonly owner: Session;
}

export const locksOf = async ({ owner }: Target, id: string, action: string): Promise<readonly Lock[]> => {
  const all = await owner.paginate<Lock>(MANILA, "/resource-locks", "resource_locks", { microversion: "2.82" });
  return all.filter((lock) => lock.resource_id === id && lock.resource_action === action);
};

export const putLock = (session: Session, resource_id: string, resource_type: string, resource_action: string) =>
  call(session, MANILA, "POST", "/resource-locks", {
    resource_lock: { resource_id, resource_type, resource_action, lock_reason: "a test of locks" },
  });

/** Waits until the share can be changed again. */
export const settled = ({ owner }: Pick<Target, "owner">, share: string): Promise<true> =>
  until(
    async () => {
      const { body } = await owner.request<{ share: { status: string } }>(MANILA, "GET", `/shares/${share}`);
      return body.share.status === "available" ? true : undefined;
    },
    `share ${share} to be available`,
    60_000,
  );

export interface Access {
  readonly id: string;
  readonly access_to: string;
}

export const rulesOf = async (session: Session, share: string): Promise<readonly Access[]> =>
  session.paginate<Access>(MANILA, "/share-access-rules", "access_list", { query: { share_id: share } });

/** A share of the area's own type, of 1 GiB, available. */
export async function makeShare(owner: Session, name: string): Promise<string> {
  const share = { name: `locks-${name}`, size: 1, share_proto: "NFS", share_type: "project-share" };
  const { body } = await owner.request<{ share: { id: string } }>(MANILA, "POST", "/shares", { body: { share } });
  await settled({ owner }, body.share.id);
  return body.share.id;
}

/** The share that the six try at: one rule, locked as a zone's are. */
export async function makeTarget(owner: Session): Promise<Target> {
  const share = await makeShare(owner, "target");
  const rule = { access_type: "ip", access_to: "10.250.0.0/24", access_level: "rw" };
  const locked = { ...rule, lock_visibility: true, lock_deletion: true, lock_reason: "a test of locks" };
  const { body } = await call(owner, MANILA, "POST", `/shares/${share}/action`, { allow_access: locked });
  await putLock(owner, share, "share", "delete");
  return { share, rule: (body as { access: Access }).access.id, owner };
}

/** Takes the rule and every lock away. */
async function unlock({ owner, share, rule }: Target): Promise<void> {
  await call(owner, MANILA, "POST", `/shares/${share}/action`, { deny_access: { access_id: rule, unrestrict: true } });
  const gone = async (): Promise<true | undefined> => ((await rulesOf(owner, share)).length === 0 ? true : undefined);
  await until(gone, "the rules to go", 60_000);
  for (const lock of await locksOf({ owner, share, rule }, share, "delete"))
    await call(owner, MANILA, "DELETE", `/resource-locks/${lock.id}`);
}

/** What may be done once the locks are off; the quota has room for one share, so that another target takes its place. */
export async function unlocked(target: Target, work: () => Promise<Attempt>): Promise<Attempt> {
  const { owner, share } = target;
  await unlock(target);
  const answer = await work();
  const isGone = async (): Promise<true | undefined> =>
    (await owner.find(MANILA, `/shares/${share}`)) === undefined ? true : undefined;
  await until(isGone, `share ${share} to go`, 60_000);
  Object.assign(target, await makeTarget(owner));
  return answer;
}

export async function removeTarget(target: Target): Promise<void> {
  await unlock(target);
  await target.owner.request(MANILA, "DELETE", `/shares/${target.share}`);
}
