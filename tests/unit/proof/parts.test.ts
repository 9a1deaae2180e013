import { describe, expect, it } from "vitest";
import { doorTries } from "../../../scripts/proof/doors.ts";
import { PROOFS } from "../../../scripts/proof/index.ts";
import { addressOf } from "../../../scripts/proof/ports.ts";
import { until } from "../../../scripts/proof/wait.ts";

describe("addressOf", () => {
  const address = (ip_address: string) => ({ ip_address, subnet_id: "s" });
  const port = { name: "box", fixed_ips: [address("10.8.1.5"), address("fd00:8::5")] };

  it("finds the one of a version", () => {
    expect(addressOf(port, 4)).toBe("10.8.1.5");
    expect(addressOf(port, 6)).toBe("fd00:8::5");
  });

  it("never makes one up", () => {
    const four = { ...port, fixed_ips: [address("10.8.1.5")] };
    expect(() => addressOf(four, 6)).toThrow("port box has no IPv6 address");
    expect(() => addressOf({ ...port, fixed_ips: [] }, 4)).toThrow("no IPv4 address");
  });
});

describe("until", () => {
  const noPause = () => Promise.resolve();

  it("looks again until there is something to see", async () => {
    let looks = 0;
    expect(await until(async () => (++looks === 3 ? looks : undefined), "three", 10_000, noPause)).toBe(3);
  });

  it("says what it waited for in vain, after one look at least", async () => {
    let looks = 0;
    const never = async () => void looks++;
    await expect(until(never, "volume v to be ready", -1, noPause)).rejects.toThrow(/in vain for volume v to be ready/);
    expect(looks).toBe(1);
  });

  it("ends at once where the look fails", async () => {
    const fails = () => Promise.reject(new Error("ERROR: no valid host"));
    await expect(until(fails, "it", 10_000, noPause)).rejects.toThrow("no valid host");
  });
});

describe("the ways out of a bench (C4H-2, DIGIMED-10)", () => {
  const reach = { own: "own-net", ownSubnet: "own-sub", foreign: "foreign-net", foreignSubnet: "foreign-sub" };
  const tries = doorTries(reach);

  it("are all that a network's user could try: router, gateway, floating IP, sharing, port security, other bench, network", () => {
    expect(tries.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /routers",
      "PUT /subnets/own-sub",
      "POST /floatingips",
      "POST /rbac-policies",
      "POST /ports",
      "POST /ports",
      "POST /networks",
    ]);
    expect(new Set(tries.map(({ what }) => what)).size).toBe(tries.length);
  });

  it("reach for one's own network, but for the address on the other bench's", () => {
    const foreign = tries.filter(({ body }) => JSON.stringify(body).includes("foreign-net"));
    expect(foreign.map(({ what }) => what)).toEqual(["takes an address on another bench's network"]);
    expect(JSON.stringify(foreign[0]?.body)).toContain("foreign-sub");
  });
});

describe("the proofs", () => {
  it("stand in groups", () =>
    expect(Object.keys(PROOFS)).toEqual(["machines", "packets", "storage", "shares", "tenants", "handing-out"]));
});
