import { describe, expect, it } from "vitest";
import { planPlatform } from "../../plan/platform.ts";
import { planned } from "../../plan/types.ts";
import { OPERATION_REFUSED, recognised, REFUSALS, refusalOf } from "../../policies/nova/refusals.ts";
import { isTrue, type LaunchRequest } from "../../policies/nova/request.ts";
import { launchOf, TRAPS } from "../../policies/nova/traps.ts";
import { examples } from "../unit/plan/examples.ts";
import { SNP_PROPERTIES, SNP_SPECS } from "./nova-pair.ts";

type Change = Readonly<Record<string, string | undefined>>;
const changed = (entries: Readonly<Record<string, string>>, change: Change): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ ...entries, ...change }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
const request = (specs: Change = {}, properties: Change = {}): LaunchRequest => ({
  flavor: { name: "F", specs: changed(SNP_SPECS, specs) },
  image: { id: "0a1b", name: "I", properties: changed(SNP_PROPERTIES, properties) },
});
const NOTHING = { hw_mem_encryption: undefined, hw_mem_encryption_model: undefined };

describe("what Nova refuses of encrypted memory (DIGIMED-1, DIGIMED-4)", () => {
  /** A request for each refusal, and Nova's words. Those with a place were seen on Nova 34. */
  const cases: readonly (readonly [id: string, request: LaunchRequest, says: string])[] = [
    [
      "encryption-conflict",
      request({ "hw:mem_encryption": "no" }),
      "Flavor F has hw:mem_encryption extra spec explicitly set to no, conflicting with image I which has hw_mem_encryption property explicitly set to True",
    ],
    [
      "encryption-conflict",
      request({}, { hw_mem_encryption: "False" }),
      "Flavor F has hw:mem_encryption extra spec explicitly set to true, conflicting with image I which has hw_mem_encryption property explicitly set to False",
    ],
    [
      "model-conflict",
      request({}, { hw_mem_encryption_model: "amd-sev" }),
      "Flavor F has hw:mem_encryption_model extra spec explicitly set to amd-sev-snp, conflicting with image I which has hw_mem_encryption_model property explicitly set to amd-sev",
    ],
    [
      "model-unknown",
      request({ "hw:mem_encryption_model": "amd-snp" }, { hw_mem_encryption_model: undefined }),
      "Invalid memory encryption model 'amd-snp'. Allowed values: amd-sev, amd-sev-es, amd-sev-snp, intel-tdx.",
    ],
    [
      "firmware-not-uefi",
      request({}, { ...NOTHING, hw_firmware_type: undefined }),
      "Memory encryption is requested by hw:mem_encryption extra spec in F flavor but the image metadata doesn't have the 'hw_firmware_type' property set to 'uefi'",
    ],
    [
      "firmware-not-uefi",
      request({}, { hw_firmware_type: "bios" }),
      "Memory encryption is requested by hw:mem_encryption extra spec in F flavor and hw_mem_encryption property of image 0a1b but the image metadata doesn't have the 'hw_firmware_type' property set to 'uefi'",
    ],
    [
      "machine-type-not-q35",
      request({}, { hw_machine_type: "pc" }),
      "Machine type 'pc' is not compatible with image I (0a1b): q35 type is required for amd-sev-snp to work",
    ],
    [
      "firmware-not-stateless",
      request({}, { hw_firmware_stateless: undefined }),
      "The amd-sev-snp memory encryption model requires stateless firmware but the image metadata doesn't have the 'hw_firmware_stateless' property set to True",
    ],
    [
      "video-device",
      request({ "hw:mem_encryption_model": "intel-tdx" }, { hw_mem_encryption_model: "intel-tdx" }),
      "The intel-tdx memory encryption model is incompatible with an attached video device. Set the 'hw_video_model' image property to 'none' to disable it",
    ],
  ];

  it.each(cases)("%s is told in Nova's words, and known again by them", (id, asked, says) => {
    expect(refusalOf(asked)).toMatchObject({ refusal: { id }, says });
    expect(recognised(says)).toBe(REFUSALS.find((one) => one.id === id));
    expect(launchOf(asked)).toMatchObject({ model: "none", refused: { id } });
    // No other row takes the words for its own.
    expect(REFUSALS.filter(({ pattern }) => pattern.test(says)).map((one) => one.id)).toEqual([id]);
  });

  it("has a case for each, and a means and a next step", () => {
    expect(new Set(cases.map(([id]) => id))).toEqual(new Set(REFUSALS.map(({ id }) => id)));
    for (const { means, next } of REFUSALS) expect(means && next).toBeTruthy();
  });

  it("refuses nothing that is right, or that asks for nothing (controls)", () => {
    expect(refusalOf(request())).toBeUndefined();
    expect(refusalOf(request({}, { hw_machine_type: "pc-q35-9.2" }))).toBeUndefined();
    // Without the switch nothing is looked at, however wrong it is.
    const plain = request({ "hw:mem_encryption": "false" }, { ...NOTHING, hw_firmware_type: "bios" });
    expect(refusalOf(plain)).toBeUndefined();
    // Plain SEV needs no stateless firmware.
    const sev = { "hw:mem_encryption_model": "amd-sev" };
    expect(
      refusalOf(request(sev, { hw_mem_encryption_model: "amd-sev", hw_firmware_stateless: undefined })),
    ).toBeUndefined();
  });

  it("tells the first of several reasons, as Nova looks", () => {
    const all = { hw_mem_encryption: "false", hw_firmware_type: "bios", hw_machine_type: "pc" };
    expect(refusalOf(request({}, all))?.refusal.id).toBe("encryption-conflict");
    expect(refusalOf(request({}, { ...all, hw_mem_encryption: "true" }))?.refusal.id).toBe("firmware-not-uefi");
  });

  it("knows what a running machine is refused, in the words of two releases", () => {
    for (const words of [
      "Operation 'live-migration' not supported for mem encryption enabled instance (0a1b).",
      "Operation 'suspend' not supported for SEV-enabled instance (0a1b).",
    ])
      expect(recognised(words)).toBe(OPERATION_REFUSED);
    expect(recognised("Operation 'suspend' not supported for vTPM-enabled instance (0a1b).")).toBeUndefined();
  });

  it("reads booleans as oslo.utils does", () => {
    expect(["1", "t", "True", " on ", "Y", "yes"].every(isTrue)).toBe(true);
    expect(["0", "false", "", "enabled", undefined].some(isTrue)).toBe(false);
  });
});

