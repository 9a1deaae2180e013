import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { attempt } from "../../scripts/proof/attempt.ts";
import type { World } from "../../scripts/proof/world.ts";
import { withFrozen, withoutFrozen } from "../../scripts/site/frozen.ts";
import { hasStatus, Session } from "../../openstack/index.ts";
import { buildZones, openZones, refreshCheck, sites, up, withEdit } from "./zones.ts";

let world: World;
const WORD = { since: "2026-01-01", reason: "a test of freezing", by: "the tests" } as const;
const file = join(sites.zone.directory, "Pulumi.digimed.yaml");

interface Data {
  readonly id: string;
  readonly name: string;
  readonly size: number;
}

/** Ids and sizes of all volumes and shares of the zone. */
async function dataOf(): Promise<readonly string[]> {
  const all = await Promise.all(
    Object.values(world.zone.areas).flatMap((session) => [
      session.paginate<Data>("block-storage", "/volumes/detail", "volumes"),
      session.paginate<Data>("shared-file-system", "/shares/detail", "shares"),
    ]),
  );
  return all
    .flat()
    .map(({ id, name, size }) => `${name} ${id} ${size}`)
    .toSorted();
}

/** Status of every machine of the areas. */
async function statuses(): Promise<readonly string[]> {
  const all = await Promise.all(
    Object.values(world.zone.areas).map((session) =>
      session.paginate<{ status: string }>("compute", "/servers/detail", "servers"),
    ),
  );
  return all.flat().map(({ status }) => status);
}

/** Whether a person gets in: a new log-in, as live tokens die with the role. */
async function getsIn(person: Session): Promise<boolean> {
  const session = new Session(person.entry);
  try {
    return (await attempt(session, "compute", "GET", "/servers")).ok;
  } catch (error) {
    if (hasStatus(error, 401)) return false;
    throw error;
  } finally {
    session.close();
  }
}

describe("freezing a zone on a real OpenStack", () => {
  beforeAll(async () => {
    await buildZones();
    world = await openZones();
  });
  afterAll(() => world?.close());

  it("DENBI-4, SPE4HD-11, DIGIMED-10: takes every access away and keeps all data; unfreezing gives the very same back", async () => {
    const text = await readFile(file, "utf8");
    expect(withoutFrozen(withFrozen(text, file, WORD), file)).toBe(text);
    const person = await world.person("uni-north", "commons/uni-north");
    const [data, rules] = [await dataOf(), await accessRules()];
    // The controls: before it the person gets in, shares are open to whom they were granted, machines run.
    expect(await getsIn(person)).toBe(true);
    expect(rules.length).toBeGreaterThan(0);
    expect(new Set(await statuses())).toEqual(new Set(["ACTIVE"]));
    try {
      await withEdit(
        "digimed",
        (before) => withFrozen(before, file, WORD),
        async () => {
          await up("digimed");
          expect(await getsIn(person)).toBe(false);
          // The token that he holds is worth nothing either.
          const held = attempt(person, "compute", "GET", "/servers").then(
            ({ ok }) => ok,
            () => false,
          );
          expect(await held).toBe(false);
          expect(await accessRules()).toEqual([]);
          expect(new Set(await statuses())).toEqual(new Set(["SHUTOFF"]));
          expect(await dataOf()).toEqual(data);
          await refreshCheck("digimed");
        },
      );
    } finally {
      await up("digimed");
    }
    expect(await getsIn(person)).toBe(true);
    expect(await accessRules()).toEqual(rules);
    expect(new Set(await statuses())).toEqual(new Set(["ACTIVE"]));
    expect(await dataOf()).toEqual(data);
    await refreshCheck("digimed");
  });
});

interface AccessRule {
  readonly access_to: string;
  readonly access_level: string;
}

/** Access rules of all shares of the zone. */
async function accessRules(): Promise<readonly string[]> {
  const all = await Promise.all(
    Object.values(world.zone.areas).map(async (session) => {
      const shares = await session.paginate<Data>("shared-file-system", "/shares/detail", "shares");
      return Promise.all(
        shares.map(async ({ id, name }) => {
          const query = { share_id: id };
          const list = await session.paginate<AccessRule>("shared-file-system", "/share-access-rules", "access_list", {
            query,
          });
          return list.map((rule) => `${name} ${rule.access_to} ${rule.access_level}`);
        }),
      );
    }),
  );
  return all.flat(2).toSorted();
}
