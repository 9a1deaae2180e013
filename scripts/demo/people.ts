import { join } from "node:path";
import type { ZoneConfig } from "../../config/index.ts";
import { areaBenches } from "../../config/zone.ts";
import { ApiError, Session } from "../../openstack/index.ts";
import { placeKey, placeName } from "../../plan/names.ts";
import { makePerson, openZone, type ZoneWorld } from "../proof/world.ts";
import { hasEntry, withEntries } from "../site/clouds-yaml.ts";
import { readText, writeWhole } from "../site/files.ts";
import { withFileLock } from "../site/lock.ts";

/** One bench, with the entry of clouds.yaml by which somebody works on it. */
export interface BenchEntry {
  readonly entry: string;
  readonly partner: string;
  readonly place: string;
}

/** Every bench of a zone. */
export const benchEntries = ({ name, areas }: Pick<ZoneConfig, "name" | "areas">): readonly BenchEntry[] =>
  Object.entries(areas).flatMap(([area, config]) =>
    areaBenches(config).map((partner) => {
      const place = placeKey(area, partner);
      return { entry: placeName(name, place), partner, place };
    }),
  );

/** What the making of people needs of the cloud. */
interface PeopleAt {
  /** Whether an entry still logs in: who was made on a cloud that was emptied does not. */
  readonly logsIn: (entry: string) => Promise<boolean>;
  /** Makes somebody and gives the entry. */
  readonly make: (bench: BenchEntry) => Promise<object>;
}

/** The text of clouds.yaml with an entry that logs in for each bench; all other entries stay. */
export async function withPeople(
  text: string,
  file: string,
  benches: readonly BenchEntry[],
  { logsIn, make }: PeopleAt,
): Promise<string> {
  const made: Record<string, object> = {};
  for (const bench of benches)
    if (!hasEntry(text, file, bench.entry) || !(await logsIn(bench.entry))) made[bench.entry] = await make(bench);
  return Object.keys(made).length === 0 ? text : withEntries(text, file, made);
}

async function logsIn(entry: string, file: string): Promise<boolean> {
  const session = await Session.open(entry, {}, { ...process.env, OS_CLIENT_CONFIG_FILE: file });
  try {
    await session.token();
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return false;
    throw error;
  } finally {
    session.close();
  }
}

async function makeEntry(zone: ZoneWorld, { entry, partner, place }: BenchEntry): Promise<object> {
  const person = await makePerson(zone, partner, place);
  person.session.close();
  const { authUrl, region } = zone.domain.entry;
  const auth = {
    auth_url: `${authUrl}/v3`,
    username: person.name,
    password: person.password,
    user_domain_name: zone.name,
    project_name: entry,
    project_domain_name: zone.name,
  };
  return { auth, ...(region === undefined ? {} : { region_name: region }), identity_api_version: 3 };
}

/**
 * One person for each bench, so that there is somebody to work and to attack as: local users that the zone's own manager makes, where
 * in real life an identity provider brings them. Their entries stand beside the pipeline's, `<zone>-<area>-<partner>`; those that still
 * log in are kept.
 * @returns the entries' names
 */
export async function ensurePeople(directory: string, stack: string): Promise<readonly string[]> {
  const zone = await openZone(directory, stack);
  const file = join(directory, "clouds.yaml");
  const benches = benchEntries(zone.config);
  try {
    await withFileLock(file, async () => {
      const text = await readText(file);
      const at = {
        logsIn: (entry: string) => logsIn(entry, file),
        make: (bench: BenchEntry) => makeEntry(zone, bench),
      };
      const next = await withPeople(text, file, benches, at);
      if (next !== text) await writeWhole(file, next, 0o600);
    });
  } finally {
    for (const session of [zone.domain, ...Object.values(zone.areas)]) session.close();
  }
  return benches.map(({ entry }) => entry);
}
