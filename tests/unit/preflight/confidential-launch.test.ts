import { describe, expect, it } from "vitest";
import type { StackConfig } from "../../../config/index.ts";
import { platformSchema } from "../../../config/platform.ts";
import { tenantSchema } from "../../../config/tenant.ts";
import { ApiError } from "../../../openstack/errors.ts";
import { confidentialLaunch } from "../../../scripts/preflight/checks/confidential-launch.ts";
import { SNP_PROPERTIES, SNP_SPECS } from "../../policies/nova-pair.ts";

const platform: StackConfig = {
  kind: "platform",
  config: platformSchema.parse({
    format: 1,
    cloud: "c",
    region: "r",
    flavors: {
      snp: { vcpus: 1, memory: "1 GiB", confidential: "sev-snp" },
      taken: { vcpus: 1, memory: "1 GiB", confidential: "sev-snp", adopt: "f-9" },
      plain: { vcpus: 1, memory: "1 GiB" },
    },
    images: { debian: { distro: "debian", version: "13", confidential: "sev-snp", adopt: "i-1" } },
  }),
};
const tenant = (preset: string): StackConfig => ({
  kind: "tenant",
  config: tenantSchema.parse({
    format: 1,
    zone: "digimed",
    preset,
    cloud: "c",
    places: { region: "r", zones: ["z"] },
    network: { physicalNetwork: "p" },
    flavors: ["snp"],
    images: ["debian"],
    areas: { heart: { quota: { machines: 2 } } },
  }),
});

const judge = (
  specs: Readonly<Record<string, string>>,
  properties: Readonly<Record<string, string>>,
  stack: StackConfig = platform,
  id = "f-1",
) =>
  confidentialLaunch.judge(
    {
      flavors: [
        { id, name: id === "f-1" ? "snp" : "of-somebody", specs },
        { id: "f-2", name: "plain", specs: { "hw:mem_encryption": "false" } },
      ],
      images: [{ id: "i-1", name: "debian", properties }],
    },
    { stack },
  );

describe("preflight: machines come up with SEV-SNP and nothing less (DIGIMED-1, DIGIMED-4)", () => {
  it("holds for what the platform makes, and says what is not made yet; plain flavors are not looked at", () => {
    expect(judge(SNP_SPECS, SNP_PROPERTIES)).toEqual({
      result: "ok",
      says: "1 flavors with 1 images; 1 of those named are not made yet",
    });
    expect(judge(SNP_SPECS, SNP_PROPERTIES, tenant("confidential"))).toEqual({
      result: "ok",
      says: "1 flavors with 1 images",
    });
  });

  it("fails over what Nova would refuse, in Nova's words, and over what it would take", () => {
    expect(judge(SNP_SPECS, { ...SNP_PROPERTIES, hw_firmware_stateless: "false" })).toMatchObject({
      result: "failed",
      says: expect.stringMatching(
        /^snp with debian: Nova refuses it \(The amd-sev-snp memory encryption model requires/,
      ),
    });
    const downgraded = judge(
      { "hw:mem_encryption": "true" },
      { ...SNP_PROPERTIES, hw_mem_encryption_model: "amd-sev" },
    );
    expect(downgraded).toMatchObject({ result: "failed", says: expect.stringContaining("would run with amd-sev") });
    const trap = judge({ "hw:mem_encryption_model": "amd-sev-snp" }, { hw_firmware_type: "uefi" });
    expect(trap.says).toMatch(/would run with none.*model-without-switch/);
    // The same flavor, taken over by its id.
    expect(judge({}, SNP_PROPERTIES, platform, "f-9")).toMatchObject({
      result: "failed",
      says: expect.stringMatching(/^of-somebody with debian: image-alone/),
    });
  });

  it("is not needed where nothing is to be confidential (control)", () => {
    expect(judge({}, {}, tenant("isolated")).says).toMatch(/^not needed/);
    expect(judge({}, {}, tenant("confidential")).result).toBe("failed");
  });
});

describe("errors of Nova over memory encryption (DIGIMED-1)", () => {
  const said = (status: number, message: string): string =>
    new ApiError({ what: "make machine heart-1", service: "Nova", cloud: "digimed-heart", status, message }).message;

  it("say what they mean and what is next", () => {
    const words =
      "Machine type 'pc' is not compatible with image I (0a1b): q35 type is required for amd-sev-snp to work";
    expect(said(400, words)).toMatch(
      /cannot make machine heart-1.*without the bus that memory encryption needs \(Nova answered 400: Machine type.*set hw_machine_type=q35/,
    );
    expect(said(409, "Operation 'suspend' not supported for mem encryption enabled instance (1).")).toMatch(
      /migrate it cold/,
    );
    // Control: other words keep the general sentence.
    expect(said(400, "Invalid flavor")).toMatch(/the request is refused as wrong/);
  });
});
