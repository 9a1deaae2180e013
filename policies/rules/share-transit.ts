import { abilityOf } from "../../plan/storage/capabilities.ts";
import { controlsOf, PRESETS } from "../presets.ts";
import type { PlatformRule, Violation, ZoneRule } from "../rule.ts";
import { datasetsOf, own, pathTo } from "../walk.ts";

const requirements = ["DIGIMED-3"] as const;

export const shareTransitPossible: PlatformRule = {
  id: "share-transit-possible",
  kind: "platform",
  severity: "error",
  requirements,
  why: "client and server of a share encrypt between them only where the driver's storage can",
  check({ config }) {
    const direct = abilityOf("quobyte", "direct", "transit");
    const clusters = Object.entries(config.quobyte).flatMap(([name, { transit }]): readonly Violation[] =>
      transit !== "client" || direct.can
        ? []
        : [
            {
              path: pathTo("quobyte", name, "transit"),
              what: direct.reason,
              found: transit,
              allowed: "none, below",
              next: direct.instead,
            },
          ],
    );
    const types = Object.entries(config.shareTypes).flatMap(([name, { driver, transit, protocols }]) => {
      if (transit !== "client") return [];
      const path = pathTo("shareTypes", name, "transit");
      const ability = abilityOf("manila", driver, "transit");
      if (!ability.can)
        return [{ path, what: ability.reason, found: transit, allowed: "none, below", next: ability.instead }];
      if (driver !== "cephfs" || protocols[0] === "CEPHFS") return [];
      return [
        {
          path,
          what: "CephFS exported by NFS-Ganesha is not encrypted between client and server",
          found: `${transit} with ${protocols[0]}`,
          allowed: "protocols: [CEPHFS], or transit: below",
          next: "offer CEPHFS as the first protocol, or write below where IPsec or MACsec carries it",
        },
      ];
    });
    return [...types, ...clusters];
  },
};

export const shareTransit: ZoneRule = {
  id: "share-transit",
  kind: "zone",
  severity: "error",
  requirements,
  why: "NFS sends every byte in the clear, for whoever sits on a link or a switch between the storage and a machine",
  check({ config }) {
    if (PRESETS[config.preset].clearShares) return [];
    const types = config.granted.shareTypes;
    return datasetsOf(config).flatMap(({ area, key, dataset, path }) => {
      if (dataset.kind === "quobyte") {
        const granted = own(config.granted.quobyte, `${area.key}/${key}`);
        if (granted === undefined || granted.transit !== "none") return [];
        return [
          {
            path: pathTo(path),
            what: `nothing encrypts this volume of Quobyte on its way to a machine, and ${config.preset} does not allow that (${controlsOf("clearShares")})`,
            found: `cluster ${granted.cluster} with transit: none`,
            allowed: "transit: below",
            next: "ask the operator what encrypts that way: he writes it at platform.quobyte, and you copy granted: anew; or make the data set a volume of an encrypted type",
          },
        ];
      }
      if (dataset.kind !== "share") return [];
      const name = dataset.type ?? Object.keys(types)[0];
      const type = name === undefined ? undefined : own(types, name);
      if (type === undefined || type.transit !== "none") return [];
      return [
        {
          path: pathTo(path, "type"),
          what: `nothing encrypts this share on its way to a machine, and ${config.preset} does not allow that (${controlsOf("clearShares")})`,
          found: `${name} with transit: none`,
          allowed: "a share type with transit: client or transit: below",
          next: "ask the operator what encrypts that way: he writes it at platform.shareTypes, and you copy granted: anew; or make the data set a volume of an encrypted type",
        },
      ];
    });
  },
};
