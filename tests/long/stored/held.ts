import type { Session } from "../../../openstack/index.ts";
import type { ZoneWorld } from "../../../scripts/proof/world.ts";
import type { Live } from "../census.ts";

/** What hangs on volumes and shares, and what the services count of them; by the services' own lists. */
export interface Held {
  readonly secrets: number;
  readonly attachments: number;
  /** Access rules of the shares. */
  readonly rules: number;
  /** Resource locks on shares and on their rules. */
  readonly locks: number;
  /** Locks and attachments of what no list shows any more. */
  readonly stray: readonly string[];
  /** What the quotas say is in use or set aside: a broken request that leaked shows here alone. */
  readonly used: { readonly volumes: number; readonly shares: number; readonly reserved: number };
}

const LOCKS = "2.82";
const MANILA = "shared-file-system";

interface Lock {
  readonly id: string;
  readonly resource_id: string;
  readonly resource_type: string;
}
type Counter = Readonly<Record<"in_use" | "reserved", number>>;

async function counters(session: Session, of: "block-storage" | typeof MANILA, project: string): Promise<Counter[]> {
  const isCinder = of === "block-storage";
  const path = isCinder ? `/os-quota-sets/${project}` : `/quota-sets/${project}/detail`;
  const query = isCinder ? { query: { usage: "True" } } : {};
  const { body } = await session.request<{ quota_set: Record<string, Counter> }>(of, "GET", path, query);
  return [body.quota_set[isCinder ? "volumes" : "shares"]!, body.quota_set["gigabytes"]!];
}

/** Everything beside volumes and shares themselves in the areas' projects. */
export async function heldBy(zone: ZoneWorld, live: readonly Live[]): Promise<Held> {
  const ids = new Set(live.map(({ id }) => id));
  let [secrets, attachments, rules, locks, volumes, shares, reserved] = [0, 0, 0, 0, 0, 0, 0];
  const stray: string[] = [];
  for (const [area, session] of Object.entries(zone.areas)) {
    const project = zone.projects[`${zone.name}-${area}`] ?? "";
    secrets += (await session.request<{ total: number }>("key-manager", "GET", "/secrets")).body.total;
    const attached = await session.paginate<{ id: string; volume_id: string }>(
      ...(["block-storage", "/attachments", "attachments"] as const),
    );
    attachments += attached.length;
    const known = new Set(ids);
    for (const { id } of live.filter((one) => one.kind === "share" && one.project === project)) {
      const { body } = await session.request<{ access_list: readonly { id: string }[] }>(
        ...([MANILA, "GET", "/share-access-rules", { query: { share_id: id } }] as const),
      );
      rules += body.access_list.length;
      for (const rule of body.access_list) known.add(rule.id);
    }
    const held = await session.paginate<Lock>(MANILA, "/resource-locks", "resource_locks", { microversion: LOCKS });
    locks += held.length;
    stray.push(
      ...held.filter(({ resource_id: id }) => !known.has(id)).map((one) => `lock ${one.id} of ${one.resource_type}`),
      ...attached.filter(({ volume_id: id }) => !known.has(id)).map(({ id }) => `attachment ${id}`),
    );
    const [cinder, manila] = [
      await counters(session, "block-storage", project),
      await counters(session, MANILA, project),
    ];
    volumes += cinder[0]!.in_use;
    shares += manila[0]!.in_use;
    for (const one of [...cinder, ...manila]) reserved += one.reserved;
  }
  return { secrets, attachments, rules, locks, stray, used: { volumes, shares, reserved } };
}
