import type { TenantRule, Violation } from "../rule.ts";
import { pathTo } from "../walk.ts";

const common = { kind: "tenant", severity: "error", requirements: ["C4H-4"] } as const;

export const tenantDedicatedHosts: TenantRule = {
  ...common,
  id: "tenant-dedicated-hosts",
  why: "a host that two areas have for themselves takes the machines of both",
  check({ config }) {
    const owners = new Map<string, string>();
    return Object.entries(config.areas).flatMap(([area, { dedicated }]) =>
      (dedicated?.hosts ?? []).flatMap((host, index): readonly Violation[] => {
        const owner = owners.get(host);
        if (owner === undefined) {
          owners.set(host, area);
          return [];
        }
        return [
          {
            path: pathTo("areas", area, "dedicated", "hosts", index),
            what: owner === area ? "this host is named twice" : `this host is dedicated to the area ${owner} already`,
            found: host,
            allowed: "each host once",
            next: owner === area ? "remove it here" : "name another host, or put both areas into one",
          },
        ];
      }),
    );
  },
};

export const tenantDedicatedSlots: TenantRule = {
  ...common,
  id: "tenant-dedicated-slots",
  requirements: ["C4H-4", "DIGIMED-1"],
  why: "machines of a dedicated area may go to no other host, so that what its hosts cannot carry never starts",
  check({ config }) {
    if (config.preset !== "confidential") return [];
    return Object.entries(config.areas).flatMap(([area, { dedicated, quota, benches }]): readonly Violation[] => {
      const slots = dedicated?.slots;
      const machines = Object.values(benches).reduce((sum, bench) => sum + bench.quota.machines, quota.machines);
      if (slots === undefined || machines <= slots) return [];
      return [
        {
          path: pathTo("areas", area, "dedicated", "slots"),
          what: `the area ${area} and its benches may run more confidential machines than their hosts carry`,
          found: `${slots} slots, ${machines} machines granted`,
          allowed: `${machines} or more slots`,
          next: "lower the quotas, or name more hosts",
        },
      ];
    });
  },
};
