import { execa } from "execa";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../scripts/toolchain/root.ts";
import type { World } from "../../scripts/proof/world.ts";
import { buildZones, openZones, refreshCheck, sites, up, withEdit } from "./zones.ts";

let world: World;

const reap = async (...args: string[]) => {
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    [join(packageRoot, "bin", "tresor.mjs"), "reap", sites.neighbour.directory, "--json", ...args],
    { reject: false, env: { OS_CLIENT_CONFIG_FILE: undefined, OS_CLOUD: undefined, STATE_URL: undefined } },
  );
  const { zones } = JSON.parse(stdout || `{"zones":[{"says":${JSON.stringify(stderr)}}]}`) as {
    zones: { outcome: string; says: string }[];
  };
  return { exitCode, ...zones[0] };
};

const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
/** mini as a zone for one run that ends on a day. */
const ends =
  (until: string, word: string) =>
  (text: string): string =>
    text.replace(
      "    name: mini\n",
      `    name: mini\n    lifetime: { until: ${until}, onEnd: destroy }\n    deletion: ${word}\n`,
    );

/** What is left of mini's area in every service, and the machines' states. */
async function left(): Promise<{ readonly states: readonly string[]; readonly things: readonly string[] }> {
  const area = world.other.areas["work"]!;
  const lists = [
    ["network", "/ports", "ports"],
    ["network", "/subnets", "subnets"],
    ["block-storage", "/volumes", "volumes"],
    ["shared-file-system", "/shares", "shares"],
  ] as const;
  const servers = await area.paginate<{ name: string; status: string }>("compute", "/servers/detail", "servers");
  const things = await Promise.all(
    lists.map(async ([service, path, key]) => {
      const found = await area.paginate<{ name: string; device_owner?: string }>(service, path, key);
      // Neutron's own port goes with the last subnet.
      return found.filter((one) => !one.device_owner?.startsWith("network:")).map(({ name }) => `${key} ${name}`);
    }),
  );
  return {
    states: servers.map(({ status }) => status),
    things: [...servers.map(({ name }) => name), ...things.flat()],
  };
}

describe("a zone for one run on a real OpenStack", () => {
  beforeAll(async () => {
    await buildZones();
    world = await openZones();
  });
  afterAll(async () => {
    await up("mini");
    await refreshCheck("mini");
    // Another end of it is another deletion.
    for (const file of await readdir(sites.neighbour.directory))
      if (file.startsWith(".destroy.mini")) await rm(join(sites.neighbour.directory, file));
    await world?.close();
  }, 300_000);

  it("C4H-6 C4H-12: starts nothing by itself, is refused without the explicit word, and goes whole after its end", async () => {
    // A zone without an end is left alone.
    expect(await reap()).toMatchObject({ exitCode: 0, outcome: "alive" });

    await withEdit("mini", ends(day(-1), "protected"), async () => {
      expect(await reap()).toMatchObject({ exitCode: 2, outcome: "refused", says: expect.stringMatching(/deletion/) });
    });
    // The word is new, and the state still protects the root disk that was made without it.
    await withEdit("mini", ends(day(-1), "allowed"), async () => {
      expect(await reap()).toMatchObject({
        exitCode: 2,
        outcome: "refused",
        says: expect.stringMatching(/still protects/),
      });
    });

    expect((await left()).states).toEqual(["ACTIVE"]);
    await withEdit("mini", ends(day(1), "allowed"), async () => {
      await up("mini");
      expect((await left()).states).toEqual(["SHUTOFF"]);
      await refreshCheck("mini");
      expect(await reap()).toMatchObject({ exitCode: 0, outcome: "alive" });
    });

    await withEdit("mini", ends(day(-1), "allowed"), async () => {
      expect(await up("mini", 1)).toMatch(/lifetime is over/);
      expect(await reap("--dry-run")).toMatchObject({ exitCode: 0, outcome: "due" });
      expect((await left()).things).not.toEqual([]);
      expect(await reap()).toMatchObject({ exitCode: 0, outcome: "destroyed" });
      expect((await left()).things).toEqual([]);
      expect(await reap()).toMatchObject({ exitCode: 0, outcome: "gone" });
    });
  }, 600_000);
});
