import { areaBenches, areaPartners } from "../../config/zone.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { datasetsOf, isAdmitted, isSound, own, oneOf, pathTo, type DatasetAt } from "../walk.ts";

function ofVolume({ dataset, path }: DatasetAt): readonly Violation[] {
  const next = "make it a share, or attach it to a machine by the machine's volumes";
  const grants = Object.keys(dataset.access).map((partner) => ({
    path: pathTo(path, "access", partner),
    what: "a volume cannot be shared",
    found: partner,
    allowed: "access on data sets of kind share",
    next,
  }));
  if (dataset.machines === "none") return grants;
  return [
    ...grants,
    {
      path: pathTo(path, "machines"),
      what: "a volume has no access for machines",
      found: dataset.machines,
      allowed: "machines on data sets of kind share",
      next,
    },
  ];
}

function ofShare({ area: { key, area }, dataset, path }: DatasetAt): readonly Violation[] {
  const rights = areaPartners(area);
  return Object.entries(dataset.access).flatMap(([partner, right]): readonly Violation[] => {
    const at = pathTo(path, "access", partner);
    const inArea = own(rights, partner);
    if (inArea === undefined)
      return [
        {
          path: at,
          what: `this partner does not take part in the area ${key}`,
          found: partner,
          allowed: oneOf(Object.keys(rights)),
          next: `remove the grant, or name ${partner} among the area's partners`,
        },
      ];
    if (right === "write" && inArea === "read")
      return [
        {
          path: at,
          what: `write is granted to a partner that only reads in the area ${key}`,
          found: "write",
          allowed: "read",
          next: `grant read, or give ${partner} write in the area's partners`,
        },
      ];
    if (!areaBenches(area).includes(partner))
      return [
        {
          path: at,
          what: `this partner has no bench in the area ${key} from which it could use the share`,
          found: partner,
          allowed: oneOf(areaBenches(area)),
          next: `remove the grant, or add ${partner} to the area's benches`,
        },
      ];
    return [];
  });
}

export const datasetAccess: ZoneRule = {
  id: "dataset-access",
  kind: "zone",
  severity: "error",
  requirements: ["DIGIMED-9", "DIGIMED-10", "DIGIMED-11"],
  why: "a data set gives nobody more than the area gives, and a share is reached from a bench's network alone",
  check({ config }) {
    return datasetsOf(config)
      .filter(({ area }) => isSound(area.area))
      .map((at) => ({
        ...at,
        // Partners that nobody knows are the matter of another rule.
        dataset: {
          ...at.dataset,
          access: Object.fromEntries(
            Object.entries(at.dataset.access).filter(([partner]) => isAdmitted(config, partner)),
          ),
        },
      }))
      .flatMap((at) => (at.dataset.kind === "volume" ? ofVolume(at) : ofShare(at)));
  },
};
