import type { PlatformRule, Violation } from "../rule.ts";
import { pathTo } from "../walk.ts";

const common = { kind: "platform", severity: "error", requirements: ["SPE4HD-3", "DENBI-7"] } as const;

export const federationIssuer: PlatformRule = {
  ...common,
  id: "federation-issuer",
  why: "by the issuer alone Keystone tells who vouches for a person",
  check({ config }) {
    const seen = new Map<string, string>();
    return Object.entries(config.federation).flatMap(([name, { issuers }]) =>
      issuers.flatMap((issuer, index): readonly Violation[] => {
        const first = seen.get(issuer);
        seen.set(issuer, first ?? pathTo("platform", "federation", name));
        if (first === undefined) return [];
        return [
          {
            path: pathTo("federation", name, "issuers", index),
            what: `this issuer stands in ${first} already`,
            found: issuer,
            next: "remove one of the two",
          },
        ];
      }),
    );
  },
};

export const federationProtocolIssuer: PlatformRule = {
  ...common,
  id: "federation-protocol",
  why: "an issuer of OpenID Connect is an address of which its keys are fetched",
  check({ config }) {
    return Object.entries(config.federation).flatMap(([name, { issuers, protocol }]) =>
      issuers.flatMap((issuer, index): readonly Violation[] =>
        protocol === "saml2" || issuer.startsWith("https://")
          ? []
          : [
              {
                path: pathTo("federation", name, "issuers", index),
                what: "this is no issuer of OpenID Connect",
                found: issuer,
                allowed: "an address that starts with https://",
                next: "write the issuer of its /.well-known/openid-configuration, or protocol: saml2",
              },
            ],
      ),
    );
  },
};

export const federationGroups: PlatformRule = {
  ...common,
  id: "federation-groups",
  why: "each line lets people in, so each is there once",
  check({ config }) {
    return Object.entries(config.federation).flatMap(([name, { groups }]) => {
      const said = groups.map(({ entitlement, zone, partner }) => `${entitlement} -> ${zone}/${partner}`);
      return said.flatMap((line, index): readonly Violation[] =>
        said.indexOf(line) === index
          ? []
          : [
              {
                path: pathTo("federation", name, "groups", index),
                what: "this line stands twice",
                found: line,
                next: "remove one of the two",
              },
            ],
      );
    });
  },
};
