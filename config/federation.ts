import * as z from "zod";
import { cloudId, key, zoneName } from "./scalars.ts";

/** Keystone keeps no longer ones (`remote_ids`). */
const LONGEST_ISSUER = 64;

const issuer = z
  .string()
  .max(LONGEST_ISSUER, { error: `allowed: at most ${LONGEST_ISSUER} characters, which Keystone keeps` })
  .regex(/^(https:\/\/|urn:)\S+$/, {
    error: "allowed: an issuer such as https://login.example/oidc/, or an entity id that starts with https:// or urn:",
  });

const variable = z
  .string()
  .max(255)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_:.-]*$/, { error: "allowed: the name of a variable, such as HTTP_OIDC_SUB" });

const group = z
  .strictObject({
    entitlement: z
      .string()
      .min(3)
      .max(255)
      // Keystone splits what the web server hands over at semicolons, and takes braces for places to fill.
      .regex(/^[^;{}\s]+$/, { error: "allowed: an entitlement without space, semicolon or brace" })
      .describe("Value that the provider vouches for, such as `urn:geant:example.org:group:digimed:heart`."),
    zone: zoneName,
    partner: key.describe("Partner whose group the person is in for the time of the log-in."),
  })
  .describe("An entitlement, and the partner's group that it stands for.");

export const identityProvider = z
  .strictObject({
    title: z.string().min(1).max(200).describe("Who vouches, for people."),
    protocol: z
      .enum(["openid", "saml2"])
      .describe("OpenID Connect or SAML 2.0; also the name under which Keystone's web server knows it."),
    issuers: z
      .array(issuer)
      .min(1)
      .describe("Issuer (OpenID Connect) or entity ids (SAML); no two providers share one."),
    domain: cloudId
      .optional()
      .describe(
        "Id of the domain in which its users appear. Default: Keystone makes one, which goes with the provider.",
      ),
    groupMinutes: z
      .int()
      .min(5)
      .max(1440)
      .default(480)
      .describe("How long a log-in's groups hold, in minutes; then the person logs in again."),
    claims: z
      .strictObject({
        subject: variable.optional().describe("Default: HTTP_OIDC_SUB, for SAML eppn."),
        entitlement: variable.optional().describe("Default: HTTP_OIDC_EDUPERSON_ENTITLEMENT, for SAML entitlement."),
        issuer: variable.optional().describe("Default: HTTP_OIDC_ISS, for SAML Shib-Identity-Provider."),
      })
      .prefault({})
      .describe("Variables in which the web server before Keystone hands over what the provider says."),
    groups: z.array(group).min(1).describe("Who gets in where: whoever has none of these does not log in at all."),
  })
  .describe("An identity provider, such as LS Login.");

export type IdentityProviderConfig = z.infer<typeof identityProvider>;
