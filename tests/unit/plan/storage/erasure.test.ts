import { describe, expect, it } from "vitest";
import { planned } from "../../../../plan/types.ts";
import { planZone } from "../../../../plan/zone.ts";
import { zone } from "../../../policies/fixtures.ts";

const ends = (change: (config: ReturnType<typeof zone>) => void): Readonly<Record<string, string>> => {
  const config = zone();
  change(config);
  const plan = planZone(config as never);
  const data = [...planned(plan, "volume"), ...planned(plan, "share"), ...planned(plan, "root-volume")];
  return Object.fromEntries(data.map(({ id, facts }) => [id, facts.erasure]));
};

describe("how data ends (C4H-13)", () => {
  it("is by its key where it has one, and else by the service's deletion", () => {
    expect(ends(() => undefined)).toEqual({
      "volume/digimed/heart/imaging": "cryptoShred",
      "share/digimed/commons/cohort": "deleteOnly",
      "root-volume/digimed/commons/analysis": "cryptoShred",
      "root-volume/digimed/heart/imaging": "cryptoShred",
    });
  });

  it("is as the data set says, before the zone", () => {
    const said = ends((config) => {
      config.erasure = "deleteOnly";
      config.areas["heart"]!.datasets["imaging"]!.erasure = "cryptoShred";
    });
    expect(said["volume/digimed/heart/imaging"]).toBe("cryptoShred");
    expect(said["root-volume/digimed/heart/imaging"]).toBe("deleteOnly");
  });

  it("is by no key where the type has none", () => {
    const said = ends((config) => (config.granted.volumeTypes["encrypted-hdd"]!.encrypted = false));
    expect(said["volume/digimed/heart/imaging"]).toBe("deleteOnly");
  });
});

describe("growth in use (DIGIMED-8)", () => {
  it.each([
    ["nfs", false],
    ["quobyte", false],
    ["lvm", true],
    ["rbd", true],
  ])("of a volume on %s: %s", (driver, grows) => {
    const config = zone();
    config.granted.volumeTypes["encrypted-hdd"]!.driver = driver;
    const [volume] = planned(planZone(config as never), "volume");
    expect(volume?.facts.growsAttached).toBe(grows);
  });
});
