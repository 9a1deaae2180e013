/** One thing that was shown on the live cloud: an attempt that must fail, with the same attempt where it must succeed. */
export interface Proof {
  /** `machines`, `packets` ...: what is proven together. */
  readonly group: string;
  readonly claim: string;
  /** What was tried and must be refused or absent, with what the cloud answered. */
  readonly negative: string;
  /** The same probe where it must succeed, with what the cloud answered. */
  readonly control: string;
  readonly holds: boolean;
  readonly requirements: readonly string[];
}

/** What an attempt came to. */
export interface Outcome {
  readonly ok: boolean;
  /** As the table shows it: `403`, `no answer in 1.5 s`. */
  readonly says: string;
}

/** Collects the proofs of one group; a probe that throws is a proof that does not hold, with its reason. */
export class Prover {
  readonly proofs: Proof[] = [];
  readonly #group: string;
  readonly #requirements: readonly string[];

  constructor(group: string, requirements: readonly string[]) {
    this.#group = group;
    this.#requirements = requirements;
  }

  /** @param attempt must come out not ok @param control must come out ok; run first, so that a dead probe is never taken for a refusal */
  async show(
    claim: string,
    attempt: () => Promise<Outcome>,
    control: () => Promise<Outcome>,
    requirements = this.#requirements,
  ): Promise<void> {
    const good = await outcome(control);
    const bad = await outcome(attempt);
    this.proofs.push({
      group: this.#group,
      claim,
      negative: bad.says,
      control: good.says,
      holds: good.ok && !bad.ok && !bad.says.startsWith("probe failed"),
      requirements,
    });
  }
}

async function outcome(probe: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await probe();
  } catch (error) {
    return { ok: false, says: `probe failed: ${error instanceof Error ? error.message.slice(0, 200) : String(error)}` };
  }
}
