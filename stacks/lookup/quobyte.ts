import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PlatformConfig, TenantConfig } from "../../config/index.ts";
import { loadStackFile } from "../../config/loader.ts";
import { UserError } from "../../config/problem.ts";
import { quobyteProblems } from "../../plan/quobyte.ts";
import { loadCluster } from "../../quobyte/clusters-file.ts";
import type { ClusterEntry } from "../../quobyte/clusters-text.ts";

const PLATFORM = "Pulumi.platform.yaml";

/** The platform as it stands beside the tenant's file; undefined where it does not. @throws UserError where it is wrong */
async function readPlatform(directory: string): Promise<PlatformConfig | undefined> {
  const text = await readFile(join(directory, PLATFORM)).catch(() => undefined);
  if (text === undefined) return undefined;
  const { stack, problems } = loadStackFile(text, PLATFORM);
  if (stack === undefined) throw new UserError(problems);
  return stack.kind === "platform" ? stack.config : undefined;
}

/** The entry of a cluster, held against the platform: who changes one file alone sends no password elsewhere. */
async function demandSameAddress(
  cluster: string,
  url: string,
  load: (name: string) => Promise<ClusterEntry>,
): Promise<void> {
  const entry = await load(cluster);
  if (new URL(entry.url).href === new URL(url).href) return;
  throw new UserError({
    what: `the Quobyte cluster "${cluster}" has another address in ${entry.file} than in ${PLATFORM}`,
    path: `platform.quobyte.${cluster}.url`,
    found: entry.url,
    allowed: url,
    why: "the entry's password would go to an address that nobody reviewed",
    next: "correct the one that is wrong",
  });
}

/**
 * Holds what a tenant says of Quobyte against the platform's file beside it: a granted share type whose cluster the tenant does not name
 * would put shares into the clear.
 * @throws UserError with all that does not fit, or where a cluster is named and there is no platform to look it up in
 */
export async function demandSameQuobyte(
  config: TenantConfig,
  directory: string,
  load: (name: string) => Promise<ClusterEntry> = loadCluster,
): Promise<void> {
  const clusters = Object.keys(config.quobyte);
  if (config.shareTypes.length === 0 && clusters.length === 0) return;
  const platform = await readPlatform(directory);
  if (platform === undefined) {
    if (clusters.length === 0) return;
    throw new UserError({
      what: `there is no ${PLATFORM} beside the tenant's file, which names a Quobyte cluster`,
      path: "tenant.quobyte",
      found: clusters.join(", "),
      next: "run it in the operator's site directory, where the platform says which cluster that is",
    });
  }
  const problems = quobyteProblems(platform, config);
  if (problems.length > 0) throw new UserError(problems);
  for (const cluster of clusters) await demandSameAddress(cluster, platform.quobyte[cluster]?.url ?? "", load);
}
