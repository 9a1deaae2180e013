/** Extra specs of a flavor whose machines are SEV-SNP, as Nova's documentation has them. */
export const SNP_SPECS: Readonly<Record<string, string>> = {
  "hw:mem_encryption": "true",
  "hw:mem_encryption_model": "amd-sev-snp",
  "trait:HW_CPU_X86_AMD_SEV_SNP": "required",
};

/** Properties of an image that fits to it. */
export const SNP_PROPERTIES: Readonly<Record<string, string>> = {
  hw_mem_encryption: "true",
  hw_mem_encryption_model: "amd-sev-snp",
  hw_firmware_type: "uefi",
  hw_machine_type: "q35",
  hw_firmware_stateless: "true",
};
