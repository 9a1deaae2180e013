import type { MemoryEncryption } from "../config/scalars.ts";

/** What a release of OpenStack can do of what this project needs. */
interface Release {
  readonly name: string;
  /** Major version of Nova, by which a running cloud is recognised. */
  readonly nova: number;
  /** Newest compute microversion of the release; extra specs are checked from 2.86 on. */
  readonly computeMicroversion: string;
  readonly memoryEncryption: readonly Exclude<MemoryEncryption, "none">[];
  /** True where every capability of this project is there. */
  readonly supported: boolean;
  readonly notes: readonly string[];
}

/** Releases by age. Source: Nova's `objects/fields.py` and `api/validation/extra_specs/hw.py` in each stable branch. */
export const RELEASES: readonly Release[] = [
  {
    name: "2024.1",
    nova: 29,
    computeMicroversion: "2.96",
    memoryEncryption: ["sev"],
    supported: false,
    notes: ["knows no hw:mem_encryption_model: a sev-snp flavor would boot plain SEV without a word"],
  },
  {
    name: "2024.2",
    nova: 30,
    computeMicroversion: "2.96",
    memoryEncryption: ["sev"],
    supported: false,
    notes: ["knows no hw:mem_encryption_model: a sev-snp flavor would boot plain SEV without a word"],
  },
  {
    name: "2025.1",
    nova: 31,
    computeMicroversion: "2.100",
    memoryEncryption: ["sev"],
    supported: false,
    notes: ["knows no hw:mem_encryption_model: a sev-snp flavor would boot plain SEV without a word"],
  },
  {
    name: "2025.2",
    nova: 32,
    computeMicroversion: "2.100",
    memoryEncryption: ["sev", "sev-es"],
    supported: false,
    notes: ["refuses the model amd-sev-snp: no confidential zone; open, guarded and isolated ones work"],
  },
  {
    name: "2026.1",
    nova: 33,
    computeMicroversion: "2.103",
    memoryEncryption: ["sev", "sev-es"],
    supported: false,
    notes: ["refuses the model amd-sev-snp: no confidential zone; open, guarded and isolated ones work"],
  },
  {
    name: "2026.2",
    nova: 34,
    computeMicroversion: "2.104",
    memoryEncryption: ["sev", "sev-es", "sev-snp"],
    supported: true,
    notes: [
      "SEV-ES and SEV-SNP exclude each other on one host",
      "with the unified limits driver Nova refuses every SEV-SNP machine: its limit check sees no image",
    ],
  },
];

/** The first release whose Nova schedules this memory encryption; undefined when none does. */
export const firstReleaseWith = (model: Exclude<MemoryEncryption, "none">): Release | undefined =>
  RELEASES.find((release) => release.memoryEncryption.includes(model));
