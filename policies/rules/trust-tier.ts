import type { TrustTier } from "../../plan/types.ts";
import { datasetTier, typeOf } from "../../plan/datasets.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { datasetsOf, KIND_WORDS, pathTo } from "../walk.ts";

/** Tiers from the weakest promise to the strongest. */
const TIERS: readonly TrustTier[] = ["storage", "host", "guest"];
const READERS: Readonly<Record<TrustTier, string>> = {
  storage: "the storage's administrators can read it",
  host: "the hypervisor opens it",
  guest: "only the attested guest can read it",
};

export const trustTier: ZoneRule = {
  id: "trust-tier",
  kind: "zone",
  severity: "error",
  requirements: ["DIGIMED-6", "DIGIMED-16"],
  why: "a promise of who can read the data must be true",
  check({ config }) {
    return datasetsOf(config).flatMap(({ dataset, path }): readonly Violation[] => {
      const { tier: demanded, kind } = dataset;
      const given = datasetTier(config, dataset);
      const inTheClear = kind === "volume" && given === "storage";
      if (demanded === undefined || TIERS.indexOf(demanded) <= TIERS.indexOf(given)) return [];
      return [
        {
          path: pathTo(path, "tier"),
          what: `a ${KIND_WORDS[kind]}${inTheClear ? ` of the type ${typeOf(config, dataset)}, which is not encrypted,` : ""} cannot meet the trust tier ${demanded}: ${READERS[given]}`,
          found: demanded,
          allowed: TIERS.slice(0, TIERS.indexOf(given) + 1).join(", "),
          next:
            demanded === "guest"
              ? "encrypt inside the guest yourself until disks unlocked after attestation are supported"
              : inTheClear
                ? "choose an encrypted type, or lower the demand"
                : "make the data set a volume, or lower the demand",
        },
      ];
    });
  },
};
