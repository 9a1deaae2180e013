import { parseAddress, parseCidr } from "../../plan/addresses.ts";
import type { TenantRule, Violation } from "../rule.ts";
import { pathTo } from "../walk.ts";

const NEXT = "give each area's router addresses of its own on the external network";

export const tenantRouter: TenantRule = {
  id: "tenant-router",
  kind: "tenant",
  severity: "error",
  requirements: ["C4H-2", "C4H-3"],
  why: "a router belongs to one area and is told apart by its address; its routes lead beyond it and nowhere else",
  check({ config }) {
    const seen = new Map<string, string>();
    return Object.entries(config.areas).flatMap(([area, { router }]): readonly Violation[] => {
      if (router === undefined) return [];
      const path = ["areas", area, "router"];
      const versions = router.addresses.map((address) => parseAddress(address).version);
      const addresses = router.addresses.flatMap((address, index): readonly Violation[] => {
        const { version, value } = parseAddress(address);
        const place = pathTo(path, "addresses", index);
        const first = seen.get(`${version} ${value}`);
        seen.set(`${version} ${value}`, first ?? area);
        if (first !== undefined) {
          const what =
            first === area ? "this address stands here twice" : `the router of the area ${first} has this address`;
          return [{ path: place, what, found: address, allowed: "an address of its own", next: NEXT }];
        }
        if (versions.indexOf(version) === index) return [];
        const what = `a second IPv${version} address of one router`;
        return [{ path: place, what, found: address, allowed: "one of each version", next: NEXT }];
      });
      const routes = router.routes.flatMap(({ to, via }, index): readonly Violation[] => {
        const place = pathTo(path, "routes", index);
        const { version, length } = parseCidr(to);
        const next =
          "name the network that is meant, and a next hop of its version; all else goes the external network's own way";
        if (length === 0)
          return [{ path: place, what: "this route leads everywhere", found: to, allowed: "a certain network", next }];
        if (parseAddress(via).version === version) return [];
        const what = "network and next hop are of two versions of IP";
        return [{ path: place, what, found: `${to} via ${via}`, allowed: "one version", next }];
      });
      return [...addresses, ...routes];
    });
  },
};
