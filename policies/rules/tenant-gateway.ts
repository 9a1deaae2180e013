import { parseAddress } from "../../plan/addresses.ts";
import type { TenantRule, Violation } from "../rule.ts";
import { pathTo } from "../walk.ts";

const NEXT = "give each area's gateway addresses of its own on its network";

export const tenantGateway: TenantRule = {
  id: "tenant-gateway",
  kind: "tenant",
  severity: "error",
  requirements: ["C4H-3"],
  why: "a gateway belongs to one area and is dialled at its own address",
  check({ config }) {
    const seen = new Map<string, string>();
    for (const [area, { router }] of Object.entries(config.areas))
      for (const address of router?.addresses ?? []) {
        const { version, value } = parseAddress(address);
        seen.set(`${version} ${value}`, `the router of the area ${area}`);
      }
    return Object.entries(config.areas).flatMap(([area, { gateway }]) => {
      const versions = (gateway?.addresses ?? []).map((address) => parseAddress(address).version);
      return (gateway?.addresses ?? []).flatMap((address, index): readonly Violation[] => {
        const { version, value } = parseAddress(address);
        const path = pathTo("areas", area, "gateway", "addresses", index);
        const [mine, first] = [`the gateway of the area ${area}`, seen.get(`${version} ${value}`)];
        seen.set(`${version} ${value}`, first ?? mine);
        if (first !== undefined) {
          const what = first === mine ? "this address stands here twice" : `${first} has this address`;
          return [{ path, what, found: address, allowed: "an address of its own", next: NEXT }];
        }
        if (versions.indexOf(version) === index) return [];
        const what = `a second IPv${version} address of one gateway`;
        return [{ path, what, found: address, allowed: "one of each version", next: NEXT }];
      });
    });
  },
};
