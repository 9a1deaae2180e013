import { isTrue, modelOf, MODELS, wantsEncryption, wishesOf, type LaunchRequest, type Wishes } from "./request.ts";

/** What Nova refuses of a machine with encrypted memory. */
export interface Refusal {
  readonly id: string;
  /** Nova's class of it. */
  readonly exception: string;
  /** Status of the answer, by a microversion that translates it. */
  readonly status: 400 | 500;
  /** Nova's words for a request, to the letter; undefined where it does not refuse this one for that reason. */
  readonly says: (request: LaunchRequest, wishes: Wishes) => string | undefined;
  /** By which its words are known again, whatever the names in them. */
  readonly pattern: RegExp;
  /** What it means, as a clause. */
  readonly means: string;
  /** What to do, as an imperative. */
  readonly next: string;
}

/** A boolean as Python writes it. */
const python = (value: boolean): string => (value ? "True" : "False");

function requesters({ flavor, image }: LaunchRequest, wishes: Wishes): string {
  const named = [
    ...(wishes.flavor ? [`hw:mem_encryption extra spec in ${flavor.name} flavor`] : []),
    ...(wishes.image ? [`hw_mem_encryption property of image ${image.id}`] : []),
  ];
  return named.join(" and ");
}

const NEEDS_STATELESS = new Set<string>(["amd-sev-snp", "intel-tdx"]);

/** `hw_firmware_stateless` counts with UEFI alone: elsewhere Nova writes a warning into its log and goes on without it. */
const isStateless = ({ image: { properties } }: LaunchRequest): boolean =>
  properties["hw_firmware_type"] === "uefi" && isTrue(properties["hw_firmware_stateless"]);

/**
 * Nova's refusals, in the order in which it looks; the first one that holds is what it answers.
 * Source: `nova/virt/hardware.py` and `nova/exception.py` of Nova 34.0.0 (2026.2).
 */
