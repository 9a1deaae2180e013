import { describe, expect, it } from "vitest";
import { platformSchema } from "../../../config/platform.ts";
import { UserError } from "../../../config/problem.ts";
import { tenantSchema } from "../../../config/tenant.ts";
import { zoneSchema } from "../../../config/zone.ts";
import { allocate } from "../../../plan/allocation.ts";
import { handover } from "../../../plan/handover.ts";
import { compact } from "../../../scripts/site/granted.ts";

const platform = platformSchema.parse({
  format: 1,
  cloud: "c",
  region: "r",
  flavors: {
    snp: { vcpus: 4, memory: "16 GiB", confidential: "sev-snp", adopt: "flavor-1" },
    gpu: { vcpus: 8, memory: "64 GiB", gpu: { alias: "a100" } },
    foreign: { vcpus: 1, memory: "1 GiB" },
  },
  images: {
    debian: { file: "d.raw", sha512: "0".repeat(128), distro: "debian", version: "12", confidential: "sev-snp" },
  },
  volumeTypes: {
    luks: { driver: "nfs", backend: "b", tier: "ssd", encryption: {} },
    plain: { driver: "nfs", backend: "b", tier: "hdd" },
  },
  shareTypes: { quobyte: { driver: "quobyte", backend: "q", cluster: "main" } },
  quobyte: { main: { title: "Quobyte", url: "https://quobyte.example.org:7860/" } },
});

const tenant = (change: object = {}) =>
  tenantSchema.parse({
    format: 1,
    zone: "digimed",
    cloud: "c",
    places: { region: "r", zones: ["z"] },
    network: { kind: "overlay" },
    areas: { commons: { quota: { machines: 2 }, benches: { clinic: { quota: { machines: 1 } } } } },
    flavors: ["snp", "gpu"],
    images: ["debian"],
    volumeTypes: ["luks", "plain"],
    shareTypes: ["quobyte"],
    quobyte: { main: {} },
    ...change,
  });

const ledger = {
  format: 1,
  pools: { ipv4: "10.8.0.0/16", ipv6: "fd00:8::/48", vlans: { from: 1, to: 2 } },
  zones: {},
} as const;
const zoneOf = (config: ReturnType<typeof tenant>) => allocate(ledger, config).zones["digimed"]!;

describe("handover", () => {
  it("says which areas have hosts of their own, with their slots, and never which hosts (C4H-4)", () => {
    const areas = {
      work: { dedicated: { hosts: ["compute-07"], slots: 4 } },
      store: { dedicated: { hosts: ["a9"] } },
      open: {},
    };
    const config = tenant({ areas });
    const granted = handover(platform, config, zoneOf(config));
    expect(granted.dedicated).toEqual({ work: { slots: 4 }, store: {} });
    expect(JSON.stringify(granted)).not.toMatch(/compute-07|a9/);
    expect(zoneSchema.shape.granted.parse(compact(granted)).dedicated).toEqual(granted.dedicated);
    const none = tenant();
    expect(compact(handover(platform, none, zoneOf(none)))).not.toHaveProperty("dedicated");
  });

  it("hands over what the tenant names, in the shape of the zone's config, and nothing else", () => {
    const config = tenant();
    const granted = handover(platform, config, zoneOf(config));
    expect(granted.networks).toEqual({
      commons: { ipv4: "10.8.0.0/24", ipv6: "fd00:8::/64" },
      "commons/clinic": { ipv4: "10.8.1.0/24", ipv6: "fd00:8:0:1::/64" },
    });
    expect(granted.flavors).toEqual({
      snp: { id: "flavor-1", vcpus: 4, memory: "16 GiB", confidential: "sev-snp", gpu: false },
      gpu: { vcpus: 8, memory: "64 GiB", confidential: "none", gpu: true },
    });
    expect(granted.images).toEqual({ debian: { sha512: "0".repeat(128), confidential: "sev-snp" } });
    expect(granted.volumeTypes).toEqual({
      luks: { encrypted: true, driver: "nfs", tier: "ssd" },
      plain: { encrypted: false, driver: "nfs", tier: "hdd" },
    });
    expect(granted.quotas["commons/clinic"]?.machines).toBe(1);
    expect(zoneSchema.shape.granted.parse(granted)).toEqual(granted);
    expect(JSON.stringify(granted)).not.toContain("foreign");
  });

  it("hands over what the operator says of storage: disks of hosts, and what backends do to deleted volumes (C4H-11, C4H-13)", () => {
    const says = {
      ...platform,
      flavors: {
        ...platform.flavors,
        snp: { ...platform.flavors["snp"]!, disk: "20 GiB", localDisk: { encrypted: "host-lvm" as const } },
      },
      volumeTypes: { luks: { ...platform.volumeTypes["luks"]!, overwrite: "zero" as const } },
    };
    const config = tenant({ flavors: ["snp"], volumeTypes: ["luks"] });
    const granted = handover(says, config, zoneOf(config));
    expect(granted.flavors["snp"]?.localDisk).toEqual({ encrypted: "host-lvm", size: "20 GiB" });
    expect(granted.volumeTypes["luks"]?.overwrite).toBe("zero");
    const silent = handover(platform, config, zoneOf(config));
    expect(Object.keys({ ...silent.flavors["snp"], ...silent.volumeTypes["luks"] })).not.toContain("localDisk");
    expect(Object.keys(silent.volumeTypes["luks"] ?? {})).not.toContain("overwrite");
    expect(zoneSchema.shape.granted.parse(compact(granted))).toEqual(zoneSchema.shape.granted.parse(granted));
  });

  it("names every grant that the platform lacks, at once", () => {
    const config = tenant({ flavors: ["snp", "snq"], shareTypes: ["constructor"] });
    const attempt = () => handover(platform, config, zoneOf(config));
    expect(attempt).toThrow(UserError);
    expect(attempt).toThrow(
      /tenant\.flavors\[1\]: the platform has no such entry \(found "snq"; allowed: snp, gpu, foreign\)/,
    );
    expect(attempt).toThrow(/tenant\.shareTypes\[0\]/);
  });

  it("what is written into the zone's file is all of it: no section is lost on the way", () => {
    const full = tenant({
      areas: {
        commons: {
          router: { external: "out", ends: ["site", "network"], addresses: ["198.51.100.11"] },
          dedicated: { hosts: ["h"], slots: 3 },
        },
        heart: {
          router: { external: "out", ends: ["outside"] },
          gateway: { network: "out", addresses: ["198.51.100.19"] },
          storage: { title: "Quobyte" },
        },
      },
      quobyte: { main: { volumes: { "heart/scans": { size: "1 TiB", by: ["nfs"], machines: "read" } } } },
    });
    const granted = handover(platform, full, zoneOf(full));
    expect(Object.keys(granted.routers)).toEqual(["commons", "heart"]);
    for (const [section, entries] of Object.entries(granted)) expect(entries, section).not.toEqual({});
    expect(zoneSchema.shape.granted.parse(compact(granted))).toEqual(zoneSchema.shape.granted.parse(granted));
  });
});
