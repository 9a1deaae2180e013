/** Nova's names of the ways to encrypt a machine's memory (`hw:mem_encryption_model`, Nova 34, `objects/fields.py`). */
export const MODELS = ["amd-sev", "amd-sev-es", "amd-sev-snp", "intel-tdx"] as const;
export type Model = (typeof MODELS)[number];

/** Trait of the hosts that can do each (os-traits). */
export const TRAITS: Readonly<Record<Model, string>> = {
  "amd-sev": "HW_CPU_X86_AMD_SEV",
  "amd-sev-es": "HW_CPU_X86_AMD_SEV_ES",
  "amd-sev-snp": "HW_CPU_X86_AMD_SEV_SNP",
  "intel-tdx": "HW_CPU_X86_INTEL_TDX",
};

/** Trait of a model as a cloud spells it; undefined for one that Nova does not know. */
export const traitOf = (model: string): string | undefined =>
  (TRAITS as Readonly<Partial<Record<string, string>>>)[model];

/** A machine as it is asked of Nova: what decides about the encryption of its memory. */
export interface LaunchRequest {
  readonly flavor: { readonly name: string; readonly specs: Readonly<Record<string, string>> };
  readonly image: {
    readonly id: string;
    readonly name: string;
    readonly properties: Readonly<Record<string, string>>;
  };
}

/** What oslo.utils takes for true (`strutils.bool_from_string`); all else is false. */
const TRUE = new Set(["1", "t", "true", "on", "y", "yes"]);
export const isTrue = (text: string | undefined): boolean => TRUE.has((text ?? "").trim().toLowerCase());

/** What flavor and image say of memory encryption, each; undefined where it says nothing. */
export interface Wishes {
  readonly flavor: boolean | undefined;
  readonly image: boolean | undefined;
  readonly flavorModel: string | undefined;
  readonly imageModel: string | undefined;
}

export function wishesOf({ flavor, image }: LaunchRequest): Wishes {
  const spec = flavor.specs["hw:mem_encryption"];
  const property = image.properties["hw_mem_encryption"];
  return {
    flavor: spec === undefined ? undefined : isTrue(spec),
    image: property === undefined ? undefined : isTrue(property),
    flavorModel: flavor.specs["hw:mem_encryption_model"],
    imageModel: image.properties["hw_mem_encryption_model"],
  };
}

/** Whether Nova encrypts at all: a model alone asks for nothing. */
export const wantsEncryption = ({ flavor, image }: Wishes): boolean => flavor === true || image === true;

/** The model that counts: the image's before the flavor's, plain SEV where neither names one. */
export const modelOf = ({ flavorModel, imageModel }: Wishes): string => imageModel ?? flavorModel ?? "amd-sev";
