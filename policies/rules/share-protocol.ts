import type { ZoneRule } from "../rule.ts";
import { datasetsOf, own, pathTo } from "../walk.ts";

export const shareProtocol: ZoneRule = {
  id: "share-protocol",
  kind: "zone",
  severity: "error",
  requirements: ["DIGIMED-9", "DIGIMED-16"],
  why: "access to a share is given to a bench's network, and only NFS knows access by network",
  check({ config }) {
    return datasetsOf(config).flatMap(({ dataset, path }) => {
      if (dataset.kind !== "share") return [];
      const types = config.granted.shareTypes;
      const name = dataset.type ?? Object.keys(types)[0];
      const protocols = (name === undefined ? undefined : own(types, name))?.protocols;
      if (protocols === undefined || protocols[0] === "NFS") return [];
      return [
        {
          path: pathTo(path, "type"),
          what: "the share's type does not offer NFS as its first protocol",
          found: `${name} (${protocols.join(", ") || "no protocol"})`,
          allowed: "a share type with NFS",
          next: "choose another granted share type, or ask the operator for one",
        },
      ];
    });
  },
};
