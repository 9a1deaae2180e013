import type { ZoneConfig } from "../config/index.ts";
import type { StudyKeyConfig } from "../config/keys.ts";
import { endOf } from "../config/scalars.ts";
import { memberNames, byText, entryOf } from "./names.ts";
import { isDeletable, type AreaContext } from "./area.ts";
import { crawlerOpens, crawlerUserId, doorEnd, isOver } from "./doors.ts";
import type { AssignmentFacts, KeyReaderFacts } from "./facts.ts";
import { isFrozen, isPersonOver } from "./persons.ts";

/** Keys of an area's studies, sorted: the order in the file says nothing. */
export const studyKeysOf = (area: AreaContext["area"]): readonly (readonly [string, StudyKeyConfig])[] =>
  Object.entries(area.studyKeys).toSorted(([a], [b]) => byText(a, b));

/**
 * The role by which the pipeline says who may read a key. The shipped policy of Barbican leaves access lists to managers of the key's
 * own project, so that no person's `member` opens a key; the pipeline, which manages the domain, gives itself that role.
 */
export const keyAssignments = ({ area }: Pick<AreaContext, "area">): readonly AssignmentFacts[] =>
  studyKeysOf(area).length === 0 ? [] : [{ role: "manager", pipeline: true }];

function personReader(config: ZoneConfig, key: string, today: string): readonly KeyReaderFacts[] {
  const person = entryOf(config.permit.persons ?? {}, key);
  if (person === undefined || isPersonOver(person, today)) return [];
  const { local, user, id } = person.identity;
  if (local === true) return [{ who: key, userId: `person/${config.name}/${key}`, user: null, cloudId: null }];
  return [{ who: key, userId: null, user: user ?? "", cloudId: id ?? null }];
}

const second = (text: string): string => new Date(endOf(text)).toISOString().replace(/\.\d+Z$/, "Z");

/** The key's own end. It stays what Barbican was told, also where the permit was shortened after that. */
const keyEnd = (config: ZoneConfig, { until, closes }: StudyKeyConfig): string =>
  closes === undefined ? doorEnd(config, until) : second(until);

function readersOf(context: AreaContext, of: StudyKeyConfig, today: string): readonly KeyReaderFacts[] {
  const { config, key } = context;
  if (isFrozen(config) || isOver(config, of.closes ?? of.until, today)) return [];
  const persons = of.persons.toSorted(byText).flatMap((person) => personReader(config, person, today));
  const services = crawlerOpens(context, today) ? of.services : [];
  return [
    ...persons,
    ...services.map((who) => ({ who, userId: crawlerUserId(config.name, key), user: null, cloudId: null })),
  ];
}

/** What uses a key, by plan id: every machine of a group. Names that are neither are refused by a rule. */
function usersOf({ config, key, area }: AreaContext, { usedBy }: StudyKeyConfig): readonly string[] {
  return usedBy
    .flatMap((end) => {
      const [section, name = ""] = end.split("/");
      if (section === "datasets") {
        const dataset = entryOf(area.datasets, name);
        return dataset === undefined ? [] : [`${dataset.kind}/${config.name}/${key}/${name}`];
      }
      const count = entryOf(area.machines, name)?.count ?? 0;
      return memberNames(name, count).map((member) => `machine/${config.name}/${key}/${member}`);
    })
    .toSorted(byText);
}

/** Keys of an area's studies. Each is named with its zone and area: a key of Barbican has no other description. */
export function planStudyKeys(context: AreaContext, today: string): void {
  const { plan, config, key, area, project, path } = context;
  for (const [name, of] of studyKeysOf(area))
    plan.add(
      "study-key",
      [config.name, key, name],
      `${project}-${name}`,
      {
        owner: of.owner,
        expiration: keyEnd(config, of),
        closes: of.closes === undefined ? null : doorEnd(config, of.closes),
        readers: readersOf(context, of, today),
        usedBy: usersOf(context, of),
        ended: keyEnd(config, of) < `${today}T00:00:00Z`,
        deletable: isDeletable(config, of),
      },
      `${path}.studyKeys.${name}`,
      { project },
    );
}
