import { describe, expect, it } from "vitest";
import { platformSchema } from "../../../../config/platform.ts";
import {
  abilityOf,
  CAPABILITIES,
  driverOf,
  driversWith,
  STORAGE_DRIVERS,
} from "../../../../plan/storage/capabilities.ts";
import { driversPage, readersTable } from "../../../../plan/storage/page.ts";
import { read } from "../../docs/pages.ts";

const cells = Object.entries(STORAGE_DRIVERS).flatMap(([key, { abilities }]) =>
  Object.entries(abilities).map(([capability, ability]) => ({ cell: `${key} ${capability}`, ability })),
);
/** Drivers that a config may name. */
const namedIn = (section: "volumeTypes" | "shareTypes"): readonly string[] =>
  platformSchema.shape[section].unwrap().valueType.shape.driver.options;

describe("the table of storage drivers", () => {
  it("DIGIMED-5, DIGIMED-16: knows every driver that a config may name", () => {
    for (const driver of namedIn("volumeTypes")) expect(driverOf("cinder", driver), driver).toBeDefined();
    for (const driver of namedIn("shareTypes")) expect(driverOf("manila", driver), driver).toBeDefined();
  });

  it("gives a reason and a way out for every no, and a file for every driver", () => {
    const capabilities = Object.keys(CAPABILITIES).toSorted();
    for (const [key, { source, abilities }] of Object.entries(STORAGE_DRIVERS)) {
      expect(source, key).toMatch(/^(cinder|manila|nova|github\.com)\//);
      expect(Object.keys(abilities).toSorted(), key).toEqual(capabilities);
    }
    for (const { cell, ability } of cells) {
      if (ability.can) continue;
      expect(ability.reason.length, cell).toBeGreaterThan(10);
      expect(ability.instead.length, cell).toBeGreaterThan(10);
      expect(`${ability.reason}${ability.instead}`, cell).not.toMatch(/\.$/);
    }
  });

  it("says no to what nobody described, and names who can", () => {
    expect(abilityOf("cinder", "floppy", "luks")).toEqual({
      can: false,
      reason: "nothing is known of the driver floppy",
      instead: "name one of lvm, nfs, rbd",
    });
    expect(abilityOf("cinder", "constructor", "luks").can).toBe(false);
    // Control: the same question of one that is described.
    expect(abilityOf("cinder", "lvm", "luks").can).toBe(true);
  });

  it("holds the facts that cost most where they are wrong", () => {
    const can = (service: Parameters<typeof driversWith>[0], capability: Parameters<typeof driversWith>[1]) =>
      driversWith(service, capability).join(" ");
    expect(can("cinder", "luks")).toBe("lvm nfs rbd");
    expect(can("cinder", "luks2")).toBe("lvm");
    expect(can("cinder", "key512")).toBe("lvm");
    expect(can("cinder", "extendOnline")).toBe("lvm rbd");
    expect(can("cinder", "overwriteZero")).toBe("lvm");
    expect(`${can("cinder", "overwriteRandom")}${can("manila", "overwriteRandom")}`).toBe("");
    expect(can("nova", "overwriteRandom")).toBe("lvm");
    expect(can("manila", "ownKey")).toBe("");
    expect(can("manila", "policyEncryption")).toBe("quobyte");
  });

  it("is what the pages say", () => {
    expect(read("docs/storage-drivers.md")).toBe(driversPage());
    expect(read("docs/who-can-read-my-data.md")).toContain(readersTable());
  });
});
