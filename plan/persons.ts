import type { ZoneConfig } from "../config/index.ts";
import type { PersonConfig } from "../config/permit.ts";
import type { PlanBuilder } from "./build.ts";
import type { MemberFacts } from "./facts.ts";
import { byText, partnerGroupName, personUserName } from "./names.ts";

/** Last day of anything that the zone hands out: its own, or the permit's where that is sooner. */
export function endOf(config: ZoneConfig, until?: string): string {
  const { expires } = config.permit;
  return until === undefined || until > expires ? expires : until;
}

/** True where nobody but the pipeline has access, because the config says so. */
export const isFrozen = (config: ZoneConfig): boolean => config.frozen !== undefined;

/** True for a person whose own last day has passed. */
export const isPersonOver = ({ until }: PersonConfig, today: string): boolean => until !== undefined && until < today;

/** Persons by key, sorted: the order in the file says nothing. */
export const personsOf = (config: ZoneConfig): readonly (readonly [string, PersonConfig])[] =>
  Object.entries(config.permit.persons ?? {}).toSorted(([a], [b]) => byText(a, b));

/** Users of the zone's own domain: one for each local person, disabled after the last day. Data of persons is not here: no e-mail. */
function planUsers(plan: PlanBuilder, config: ZoneConfig, today: string): void {
  for (const [key, person] of personsOf(config)) {
    if (person.identity.local !== true) continue;
    const until = endOf(config, person.until);
    plan.add(
      "person",
      [config.name, key],
      personUserName(config.name, key),
      { title: person.name ?? key, partner: person.partner, until, enabled: until >= today },
      `zone.permit.persons.${key}`,
    );
  }
}

function membersOf(config: ZoneConfig, partner: string, today: string): readonly MemberFacts[] {
  return personsOf(config)
    .filter(([, person]) => person.partner === partner && !isPersonOver(person, today))
    .map(([key, { identity }]) =>
      identity.local === true
        ? { person: key, user: null, userId: `person/${config.name}/${key}` }
        : { person: key, user: identity.user ?? "", userId: null },
    );
}

/**
 * Persons, and who is in which partner's group: the whole list, where the permit names persons. A frozen zone keeps its members, whose
 * groups then have no role anywhere.
 */
export function planPersons(plan: PlanBuilder, config: ZoneConfig, today: string): void {
  plan.add(
    "domain-access",
    [config.name],
    config.name,
    { assignments: [], expected: [{ role: "manager", pipeline: true }] },
    "zone.name",
  );
  if (config.permit.persons === undefined) return;
  planUsers(plan, config, today);
  for (const partner of Object.keys(config.partners)) {
    const members = membersOf(config, partner, today);
    plan.add(
      "group-members",
      [config.name, partner],
      partnerGroupName(config.name, partner),
      { groupId: `partner-group/${config.name}/${partner}`, members },
      ["zone.permit.persons"],
    );
  }
}
