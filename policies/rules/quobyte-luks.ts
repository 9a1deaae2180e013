import type { PlatformRule, ZoneRule } from "../rule.ts";
import { pathTo } from "../walk.ts";

const common = {
  severity: "error",
  requirements: ["DIGIMED-5", "DIGIMED-16"],
  why: "Cinder's Quobyte driver cannot do LUKS: every volume of such a type ends in error",
} as const;

export const quobyteLuks: PlatformRule = {
  ...common,
  id: "quobyte-luks",
  kind: "platform",
  check({ config }) {
    return Object.entries(config.volumeTypes)
      .filter(([, { driver, encryption }]) => driver === "quobyte" && encryption !== undefined)
      .map(([name]) => ({
        path: pathTo("volumeTypes", name, "encryption"),
        what: "LUKS is not possible on Quobyte",
        found: "driver quobyte with encryption",
        allowed: "encryption with driver nfs, lvm or rbd",
        next: "remove encryption here and let Quobyte encrypt by a policy rule, or use another backend",
      }));
  },
};

export const grantedQuobyteLuks: ZoneRule = {
  ...common,
  id: "granted-quobyte-luks",
  kind: "zone",
  check({ config }) {
    return Object.entries(config.granted.volumeTypes)
      .filter(([, { driver, encrypted }]) => driver === "quobyte" && encrypted)
      .map(([name]) => ({
        path: pathTo("granted", "volumeTypes", name),
        what: "LUKS is not possible on Quobyte",
        found: "driver quobyte with encrypted: true",
        allowed: "encrypted types on nfs, lvm or rbd",
        next: "copy granted: anew as the operator wrote it; if it says the same, tell the operator",
      }));
  },
};
