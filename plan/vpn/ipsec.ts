import type { IpsecProposal } from "../../config/site.ts";
import { IPSEC_TABLE, LONGEST, type IpsecParameter, type IpsecRow } from "./ipsec-table.ts";

/** Why a proposal is not good enough. */
export interface IpsecWeakness {
  /** Key of the site's section. */
  readonly key: keyof IpsecProposal;
  readonly found: string;
  readonly allowed: string;
  readonly why: string;
  readonly source: string;
}

/** Where each key of a proposal stands in the table. */
const PARAMETERS: readonly (readonly [keyof IpsecProposal, IpsecParameter])[] = [
  ["ikeVersion", "ike_version"],
  ["encryption", "encryption_algorithm"],
  ["auth", "auth_algorithm"],
  ["pfs", "pfs"],
];

const rowOf = (parameter: IpsecParameter, value: string): IpsecRow | undefined =>
  IPSEC_TABLE.find((row) => row.parameter === parameter && row.value === value);

const strongOnes = (parameter: IpsecParameter): string =>
  IPSEC_TABLE.filter((row) => row.parameter === parameter && row.strong)
    .map(({ value }) => value)
    .join(", ");

/** Everything that is weak in a proposal; none where it is strong. What the table does not know is weak. */
export function ipsecWeaknesses(proposal: IpsecProposal): readonly IpsecWeakness[] {
  const named = PARAMETERS.flatMap(([key, parameter]): readonly IpsecWeakness[] => {
    const found = String(proposal[key]);
    const row = rowOf(parameter, found);
    if (row?.strong === true) return [];
    const { why, source } = row ?? { why: "nobody has judged it", source: "house rule" };
    return [{ key, found, allowed: strongOnes(parameter), why, source }];
  });
  const long = (["ikeLifetime", "lifetime"] as const).flatMap((key): readonly IpsecWeakness[] => {
    const { seconds, source } = LONGEST[key];
    if (proposal[key] <= seconds) return [];
    const why = "the longer a key lives, the more falls with it";
    return [{ key, found: `${proposal[key]} s`, allowed: `${seconds} s or less`, why, source }];
  });
  const order =
    proposal.lifetime <= proposal.ikeLifetime
      ? []
      : [
          {
            key: "lifetime" as const,
            found: `${proposal.lifetime} s`,
            allowed: `${proposal.ikeLifetime} s or less, which is ikeLifetime`,
            why: "the data's key comes from IKE and cannot outlive it",
            source: "RFC 7296, section 2.8",
          },
        ];
  return [...named, ...long, ...order];
}

/** `strong`, or `weak` with the reasons. */
export function judgeIpsec(proposal: IpsecProposal): {
  readonly verdict: "strong" | "weak";
  readonly reasons: readonly IpsecWeakness[];
} {
  const reasons = ipsecWeaknesses(proposal);
  return { verdict: reasons.length === 0 ? "strong" : "weak", reasons };
}

/** The first release of Neutron's VPN service that takes every part of a proposal; undefined where each supported one does. */
export function ipsecSince(proposal: IpsecProposal): string | undefined {
  return PARAMETERS.map(([key, parameter]) => rowOf(parameter, String(proposal[key]))?.since)
    .filter((since) => since !== undefined)
    .toSorted()
    .at(-1);
}

/** Bodies of Neutron's IKE and IPsec policies: every parameter stated, because the service's own defaults are weak. */
export function neutronPolicies(proposal: IpsecProposal) {
  const { ikeVersion, encryption, auth, pfs, ikeLifetime, lifetime } = proposal;
  const common = { auth_algorithm: auth, encryption_algorithm: encryption, pfs };
  return {
    ikepolicy: {
      ...common,
      ike_version: ikeVersion,
      // Says nothing in IKEv2; stated, so that a reader need not know the default.
      phase1_negotiation_mode: "main",
      lifetime: { units: "seconds", value: ikeLifetime },
    },
    ipsecpolicy: {
      ...common,
      transform_protocol: "esp",
      encapsulation_mode: "tunnel",
      lifetime: { units: "seconds", value: lifetime },
    },
  } as const;
}

/** The same proposal in strongSwan's words: with AEAD the hash is the PRF of IKE, and the data need none. */
export function strongswanProposals({ encryption, auth, pfs }: IpsecProposal): {
  readonly ike: string;
  readonly esp: string;
} {
  const word = (parameter: IpsecParameter, value: string): string => rowOf(parameter, value)?.strongswan ?? value;
  const cipher = word("encryption_algorithm", encryption);
  const group = word("pfs", pfs);
  return { ike: `${cipher}-prf${word("auth_algorithm", auth)}-${group}`, esp: `${cipher}-${group}` };
}
