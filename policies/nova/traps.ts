import { isTrue, modelOf, traitOf, wantsEncryption, wishesOf, type LaunchRequest, type Model } from "./request.ts";
import { refusalOf } from "./refusals.ts";

/** What Nova takes and nobody wants: the machine comes up, and is not what was asked for, or does not stay so. */
export interface Trap {
  readonly id: string;
  /** What it leads to, as a clause. */
  readonly means: string;
  readonly next: string;
  /** What of a request is the trap; undefined where there is none. */
  readonly found: (request: LaunchRequest) => string | undefined;
}

const encrypts = (request: LaunchRequest): boolean => wantsEncryption(wishesOf(request));
const isSnp = (request: LaunchRequest): boolean => encrypts(request) && modelOf(wishesOf(request)) === "amd-sev-snp";

/** A spec or property of the request by its name, as `name=value`. */
const named = (entries: Readonly<Record<string, string>>, wanted: (name: string, value: string) => boolean) =>
  Object.entries(entries)
    .filter(([name, value]) => wanted(name, value))
    .map(([name, value]) => `${name}=${value}`)
    .join(", ") || undefined;

/** Buses of a boot disk that a guest with encrypted memory can use (Nova's documentation of SEV; IDE has no IOMMU). */
const GOOD_BUSES = new Set(["virtio", "scsi", "sata"]);

export const TRAPS: readonly Trap[] = [
  {
    id: "model-without-switch",
    means: "the model alone asks for nothing: the machine runs with its memory in the clear, without a message",
    next: "set hw:mem_encryption=true beside the model, on flavor and image",
    found: (request) => {
      const { flavorModel, imageModel } = wishesOf(request);
      return encrypts(request) ? undefined : (flavorModel ?? imageModel);
    },
  },
  {
    id: "switch-without-model",
    means: "the switch alone means plain SEV, whose memory the host can change unseen",
    next: "name the model, amd-sev-snp, on flavor and image",
    found: (request) => {
      const { flavorModel, imageModel } = wishesOf(request);
      return encrypts(request) && flavorModel === undefined && imageModel === undefined ? "amd-sev" : undefined;
    },
  },
  {
    id: "flavor-alone",
    means: "only the flavor asks: a resize to a plain flavor is carried out, and the encryption is gone",
    next: "set hw_mem_encryption and hw_mem_encryption_model on the image too",
    found: (request) => {
      const { flavor, image, imageModel } = wishesOf(request);
      return flavor === true && (image !== true || imageModel === undefined) ? request.image.name : undefined;
    },
  },
  {
    id: "image-alone",
    means:
      "only the image asks: its slot is outside of what the flavor's tenants may use, and whoever owns the image decides",
    next: "set hw:mem_encryption and its model on the flavor, and hw:mem_encryption=false on every other one",
    found: (request) => {
      const { flavor, image } = wishesOf(request);
      return image === true && flavor === undefined ? request.flavor.name : undefined;
    },
  },
  {
    id: "no-trait",
    means: "a cloud that does not know the model starts the machine with less: only the trait keeps it away",
    next: "set trait:<the model's trait>=required on the flavor",
    found: (request) => {
      const model = modelOf(wishesOf(request));
      const trait = traitOf(model);
      return encrypts(request) && trait !== undefined && request.flavor.specs[`trait:${trait}`] !== "required"
        ? `trait:${trait}`
        : undefined;
    },
  },
  {
    id: "host-device",
    means: "a device of the host writes into the guest's memory past its encryption; Nova offers none with SEV",
    next: "take the device out of the flavor: a GPU with encrypted memory is not to be had on OpenStack yet",
    found: (request) =>
      encrypts(request)
        ? named(request.flavor.specs, (name) => name === "pci_passthrough:alias" || /^resources\d*:VGPU$/.test(name))
        : undefined,
  },
  {
    id: "disk-bus",
    means: "a disk on this bus does not work with encrypted memory: the machine comes up and does not boot",
    next: "set hw_disk_bus=virtio on the image",
    found: (request) => {
      const bus = request.image.properties["hw_disk_bus"];
      return encrypts(request) && bus !== undefined && !GOOD_BUSES.has(bus) ? `hw_disk_bus=${bus}` : undefined;
    },
  },
  {
    id: "secure-boot",
    means: "secure boot keeps its keys in variables that stateless firmware has not: the build fails on the host",
    next: "take os_secure_boot=required out; what is booted is in the measurement instead",
    found: (request) =>
      isSnp(request) &&
      [request.flavor.specs["os:secure_boot"], request.image.properties["os_secure_boot"]].includes("required")
        ? "required"
        : undefined,
  },
  {
    id: "host-tpm",
    means: "this TPM is a process of the host: what it says proves nothing to somebody who does not trust the host",
    next: "take it out; the guest's own report is what proves",
    found: (request) =>
      isSnp(request)
        ? (named(request.flavor.specs, (name) => name.startsWith("hw:tpm_")) ??
          named(request.image.properties, (name) => name.startsWith("hw_tpm_")))
        : undefined,
  },
  {
    id: "stateless-without-uefi",
    means: "Nova passes over hw_firmware_stateless where the firmware is not UEFI, with a line in its log alone",
    next: "set hw_firmware_type=uefi beside it",
    found: ({ image: { properties } }) =>
      isTrue(properties["hw_firmware_stateless"]) && properties["hw_firmware_type"] !== "uefi"
        ? "hw_firmware_stateless"
        : undefined,
  },
  {
    id: "machine-type-unset",
    means:
      "without hw_machine_type the host's own default decides: where that is not q35, the build fails there without a word to the user",
    next: "set hw_machine_type=q35 on the image",
    found: (request) =>
      encrypts(request) && request.image.properties["hw_machine_type"] === undefined ? request.image.name : undefined,
  },
];

/** What becomes of a request at Nova: refused, or sent to the scheduler with what it must find there, and the traps in it. */
export interface Launch {
  readonly refused?: { readonly id: string; readonly status: number; readonly says: string };
  /** How its memory is encrypted if it is built. */
  readonly model: Model | "none";
  readonly traps: readonly {
    readonly id: string;
    readonly found: string;
    readonly means: string;
    readonly next: string;
  }[];
}

/** @param request flavor and image, as the cloud has them or a plan makes them */
export function launchOf(request: LaunchRequest): Launch {
  const refused = refusalOf(request);
  const traps = TRAPS.flatMap(({ id, means, next, found }) => {
    const what = found(request);
    return what === undefined ? [] : [{ id, found: what, means, next }];
  });
  return {
    ...(refused && { refused: { id: refused.refusal.id, status: refused.refusal.status, says: refused.says } }),
    model: refused !== undefined || !encrypts(request) ? "none" : (modelOf(wishesOf(request)) as Launch["model"]),
    traps,
  };
}
