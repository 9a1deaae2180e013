import type { ZoneConfig } from "../../config/index.ts";
import { ipsecProposal } from "../../config/site.ts";
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
/** Machines of the first area keep their data in memory, on a flavor whose hosts encrypt local disks; its share is for benches alone. */
export const inMemory = (config: Zone): void => {
  config.granted.flavors["SCS-4T-16_z4"]!.localDisk = { encrypted: "host-lvm", size: "20 GiB" };
  const machines = analysis(config);
  machines.dataInMemory = true;
  delete machines.disk;
  cohort(config).machines = "none";
};
/** The first area without any storage but memory, as the operator grants it, too. */
export const diskless = (config: Zone): void => {
  inMemory(config);
  commons(config).sharedStorage = "none";
  commons(config).datasets = {};
  for (const [place, quota] of Object.entries(config.granted.quotas)) {
    if (!place.startsWith("commons")) continue;
    Object.assign(quota, { volumes: 0, snapshots: 0, shares: 0 });
    delete quota.storage;
    delete quota.shareStorage;
  }
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

/** A router of every area, as if the operator granted it for any end. */
export const routed = (config: Zone): void => {
  for (const area of Object.keys(config.areas))
    config.granted.routers[area] = { ends: ["network", "outside", "site"], addresses: [] };
};
/** A public key that is nobody's: 32 bytes of a number. */
export const publicKey = (of: number): string => Buffer.alloc(32, of).toString("base64");
/** A gateway for sites that come in by WireGuard, with its leg outside, and room for it. */
export const withGateway = (config: Zone, area = "heart"): void => {
  const [flavor, image] = ["SCS-2T-8_z4", "debian-13-snp"];
  config.areas[area]!.gateway = { flavor, image, disk: "10 GiB", port: 51_820, key: { size: "1 GiB" } };
  config.granted.gateways[area] = { addresses: ["203.0.113.9"] };
  const room = { machines: 9, cores: 99, memory: "1 TiB", volumes: 99, storage: "9 TiB", ports: 99 };
  Object.assign(config.granted.quotas[area]!, room);
};
export const clinic = (config: Zone, area?: string): void => {
  const wireguard = { publicKey: publicKey(1), endpoint: "198.51.100.31:51820" };
  withGateway(config, area);
  config.sites["clinic"] = {
    title: "A clinic",
    kind: "wireguard",
    networks: ["192.168.40.0/24", "fd40::/64"],
    wireguard,
  };
};
const strong = ipsecProposal.parse({});
export const ipsec = (peer = "198.51.100.20") => ({ ...strong, peer, secret: "clinic-psk" });
/** A clinic that comes in by IPsec, over a granted router. */
export const clinicByIpsec = (config: Zone): void => {
  routed(config);
  config.sites["clinic"] = {
    title: "A clinic",
    kind: "ipsec",
    networks: ["192.168.40.0/24", "fd40::/64"],
    ipsec: ipsec(),
  };
};
export const admins = (config: Zone): void => {
  routed(config);
  config.networks["admins"] = { title: "Administrators", networks: ["192.168.70.0/24"] };
};
export const mirror = (config: Zone): void => {
  routed(config);
  config.outside["mirror"] = { title: "A mirror", networks: ["203.0.113.7/32", "2001:db8::7/128"], ports: ["443/tcp"] };
};
export const internet = (config: Zone): void => {
  routed(config);
  config.outside["internet"] = { title: "Everybody", networks: ["0.0.0.0/0", "::/0"], ports: ["443/tcp"] };
};

/** A network of the area heart to a storage, as if the operator granted it. */
export const toStorage = (config: Zone, area = "heart"): void => {
  config.granted.networks[`${area}/storage`] = { ipv4: "10.8.9.0/24", ipv6: "fd00:8:0:9::/64" };
  config.granted.storage[area] = { title: "Quobyte cluster" };
};

/** A flow for every site: one without is refused. */
export const visited = (config: Zone): void => {
  for (const name of Object.keys(config.sites)) config.flows.push(flow(`site/${name}`, "area/heart"));
};
/** A site behind networks, with a flow. */
export const byIpsec = (config: Zone, networks: string[], name = "clinic"): void => {
  routed(config);
  config.sites[name] = { title: "A clinic", kind: "ipsec", networks, ipsec: ipsec() };
  visited(config);
};