export const REFUSALS: readonly Refusal[] = [
  {
    id: "encryption-conflict",
    exception: "FlavorImageConflict",
    status: 400,
    says: ({ flavor, image }, wishes) =>
      wishes.flavor === undefined || wishes.image === undefined || wishes.flavor === wishes.image
        ? undefined
        : `Flavor ${flavor.name} has hw:mem_encryption extra spec explicitly set to ${flavor.specs["hw:mem_encryption"]}, conflicting with image ${image.name} which has hw_mem_encryption property explicitly set to ${python(wishes.image)}`,
    pattern: /hw:mem_encryption extra spec explicitly set to .+conflicting with image .+ hw_mem_encryption property/,
    means: "the flavor asks for memory encryption and the image rules it out, or the other way round",
    next: "take a flavor and an image that were granted for the same kind of machine",
  },
  {
    id: "model-conflict",
    exception: "FlavorImageConflict",
    status: 400,
    says: ({ flavor, image }, { flavorModel, imageModel }) =>
      flavorModel === undefined || imageModel === undefined || flavorModel === imageModel
        ? undefined
        : `Flavor ${flavor.name} has hw:mem_encryption_model extra spec explicitly set to ${flavorModel}, conflicting with image ${image.name} which has hw_mem_encryption_model property explicitly set to ${imageModel}`,
    pattern: /hw:mem_encryption_model extra spec explicitly set to .+conflicting with image/,
    means: "flavor and image ask for different ways of memory encryption",
    next: "take a flavor and an image of one way, such as two that say sev-snp",
  },
  {
    id: "model-unknown",
    exception: "Invalid",
    status: 500,
    says: (_, wishes) => {
      const model = modelOf(wishes);
      return (MODELS as readonly string[]).includes(model)
        ? undefined
        : `Invalid memory encryption model '${model}'. Allowed values: ${MODELS.join(", ")}.`;
    },
    pattern: /Invalid memory encryption model|hw:mem_encryption_model.*is not one of|Field value .+ is invalid/s,
    means: "this release of Nova does not know the model: SEV-SNP came with 2026.2",
    next: "upgrade Nova, or take hosts and flavors out of confidential use; nothing less is SEV-SNP",
  },
  {
    id: "firmware-not-uefi",
    exception: "FlavorImageConflict",
    status: 400,
    says: (request, wishes) =>
      request.image.properties["hw_firmware_type"] === "uefi"
        ? undefined
        : `Memory encryption is requested by ${requesters(request, wishes)} but the image metadata doesn't have the 'hw_firmware_type' property set to 'uefi'`,
    pattern: /Memory encryption is requested by .+'hw_firmware_type' property set to 'uefi'/s,
    means: "the image does not boot by UEFI, which memory encryption needs",
    next: "take an image that was granted as confidential; on an own one set hw_firmware_type=uefi",
  },
  {
    id: "machine-type-not-q35",
    exception: "InvalidMachineType",
    status: 400,
    says: ({ image }, wishes) => {
      const type = image.properties["hw_machine_type"];
      return type === undefined || type.includes("q35")
        ? undefined
        : `Machine type '${type}' is not compatible with image ${image.name} (${image.id}): q35 type is required for ${modelOf(wishes)} to work`;
    },
    pattern: /Machine type .+ is not compatible with image .+q35 type is required/s,
    means: "the image asks for a machine type without the bus that memory encryption needs",
    next: "set hw_machine_type=q35 on the image",
  },
  {
    id: "firmware-not-stateless",
    exception: "StatelessFirmwareRequired",
    status: 400,
    says: (request, wishes) =>
      !NEEDS_STATELESS.has(modelOf(wishes)) || isStateless(request)
        ? undefined
        : `The ${modelOf(wishes)} memory encryption model requires stateless firmware but the image metadata doesn't have the 'hw_firmware_stateless' property set to True`,
    pattern: /memory encryption model requires stateless firmware/,
    means: "the image keeps firmware variables, which the host could write and nothing measures",
    next: "set hw_firmware_stateless=true on the image",
  },
  {
    id: "video-device",
    exception: "InvalidVideoMode",
    status: 400,
    says: ({ image }, wishes) =>
      modelOf(wishes) !== "intel-tdx" || image.properties["hw_video_model"] === "none"
        ? undefined
        : "The intel-tdx memory encryption model is incompatible with an attached video device. Set the 'hw_video_model' image property to 'none' to disable it",
    pattern: /incompatible with an attached video device/,
    means: "TDX takes no video device",
    next: "set hw_video_model=none on the image",
  },
];

/** What Nova refuses of a machine that runs already, by the name of the operation in its words. */
export const OPERATION_REFUSED = {
  exception: "OperationNotSupportedForMemEncryption",
  /** Both names of it: Nova 34's, and that of releases before. */
  pattern: /Operation '([a-z-]+)' not supported for (?:mem encryption enabled|SEV-enabled) instance/,
  operations: ["live-migration", "suspend"],
  means:
    "a machine with encrypted memory cannot be moved while it runs, nor be suspended: its memory leaves the processor readable by nobody",
  next: "stop it and migrate it cold, in a window that its tenant knows of",
} as const;

/** The refusal that a request meets first, with Nova's words; undefined where Nova lets it through to the scheduler. */
export function refusalOf(request: LaunchRequest): { readonly refusal: Refusal; readonly says: string } | undefined {
  const wishes = wishesOf(request);
  if (!wantsEncryption(wishes)) return undefined;
  for (const refusal of REFUSALS) {
    const says = refusal.says(request, wishes);
    if (says !== undefined) return { refusal, says };
  }
  return undefined;
}

/** The refusal whose words a message of Nova holds. */
export const recognised = (message: string): Pick<Refusal, "means" | "next"> | undefined =>
  REFUSALS.find(({ pattern }) => pattern.test(message)) ??
  (OPERATION_REFUSED.pattern.test(message) ? OPERATION_REFUSED : undefined);
