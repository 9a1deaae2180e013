import { hasStatus } from "../../../openstack/index.ts";
import { isGood } from "../../../scripts/attacks/call.ts";
import { inShort } from "../../../scripts/proof/attempt.ts";
import type { Action, Try } from "./action.ts";
import { COMPUTE_ACTIONS } from "./actions-compute.ts";
import { IDENTITY_ACTIONS } from "./actions-identity.ts";
import { CREDENTIAL_ACTIONS } from "./actions-keys.ts";
import { PLATFORM_ACTIONS } from "./actions-platform.ts";
import { NETWORK_ACTIONS } from "./actions-network.ts";
import { STORAGE_ACTIONS } from "./actions-storage.ts";
import { VOLUME_ACTIONS } from "./actions-volumes.ts";
import { DOOR_ACTIONS } from "./doors.ts";
import { EVERYBODY, type Who } from "./identities.ts";
import type { Scene } from "./scene.ts";

/** The whole matrix, service by service. */
export const ACTIONS: readonly Action[] = [
  ...IDENTITY_ACTIONS,
  ...CREDENTIAL_ACTIONS,
  ...COMPUTE_ACTIONS,
  ...PLATFORM_ACTIONS,
  ...NETWORK_ACTIONS,
  ...VOLUME_ACTIONS,
  ...STORAGE_ACTIONS,
  ...DOOR_ACTIONS,
];

/** What the cloud said: allowed, refused, or an answer that shows neither. */
export interface Verdict {
  readonly verdict: "allowed" | "refused" | "unclear";
  readonly says: string;
}

const REFUSALS = [401, 403, 404];

async function verdictOf(action: Action, scene: Scene, who: Who, attempt: Try): Promise<Verdict> {
  try {
    const name = `${scene.run}-${action.id}-${who.replace(" ", "-")}`;
    const answer = await attempt({ scene, me: scene.identities[who], name });
    const says = inShort(answer);
    if (isGood(answer) || action.allows?.includes(answer.status)) return { verdict: "allowed", says };
    const isRefused = [...REFUSALS, ...(action.refusals ?? [])].includes(answer.status);
    return { verdict: isRefused ? "refused" : "unclear", says };
  } catch (error) {
    if (action.refusals?.includes(500) && hasStatus(error, 500)) return { verdict: "refused", says: "500" };
    return { verdict: "unclear", says: error instanceof Error ? error.message.slice(0, 400) : String(error) };
  }
}

export type Row = Readonly<Record<Who, Verdict>> & { readonly control?: Verdict };

/** One action by everybody, one after the other: they work on the same objects. */
async function rowOf(action: Action, scene: Scene): Promise<Row> {
  const cells: [Who | "control", Verdict][] = [];
  for (const who of EVERYBODY) cells.push([who, await verdictOf(action, scene, who, action.try)]);
  const { control } = action;
  if (control) cells.push(["control", await verdictOf(action, scene, control.who, control.try)]);
  return Object.fromEntries(cells) as unknown as Row;
}

const AT_ONCE = 6;

/** All rows: actions of one lane after the other, lanes side by side. */
export async function runMatrix(scene: Scene): Promise<ReadonlyMap<string, Row>> {
  const rows = new Map<string, Row>();
  // The longest lanes begin.
  const lanes = [...Map.groupBy(ACTIONS, ({ id, lane }) => lane ?? id).values()].toSorted(
    (a, b) => b.length - a.length,
  );
  const worker = async (): Promise<void> => {
    for (let lane = lanes.shift(); lane !== undefined; lane = lanes.shift())
      for (const action of lane) rows.set(action.id, await rowOf(action, scene));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return rows;
}

/** Whether the table says that somebody may. */
export const expected = (action: Action, who: Who): "allowed" | "refused" =>
  action.may[who] === undefined ? "refused" : "allowed";

/** Why, as the table says. */
export const because = (action: Action, who: Who): string => action.may[who] ?? action.but?.[who] ?? action.else;
