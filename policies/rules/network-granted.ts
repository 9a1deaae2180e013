import type { ZoneRule } from "../rule.ts";
import { isAdmitted, own, pathTo, placesOf } from "../walk.ts";

export const networkGranted: ZoneRule = {
  id: "network-granted",
  kind: "zone",
  severity: "error",
  requirements: ["C4H-2", "DIGIMED-11"],
  why: "each area and each bench has a network of its own, with addresses that the operator gave",
  check({ config }) {
    return (
      placesOf(config)
        // A bench of a partner who gets nothing is the matter of another rule.
        .filter(({ bench }) => bench === undefined || isAdmitted(config, bench))
        .filter(({ key }) => own(config.granted.networks, key) === undefined)
        .map(({ key, bench, path }) => ({
          path: pathTo(path),
          what: `granted.networks has no entry for this ${bench === undefined ? "area" : "bench"}`,
          found: Object.keys(config.granted.networks).join(", ") || "no entry at all",
          allowed: key,
          next: `ask the operator to add ${key} to the tenant and to run \`tresor allocate ${config.name}\`, then copy granted: anew`,
        }))
    );
  },
};
