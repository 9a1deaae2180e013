import { gibibytes } from "../../config/scalars.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { datasetsOf, oneOf, own, pathTo } from "../walk.ts";

/** What is said of a volume or a share, and is the operator's to say of a volume of Quobyte. */
const OPERATORS = ["type", "adopt", "deletion"] as const;

const words = (access: Readonly<Record<string, string>>): string =>
  Object.entries(access)
    .map(([partner, right]) => `${partner}: ${right}`)
    .toSorted()
    .join(", ") || "nobody";

export const quobyteDataset: ZoneRule = {
  id: "quobyte-dataset",
  kind: "zone",
  severity: "error",
  requirements: ["DIGIMED-7", "DIGIMED-9", "DIGIMED-16"],
  why: "who may erase one volume of a cluster may erase all: volumes of Quobyte are made, opened and erased by the operator, and the zone says the same of them",
  check({ config }) {
    const granted = config.granted.quobyte;
    return datasetsOf(config).flatMap(({ area, key, dataset, path }): readonly Violation[] => {
      if (dataset.kind !== "quobyte") return [];
      const name = `${area.key}/${key}`;
      const grant = own(granted, name);
      if (grant === undefined)
        return [
          {
            path: pathTo(path),
            what: "the operator granted no volume of Quobyte for this data set",
            found: name,
            allowed: oneOf(Object.keys(granted)),
            next: "ask the operator for it (tenant.quobyte.<cluster>.volumes) and copy granted: anew, or correct the name",
          },
        ];
      const ask = "ask the operator to change it and copy granted: anew, or write what was granted";
      const same = [
        ["size", dataset.size, grant.size, gibibytes(dataset.size) === gibibytes(grant.size)],
        ["machines", dataset.machines, grant.machines, dataset.machines === grant.machines],
        ["access", words(dataset.access), words(grant.access), words(dataset.access) === words(grant.access)],
      ] as const;
      return [
        ...OPERATORS.flatMap((said): readonly Violation[] =>
          dataset[said] === undefined
            ? []
            : [
                {
                  path: pathTo(path, said),
                  what: `${said} of a volume of Quobyte is the operator's to say`,
                  found: dataset[said],
                  next: "take it out here",
                },
              ],
        ),
        ...same.flatMap(([what, found, allowed, isSame]): readonly Violation[] =>
          isSame
            ? []
            : [{ path: pathTo(path, what), what: "this is not what the operator granted", found, allowed, next: ask }],
        ),
      ];
    });
  },
};
