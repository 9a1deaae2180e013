import { nearest } from "../../config/suggest.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { areasOf, datasetsOf, machinesOf, own, oneOf, pathTo } from "../walk.ts";

type Section = "flavors" | "images" | "volumeTypes" | "shareTypes";
const WORDS: Readonly<Record<Section, string>> = {
  flavors: "flavor",
  images: "image",
  volumeTypes: "volume type",
  shareTypes: "share type",
};

export const grantExists: ZoneRule = {
  id: "grant-exists",
  kind: "zone",
  severity: "error",
  requirements: ["DIGIMED-7", "C4H-1"],
  why: "flavors, images and types are private: the zone sees only what the operator granted",
  check({ config: { granted, ...config } }) {
    const missing = (section: Section, name: string | undefined, path: string): readonly Violation[] => {
      const names = Object.keys(granted[section]);
      if (name !== undefined && own<unknown>(granted[section], name) !== undefined) return [];
      const meant = name === undefined ? undefined : nearest(name, names);
      return [
        {
          path,
          what: name === undefined ? `no ${WORDS[section]} is granted` : `this ${WORDS[section]} is not granted`,
          ...(name === undefined ? {} : { found: name }),
          allowed: oneOf(names),
          next:
            meant === undefined
              ? `choose a granted one, or ask the operator to grant it (tenant.${section}) and copy granted: anew`
              : `did you mean ${meant}?`,
        },
      ];
    };
    const whole = { ...config, granted };
    return [
      ...machinesOf(whole).flatMap(({ machines, path }) => [
        ...missing("flavors", machines.flavor, pathTo(path, "flavor")),
        ...missing("images", machines.image, pathTo(path, "image")),
        ...(machines.volumeType === undefined && Object.keys(granted.volumeTypes).length > 0
          ? []
          : missing("volumeTypes", machines.volumeType, pathTo(path, "volumeType"))),
      ]),
      ...areasOf(whole).flatMap(({ area, path }) =>
        area.gateway?.key.volumeType === undefined
          ? []
          : missing("volumeTypes", area.gateway.key.volumeType, pathTo(path, "gateway", "key", "volumeType")),
      ),
      ...datasetsOf(whole).flatMap(({ dataset, path }) => {
        // A volume of Quobyte is of no type: a rule of its own asks for its grant.
        if (dataset.kind === "quobyte") return [];
        const section = dataset.kind === "volume" ? "volumeTypes" : "shareTypes";
        if (dataset.type === undefined && Object.keys(granted[section]).length > 0) return [];
        return missing(section, dataset.type, pathTo(path, "type"));
      }),
    ];
  },
};
