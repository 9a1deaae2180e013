import type { PlatformConfig } from "../config/index.ts";
import type { IdentityProviderConfig } from "../config/federation.ts";
import type { PlanBuilder } from "./build.ts";
import { byText, partnerGroupName } from "./names.ts";

/** A rule of a mapping as Keystone takes it (OS-FEDERATION, mapping schema 1.0). */
export interface MappingRule {
  readonly local: readonly [
    { readonly user: { readonly name: string; readonly type: string } },
    { readonly group: { readonly name: string; readonly domain: { readonly name: string } } },
  ];
  readonly remote: readonly [
    { readonly type: string },
    { readonly type: string; readonly any_one_of: readonly string[] },
  ];
}

/** Variables of the usual modules of a web server: mod_auth_openidc, Shibboleth. */
const CLAIMS = {
  openid: {
    subject: "HTTP_OIDC_SUB",
    entitlement: "HTTP_OIDC_EDUPERSON_ENTITLEMENT",
    issuer: "HTTP_OIDC_ISS",
  },
  saml2: { subject: "eppn", entitlement: "entitlement", issuer: "Shib-Identity-Provider" },
} as const;

type Claims = Readonly<Record<"subject" | "entitlement" | "issuer", string>>;

/** The variables of a provider, those that the config does not name by the protocol's usual module. */
export function claimsOf({ protocol, claims }: Pick<IdentityProviderConfig, "protocol" | "claims">): Claims {
  const usual = CLAIMS[protocol];
  return {
    subject: claims.subject ?? usual.subject,
    entitlement: claims.entitlement ?? usual.entitlement,
    issuer: claims.issuer ?? usual.issuer,
  };
}

/**
 * The rules of a provider's mapping: one for each partner's group, each of which names the user too. Keystone lets in whom any rule
 * matches, so no rule matches without an entitlement: a person without one gets no token, not even an unscoped one. The entitlement is
 * compared as a whole; nothing that the provider says becomes a name of a group.
 */
export function mappingRules(provider: Pick<IdentityProviderConfig, "protocol" | "claims" | "groups">): MappingRule[] {
  const { subject, entitlement } = claimsOf(provider);
  const places = new Map<string, { readonly zone: string; readonly group: string; readonly entitlements: string[] }>();
  for (const { zone, partner, entitlement: value } of provider.groups) {
    const group = partnerGroupName(zone, partner);
    const place = places.get(`${zone}/${group}`) ?? { zone, group, entitlements: [] };
    places.set(`${zone}/${group}`, place);
    if (!place.entitlements.includes(value)) place.entitlements.push(value);
  }
  return [...places]
    .toSorted(([a], [b]) => byText(a, b))
    .map(([, { zone, group, entitlements }]) => ({
      local: [{ user: { name: "{0}", type: "ephemeral" } }, { group: { name: group, domain: { name: zone } } }],
      remote: [{ type: subject }, { type: entitlement, any_one_of: entitlements.toSorted(byText) }],
    }));
}

/** The mapping of a provider in Keystone. */
export const mappingName = (provider: string): string => `tresor-${provider}`;

/** Identity providers with their mappings and protocols. */
export function planFederation(plan: PlanBuilder, config: PlatformConfig): void {
  for (const [name, provider] of Object.entries(config.federation)) {
    const because = `platform.federation.${name}`;
    plan.add(
      "identity-provider",
      ["platform", name],
      name,
      {
        title: provider.title,
        remoteIds: provider.issuers.toSorted(byText),
        domain: provider.domain ?? null,
        groupMinutes: provider.groupMinutes,
      },
      because,
    );
    const mappingId = plan.add(
      "mapping",
      ["platform", name],
      mappingName(name),
      { rules: mappingRules(provider) },
      `${because}.groups`,
    );
    plan.add(
      "federation-protocol",
      ["platform", name],
      `${name}/${provider.protocol}`,
      {
        provider: `identity-provider/platform/${name}`,
        protocol: provider.protocol,
        mappingId,
        remoteIdAttribute: claimsOf(provider).issuer,
      },
      because,
    );
  }
}
