import { typeOf } from "../../plan/datasets.ts";
import { accessBy, driverOf } from "../../plan/storage/capabilities.ts";
import type { ZoneRule } from "../rule.ts";
import { datasetsOf, own, pathTo } from "../walk.ts";

export const shareProtocol: ZoneRule = {
  id: "share-protocol",
  kind: "zone",
  severity: "error",
  requirements: ["DIGIMED-9", "DIGIMED-16"],
  why: "access to a share is given to a bench's network (NFS) or to a client of its own (CephFS): by another way nobody could be let in",
  check({ config }) {
    return datasetsOf(config).flatMap(({ dataset, path }) => {
      if (dataset.kind !== "share") return [];
      const name = typeOf(config, dataset);
      const type = own(config.granted.shareTypes, name);
      if (type === undefined) return [];
      const [protocol] = type.protocols;
      // A protocol that the driver does not speak is refused at its type.
      const speaks = protocol !== undefined && driverOf("manila", type.driver)?.protocols.includes(protocol) === true;
      if (protocol !== undefined && (!speaks || accessBy(type.driver, protocol) !== undefined)) return [];
      return [
        {
          path: pathTo(path, "type"),
          what: "the share's type offers no protocol by which the zone could let anybody in",
          found: `${name} (${protocol ?? "no protocol"})`,
          allowed: "a share type with NFS or CEPHFS first",
          next: "choose another granted share type, or ask the operator for one",
        },
      ];
    });
  },
};
