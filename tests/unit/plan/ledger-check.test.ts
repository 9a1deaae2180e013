import { describe, expect, it } from "vitest";
import { checkLedger } from "../../../plan/ledger-check.ts";
import type { Ledger } from "../../../plan/ledger.ts";

const zone = (ipv4: string, ipv6: string, networks: Ledger["zones"][string]["networks"] = {}) => ({
  ipv4,
  ipv6,
  networks,
});
const ledger = (zones: Ledger["zones"]): Ledger => ({
  format: 1,
  pools: { ipv4: "10.8.0.0/16", ipv6: "fd00:8::/48", vlans: { from: 100, to: 199 } },
  zones,
});
const good = zone("10.8.0.0/20", "fd00:8::/56", { a: { index: 0, vlan: 100 }, b: { index: 1, vlan: 101 } });

describe("checks of a ledger (C4H-2)", () => {
  it("finds nothing wrong with a sound one", () =>
    expect(
      checkLedger(ledger({ x: good, y: zone("10.8.16.0/20", "fd00:8:0:100::/56", { a: { index: 0, vlan: 102 } }) })),
    ).toEqual([]));

  it.each([
    ["same block", zone("10.8.0.0/20", "fd00:8:0:100::/56"), "zones.y.ipv4: shares addresses with zone x"],
    ["same IPv6 block", zone("10.8.16.0/20", "fd00:8::/56"), "zones.y.ipv6: shares addresses with zone x"],
    ["wrong size", zone("10.8.16.0/21", "fd00:8:0:100::/56"), "zones.y.ipv4: is no block of a zone"],
    ["host bits", zone("10.8.16.1/20", "fd00:8:0:100::/56"), "zones.y.ipv4: is no block of a zone"],
    ["outside", zone("10.9.0.0/20", "fd00:8:0:100::/56"), "zones.y.ipv4: lies outside the pool"],
    [
      "VLAN of another zone",
      zone("10.8.16.0/20", "fd00:8:0:100::/56", { a: { index: 0, vlan: 101 } }),
      "zones.y.networks.a.vlan: is the VLAN of x/b too",
    ],
    [
      "VLAN outside",
      zone("10.8.16.0/20", "fd00:8:0:100::/56", { a: { index: 0, vlan: 300 } }),
      "zones.y.networks.a.vlan: lies outside the pool",
    ],
    [
      "same number",
      zone("10.8.16.0/20", "fd00:8:0:100::/56", { a: { index: 2 }, c: { index: 2 } }),
      "zones.y.networks.c.index: is the number of a too",
    ],
    [
      "number beyond the block",
      zone("10.8.16.0/20", "fd00:8:0:100::/56", { a: { index: 16 } }),
      "zones.y.networks.a.index: is beyond the zone's block",
    ],
  ])("finds: %s", (_, y, expected) => {
    const found = checkLedger(ledger({ x: good, y })).map(({ path, what }) => `${path.join(".")}: ${what}`);
    expect(found).toContain(expected);
  });
});
