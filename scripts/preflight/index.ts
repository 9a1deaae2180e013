import type { StackConfig } from "../../config/index.ts";
import { UserError } from "../../config/problem.ts";
import { Session } from "../../openstack/session.ts";
import { placeName } from "../../plan/names.ts";
import { loadCluster, openCluster } from "../../quobyte/clusters-file.ts";
import { confidentialLaunch } from "./checks/confidential-launch.ts";
import { dedicatedHosts } from "./checks/dedicated.ts";
import { entries } from "./checks/entries.ts";
import { HANDING_OUT } from "./checks/handing-out.ts";
import { keyStore } from "./checks/key-store.ts";
import { keystonePolicy } from "./checks/keystone-policy.ts";
import { localDisks } from "./checks/local-disk.ts";
import { objectStorage } from "./checks/object-storage.ts";
import { publicOffers } from "./checks/public-offers.ts";
import { quobyteClear, quobyteCluster, quobyteManila } from "./checks/quobyte.ts";
import { rbacQuota } from "./checks/rbac-quota.ts";
import { release, services } from "./checks/release.ts";
import { serviceType } from "./checks/service-type.ts";
import { shareLocks } from "./checks/share-locks.ts";
import { snpSlots } from "./checks/snp-slots.ts";
import { unifiedLimits } from "./checks/unified-limits.ts";
import { volumeTypes } from "./checks/volume-types.ts";
import { notChecked, type Check, type CheckReport, type Judgement, type PreflightContext } from "./types.ts";

/** All checks, in the order in which they are printed. */
export const CHECKS: readonly Check<never>[] = [
  entries,
  services,
  release,
  snpSlots,
  confidentialLaunch,
  unifiedLimits,
  rbacQuota,
  dedicatedHosts,
  keystonePolicy,
  ...HANDING_OUT,
  keyStore,
  serviceType,
  publicOffers,
  volumeTypes,
  localDisks,
  objectStorage,
  shareLocks,
  quobyteCluster,
  quobyteManila,
  quobyteClear,
] as unknown as readonly Check<never>[];

/** Runs one check; what keeps it from being known is `not checked`, never `ok`. */
async function runCheck(check: Check<never>, context: PreflightContext): Promise<readonly CheckReport[]> {
  const { id, title, requirements } = check;
  const report = (judgement: Judgement): readonly CheckReport[] => [{ id, title, requirements, ...judgement }];
  const applies = check.applies[context.stack.kind];
  if (applies === "skip") return [];
  if (applies !== true) return report(notChecked(applies.because, "nothing to do here"));
  try {
    return report(check.judge(await check.fetch(context), context));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [problem] = error.problems;
    const says = problem === undefined ? error.message : [problem.what, problem.why].filter(Boolean).join(": ");
    return report(notChecked(says, problem?.next ?? "repeat it later"));
  }
}

/** The entries of clouds.yaml that a stack uses. */
export function entriesOf({ kind, config }: StackConfig): {
  readonly entry: string;
  readonly areaEntries: readonly string[];
} {
  if (kind !== "zone") return { entry: config.cloud, areaEntries: [] };
  const entry = config.cloud ?? config.name;
  return { entry, areaEntries: Object.keys(config.areas).map((area) => placeName(entry, area)) };
}

/**
 * Asks a real cloud whether a stack can come true on it.
 * @param env where clouds.yaml is looked for
 */
export async function preflightChecks(stack: StackConfig, env: NodeJS.ProcessEnv): Promise<readonly CheckReport[]> {
  const sessions = new Map<string, Promise<Session>>();
  const session = (entry: string): Promise<Session> => {
    const open = sessions.get(entry) ?? Session.open(entry, {}, env);
    sessions.set(entry, open);
    return open;
  };
  const cluster: PreflightContext["cluster"] = async (entry) => ({
    url: (await loadCluster(entry, env)).url,
    client: await openCluster(entry, env),
  });
  const context: PreflightContext = { stack, session, cluster, ...entriesOf(stack) };
  try {
    return (await Promise.all(CHECKS.map((check) => runCheck(check, context)))).flat();
  } finally {
    for (const open of sessions.values()) await open.then((each) => each.close()).catch(() => undefined);
  }
}
