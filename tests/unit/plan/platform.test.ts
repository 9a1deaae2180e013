import { describe, expect, it } from "vitest";
import { encryptionProperties, encryptionSpecs, planPlatform } from "../../../plan/platform.ts";
import { planned } from "../../../plan/types.ts";
import { examples } from "./examples.ts";

const plan = planPlatform(examples.platform());
const flavors = planned(plan, "flavor");
const images = planned(plan, "image");

describe("planPlatform", () => {
  it("plans one object for each flavor, image and type of the config", () => {
    const config = examples.platform();
    expect(flavors.map(({ name }) => name).toSorted()).toEqual(Object.keys(config.flavors).toSorted());
    expect(images.map(({ name }) => name).toSorted()).toEqual(Object.keys(config.images).toSorted());
    expect(planned(plan, "volume-type").map(({ name }) => name)).toEqual(["encrypted-hdd", "encrypted-ssd"]);
    expect(planned(plan, "share-type").map(({ name }) => name)).toEqual(["project-share"]);
    expect(plan).toMatchObject({ kind: "platform", subject: "platform" });
  });

  it("DIGIMED-1: an SNP flavor carries switch, model and trait, so that no cloud starts it unencrypted", () => {
    const snp = flavors.filter(({ facts }) => facts.confidential === "sev-snp");
    expect(snp.length).toBeGreaterThan(0);
    for (const { facts } of snp)
      expect(facts.extraSpecs).toMatchObject({
        "hw:mem_encryption": "true",
        "hw:mem_encryption_model": "amd-sev-snp",
        "trait:HW_CPU_X86_AMD_SEV_SNP": "required",
      });
  });

  it("DIGIMED-4: the image of an SNP machine carries both properties too, with stateless UEFI firmware on q35", () => {
    const snp = images.filter(({ name }) => examples.platform().images[name]?.confidential === "sev-snp");
    expect(snp.length).toBeGreaterThan(0);
    for (const { facts } of snp)
      expect(facts.properties).toMatchObject({
        hw_mem_encryption: "true",
        hw_mem_encryption_model: "amd-sev-snp",
        hw_firmware_type: "uefi",
        hw_firmware_stateless: "true",
        hw_machine_type: "q35",
      });
  });

  it("DIGIMED-4: every other flavor rules memory encryption out, and asks for no trait", () => {
    const plain = flavors.filter(({ facts }) => facts.confidential === "none");
    expect(plain.map(({ name }) => name)).toContain("SCS-2V-8");
    for (const { facts } of plain) {
      expect(facts.extraSpecs["hw:mem_encryption"]).toBe("false");
      expect(Object.keys(facts.extraSpecs).filter((key) => /model|trait/.test(key))).toEqual([]);
    }
  });

  it.each(["sev", "sev-es", "sev-snp"] as const)(
    "DIGIMED-1: %s asks for its own model and trait, never for another",
    (model) => {
      const specs = encryptionSpecs(model);
      expect(specs["hw:mem_encryption_model"]).toBe(`amd-${model}`);
      expect(Object.keys(specs).filter((key) => key.startsWith("trait:"))).toEqual([
        `trait:HW_CPU_X86_AMD_${model.toUpperCase().replace("-", "_")}`,
      ]);
      expect(encryptionProperties(model)["hw_mem_encryption_model"]).toBe(specs["hw:mem_encryption_model"]);
      expect(encryptionProperties(model)["hw_firmware_stateless"]).toBe(model === "sev-snp" ? "true" : undefined);
    },
  );

  it("DIGIMED-15: SCS flavors say their name and kind of CPU, others say nothing of SCS", () => {
    const specs = Object.fromEntries(flavors.map(({ name, facts }) => [name, facts.extraSpecs]));
    expect(specs["SCS-4T-16_z4"]).toMatchObject({ "scs:name-v3": "SCS-4T-16_z4", "scs:cpu-type": "dedicated-thread" });
    expect(specs["SCS-2V-8"]).toMatchObject({ "scs:cpu-type": "shared-core" });
    const config = examples.platform();
    const own = planPlatform({ ...config, flavors: { "m1.big": config.flavors["SCS-2V-8"]! } });
    expect(Object.keys(planned(own, "flavor")[0]!.facts.extraSpecs).filter((key) => key.startsWith("scs:"))).toEqual(
      [],
    );
  });

  it("DIGIMED-5: encrypted types say so in their description and keep cipher and key size", () => {
    for (const { facts } of planned(plan, "volume-type")) {
      expect(facts.description).toMatch(/^\[scs:encrypted\] (SSD|HDD) volumes$/);
      expect(facts.encryption).toEqual({ provider: "luks", cipher: "aes-xts-plain64", keySize: 256 });
    }
    const config = examples.platform();
    const { encryption: _none, ...plain } = config.volumeTypes["encrypted-ssd"]!;
    const [type] = planned(planPlatform({ ...config, volumeTypes: { plain } }), "volume-type");
    expect(type!.facts).toMatchObject({ description: "SSD volumes", encryption: null });
  });

  it("DIGIMED-14: a GPU is asked for by its alias and count", () => {
    const config = examples.platform();
    const gpu = { ...config.flavors["SCS-2V-8"]!, gpu: { alias: "a100", count: 2 } };
    expect(planned(planPlatform({ ...config, flavors: { gpu } }), "flavor")[0]!.facts.extraSpecs).toMatchObject({
      "pci_passthrough:alias": "a100:2",
    });
  });

  it("sizes are in the units of the APIs: MiB of memory, GiB of disk", () => {
    const [flavor] = flavors.filter(({ name }) => name === "SCS-4T-16_z4");
    expect(flavor!.facts).toMatchObject({ vcpus: 4, memoryMiB: 16 * 1024, diskGiB: 0 });
  });
});
