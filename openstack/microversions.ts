import { UserError } from "../config/problem.ts";
import type { Service } from "./services.ts";
import { compareVersions, factsOf } from "./services.ts";

/** One call's demand. */
interface VersionDemand {
  readonly service: Service;
  readonly cloud: string;
  /** What is tried, for the error. */
  readonly what: string;
  /** The newest that the cloud offers; undefined where that was not asked yet, because nothing refused so far. */
  readonly max?: string;
  /** The oldest that serves this call. @default the service's own */
  readonly least?: string;
  /** The newest that serves this call. @default - none is too new */
  readonly most?: string;
}

/**
 * The header that asks for the newest microversion which this code was tested with and the cloud offers.
 * @throws UserError where the cloud is too old
 */
export function versionHeader({ service, cloud, what, max, least, most }: VersionDemand): Record<string, string> {
  const { header, want: tested = "0.0", need = "0.0", title } = factsOf(service);
  if (!header) return {};
  const want = most ?? tested;
  const oldest = least ?? most ?? need;
  if (max !== undefined && compareVersions(max, oldest) < 0)
    throw new UserError({
      what: `cannot ${what}: it needs microversion ${oldest} of ${title}, and the cloud "${cloud}" offers ${max}`,
      next: "use a cloud of a newer OpenStack release (`tresor preflight` says which)",
    });
  const best = max !== undefined && compareVersions(max, want) < 0 ? max : want;
  return header(compareVersions(best, oldest) < 0 ? oldest : best);
}

/** Newest microversions by the address that told them: sessions of one process on one cloud share what one has read. */
export type KnownVersions = Map<string, Promise<string | undefined>>;
