import type { PlatformConfig } from "../config/index.ts";
import { gibibytes, type MemoryEncryption } from "../config/scalars.ts";
import { TRAITS, type Model } from "../policies/nova/request.ts";
import { PlanBuilder } from "./build.ts";
import { planFederation } from "./federation.ts";
import { localDiskSpecs } from "./storage/local-disk.ts";
import type { Plan } from "./types.ts";

/** Nova's name of each model. */
const MODEL: Readonly<Record<Exclude<MemoryEncryption, "none">, Model>> = {
  sev: "amd-sev",
  "sev-es": "amd-sev-es",
  "sev-snp": "amd-sev-snp",
};

/**
 * Extra specs that ask for memory encryption, or rule it out. The model without the switch boots a plain machine, the switch
 * without the model boots plain SEV, and an older cloud ignores the model: hence both, and the trait as a guard. Other flavors say
 * `false`, so that no image can bring encryption of a kind that nobody asked for.
 */
export function encryptionSpecs(confidential: MemoryEncryption): Record<string, string> {
  if (confidential === "none") return { "hw:mem_encryption": "false" };
  const model = MODEL[confidential];
  return { "hw:mem_encryption": "true", "hw:mem_encryption_model": model, [`trait:${TRAITS[model]}`]: "required" };
}

/** Image properties of a guest with encrypted memory; on the image too, so that a resize to a plain flavor is refused. */
export function encryptionProperties(confidential: MemoryEncryption): Record<string, string> {
  if (confidential === "none") return {};
  return {
    hw_mem_encryption: "true",
    hw_mem_encryption_model: MODEL[confidential],
    hw_firmware_type: "uefi",
    hw_machine_type: "q35",
    ...(confidential === "sev-snp" ? { hw_firmware_stateless: "true" } : {}),
  };
}

/** SCS 0100: what the letter after the vCPU count says of the CPU. */
const CPU_TYPES: Readonly<Record<string, string>> = {
  L: "crowded-core",
  V: "shared-core",
  T: "dedicated-thread",
  C: "dedicated-core",
};

function scsSpecs(name: string): Record<string, string> {
  const match = /^SCS-\d+([LVTC])/.exec(name);
  return match ? { "scs:name-v3": name, "scs:cpu-type": CPU_TYPES[match[1] ?? ""] ?? "" } : {};
}

/** SCS 0114: the description starts with the aspects, sorted. */
function scsAspects(aspects: { readonly encrypted: boolean; readonly replicated: boolean }): string {
  const named = Object.entries(aspects).flatMap(([aspect, holds]) => (holds ? [aspect] : []));
  return named.length > 0 ? `[scs:${named.toSorted().join(", ")}] ` : "";
}

function planFlavors(plan: PlanBuilder, config: PlatformConfig): void {
  for (const [name, flavor] of Object.entries(config.flavors)) {
    const gpu: Record<string, string> = flavor.gpu
      ? { "pci_passthrough:alias": `${flavor.gpu.alias}:${flavor.gpu.count}` }
      : {};
    plan.add(
      "flavor",
      ["platform", name],
      name,
      {
        vcpus: flavor.vcpus,
        memoryMiB: gibibytes(flavor.memory) * 1024,
        diskGiB: flavor.disk === undefined ? 0 : gibibytes(flavor.disk),
        confidential: flavor.confidential,
        extraSpecs: {
          ...encryptionSpecs(flavor.confidential),
          ...localDiskSpecs(flavor.localDisk),
          ...gpu,
          ...scsSpecs(name),
        },
        swapless: flavor.localDisk !== undefined,
        adopt: flavor.adopt ?? null,
      },
      `platform.flavors.${name}`,
    );
  }
}

function planImages(plan: PlanBuilder, config: PlatformConfig): void {
  for (const [name, image] of Object.entries(config.images)) {
    plan.add(
      "image",
      ["platform", name],
      name,
      {
        file: image.file ?? null,
        build: image.build ?? null,
        sha512: image.sha512 ?? null,
        format: image.format,
        minDiskGiB: image.minDisk === undefined ? 0 : gibibytes(image.minDisk),
        properties: {
          ...encryptionProperties(image.confidential),
          architecture: "x86_64",
          hw_disk_bus: "virtio",
          os_distro: image.distro,
          os_version: image.version,
        },
        adopt: image.adopt ?? null,
      },
      `platform.images.${name}`,
    );
  }
}

function planVolumeTypes(plan: PlanBuilder, config: PlatformConfig): void {
  for (const [name, type] of Object.entries(config.volumeTypes)) {
    const aspects = scsAspects({ encrypted: type.encryption !== undefined, replicated: type.replicated });
    plan.add(
      "volume-type",
      ["platform", name],
      name,
      {
        description: `${aspects}${type.tier.toUpperCase()} volumes`,
        extraSpecs: { volume_backend_name: type.backend },
        encryption: type.encryption ?? null,
        adopt: type.adopt ?? null,
      },
      `platform.volumeTypes.${name}`,
    );
  }
}

function planShareTypes(plan: PlanBuilder, config: PlatformConfig): void {
  for (const [name, type] of Object.entries(config.shareTypes)) {
    plan.add(
      "share-type",
      ["platform", name],
      name,
      {
        description: `Shares on ${type.driver}`,
        // Left out is no snapshots; a spec that says False would shut out backends that can.
        extraSpecs: {
          share_backend_name: type.backend,
          ...(type.snapshots ? { snapshot_support: "True", create_share_from_snapshot_support: "True" } : {}),
        },
        adopt: type.adopt ?? null,
      },
      `platform.shareTypes.${name}`,
    );
  }
}

/** What shall exist once in the cloud. */
export function planPlatform(config: PlatformConfig): Plan {
  const plan = new PlanBuilder("platform");
  for (const part of [planFlavors, planImages, planVolumeTypes, planShareTypes, planFederation]) part(plan, config);
  return plan.close("platform");
}
