import { describe, expect, it } from "vitest";
import { planned } from "../../plan/types.ts";
import { examples } from "../unit/plan/examples.ts";
import { ofType } from "./harness.ts";
import { runPlatform } from "./programs.ts";

const { plan, resources } = await runPlatform(examples.platform());

describe("Platform", () => {
  it("DIGIMED-1: every flavor is private and carries exactly the planned specs", () => {
    const flavors = ofType(resources, "Flavor");
    expect(flavors).toHaveLength(planned(plan, "flavor").length);
    for (const { name, facts } of planned(plan, "flavor"))
      expect(flavors.find(({ inputs }) => inputs["name"] === name)?.inputs).toMatchObject({
        isPublic: false,
        extraSpecs: facts.extraSpecs,
        ram: facts.memoryMiB,
        vcpus: facts.vcpus,
      });
  });

  it("C4H-11: a flavor of encrypted local disks demands hosts that say so, and has neither swap nor another disk", async () => {
    const platform = examples.platform();
    const [name, flavor] = Object.entries(platform.flavors)[0]!;
    const localDisk = { encrypted: "host-lvm", overwrite: "random" } as const;
    const run = await runPlatform({
      ...platform,
      flavors: { ...platform.flavors, [name]: { ...flavor, disk: "20 GiB", localDisk } },
    });
    const inputsOf = (of: string) =>
      ofType(run.resources, "Flavor").find(({ inputs }) => inputs["name"] === of)!.inputs;
    expect(inputsOf(name)).toMatchObject({
      ...{ disk: 20, swap: 0, ephemeral: 0 },
      extraSpecs: {
        "trait:CUSTOM_TRESOR_LOCAL_DISK_ENCRYPTED": "required",
        "trait:CUSTOM_TRESOR_LOCAL_DISK_SHREDDED": "required",
      },
    });
    // Control: a flavor of which nothing is said.
    const [other = ""] = Object.keys(platform.flavors).filter((one) => one !== name);
    expect(JSON.stringify(inputsOf(other))).not.toMatch(/LOCAL_DISK|"swap"/);
  });

  it("DIGIMED-4: every image is shared by name only, with the planned properties", () => {
    const images = ofType(resources, "Image");
    expect(images).toHaveLength(planned(plan, "image").length);
    for (const { name, facts } of planned(plan, "image")) {
      const { inputs } = images.find((image) => image.inputs["name"] === name)!;
      expect(inputs).toMatchObject({ visibility: "shared", properties: facts.properties });
      if (facts.file !== null) expect(inputs["localFilePath"]).toBe(`/site/${facts.file}`);
    }
  });

  it("DIGIMED-5: types are private, each with its encryption, opened on the hypervisor", () => {
    const encryptions = ofType(resources, "VolumeTypeEncryption");
    expect(ofType(resources, "VolumeTypeV3").map(({ inputs }) => inputs["isPublic"])).toEqual([false, false]);
    expect(encryptions).toHaveLength(
      planned(plan, "volume-type").filter(({ facts }) => facts.encryption !== null).length,
    );
    for (const { inputs } of encryptions)
      expect(inputs).toMatchObject({
        controlLocation: "front-end",
        provider: "luks",
        volumeTypeId: expect.stringMatching(/-id$/),
      });
  });

  it("DIGIMED-5: a type without encryption gets none made up", async () => {
    const config = examples.platform();
    const { encryption: _none, ...plain } = config.volumeTypes["encrypted-ssd"]!;
    const run = await runPlatform({ ...config, volumeTypes: { plain } });
    expect(ofType(run.resources, "VolumeTypeV3")).toHaveLength(1);
    expect(ofType(run.resources, "VolumeTypeEncryption")).toEqual([]);
  });

  it("DIGIMED-16: share types are private", () => {
    for (const { inputs } of ofType(resources, "ShareType")) expect(inputs["isPublic"]).toBe(false);
  });

  it("takes over what exists by id, and never deletes it", async () => {
    const config = examples.platform();
    config.flavors["SCS-2V-8"]!.adopt = "f1";
    config.images["debian-13"]!.adopt = "i1";
    config.volumeTypes["encrypted-hdd"]!.adopt = "v1";
    config.shareTypes["project-share"]!.adopt = "s1";
    const run = await runPlatform(config);
    const adopted = run.resources.filter(({ importId }) => importId !== "");
    expect(adopted.map(({ importId }) => importId).toSorted()).toEqual(["f1", "i1", "s1", "v1", "v1"]);
    for (const { name, retainOnDelete } of adopted) expect(retainOnDelete, name).toBe(true);
    for (const { name, retainOnDelete } of run.resources.filter(({ importId }) => importId === ""))
      expect(retainOnDelete, name).toBe(false);
  });
});
