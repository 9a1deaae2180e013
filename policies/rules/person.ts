import type { ZoneConfig } from "../../config/index.ts";
import type { PersonConfig } from "../../config/permit.ts";
import { ORDER, controlsOf, PRESETS } from "../presets.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { oneOf, pathTo } from "../walk.ts";

interface PersonAt {
  readonly key: string;
  readonly person: PersonConfig;
  readonly path: readonly string[];
}

const personsAt = (config: ZoneConfig): readonly PersonAt[] =>
  Object.entries(config.permit.persons ?? {}).map(([key, person]) => ({
    key,
    person,
    path: ["permit", "persons", key],
  }));

const common = { kind: "zone", severity: "error", requirements: ["DIGIMED-12", "DENBI-4"] } as const;

/** Whether exactly one way to log in is named. */
function oneWay({ person: { identity }, path }: PersonAt): readonly Violation[] {
  const ways = [identity.user, identity.local].filter((way) => way !== undefined).length;
  if (ways === 1 && identity.local === true && identity.id !== undefined)
    return [
      {
        path: pathTo(path, "identity", "id"),
        what: "the zone makes the user of this person itself",
        found: identity.id,
        next: "leave id out; it belongs to a user whom an identity provider brings",
      },
    ];
  if (ways === 1) return [];
  return [
    {
      path: pathTo(path, "identity"),
      what: ways === 0 ? "this person has no way to log in" : "this person has two ways to log in",
      found: ways === 0 ? "neither user nor local" : "user and local",
      allowed: "user: <subject or e-mail address>, or local: true",
      next: ways === 0 ? "name the one by which the identity provider knows the person" : "remove one of the two",
    },
  ];
}

export const personIdentity: ZoneRule = {
  ...common,
  id: "person-identity",
  why: "what is done must lead to one natural person, who is known in one way",
  check({ config }) {
    const seen = new Map<string, string>();
    const twice = personsAt(config).flatMap(({ key, person, path }): readonly Violation[] => {
      // Mail addresses differ in case at most where nobody uses it.
      const user = person.identity.user?.toLowerCase();
      if (user === undefined) return [];
      const first = seen.get(user);
      seen.set(user, first ?? key);
      if (first === undefined) return [];
      return [
        {
          path: pathTo(path, "identity", "user"),
          what: `this identity is that of ${first}, too`,
          found: person.identity.user ?? "",
          next: "give each person the own identity; somebody who works for two partners is one person of one of them",
        },
      ];
    });
    return [...personsAt(config).flatMap(oneWay), ...twice];
  },
};

export const personUntil: ZoneRule = {
  ...common,
  id: "person-until",
  why: "nobody has access longer than the permit",
  check({ config }) {
    const { expires } = config.permit;
    return personsAt(config).flatMap(({ person: { until }, path }): readonly Violation[] =>
      until === undefined || until <= expires
        ? []
        : [
            {
              path: pathTo(path, "until"),
              what: "this person's access outlives the permit",
              found: until,
              allowed: `${expires} or earlier`,
              next: "shorten it, or leave until out: then it ends with the permit",
            },
          ],
    );
  },
};

export const personPreset: ZoneRule = {
  ...common,
  id: "person-preset",
  why: "an identity provider checks who somebody is and knows when he leaves; a user of the zone does neither",
  check({ config }) {
    if (PRESETS[config.preset].localPersons) return [];
    return personsAt(config).flatMap(({ person, path }): readonly Violation[] =>
      person.identity.local !== true
        ? []
        : [
            {
              path: pathTo(path, "identity", "local"),
              what: `the preset ${config.preset} takes no person without an identity provider (${controlsOf("localPersons")})`,
              found: "local: true",
              allowed: `user: <subject or e-mail address>; local: true in ${oneOf(ORDER.filter((name) => PRESETS[name].localPersons))}`,
              next: "name the person as the identity provider knows it, or ask the operator for a lower preset",
            },
          ],
    );
  },
};

/** What mailboxes and accounts of several people are called (RFC 2142 among them). */
const SHARED =
  /^(abuse|accounts?|admins?|administrator|all|contact|data|demo|department|doctors?|everybody|everyone|group|guest|help|helpdesk|hostmaster|info|it|kontakt|lab|labor|mail|members|nobody|noreply|no-reply|office|operator|post|postmaster|projekt|project|research|root|security|sekretariat|service|shared|staff|station|studie|study|support|team|test|user|users|webmaster|ward)([-_.+]?\d+)?$/i;

export const personShared: ZoneRule = {
  ...common,
  id: "person-shared",
  severity: "warning",
  why: "a shared account leads to nobody",
  check({ config }) {
    return personsAt(config).flatMap(({ key, person, path }): readonly Violation[] => {
      const mailbox = person.identity.user?.split("@")[0];
      const shared = mailbox !== undefined && SHARED.test(mailbox) ? person.identity.user : undefined;
      if (shared === undefined && !SHARED.test(key)) return [];
      return [
        {
          path: shared === undefined ? pathTo(path) : pathTo(path, "identity", "user"),
          what: "this looks like an account of several people",
          found: shared ?? key,
          next: "name each person alone, with the own identity",
        },
      ];
    });
  },
};
