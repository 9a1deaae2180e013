import { compareVersions } from "../../../openstack/services.ts";
import { typeOf } from "../../../plan/datasets.ts";
import { protocolOf } from "../../../plan/mounts.ts";
import { PRESETS } from "../../../policies/presets.ts";
import { RULE_LOCKS } from "../../../provider/resources/share/locks.ts";
import { failed, ok, projectEntry, type Check } from "../types.ts";

interface LockFacts {
  /** Newest microversion of Manila; none where there is no Manila. */
  readonly max?: string;
}

/** Manila can lock the zone's shares against deletion, and their access rules against deletion and against being read. */
export const shareLocks: Check<LockFacts> = {
  id: "share-locks",
  title: "shares and their access rules can be locked",
  requirements: ["DIGIMED-9", "DIGIMED-10"],
  applies: { platform: "skip", tenant: "skip", zone: true },
  async fetch(context) {
    const session = await context.session(projectEntry(context));
    if (!(await session.offers("shared-file-system"))) return {};
    const max = await session.maxMicroversion("shared-file-system");
    return max === undefined ? {} : { max };
  },
  judge({ max }, { stack: { config, kind } }) {
    if (kind !== "zone") return ok("shares are a zone's");
    const sets = Object.values(config.areas).flatMap(({ datasets }) => Object.values(datasets));
    const shares = sets.filter((dataset) => dataset.kind === "share");
    if (shares.length === 0) return ok("no data set is a share");
    const byKey = shares.some((dataset) => protocolOf(config, typeOf(config, dataset)) === "CEPHFS");
    if (max === undefined) return failed("the catalogue lists no Manila", "ask the operator for Manila");
    if (compareVersions(max, RULE_LOCKS) >= 0) return ok(`Manila ${max}`);
    const says = `Manila ${max} has no locks on access rules: they came with ${RULE_LOCKS}`;
    if (byKey || PRESETS[config.preset].shareLocks)
      return failed(
        `${says}, and ${byKey ? "a share by CephFS has keys that every reader of the project would see" : `the preset ${config.preset} demands them`}`,
        "use a cloud of OpenStack 2023.2 or newer",
      );
    return ok(`not enforced: ${says}; a member's mistake deletes a share or a rule, and readers see the rules`);
  },
};
