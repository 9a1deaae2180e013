import type { ZoneConfig } from "../../../config/index.ts";
import type { Case, Loose } from "../fixtures.ts";

export type ZoneCase = Case<"zone">;
export type Zone = Loose<ZoneConfig>;
export type Area = Zone["areas"][string];

/** Parts of the example `digimed`, as cases change them. */
export const commons = (config: Zone): Area => config.areas["commons"]!;
export const heart = (config: Zone): Area => config.areas["heart"]!;
export const analysis = (config: Zone) => commons(config).machines["analysis"]!;
export const cohort = (config: Zone) => commons(config).datasets["cohort"]!;
export const imaging = (config: Zone) => heart(config).datasets["imaging"]!;
export const plain = { vcpus: 2, memory: "8 GiB", confidential: "none", gpu: false } as const;
export const flow = (from: string, to: string, port = "443/tcp") => ({ from, to, ports: [port], reason: "a test" });
/** Quotas of the area commons that nothing of a case exceeds. */
export const room = (config: Zone): void => {
  Object.assign(config.granted.quotas["commons"]!, {
    machines: 9,
    cores: 99,
    memory: "1 TiB",
    volumes: 99,
    storage: "9 TiB",
    ports: 99,
  });
};

/** Networks and quotas for an area that a case adds. */
export function grant(config: Zone, place: string): void {
  config.granted.networks[place] = { ipv4: "10.8.14.0/24", ipv6: "fd00:8:0:e::/64" };
  config.granted.quotas[place] = { ...config.granted.quotas["heart"]! };
}
