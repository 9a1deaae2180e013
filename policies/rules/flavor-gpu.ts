import type { PlatformRule, ZoneRule } from "../rule.ts";
import { pathTo } from "../walk.ts";

const common = {
  id: "flavor-gpu",
  severity: "error",
  requirements: ["DIGIMED-14", "DIGIMED-1"],
  why: "a device that is passed through reads and writes memory past the encryption",
} as const;

export const flavorGpu: PlatformRule = {
  ...common,
  kind: "platform",
  check({ config }) {
    return Object.entries(config.flavors)
      .filter(([, { gpu, confidential }]) => gpu !== undefined && confidential !== "none")
      .map(([name, { confidential }]) => ({
        path: pathTo("flavors", name, "gpu"),
        what: "a GPU cannot be combined with memory encryption",
        found: `gpu with ${confidential}`,
        allowed: "gpu with confidential: none",
        next: "make two flavors, one with the GPU and one confidential",
      }));
  },
};

export const grantedGpu: ZoneRule = {
  ...common,
  id: "granted-gpu",
  kind: "zone",
  check({ config }) {
    return Object.entries(config.granted.flavors)
      .filter(([, { gpu, confidential }]) => gpu && confidential !== "none")
      .map(([name, { confidential }]) => ({
        path: pathTo("granted", "flavors", name, "gpu"),
        what: "a GPU cannot be combined with memory encryption",
        found: `gpu with ${confidential}`,
        allowed: "gpu with confidential: none",
        next: "ask the operator for a flavor without GPU, and copy granted: anew",
      }));
  },
};
