// eslint-disable-next-line no-restricted-imports -- two pure parsers; nothing of it opens a connection
import { isIPv4, isIPv6 } from "node:net";
import * as z from "zod";
import { cidr, key } from "./scalars.ts";

const isAddress = (text: string): boolean => isIPv4(text) || (isIPv6(text) && !text.includes("%"));

/** One address of either version. */
export const ipAddress = z
  .string()
  .refine(isAddress, { error: "allowed: an address such as 203.0.113.7 or 2001:db8::7" });

/** A public key of Curve25519: 32 bytes in base64, in its one spelling; the key of zeros is nobody's. */
export const wireguardKey = z
  .string()
  .regex(/^(?!A{43}=)[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, {
    error: "allowed: a public key of 32 bytes in base64, as `wg pubkey` prints it",
  })
  .describe("Public key of the site's end, as `wg pubkey` prints it; the private one never leaves the site.");

const isEndpoint = (text: string): boolean => {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):([1-9]\d{0,4})$/.exec(text);
  if (match === null || Number(match[3]) > 65535) return false;
  return match[1] === undefined ? isIPv4(match[2] ?? "") : isAddress(match[1]) && isIPv6(match[1]);
};

/** An address and port; no name: a gateway that asks a DNS server can be led elsewhere, and may not reach one at all. */
export const wireguardEndpoint = z
  .string()
  .refine(isEndpoint, { error: "allowed: an address and a port, such as 203.0.113.7:51820 or [2001:db8::7]:51820" })
  .describe("Where the site's end listens. Default: the site dials in, and `from` says from where.");

/** `wireguard:` of a site. */
export const wireguardSection = z
  .strictObject({
    publicKey: wireguardKey,
    endpoint: wireguardEndpoint.optional(),
    from: z
      .array(cidr)
      .min(1, { error: "allowed: at least one network" })
      .optional()
      .describe(
        "Networks from which the site dials, where it has no endpoint: the gateway's port is open to nobody else.",
      ),
  })
  .describe("The site's end of a WireGuard tunnel to the zone's gateway machine.");

/** What Neutron's VPN service takes as encryption; which of them are good enough is for the rules to say. */
export const IPSEC_ENCRYPTION = [
  "3des",
  ...["aes-128", "aes-192", "aes-256"].flatMap((cipher) => [
    cipher,
    `${cipher}-ctr`,
    ...["ccm", "gcm"].flatMap((mode) => [8, 12, 16].map((tag) => `${cipher}-${mode}-${tag}`)),
  ]),
] as readonly string[];
export const IPSEC_AUTH = ["sha1", "sha256", "sha384", "sha512", "aes-xcbc", "aes-cmac"] as const;
export const IPSEC_GROUPS = [2, 5, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31].map(
  (group) => `group${group}`,
);

const seconds = z.int().min(60, { error: "allowed: 60 or more seconds" });

/** The cryptography of an IPsec site; every part has a default, and nothing is left to a device's own. */
export const ipsecProposal = z.strictObject({
  ikeVersion: z.enum(["v1", "v2"]).default("v2").describe("Version of IKE."),
  encryption: z
    .enum(IPSEC_ENCRYPTION as [string, ...string[]])
    .default("aes-256-gcm-16")
    .describe("Encryption of IKE and of the data."),
  auth: z.enum(IPSEC_AUTH).default("sha384").describe("Hash of IKE's key derivation; with GCM the data need no other."),
  pfs: z
    .enum(IPSEC_GROUPS as [string, ...string[]])
    .default("group20")
    .describe("Key exchange group, of IKE and again for each key of the data (perfect forward secrecy)."),
  ikeLifetime: seconds.default(28_800).describe("Seconds until IKE makes new keys for itself."),
  lifetime: seconds.default(3_600).describe("Seconds until the data get a new key."),
});
export type IpsecProposal = z.infer<typeof ipsecProposal>;

/** `ipsec:` of a site. */
export const ipsecSection = z
  .strictObject({
    peer: ipAddress.describe("Public address of the site's device."),
    peerId: z
      .string()
      .regex(/^[A-Za-z0-9@._:-]{1,255}$/, { error: "allowed: letters, digits and @ . _ : -" })
      .optional()
      .describe("How the device names itself. Default: its address."),
    secret: key.describe("Name of the pre-shared key below `tresor:secrets`; never the key itself."),
    ...ipsecProposal.shape,
  })
  .describe("The site's end of an IPsec tunnel to Neutron's VPN service.");

export type WireguardSection = z.infer<typeof wireguardSection>;
export type IpsecSection = z.infer<typeof ipsecSection>;
