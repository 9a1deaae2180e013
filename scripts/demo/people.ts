import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { areaBenches } from "../../config/zone.ts";
import { placeKey, placeName } from "../../plan/names.ts";
import { makePerson, openZone } from "../proof/world.ts";
import { withEntries } from "../site/clouds-yaml.ts";
import { writeWhole } from "../site/files.ts";

/**
 * One person for each bench, so that there is somebody to work and to attack as: local users that the zone's own manager makes, where
 * in real life an identity provider brings them. Their entries stand beside the pipeline's, `<zone>-<area>-<partner>`; those that are
 * there already are kept.
 * @returns the entries' names
 */
export async function ensurePeople(directory: string, stack: string): Promise<readonly string[]> {
  const zone = await openZone(directory, stack);
  const file = join(directory, "clouds.yaml");
  const names: string[] = [];
  try {
    for (const [area, config] of Object.entries(zone.config.areas)) {
      for (const partner of areaBenches(config)) {
        const entry = placeName(zone.name, placeKey(area, partner));
        names.push(entry);
        const text = await readFile(file, "utf8");
        if (text.includes(`\n  ${entry}:\n`)) continue;
        const person = await makePerson(zone, partner, placeKey(area, partner));
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
        const made = { auth, ...(region === undefined ? {} : { region_name: region }), identity_api_version: 3 };
        await writeWhole(file, withEntries(text, file, { [entry]: made }), 0o600);
      }
    }
  } finally {
    for (const session of [zone.domain, ...Object.values(zone.areas)]) session.close();
  }
  return names;
}
