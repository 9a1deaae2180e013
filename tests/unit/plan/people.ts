import type { PlatformConfig, ZoneConfig } from "../../../config/index.ts";

/** Persons of the example's partners: two that an identity provider knows, two users of the zone. */
export const PERSONS: NonNullable<ZoneConfig["permit"]["persons"]> = {
  ada: { name: "Ada Example", partner: "heart-centre", identity: { user: "ada@heart.example" } },
  ben: { partner: "uni-north", identity: { user: "ben@north.example" }, until: "2027-06-30" },
  cleo: { name: "Cleo Example", partner: "uni-south", identity: { local: true } },
  dan: { partner: "heart-centre", identity: { local: true }, until: "2026-12-31" },
};

/** The zone with these persons in its permit. */
export const withPersons = (zone: ZoneConfig, persons: ZoneConfig["permit"]["persons"] = PERSONS): ZoneConfig => ({
  ...zone,
  permit: { ...zone.permit, persons },
});

export const FROZEN = { since: "2026-11-21", reason: "the permit was withdrawn", by: "the board" } as const;
export const freezeConfig = (zone: ZoneConfig): ZoneConfig => ({ ...zone, frozen: FROZEN });

/** LS Login as an identity provider, with groups of the example zone. */
export const LS_LOGIN: PlatformConfig["federation"][string] = {
  title: "LS Login",
  protocol: "openid",
  issuers: ["https://login.aai.lifescience-ri.eu/oidc/"],
  groupMinutes: 480,
  claims: {},
  groups: [
    { entitlement: "urn:geant:lifescience-ri.eu:group:digimed:north", zone: "digimed", partner: "uni-north" },
    { entitlement: "urn:geant:lifescience-ri.eu:group:digimed:heart", zone: "digimed", partner: "heart-centre" },
    { entitlement: "urn:geant:lifescience-ri.eu:group:digimed:guests", zone: "digimed", partner: "heart-centre" },
  ],
};

export const withFederation = (platform: PlatformConfig): PlatformConfig => ({
  ...platform,
  federation: { "ls-login": LS_LOGIN },
});
