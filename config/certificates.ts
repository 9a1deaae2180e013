import * as z from "zod";
import { key } from "./scalars.ts";

/** A name of DNS with at least two labels: no wildcard, no address. */
const domain = z
  .string()
  .max(253)
  .regex(/^(?=.*[a-z])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, {
    error: "allowed: a domain in lower case such as digimed.example.org, without a wildcard",
  });

/** Client certificates of a zone: who signs them, for which names, for how long. */
export const certificates = z
  .strictObject({
    authority: key.describe(
      "Entry of authorities.yaml: the OpenBao that signs, and a token that may write roles there.",
    ),
    mount: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_-]{0,99}$/, { error: "allowed: a mount such as pki-clinics" })
      .describe("Where its PKI engine with the signing certificate is. The authority's owner makes it."),
    domains: z
      .array(domain)
      .min(1, { error: "allowed: at least one domain" })
      .describe("Certificates are for names below these, and for no other."),
    hours: z
      .int()
      .min(1, { error: "allowed: 1 to 168 hours" })
      .max(168, { error: "allowed: 1 to 168 hours" })
      .default(12)
      .describe("Longest life of a certificate, in hours."),
  })
  .describe(
    "Short-lived client certificates for the zone's services: a role and a policy of an OpenBao. No certificate and no private key passes through Tresor. Default: none.",
  );
