import { describe, expect, it } from "vitest";
import { PRESETS } from "../../policies/presets.ts";
import { RELEASES, firstReleaseWith } from "../../policies/releases.ts";
import { parseScsFlavor } from "../../policies/scs.ts";

const parsed = (name: string) => {
  const result = parseScsFlavor(name);
  return "flavor" in result ? result.flavor : result.error;
};

describe("SCS 0100 flavor names (DIGIMED-15)", () => {
  it.each([
    ["SCS-4V-16-50", { vcpus: 4, cpuType: "V", memoryGiB: 16, disk: { count: 1, sizeGB: 50 } }],
    [
      "SCS-2Li-3.5uo-3x10s",
      {
        insecure: true,
        memoryGiB: 3.5,
        withoutEcc: true,
        oversubscribed: true,
        disk: { count: 3, sizeGB: 10, type: "s" },
      },
    ],
    ["SCS-4T-16_z4", { cpuType: "T", cpu: { vendor: "z", generation: 4 } }],
    [
      "SCS-2C-4-_bms_z3h_GNa-64_ib",
      { hypervisor: "bms", infiniband: true, disk: { count: 1 }, gpu: { passthrough: true, vendor: "N" } },
    ],
    ["SCS-16C-128-200p_z5_GNg-132-141h", { vcpus: 16, disk: { sizeGB: 200, type: "p" } }],
    ["SCS-2C-4-n", { disk: { count: 1, type: "n" } }],
    ["SCS-2V-8_kvm_hwv", { hypervisor: "kvm", nestedVirtualization: true }],
  ])("%s", (name, promises) => {
    expect(parsed(name)).toMatchObject(promises);
  });

  it("knows no disk where none is named", () => {
    expect(parsed("SCS-2C-4")).not.toHaveProperty("disk");
  });

  it.each([
    "SCS-2-4-10n",
    "SCS-2iT-4-10n",
    "SCS-2C-4ou-10n",
    "SCS-2C-4-1.5n",
    "SCS-4T-16_z4_snp",
    "SCS-4T-16_snp",
    "SCS-2C-4_z3_kvm",
    "SCS-0V-4",
    "SCS-",
    "SCS-2C-4-10n ",
    "scs-2C-4",
  ])("%s is none", (name) => {
    expect(typeof parsed(name)).toBe("string");
  });
});

describe("releases and presets", () => {
  it("say that SEV-SNP needs 2026.2 (DIGIMED-1)", () => {
    expect(firstReleaseWith("sev-snp")?.name).toBe("2026.2");
    expect(RELEASES.map(({ nova }) => nova)).toEqual(RELEASES.map(({ nova }) => nova).toSorted((a, b) => a - b));
  });
  it("never get weaker from open to confidential", () => {
    const strength = Object.values(PRESETS).map(
      (preset) =>
        Number(preset.encryptedVolumes) +
        Number(preset.unencryptedTypesClosed) +
        Number(preset.memoryEncryption !== "any"),
    );
    expect(strength).toEqual([0, 1, 2, 3]);
  });
});
