import { UserError } from "../../config/problem.ts";
import type { Session } from "../../openstack/index.ts";
import { MOUNT_OPTIONS } from "../../provider/resources/share/export-path.ts";
import { writeNewSecret } from "./files.ts";

const MANILA = "shared-file-system";
/** Since when Manila lists access rules by a path of their own, with their keys. Source: its API's version history. */
const KEYS_LISTED = "2.45";
/** What Manila writes in place of what a lock hides. */
const MASKED = "******";

export interface LiveShare {
  readonly id: string;
  readonly name: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A share by its name. @throws UserError where there is none, or several */
export async function shareNamed(session: Session, zone: string, wanted: string): Promise<LiveShare> {
  const what = `look for share "${wanted}"`;
  const all = await session.paginate<LiveShare>(MANILA, "/shares/detail", "shares", { what });
  const [share, more] = all.filter((one) => one.name === wanted);
  if (share !== undefined && more === undefined) return share;
  throw new UserError({
    what: `${share === undefined ? "there is no" : "there are several"} share "${wanted}"`,
    next:
      share === undefined ? `run \`pulumi up -s ${zone}\`` : "run `pulumi refresh`, which tells the one that is ours",
  });
}

/** Where a share is mounted from, and by which options of its storage. @throws UserError where it is not there yet */
export async function mountedFrom(
  session: Session,
  { id, name, metadata }: LiveShare,
): Promise<{ readonly source: string; readonly more: string }> {
  const { body } = await session.request<{ export_locations: { path: string; preferred?: boolean }[] }>(
    MANILA,
    "GET",
    `/shares/${id}/export_locations`,
    { what: `read where share "${name}" is mounted from` },
  );
  const [first] = body.export_locations.toSorted((a, b) => Number(b.preferred ?? false) - Number(a.preferred ?? false));
  if (first !== undefined) return { source: first.path, more: metadata?.[MOUNT_OPTIONS] ?? "" };
  throw new UserError({ what: `share "${name}" has no address`, next: "ask the storage's operator" });
}

interface LiveRule {
  readonly access_type: string;
  readonly access_to: string;
  readonly access_key?: string | null;
}

/**
 * Writes the key of a CephX client into a new file of mode 0600, and nowhere else.
 * @throws UserError where the share has no such client, its key is hidden or not made yet, or the file is there already
 */
export async function writeKey(session: Session, share: LiveShare, client: string, file: string): Promise<void> {
  const what = `read the key of client ${client} of share "${share.name}"`;
  const { body } = await session.request<{ access_list: readonly LiveRule[] }>(MANILA, "GET", "/share-access-rules", {
    ...{ what, microversion: KEYS_LISTED, query: { share_id: share.id } },
  });
  const rule = body.access_list.find((one) => one.access_type === "cephx" && one.access_to === client);
  if (rule === undefined) {
    const hidden = body.access_list.some(({ access_to }) => access_to === MASKED);
    throw new UserError({
      what: `cannot ${what}: ${hidden ? "its rules are hidden from this credential" : "there is no rule for it"}`,
      ...(hidden ? { why: "a rule is seen by the user who locked it: the zone's pipeline" } : {}),
      next: hidden ? "use the pipeline's clouds.yaml" : "run `pulumi up`",
    });
  }
  const key = rule.access_key ?? "";
  if (key === "" || key === MASKED)
    throw new UserError({
      what: `cannot ${what}: ${key === MASKED ? "it is hidden from this credential" : "the storage has not given it yet"}`,
      next: key === MASKED ? "use the pipeline's clouds.yaml" : "repeat in a moment, then ask the storage's operator",
    });
  if (await writeNewSecret(file, `${key}\n`)) return;
  throw new UserError({
    what: `the key cannot be written to ${file}`,
    why: "there is a file of that name already, and a key is never written over another",
    next: "name another with --key",
  });
}
