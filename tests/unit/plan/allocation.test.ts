import { describe, expect, it } from "vitest";
import { tenantSchema } from "../../../config/tenant.ts";
import { allocate, networkKeys } from "../../../plan/allocation.ts";
import type { Ledger } from "../../../plan/ledger.ts";

const ledger: Ledger = {
  format: 1,
  pools: { ipv4: "10.8.0.0/19", ipv6: "fd00:8::/55", vlans: { from: 100, to: 103 } },
  zones: {},
};

const tenant = (zone: string, areas: object, network: object = { physicalNetwork: "p" }) =>
  tenantSchema.parse({ format: 1, zone, cloud: "c", places: { region: "r", zones: ["z"] }, network, areas });

const digimed = tenant("digimed", { commons: { benches: { "heart-centre": {}, "uni-a": {} } }, heart: {} });

describe("allocate (C4H-2)", () => {
  it("gives a new zone a /20, a /56 and a number and VLAN for each area and bench", () => {
    const { zones } = allocate(ledger, digimed);
    expect(zones).toEqual({
      digimed: {
        ipv4: "10.8.0.0/20",
        ipv6: "fd00:8::/56",
        networks: {
          commons: { index: 0, vlan: 100 },
          "commons/heart-centre": { index: 1, vlan: 101 },
          "commons/uni-a": { index: 2, vlan: 102 },
          heart: { index: 3, vlan: 103 },
        },
      },
    });
    expect(ledger.zones).toEqual({});
  });

  it("appends an area of a known zone and leaves the rest, a removed area included", () => {
    const first = allocate(ledger, tenant("digimed", { commons: {}, heart: {} }));
    const second = allocate(first, tenant("digimed", { lungs: {}, heart: {} }));
    expect(second.zones["digimed"]?.networks).toEqual({
      commons: { index: 0, vlan: 100 },
      heart: { index: 1, vlan: 101 },
      lungs: { index: 2, vlan: 102 },
    });
  });

  it("gives no VLAN to overlay networks, and gives one when they become VLANs", () => {
    const overlay = allocate(ledger, tenant("digimed", { heart: {} }, { kind: "overlay" }));
    expect(overlay.zones["digimed"]?.networks).toEqual({ heart: { index: 0 } });
    const vlan = allocate(overlay, tenant("digimed", { heart: {} }));
    expect(vlan.zones["digimed"]?.networks).toEqual({ heart: { index: 0, vlan: 100 } });
  });

  it("takes the number after the highest, and a gap only when no other is left", () => {
    const sparse: Ledger = {
      ...ledger,
      zones: { old: { ipv4: "10.8.16.0/20", ipv6: "fd00:8::/56", networks: { a: { index: 3, vlan: 101 } } } },
    };
    const next = allocate(sparse, tenant("digimed", { x: {}, y: {}, z: {} }));
    expect(next.zones["digimed"]).toMatchObject({ ipv4: "10.8.0.0/20", ipv6: "fd00:8:0:100::/56" });
    expect(Object.values(next.zones["digimed"]?.networks ?? {}).map(({ vlan }) => vlan)).toEqual([102, 103, 100]);
  });

  it("says which pool is exhausted and what to widen", () => {
    const two = allocate(allocate(ledger, tenant("aa", { x: {} })), tenant("bb", { x: {} }));
    expect(() => allocate(two, tenant("cc", { x: {} }))).toThrow(/10\.8\.0\.0\/19 has no free \/20 left for zone cc/);
    expect(() => allocate(two, tenant("aa", { x: {}, y: {}, z: {}, q: {} }))).toThrow(
      /no VLAN id from 100 to 103 is free for aa\/q.*widen pools\.vlans/,
    );
    const many = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`a${index}`, {}]));
    expect(() => allocate(ledger, tenant("aa", many, { kind: "overlay" }))).toThrow(
      /10\.8\.0\.0\/20 holds 16 networks/,
    );
  });

  it("names networks by area and bench", () =>
    expect(networkKeys(digimed)).toEqual(["commons", "commons/heart-centre", "commons/uni-a", "heart"]));
});
