import { generateKeyPairSync, randomBytes } from "node:crypto";
import type { Circumstances } from "../../../attestation/appraise.ts";
import type { Generation } from "../../../attestation/generation.ts";
import { Papers, reportDataFor, type Verdict } from "../../../attestation/index.ts";
import { policySchema } from "../../../attestation/policy.ts";
import { judge } from "../../../attestation/verify.ts";
import {
  TCB,
  TURIN_TCB,
  hierarchy,
  leaf,
  report,
  revocationList,
  type LeafOptions,
  type ReportOptions,
  type SyntheticRoots,
} from "./synthetic.ts";

export const AT = new Date("2026-06-01T00:00:00Z");
export const NONCE = randomBytes(32);
export const KEY = generateKeyPairSync("ec", { namedCurve: "secp384r1" }).publicKey.export({
  format: "der",
  type: "spki",
});
export const BOUND = { 0x50: reportDataFor(NONCE, KEY) };
export const HIERARCHIES = { milan: hierarchy("milan"), genoa: hierarchy("genoa"), turin: hierarchy("turin") };
export const VLEK = hierarchy("genoa", "vlek");

export interface World {
  readonly generation?: Generation;
  readonly report?: ReportOptions;
  readonly leaf?: LeafOptions;
  readonly lists?: readonly Buffer[];
  readonly ask?: Buffer;
  readonly policy?: Readonly<Record<string, unknown>>;
  readonly circumstances?: Partial<Circumstances>;
}

/** A report, its papers and a policy at its strictest, of which a test changes one thing. */
export function world({ generation = "genoa", ...given }: World = {}) {
  const vlek = given.leaf?.kind === "vlek";
  const { ask, roots } = vlek ? VLEK : HIERARCHIES[generation];
  const bytes = report(generation, {
    ...given.report,
    ...(vlek && { kind: "vlek" }),
    at: { ...BOUND, ...given.report?.at },
  });
  const evidence = {
    report: bytes,
    papers: Papers.read(
      [leaf(generation, given.leaf), given.ask ?? ask],
      given.lists ?? [revocationList(generation, [])],
    ),
  };
  const policy = policySchema.parse({
    format: 1,
    processors: { milan: TCB, genoa: TCB, turin: TURIN_TCB },
    measurements: ["11".repeat(48)],
    chips: "any",
    ...given.policy,
  });
  const circumstances = { at: AT, nonce: NONCE, key: KEY, ...given.circumstances };
  return { evidence, policy, circumstances, roots };
}
export const verdict = (given: World = {}): Verdict<SyntheticRoots> => {
  const { evidence, policy, circumstances, roots } = world(given);
  return judge(roots, evidence, policy, circumstances);
};
export const failing = ({ checks }: Verdict<SyntheticRoots>) =>
  checks.filter(({ outcome }) => outcome === "fails").map(({ name }) => name);
