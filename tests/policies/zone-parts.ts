import type { ZoneConfig } from "../../config/index.ts";
import type { Loose } from "./fixtures.ts";

/** Parts of the example zone that cases change. */
export type Zone = Loose<ZoneConfig>;
type Area = Zone["areas"][string];

export const commons = (config: Zone): Area => config.areas["commons"]!;
export const heart = (config: Zone): Area => config.areas["heart"]!;
export const analysis = (config: Zone) => commons(config).machines["analysis"]!;
export const cohort = (config: Zone) => commons(config).datasets["cohort"]!;
export const imaging = (config: Zone) => heart(config).datasets["imaging"]!;
export const plain = { vcpus: 2, memory: "8 GiB", confidential: "none", gpu: false } as const;
export const flow = (from: string, to: string, port = "443/tcp") => ({ from, to, ports: [port], reason: "a test" });
/** A zone of a preset that the operator grants. */
export const preset = (config: Zone, name: Zone["preset"]): void => {
  config.preset = name;
  config.granted.preset = name;
};
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

export const clinic = (config: Zone): void => {
  config.sites["clinic"] = { title: "A clinic", kind: "wireguard", networks: ["192.168.40.0/24", "fd40::/64"] };
};
export const admins = (config: Zone): void => {
  config.networks["admins"] = { title: "Administrators", networks: ["192.168.70.0/24"] };
};
export const mirror = (config: Zone): void => {
  config.outside["mirror"] = { title: "A mirror", networks: ["203.0.113.7/32", "2001:db8::7/128"], ports: ["443/tcp"] };
};
export const internet = (config: Zone): void => {
  config.outside["internet"] = { title: "Everybody", networks: ["0.0.0.0/0", "::/0"], ports: ["443/tcp"] };
};
