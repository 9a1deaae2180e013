import { readFileSync } from "node:fs";
import path from "node:path";
import type { Circumstances } from "../../../attestation/appraise.ts";
import type { CheckName } from "../../../attestation/check.ts";
import { Papers, verifyReport, type AmdRoots, type Verdict } from "../../../attestation/index.ts";
import { readPapersFile } from "../../../attestation/papers-file.ts";
import { policySchema, type AttestationPolicy } from "../../../attestation/policy.ts";

const DIRECTORY = path.resolve(import.meta.dirname, "../../fixtures/snp");

/** A file of the vectors; where each comes from is in SOURCES.md beside them. */
export const vector = (name: string): Buffer => readFileSync(path.join(DIRECTORY, name));

export const papers = (...names: readonly string[]): readonly Buffer[] =>
  names.flatMap((name) => readPapersFile(vector(name))?.certificates ?? []);

/** A report with the certificates that belong to it, and a time at which all of them were valid. */
export const GENUINE = {
  milan: {
    report: "ms-tav/milan_attestation_report.bin",
    papers: ["ms-tav/milan_vcek.pem", "ms-tav/milan_ask.pem", "ms-tav/milan_ark.pem"],
    at: "2026-11-01T00:00:00Z",
  },
  turin: {
    report: "ms-tav/turin_attestation_report.bin",
    papers: ["ms-tav/turin_vcek.pem", "ms-tav/turin_ask.pem", "ms-tav/turin_ark.pem"],
    at: "2026-11-01T00:00:00Z",
  },
  "milan, version 2, debug": {
    report: "go-sev-guest/milan_attestation.bin",
    papers: ["go-sev-guest/milan_vcek.der", "go-sev-guest/ask_ark_milan.pem"],
    at: "2026-11-01T00:00:00Z",
  },
  "milan, VLEK": {
    report: "trustee/test-vlek-report.bin",
    papers: ["trustee/test-vlek.der", "go-sev-guest/asvk_ark_milan.pem"],
    at: "2025-11-01T00:00:00Z",
  },
} as const;
export type Genuine = keyof typeof GENUINE;

/** The policy at its strictest, but for what a public sample cannot meet: no list, no nonce, the provider's own host data and keys. */
export function strict(report: Uint8Array, more: Readonly<Record<string, unknown>> = {}): AttestationPolicy {
  const at = (from: number, length: number): string => Buffer.from(report).toString("hex", from, from + length);
  const zero = (hex: string): boolean => /^0*$/.test(hex);
  const least = { bootloader: 0, tee: 0, snp: 0, microcode: 0 };
  return policySchema.parse({
    format: 1,
    processors: { milan: least, genoa: least, turin: { fmc: 0, ...least } },
    measurements: [at(0x90, 48)],
    chips: "any",
    hostData: at(0xc0, 32),
    idKeys: zero(at(0xe0, 48)) ? [] : [at(0xe0, 48)],
    authorKeys: zero(at(0x110, 48)) ? [] : [at(0x110, 48)],
    revocation: "when-given",
    nonce: "when-given",
    ...more,
  });
}

/** Judges a genuine report, or another with its certificates. */
export function verdictOf(
  name: Genuine,
  {
    report = vector(GENUINE[name].report),
    certificates = papers(...GENUINE[name].papers),
    policy = {},
    ...circumstances
  }: {
    readonly report?: Uint8Array;
    readonly certificates?: readonly Uint8Array[];
    readonly policy?: Readonly<Record<string, unknown>>;
  } & Partial<Circumstances> = {},
): Verdict<AmdRoots> {
  const at = new Date(GENUINE[name].at);
  return verifyReport({ report, papers: Papers.read(certificates) }, strict(report, policy), { at, ...circumstances });
}

export const failing = ({ checks }: Verdict<AmdRoots>): readonly CheckName[] =>
  checks.filter(({ outcome }) => outcome === "fails").map(({ name }) => name);
