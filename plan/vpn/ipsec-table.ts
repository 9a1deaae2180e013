import { IPSEC_AUTH, IPSEC_ENCRYPTION, IPSEC_GROUPS } from "../../config/site.ts";

/** What of IPsec is judged, by the names of Neutron's VPN service. */
export type IpsecParameter = "ike_version" | "encryption_algorithm" | "auth_algorithm" | "pfs" | "lifetime";

/** One value of one parameter. */
export interface IpsecRow {
  readonly parameter: IpsecParameter;
  readonly value: string;
  /** Whether a zone's site may use it. */
  readonly strong: boolean;
  readonly why: string;
  readonly source: string;
  /** First release of Neutron's VPN service that takes it; absent where every supported one does. */
  readonly since?: string;
  /** Release that takes it no more. */
  readonly until?: string;
  /** How strongSwan writes it. */
  readonly strongswan?: string;
}

const BSI = "BSI TR-02102-3";
const HOUSE = "house rule, stricter than BSI TR-02102-3";

const GCM = /^aes-(128|192|256)-gcm-(8|12|16)$/;

function encryption(value: string): IpsecRow {
  const parameter = "encryption_algorithm";
  // One cipher that hides and authenticates at once; CTR, CCM and GCM came with one change of the service's API.
  const since = /-(ctr|ccm|gcm)/.test(value) ? { since: "2025.1" } : {};
  const row = (strong: boolean, why: string, source: string): IpsecRow => ({
    parameter,
    value,
    strong,
    why,
    source,
    ...since,
    ...(value === "3des" ? { until: "2026.2" } : {}),
    ...(strong ? { strongswan: value.replaceAll("-", "") } : {}),
  });
  if (value === "3des")
    return row(false, "blocks of 64 bits collide after some gigabytes", `${BSI}: not listed; RFC 8247`);
  const [, length, tag] = GCM.exec(value) ?? [];
  if (length === "256" && tag === "16")
    return row(
      true,
      "authenticated encryption with a key of 256 bits and a full tag",
      `${BSI}, sections 3.2.1 and 3.3.1`,
    );
  if (tag === "8" || value.includes("-ccm-8"))
    return row(false, "a tag of 8 bytes makes forging too cheap", `${BSI}; NIST SP 800-38D`);
  if (value.endsWith("-ctr")) return row(false, "counter mode alone authenticates nothing", HOUSE);
  if (value.includes("-ccm-")) return row(false, "one mode for all sites: GCM, which every device speaks", HOUSE);
  if (length === undefined)
    return row(false, "CBC needs a second algorithm beside it, and its order has gone wrong before", HOUSE);
  return row(
    false,
    length === "256" ? "a shortened tag gains nothing" : "data that are read in twenty years want keys of 256 bits",
    HOUSE,
  );
}

const AUTH: Readonly<Record<string, Omit<IpsecRow, "parameter" | "value">>> = {
  sha1: { strong: false, why: "SHA-1 is at its end", source: `${BSI}: given up since 2020`, until: "2026.2" },
  sha256: { strong: false, why: "the key derivation would be weaker than the key of 256 bits", source: HOUSE },
  sha384: { strong: true, why: "as strong as what it protects", source: `${BSI}, section 3.2.2`, strongswan: "sha384" },
  sha512: { strong: true, why: "as strong as what it protects", source: `${BSI}, section 3.2.2`, strongswan: "sha512" },
  "aes-xcbc": { strong: false, why: "128 bits only", source: HOUSE, since: "2025.1" },
  "aes-cmac": { strong: false, why: "128 bits only", source: HOUSE, since: "2025.1" },
};

/** Groups by their number in IANA's registry for IKEv2. */
const GROUPS: Readonly<Record<number, Omit<IpsecRow, "parameter" | "value">>> = {
  2: { strong: false, why: "1,024 bits are broken by states", source: `${BSI}; RFC 8247` },
  5: { strong: false, why: "1,536 bits are too few", source: `${BSI}; RFC 8247` },
  14: { strong: false, why: "2,048 bits are below the 3,000 that are asked for since 2023", source: BSI },
  ...Object.fromEntries(
    [15, 16, 17, 18].map((group) => [
      group,
      {
        strong: false,
        why: "modular groups are slow, and group 19 or better is asked for",
        source: HOUSE,
        since: "2025.1",
      },
    ]),
  ),
  19: {
    strong: true,
    why: "256-bit elliptic curve",
    source: `${BSI}, section 3.2.4`,
    since: "2025.1",
    strongswan: "ecp256",
  },
  20: {
    strong: true,
    why: "384-bit elliptic curve",
    source: `${BSI}, section 3.2.4`,
    since: "2025.1",
    strongswan: "ecp384",
  },
  21: {
    strong: true,
    why: "521-bit elliptic curve",
    source: `${BSI}, section 3.2.4`,
    since: "2025.1",
    strongswan: "ecp521",
  },
  22: { strong: false, why: "1,024 bits of unknown origin", source: "RFC 8247", since: "2025.1" },
  23: { strong: false, why: "primes of unknown origin", source: "RFC 8247", since: "2025.1" },
  24: { strong: false, why: "primes of unknown origin", source: "RFC 8247", since: "2025.1" },
  25: { strong: false, why: "a curve of 192 bits", source: BSI, since: "2025.1" },
  26: { strong: false, why: "a curve of 224 bits", source: `${BSI}: given up since 2017`, since: "2025.1" },
  27: { strong: false, why: "a curve of 224 bits", source: `${BSI}: given up since 2017`, since: "2025.1" },
  28: {
    strong: true,
    why: "256-bit Brainpool curve",
    source: `${BSI}, section 3.2.4`,
    since: "2025.1",
    strongswan: "ecp256bp",
  },
  29: {
    strong: true,
    why: "384-bit Brainpool curve",
    source: `${BSI}, section 3.2.4`,
    since: "2025.1",
    strongswan: "ecp384bp",
  },
  30: {
    strong: true,
    why: "512-bit Brainpool curve",
    source: `${BSI}, section 3.2.4`,
    since: "2025.1",
    strongswan: "ecp512bp",
  },
  31: { strong: false, why: "a good curve, but not on the list that an auditor goes by", source: BSI, since: "2025.1" },
};

const UNKNOWN = { strong: false, why: "nobody has judged it", source: HOUSE } as const;

/** Every value that Neutron's VPN service knows, each with its verdict. */
export const IPSEC_TABLE: readonly IpsecRow[] = [
  {
    parameter: "ike_version",
    value: "v1",
    strong: false,
    why: "IKEv1 is historic",
    source: `RFC 9395; ${BSI} is of IKEv2 alone`,
  },
  {
    parameter: "ike_version",
    value: "v2",
    strong: true,
    why: "the version that is maintained",
    source: "RFC 7296",
    strongswan: "2",
  },
  ...IPSEC_ENCRYPTION.map(encryption),
  ...IPSEC_AUTH.map((value): IpsecRow => ({ parameter: "auth_algorithm", value, ...(AUTH[value] ?? UNKNOWN) })),
  ...IPSEC_GROUPS.map((value): IpsecRow => ({
    parameter: "pfs",
    value,
    ...(GROUPS[Number(value.slice("group".length))] ?? UNKNOWN),
  })),
];

/** Longest lifetimes in seconds, of IKE's own keys and of those of the data. */
export const LONGEST = {
  ikeLifetime: { seconds: 86_400, source: `${BSI} (24 hours)` },
  lifetime: { seconds: 14_400, source: `${BSI} (4 hours)` },
} as const;
