import { LS_LOGIN } from "../unit/plan/people.ts";
import type { Case, Loose } from "./fixtures.ts";
import { cohort, commons, preset, type Zone } from "./zone-parts.ts";

type ZoneCase = Case<"zone">;
type Person = NonNullable<Zone["permit"]["persons"]>[string];

const ada = (more: Partial<Person> = {}): Person => ({
  partner: "heart-centre",
  identity: { user: "ada@heart.example" },
  ...more,
});
const persons = (config: Zone, named: Record<string, Person>): void => void (config.permit.persons = named);

/** Rules of the permit and of the persons in it. */
export const PERSON_CASES: Readonly<Record<string, readonly ZoneCase[]>> = {
  "permit-basis": [
    { name: "one of the list", change: (c) => (c.permit.basis = "EHDS Art. 68") },
    { name: "another domain's, in words", change: (c) => (c.permit.basis = "other: licence of the survey's owner") },
    { name: "two of the list", change: (c) => (c.permit.alsoBasedOn = ["GDPR Art. 6(1)(e)"]) },
    {
      name: "one of another spelling",
      change: (c) => (c.permit.basis = "§ 64e SGB V"),
      refuses: ["zone.permit.basis"],
    },
    { name: "other without words", change: (c) => (c.permit.basis = "other: "), refuses: ["zone.permit.basis"] },
    {
      name: "the same one twice",
      change: (c) => (c.permit.alsoBasedOn = [c.permit.basis]),
      refuses: ["zone.permit.alsoBasedOn[0]"],
    },
  ],
  "permit-datasets": [
    { name: "all of the config", change: (c) => (c.permit.datasets = ["commons/cohort", "heart/imaging"]) },
    { name: "unset", change: (c) => delete c.permit.datasets },
    {
      name: "one that is not covered",
      change: (c) => (c.permit.datasets = ["commons/cohort"]),
      refuses: ["zone.areas.heart.datasets.imaging"],
    },
    {
      name: "one that is not there",
      change: (c) => (c.permit.datasets = ["commons/cohort", "heart/imaging", "heart/imagin"]),
      refuses: ["zone.permit.datasets[2]"],
    },
    {
      name: "one twice",
      change: (c) => (c.permit.datasets = ["commons/cohort", "heart/imaging", "heart/imaging"]),
      refuses: ["zone.permit.datasets[2]"],
    },
  ],
  "person-identity": [
    {
      name: "known to a provider, in another domain",
      change: (c) => persons(c, { ada: ada({ identity: { user: "ada@heart.example", id: "0a1b2c" } }) }),
    },
    {
      name: "a user of the zone whose id somebody else gave",
      change: (c) => {
        preset(c, "isolated");
        persons(c, { ada: ada({ identity: { local: true, id: "0a1b2c" } }) });
      },
      refuses: ["zone.permit.persons.ada.identity.id"],
    },
    { name: "one way", change: (c) => persons(c, { ada: ada() }) },
    { name: "no persons", change: (c) => delete c.permit.persons },
    {
      name: "no way",
      change: (c) => persons(c, { ada: ada({ identity: {} }) }),
      refuses: ["zone.permit.persons.ada.identity"],
    },
    {
      name: "two ways",
      change: (c) => {
        preset(c, "isolated");
        persons(c, { ada: ada({ identity: { user: "ada@heart.example", local: true } }) });
      },
      refuses: ["zone.permit.persons.ada.identity"],
    },
    {
      name: "two persons with one identity, in another case",
      change: (c) => persons(c, { ada: ada(), ben: ada({ identity: { user: "Ada@heart.example" } }) }),
      refuses: ["zone.permit.persons.ben.identity.user"],
    },
  ],
  "person-until": [
    { name: "before the permit's end", change: (c) => persons(c, { ada: ada({ until: "2029-12-31" }) }) },
    { name: "in the past: left out of the group", change: (c) => persons(c, { ada: ada({ until: "2020-01-01" }) }) },
    {
      name: "after the permit's end",
      change: (c) => persons(c, { ada: ada({ until: "2030-01-01" }) }),
      refuses: ["zone.permit.persons.ada.until"],
    },
    { name: "unset", change: (c) => persons(c, { ada: ada() }) },
  ],
  "person-preset": [
    { name: "by a provider in a confidential zone", change: (c) => persons(c, { ada: ada() }) },
    {
      name: "local in an isolated zone",
      change: (c) => {
        preset(c, "isolated");
        persons(c, { ada: ada({ identity: { local: true } }) });
      },
    },
    {
      name: "local in a confidential zone",
      change: (c) => persons(c, { ada: ada({ identity: { local: true } }) }),
      refuses: ["zone.permit.persons.ada.identity.local"],
    },
    { name: "no persons", change: () => undefined },
  ],
  "frozen-since": [
    { name: "today", change: (c) => (c.frozen = { since: "2026-11-21", reason: "a leak", by: "us" }) },
    { name: "not frozen", change: (c) => delete c.frozen },
    {
      name: "tomorrow",
      change: (c) => (c.frozen = { since: "2026-11-22", reason: "a leak", by: "us" }),
      refuses: ["zone.frozen.since"],
    },
  ],
};

