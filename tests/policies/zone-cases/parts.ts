import type { Case } from "../fixtures.ts";
import type { Zone } from "../zone-parts.ts";

export * from "../zone-parts.ts";

export type ZoneCase = Case<"zone">;

/** Networks and quotas for an area that a case adds. */
export function grant(config: Zone, place: string): void {
  config.granted.networks[place] = { ipv4: "10.8.14.0/24", ipv6: "fd00:8:0:e::/64" };
  config.granted.quotas[place] = { ...config.granted.quotas["heart"]! };
}
