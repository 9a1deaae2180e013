import type { KeyObject } from "node:crypto";
import { canonical } from "../../airlock/entry.ts";
import type { Problem } from "../../config/problem.ts";
import type { CheckName } from "../check.ts";
import type { Papers } from "../evidence.ts";
import type { AttestationPolicy } from "../policy.ts";
import type { Report } from "../report.ts";
import type { TrustRoots } from "../roots.ts";
import { judge, type Verdict } from "../verify.ts";
import { boundNonce } from "./binding.ts";
import { fingerprint, type Claim } from "./request.ts";

/** On what terms a data set's key is given away. */
export interface Terms {
  /** Id of the key in the key store. */
  readonly secret: string;
  readonly policy: AttestationPolicy;
}

/** A check that did not hold, for the administrator alone. */
export interface Failed {
  /** One of the verifier's checks, or `body`, `dataset`, `nonce`, `key-store`. */
  readonly check: string;
  readonly expected: string;
  readonly found: string;
  readonly why: string;
}

/**
 * That a guest may have a key, and whose roots that rests on: a key store takes this and nothing less, and one that holds real keys takes it
 * only of AMD's roots.
 */
export interface Granted<Roots extends TrustRoots> {
  readonly dataset: string;
  readonly secret: string;
  readonly publicKey: KeyObject;
  readonly verdict: Verdict<Roots> & { readonly report: Report };
}

export type Decision<Roots extends TrustRoots> =
  | { readonly granted: Granted<Roots>; readonly failed?: undefined; readonly report: Report }
  | { readonly granted?: undefined; readonly failed: readonly Failed[]; readonly report?: Report };

/** What no policy may leave open where a key is at stake. */
const FLOOR = {
  vmpl: 0,
  revocation: "required",
  nonce: "required",
} as const satisfies Partial<AttestationPolicy>;
const GUEST_FLOOR = { debug: false, migrationAgent: false } as const;

/** A policy that leaves nothing open which a release rests on. */
const firm = (policy: AttestationPolicy): AttestationPolicy => ({
  ...policy,
  ...FLOOR,
  guest: { ...policy.guest, ...GUEST_FLOOR },
});

/** What a policy leaves open that no release may: to be refused where it is read, since {@link decide} would not follow it. */
export const loosened = (policy: AttestationPolicy, file: string): readonly Problem[] =>
  [
    ...Object.entries(FLOOR).map(([key, value]) => [key, policy[key as keyof typeof FLOOR], value] as const),
    ...Object.entries(GUEST_FLOOR).map(
      ([key, value]) => [`guest.${key}`, policy.guest[key as keyof typeof GUEST_FLOOR], value] as const,
    ),
  ]
    .filter(([, found, must]) => found !== must)
    .map(([key, found, must]) => ({
      path: `policy.${key}`,
      what: `${file} leaves open what no key may be released without`,
      found: String(found),
      allowed: String(must),
      next: "take the line out: this is what is meant without it",
    }));

/** Checks that must hold in so many words: for these "not asked" is not enough. */
const MUST_HOLD: ReadonlySet<CheckName> = new Set([
  ...(["signature", "chain", "validity", "revocation", "tcb", "minimum-tcb"] as const),
  ...(["vmpl", "policy", "measurement", "report-data"] as const),
]);

/** The policy's fingerprint, by which the record names it. */
export const policyFingerprint = (policy: AttestationPolicy): string => fingerprint(canonical(policy));

/**
 * Whether a guest gets a key: its report holds by these roots and the data set's policy, and is bound to the nonce, the data set and the
 * guest's key. Pure. That the nonce is its own and unused was seen before.
 */
export function decide<Roots extends TrustRoots>(
  roots: Roots,
  claim: Claim,
  { policy, secret }: Terms,
  papers: Papers,
  at: Date,
): Decision<Roots> {
  const { dataset, key, publicKey } = claim;
  const circumstances = { at, nonce: boundNonce(dataset, claim.nonce), key };
  const verdict = judge(roots, { report: claim.report, papers }, firm(policy), circumstances);
  const { report, checks, holds } = verdict;
  const failed = checks
    .filter(({ name, outcome }) => outcome === "fails" || (outcome === "not-asked" && MUST_HOLD.has(name)))
    .map(({ name, expected, found, why = "it was left open" }): Failed => ({ check: name, expected, found, why }));
  if (holds && failed.length === 0 && report !== undefined)
    return { granted: { dataset, secret, publicKey, verdict: { ...verdict, report } }, report };
  // A verdict that does not hold without a failed check is none that a key goes out for.
  const none: Failed = { check: "form", expected: "a whole verdict", found: "-", why: "not every check was made" };
  return { failed: failed.length > 0 ? failed : [none], ...(report && { report }) };
}