/** Cases that belong to rules which are tested elsewhere, too. */
export const MORE_CASES: Readonly<Record<string, readonly ZoneCase[]>> = {
  "permit-valid": [
    {
      name: "expired, frozen: what takes access away is never refused",
      change: (c) => (c.frozen = { since: "2026-11-21", reason: "the permit ended", by: "us" }),
      today: "2030-01-01",
    },
  ],
  "partner-permitted": [
    {
      name: "a person of a partner that the permit does not name",
      change: (c) => {
        c.permit.partners = ["heart-centre", "uni-north"];
        commons(c).partners = { "heart-centre": "write", "uni-north": "read" };
        delete c.granted.networks["commons/uni-south"];
        cohort(c).access = {};
        persons(c, { ada: ada({ partner: "uni-south" }) });
      },
      refuses: ["zone.permit.persons.ada.partner"],
    },
  ],
  "partner-known": [
    {
      name: "a person of an unknown partner",
      change: (c) => persons(c, { ada: ada({ partner: "hart-centre" }) }),
      refuses: ["zone.permit.persons.ada.partner"],
    },
  ],
  "zone-names-unique": [
    {
      name: "a local person who would be the pipeline",
      change: (c) => {
        preset(c, "isolated");
        persons(c, { pipeline: ada({ identity: { local: true } }) });
      },
      refuses: ["zone.permit.persons.pipeline"],
    },
  ],
};

type PlatformCase = Case<"platform">;
const provider = (): Loose<typeof LS_LOGIN> => structuredClone(LS_LOGIN) as Loose<typeof LS_LOGIN>;

/** Rules of identity providers. */
export const FEDERATION_CASES: Readonly<Record<string, readonly PlatformCase[]>> = {
  "federation-issuer": [
    { name: "issuers of their own", change: (c) => (c.federation = { ls: provider() }) },
    { name: "no provider", change: (c) => (c.federation = {}) },
    {
      name: "one issuer of two providers",
      change: (c) => (c.federation = { ls: provider(), other: provider() }),
      refuses: ["platform.federation.other.issuers[0]"],
    },
  ],
  "federation-protocol": [
    { name: "an address for OpenID Connect", change: (c) => (c.federation = { ls: provider() }) },
    {
      name: "an entity id for SAML",
      change: (c) => (c.federation = { dfn: { ...provider(), protocol: "saml2", issuers: ["urn:example:idp"] } }),
    },
    {
      name: "an entity id for OpenID Connect",
      change: (c) => (c.federation = { ls: { ...provider(), issuers: ["urn:example:idp"] } }),
      refuses: ["platform.federation.ls.issuers[0]"],
    },
  ],
  "federation-groups": [
    { name: "each line once", change: (c) => (c.federation = { ls: provider() }) },
    { name: "no provider", change: (c) => (c.federation = {}) },
    {
      name: "a line twice",
      change: (c) => {
        const ls = provider();
        c.federation = { ls: { ...ls, groups: [...ls.groups, ls.groups[0]!] } };
      },
      refuses: ["platform.federation.ls.groups[3]"],
    },
  ],
};
