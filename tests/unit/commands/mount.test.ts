import { cp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { showMount, type MountOptions } from "../../../scripts/commands/mount.ts";
import { examples, withQuobyteDatasets } from "../plan/examples.ts";
import { testIo } from "./io.ts";

let io: Awaited<ReturnType<typeof testIo>>;
beforeEach(async () => {
  io = await testIo();
  const file = "Pulumi.digimed.yaml";
  await cp(new URL(`../../../stacks/examples/${file}`, import.meta.url), path.join(io.cwd, file));
});

const COHORT: MountOptions = { zone: "digimed", dataset: "commons/cohort", dir: ".", live: false, json: false };
const run = async (change: Partial<MountOptions> = {}): Promise<string> => {
  io.said.length = 0;
  expect(await showMount({ ...COHORT, ...change }, io)).toBe(0);
  return io.said.join("\n");
};

describe("tresor mount (DIGIMED-10)", () => {
  it("prints what docs/shares.md shows", async () => {
    const page = await readFile(new URL("../../../docs/shares.md", import.meta.url), "utf8");
    const [, shown = ""] = /\$ tresor mount digimed commons\/cohort\n([\s\S]*?)```/.exec(page) ?? [];
    expect(await run()).toBe(shown.trimEnd());
  });

  it("prints one cloud-init as a file, and what to know beside it", async () => {
    const text = await run({ for: "uni-north", directory: "/srv/c" });
    expect(text).toMatch(/^#cloud-config\n/);
    expect(text).toContain('"/srv/c","nfs4","ro,');
    expect(io.noted.join("\n")).toMatch(/no user proves who he is/);
    expect(JSON.parse(await run({ json: true }))).toMatchObject({ dataset: "commons/cohort", squash: "none" });
  });

  it("names what there is where something else is asked for", async () => {
    await expect(run({ for: "uni-south" })).rejects.toThrow(
      /uni-south may not use commons\/cohort \(allowed: machines, heart-centre, uni-north\)/,
    );
    await expect(run({ dataset: "cohort" })).rejects.toThrow(/no share called cohort.*allowed: commons\/cohort/);
    await expect(run({ directory: "/etc" })).rejects.toThrow(/a share is not mounted there/);
  });

  it("prints the units of a volume by Quobyte's client, whose address no zone can ask for", async () => {
    const config = withQuobyteDatasets(examples.zone());
    await writeFile(path.join(io.cwd, "Pulumi.digimed.yaml"), stringify({ config: { "tresor:zone": config } }));
    const text = await run({ dataset: "heart/scans" });
    expect(text).toMatch(/^heart\/scans \(volume digimed-heart-scans\), Quobyte, transit below\n {2}machines {2}read/);
    expect(text).toContain("# machines, /etc/systemd/system/quobyte-data-scans.service\n");
    expect(text).not.toContain("fstab");
    await expect(run({ dataset: "heart/scans", live: true })).rejects.toThrow(
      /is a volume of Quobyte, whose address the zone cannot ask for.*quobyteVolumes/,
    );
    await expect(run({ dataset: "heart/scans", for: "machines", key: "k" })).rejects.toThrow(/is used without a key/);
  });
});
