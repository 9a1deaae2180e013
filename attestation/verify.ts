import { verify as verifySignature, type KeyObject } from "node:crypto";
import { appraise, type Circumstances } from "./appraise.ts";
import { authorityName, findChain, findLeaf, revocation, validity, type Leaf } from "./chain.ts";
import { Findings, allHold, type Check, type Finding } from "./check.ts";
import type { Evidence, Papers } from "./evidence.ts";
import { GENERATIONS, type Generation } from "./generation.ts";
import type { AttestationPolicy } from "./policy.ts";
import { REPORT_BYTES, SIGNED_BYTES, readReport, signatureOf, type Report } from "./report.ts";
import { AMD, type AmdRoots, type TrustRoots } from "./roots.ts";

/** What came of a report. Believe of it what `holds` says, and show the checks: they say why. */
export interface Verdict<Roots extends TrustRoots> {
  readonly holds: boolean;
  /** Every check that there is, in one order. */
  readonly checks: readonly Check[];
  /** Whose roots it rests on. */
  readonly roots: Roots;
  /** The report as it says itself; absent where it could not be read. Worth nothing where the verdict does not hold. */
  readonly report?: Report;
  readonly generation?: Generation;
}

function certificateFinding(report: Report, { unread }: Papers, leaf: Leaf | undefined): Finding {
  const expected = `a certificate of a ${report.signingKey.toUpperCase()}`;
  const rest = unread.length === 0 ? "" : ` (${unread.length} of those given could not be read: ${unread[0]})`;
  if (leaf === undefined) return { expected, found: "none", why: `none was given${rest}` };
  const found = `${leaf.certificate.name} of ${leaf.certificate.issuerName}`;
  return leaf.facts === undefined ? { expected, found, why: leaf.why ?? "it cannot be read" } : { expected, found };
}

function generationFinding(report: Report, leaf: Leaf, { processors }: AttestationPolicy): Finding {
  const { generation = leaf.generation } = report;
  const found = leaf.certificate.issuerName;
  if (generation === undefined) return { expected: "a known generation", found, why: "its generation is not known" };
  const expected = `${authorityName(report.signingKey, generation)}, as the report's processor is a ${GENERATIONS[generation].product}`;
  if (leaf.generation !== generation) return { expected, found, why: "the certificate is that of another generation" };
  return processors[generation] === undefined
    ? {
        expected: Object.keys(processors).join(" or "),
        found: generation,
        why: "the policy does not accept this generation",
      }
    : { expected, found };
}

/** Whether a key made the report's signature; numbers that are none of the curve are no exception. */
function isSigned(bytes: Uint8Array, key: KeyObject): boolean {
  try {
    return verifySignature(
      "sha384",
      bytes.subarray(0, SIGNED_BYTES),
      { key, dsaEncoding: "ieee-p1363" },
      signatureOf(bytes),
    );
  } catch {
    return false;
  }
}

function signatureFinding(bytes: Uint8Array, { certificate }: Leaf): Finding {
  const expected = `ECDSA P-384 with SHA-384 by the key of ${certificate.name}`;
  return isSigned(bytes, certificate.key)
    ? { expected, found: "good" }
    : { expected, found: "not good", why: "the report was changed, or another key signed it" };
}

/**
 * Judges a report by roots of any kind. Never throws for anything that stands in the evidence. The signature comes before what is
 * expensive: what is not signed costs one verification.
 */
export function judge<Roots extends TrustRoots>(
  roots: Roots,
  evidence: Evidence,
  policy: AttestationPolicy,
  circumstances: Circumstances,
): Verdict<Roots> {
  const findings = new Findings();
  const done = (more: Pick<Verdict<Roots>, "report" | "generation"> = {}): Verdict<Roots> => {
    const checks = findings.list();
    return { holds: allHold(checks), checks, roots, ...more };
  };
  const { report, why } = readReport(evidence.report);
  const form = { expected: `${REPORT_BYTES} bytes, version 2 to 5, nothing reserved set` };
  if (report === undefined) {
    findings.add("form", { ...form, found: `${evidence.report.length} bytes`, why });
    return done();
  }
  findings.add("form", { ...form, found: `version ${report.version}, ${REPORT_BYTES} bytes` });
  const { papers } = evidence;
  const leaf = findLeaf(report, papers);
  if (!findings.add("certificate", certificateFinding(report, papers, leaf)) || leaf?.generation === undefined)
    return done({ report });
  const known = findings.add("generation", generationFinding(report, leaf, policy));
  if (!findings.add("signature", signatureFinding(evidence.report, leaf)) || !known) return done({ report });
  const { generation } = leaf;
  const chain = findChain(leaf.certificate, report.signingKey, generation, papers, roots);
  findings.add("chain", chain.finding);
  findings.add("validity", validity(chain, circumstances.at));
  findings.add("revocation", revocation(chain, papers, circumstances.at, policy.revocation === "required"));
  for (const [name, finding] of appraise({ ...circumstances, report, generation, leaf, policy }))
    findings.add(name, finding);
  return done({ report, generation });
}

/** Judges a report by AMD's root keys: the one way to a verdict that a key may be released for. Pure: no file, no clock, no network. */
export const verifyReport = (
  evidence: Evidence,
  policy: AttestationPolicy,
  circumstances: Circumstances,
): Verdict<AmdRoots> => judge(AMD, evidence, policy, circumstances);
