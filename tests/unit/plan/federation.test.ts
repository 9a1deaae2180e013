import { describe, expect, it } from "vitest";
import { claimsOf, mappingRules } from "../../../plan/federation.ts";
import { planPlatform } from "../../../plan/platform.ts";
import { planned } from "../../../plan/types.ts";
import { examples } from "./examples.ts";
import { LS_LOGIN, withFederation } from "./people.ts";

/** What Keystone makes of rules and claims: a rule without its entitlement matches nobody. */
function groupsFor(claims: Readonly<Record<string, string>>): readonly string[] | undefined {
  const matched = mappingRules(LS_LOGIN).filter(({ remote }) =>
    remote.every((condition) => {
      const said = claims[condition.type]?.split(";");
      return "any_one_of" in condition ? said?.some((one) => condition.any_one_of.includes(one)) : said !== undefined;
    }),
  );
  return matched.length === 0 ? undefined : matched.map(({ local }) => local[1].group.name);
}
const ENTITLEMENT = "HTTP_OIDC_EDUPERSON_ENTITLEMENT";
const of = (...names: string[]): string =>
  names.map((name) => `urn:geant:lifescience-ri.eu:group:digimed:${name}`).join(";");

describe("mapping rules of an identity provider (SPE4HD-3, DENBI-7)", () => {
  it("are one for each partner's group, by domain and name, with all its entitlements", () => {
    expect(mappingRules(LS_LOGIN)).toEqual([
      {
        local: [
          { user: { name: "{0}", type: "ephemeral" } },
          { group: { name: "digimed-heart-centre", domain: { name: "digimed" } } },
        ],
        remote: [{ type: "HTTP_OIDC_SUB" }, { type: ENTITLEMENT, any_one_of: [of("guests"), of("heart")] }],
      },
      {
        local: [
          { user: { name: "{0}", type: "ephemeral" } },
          { group: { name: "digimed-uni-north", domain: { name: "digimed" } } },
        ],
        remote: [{ type: "HTTP_OIDC_SUB" }, { type: ENTITLEMENT, any_one_of: [of("north")] }],
      },
    ]);
  });

  it("let in whom an entitlement names, and nobody without one", () => {
    expect(groupsFor({ HTTP_OIDC_SUB: "ada", [ENTITLEMENT]: of("heart") })).toEqual(["digimed-heart-centre"]);
    expect(groupsFor({ HTTP_OIDC_SUB: "ada", [ENTITLEMENT]: of("north", "guests") })).toHaveLength(2);
    expect(groupsFor({ HTTP_OIDC_SUB: "eve" })).toBeUndefined();
    expect(groupsFor({ HTTP_OIDC_SUB: "eve", [ENTITLEMENT]: `${of("heart")}:visitors` })).toBeUndefined();
    expect(groupsFor({ [ENTITLEMENT]: of("heart") })).toBeUndefined();
  });

  it("do not hang on the order in the file", () => {
    expect(mappingRules({ ...LS_LOGIN, groups: LS_LOGIN.groups.toReversed() })).toEqual(mappingRules(LS_LOGIN));
  });

  it("read the variables of the protocol's usual module, or those that the config names", () => {
    expect(claimsOf({ protocol: "saml2", claims: {} })).toEqual({
      subject: "eppn",
      entitlement: "entitlement",
      issuer: "Shib-Identity-Provider",
    });
    expect(claimsOf({ protocol: "openid", claims: { subject: "OIDC-sub" } }).subject).toBe("OIDC-sub");
  });
});

describe("the platform's plan", () => {
  it("holds a provider, its mapping and its protocol, which name each other", () => {
    const plan = planPlatform(withFederation(examples.platform()));
    const [provider] = planned(plan, "identity-provider");
    const [protocol] = planned(plan, "federation-protocol");
    expect(provider!.facts).toEqual({
      title: "LS Login",
      remoteIds: LS_LOGIN.issuers,
      domain: null,
      groupMinutes: 480,
    });
    expect(protocol!.facts).toEqual({
      provider: provider!.id,
      protocol: "openid",
      mappingId: planned(plan, "mapping")[0]!.id,
      remoteIdAttribute: "HTTP_OIDC_ISS",
    });
    expect(planned(planPlatform(examples.platform()), "identity-provider")).toEqual([]);
  });
});
