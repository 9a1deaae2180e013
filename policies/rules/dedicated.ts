import type { Violation, ZoneRule } from "../rule.ts";
import { areasOf, own, pathTo } from "../walk.ts";

const common = { kind: "zone", severity: "error", requirements: ["C4H-4"] } as const;

export const dedicatedGranted: ZoneRule = {
  ...common,
  id: "dedicated-granted",
  why: "which hosts carry which zone is the operator's to say: without a grant machines would land beside strangers",
  check({ config }) {
    return areasOf(config)
      .filter(({ area, key }) => area.dedicated && own(config.granted.dedicated, key) === undefined)
      .map(({ key, path }) => ({
        path: pathTo(path, "dedicated"),
        what: `no hosts are granted to the area ${key} alone`,
        found: "true",
        allowed: "false, or an entry in granted.dedicated",
        next: `ask the operator for tenant.areas.${key}.dedicated.hosts, and copy granted: anew`,
      }));
  },
};

export const dedicatedSlots: ZoneRule = {
  ...common,
  id: "dedicated-slots",
  requirements: ["C4H-4", "DIGIMED-1"],
  why: "a confidential machine takes a slot of its host, and dedicated machines may go to no other host",
  check({ config }) {
    return areasOf(config).flatMap(({ area, key, path }): readonly Violation[] => {
      const slots = own(config.granted.dedicated, key)?.slots;
      if (slots === undefined) return [];
      const gateway = area.gateway === undefined ? [] : [{ ...area.gateway, count: 1 }];
      const planned = [...Object.values(area.machines), ...gateway]
        .filter(({ flavor }) => own(config.granted.flavors, flavor)?.confidential === "sev-snp")
        .reduce((sum, { count }) => sum + count, 0);
      if (planned <= slots) return [];
      return [
        {
          path: pathTo(path, "machines"),
          what: `the area ${key} plans more SEV-SNP machines than its hosts carry`,
          found: `${slots} slots granted, ${planned} machines planned`,
          allowed: `at most ${slots}`,
          next: `plan fewer machines, or ask the operator for another host in tenant.areas.${key}.dedicated.hosts`,
        },
      ];
    });
  },
};