describe("what Nova takes and nobody wants (DIGIMED-1, DIGIMED-4)", () => {
  const cases: readonly (readonly [id: string, request: LaunchRequest, model: string])[] = [
    ["model-without-switch", request({ "hw:mem_encryption": undefined }, NOTHING), "none"],
    [
      "switch-without-model",
      request({ "hw:mem_encryption_model": undefined }, { hw_mem_encryption_model: undefined }),
      "amd-sev",
    ],
    ["flavor-alone", request({}, NOTHING), "amd-sev-snp"],
    ["image-alone", request({ "hw:mem_encryption": undefined }), "amd-sev-snp"],
    ["no-trait", request({ "trait:HW_CPU_X86_AMD_SEV_SNP": undefined }), "amd-sev-snp"],
    ["host-device", request({ "pci_passthrough:alias": "a100:1" }), "amd-sev-snp"],
    ["host-device", request({ "resources:VGPU": "1" }), "amd-sev-snp"],
    ["disk-bus", request({}, { hw_disk_bus: "ide" }), "amd-sev-snp"],
    ["secure-boot", request({ "os:secure_boot": "required" }), "amd-sev-snp"],
    ["host-tpm", request({ "hw:tpm_version": "2.0" }), "amd-sev-snp"],
    ["host-tpm", request({}, { hw_tpm_model: "tpm-crb" }), "amd-sev-snp"],
    [
      "stateless-without-uefi",
      request(
        { "hw:mem_encryption": "false", "hw:mem_encryption_model": undefined },
        { ...NOTHING, hw_firmware_type: "bios" },
      ),
      "none",
    ],
    ["machine-type-unset", request({}, { hw_machine_type: undefined }), "amd-sev-snp"],
  ];

  it.each(cases)("%s is named", (id, asked, model) => {
    const launch = launchOf(asked);
    expect(launch.refused).toBeUndefined();
    expect(launch.model).toBe(model);
    expect(launch.traps.map((trap) => trap.id)).toContain(id);
  });

  it("has a case for each, and finds none in a right pair or in a plain one (controls)", () => {
    expect(new Set(cases.map(([id]) => id))).toEqual(new Set(TRAPS.map(({ id }) => id)));
    expect(launchOf(request())).toEqual({ model: "amd-sev-snp", traps: [] });
    const plain: LaunchRequest = {
      flavor: { name: "P", specs: { "hw:mem_encryption": "false", "pci_passthrough:alias": "a100:1" } },
      image: { id: "1", name: "P", properties: { hw_disk_bus: "ide", os_secure_boot: "required" } },
    };
    expect(launchOf(plain)).toEqual({ model: "none", traps: [] });
  });
});

describe("flavors and images that a platform plans (DIGIMED-1, DIGIMED-4)", () => {
  it.each(["sev", "sev-es", "sev-snp"] as const)("give %s together, and nothing else with others", (confidential) => {
    const config = examples.platform();
    const [flavor = ""] = Object.keys(config.flavors);
    const [image = ""] = Object.keys(config.images);
    config.flavors[flavor]!.confidential = confidential;
    config.images[image]!.confidential = confidential;
    config.flavors["plain"] = { ...config.flavors[flavor]!, confidential: "none" };
    const plan = planPlatform(config);
    const specsOf = (name: string): LaunchRequest["flavor"] => ({
      name,
      specs: planned(plan, "flavor").find((one) => one.name === name)!.facts.extraSpecs,
    });
    const made = {
      id: "1",
      name: image,
      properties: planned(plan, "image").find((one) => one.name === image)!.facts.properties,
    };
    expect(launchOf({ flavor: specsOf(flavor), image: made })).toEqual({ model: `amd-${confidential}`, traps: [] });
    expect(launchOf({ flavor: specsOf("plain"), image: made }).refused?.id).toBe("encryption-conflict");
  });
});
