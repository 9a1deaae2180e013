/** Everything that is looked at, in this order, and what it means that it holds. */
export const CHECKS = {
  form: "the report is whole, of a known version, and no reserved bit or byte of it is set",
  certificate: "there is a sound certificate for the key that signed it",
  generation: "processor and certificates are of one generation, which the policy accepts",
  signature: "the report is signed by that key",
  chain: "the key's certificate leads to AMD's root key",
  validity: "each certificate was valid at the time asked for",
  revocation: "AMD revoked none of them",
  tcb: "the reported patch level is the one that the certificate was made for",
  chip: "the report's chip is the certificate's",
  "key-kind": "the policy accepts this kind of key",
  "allowed-chip": "the policy accepts this chip",
  version: "the report is at least of the version that the policy asks for",
  "minimum-tcb": "firmware and microcode are at least at the policy's patch level",
  committed: "the firmware cannot be rolled back to an older one",
  vmpl: "the report was asked for at the policy's privilege level",
  policy: "the guest's policy (debug, migration and so on) is as asked for",
  platform: "the host's settings are as asked for",
  mitigations: "the firmware's mitigations are as asked for",
  "guest-svn": "the guest's own version is at least the policy's",
  measurement: "what was launched is in the policy's list",
  "report-data": "the report was made for this nonce and this key",
  "host-data": "the host's data are as asked for",
  "id-block": "who signed the guest's identity is as asked for",
  image: "family and image are as asked for",
} as const;

export type CheckName = keyof typeof CHECKS;
export const CHECK_NAMES = Object.keys(CHECKS) as readonly CheckName[];

/**
 * What came of a check. `not-asked`: the policy leaves it open, in so many words. `not-checked`: an earlier one failed, so that
 * there was nothing to look at. A verdict holds where every check holds or is not asked for.
 */
export type Outcome = "holds" | "fails" | "not-asked" | "not-checked";

/** What was expected and what was found; with a reason where it fails. */
export interface Finding {
  readonly expected: string;
  readonly found: string;
  /** Why it does not hold. */
  readonly why?: string;
  /** That the policy leaves it open. */
  readonly open?: true;
}

/** One check of a verdict. */
export interface Check {
  readonly name: CheckName;
  readonly outcome: Outcome;
  readonly expected: string;
  readonly found: string;
  readonly why?: string;
}

const outcomeOf = ({ why, open }: Finding): Outcome => (why !== undefined ? "fails" : open ? "not-asked" : "holds");

/** The findings of one report, by check. */
export class Findings {
  readonly #checks = new Map<CheckName, Check>();

  /** Enters a finding. @returns whether it does not fail */
  add(name: CheckName, finding: Finding): boolean {
    const { expected, found, why } = finding;
    this.#checks.set(name, {
      name,
      outcome: outcomeOf(finding),
      expected,
      found,
      ...(why === undefined ? {} : { why }),
    });
    return why === undefined;
  }

  /** All checks in their order; what was not reached is said to be so. */
  list(): readonly Check[] {
    const why = "a check before it failed";
    return CHECK_NAMES.map(
      (name) => this.#checks.get(name) ?? { name, outcome: "not-checked", expected: CHECKS[name], found: "-", why },
    );
  }
}

/** Whether all of it holds: no check failed and none was left out that the policy asks for. */
export const allHold = (checks: readonly Check[]): boolean =>
  checks.length === CHECK_NAMES.length && checks.every(({ outcome }) => outcome === "holds" || outcome === "not-asked");
