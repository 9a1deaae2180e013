import { existsSync } from "node:fs";
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { tresor } from "../scripts/demo/steps.ts";
import { devcloudSettings } from "../scripts/devcloud/index.ts";
import { engine, platformText, stackCounts } from "./site.ts";

// Beside the cloud's data, with which they go: a run that was killed leaves them, so that the next one finds what stands.
const FLEET = join(devcloudSettings().home, "fleet");
const OPERATOR = join(FLEET, "operator");
export const zoneName = (index: number): string => `fleet${index}`;
export const zoneSite = (index: number): string => join(FLEET, zoneName(index));

/** Apart from the ledgers of the demo and of the other measured zone: all grant from one cloud. */
const LEDGER = {
  format: 1,
  pools: { ipv4: "10.241.0.0/16", ipv6: "fd00:f1::/40", vlans: { from: 930, to: 949 } },
  zones: {},
};
/** Without memory encryption: the one-machine cloud has SEV-SNP slots for a few machines only. */
const FLAVOR = "SCS-2V-8";
const IMAGE = "debian-13";

const tenantOf = (zone: string): object => ({
  ...{ format: 1, zone, cloud: "devcloud-operator", preset: "guarded", deletion: "allowed" },
  places: { region: "RegionOne", zones: ["nova"] },
  network: { kind: "vlan", physicalNetwork: "physnet1" },
  ...{ flavors: [FLAVOR], images: [IMAGE] },
  ...{ volumeTypes: ["encrypted-ssd"], closedVolumeTypes: ["__DEFAULT__", "encrypted-hdd"] },
  areas: {
    work: { quota: { machines: 1, cores: 2, memory: "8 GiB", volumes: 1, storage: "10 GiB", ports: 5 } },
  },
});

const zoneOf = (name: string): object => ({
  ...{ format: 1, name, preset: "guarded", deletion: "allowed" },
  places: { region: "RegionOne", zones: ["nova"] },
  partners: { lab: { title: "A laboratory" } },
  permit: { id: "fleet", basis: "consent", expires: "2029-12-31", partners: ["lab"] },
  areas: {
    work: { kind: "exclusive", partner: "lab", machines: { box: { flavor: FLAVOR, image: IMAGE, disk: "5 GiB" } } },
  },
});

const file = (kind: "tenant" | "zone", config: object): string =>
  stringify({ config: { [`tresor:${kind}`]: config } }, { lineWidth: 0 });

/** Runs work for each zone, so many at once. */
export async function forEachZone(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  const waiting = Array.from({ length: count }, (_, index) => index);
  const lane = async (): Promise<void> => {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) await work(index);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, lane));
}

/** Makes the sites of so many small zones, with their tenants up and their pipelines logged in for the first time. */
export async function makeFleet(count: number, say: (what: string) => void): Promise<void> {
  await mkdir(OPERATOR, { recursive: true });
  const names = Array.from({ length: count }, (_, index) => zoneName(index));
  await writeFile(join(OPERATOR, "Pulumi.platform.yaml"), await platformText());
  await writeFile(join(OPERATOR, "ledger.yaml"), stringify(LEDGER));
  for (const name of names)
    await writeFile(join(OPERATOR, `Pulumi.${name}-tenant.yaml`), file("tenant", tenantOf(name)));
  await tresor("init", "operator", OPERATOR, ...names.flatMap((name) => ["--stack", name]));
  await copyFile(devcloudSettings().cloudsYaml, join(OPERATOR, "clouds.yaml"));
  for (const [index, name] of names.entries()) {
    const site = zoneSite(index);
    await mkdir(site, { recursive: true });
    await writeFile(join(site, `Pulumi.${name}.yaml`), file("zone", zoneOf(name)));
    await tresor("init", "zone", site, "--stack", name);
    await tresor("allocate", name, "--dir", OPERATOR, "--write", join(site, `Pulumi.${name}.yaml`));
  }
  await forEachZone(count, 2, async (index) => {
    const name = zoneName(index);
    say(`${name}: tenant and first login`);
    await engine(OPERATOR, `${name}-tenant`, ["stack", "select", "--create"]);
    await engine(OPERATOR, `${name}-tenant`, ["up", "--yes", "--skip-preview", "--suppress-progress"]);
    await tresor("claim", name, "--dir", zoneSite(index), "--from", OPERATOR);
    await engine(zoneSite(index), name, ["stack", "select", "--create"]);
  });
}

/** Removes whatever stands of the fleet: zones first, then tenants, then the site directories. */
export async function removeFleet(count: number, say: (what: string) => void): Promise<void> {
  const remove = async (site: string, stack: string): Promise<void> => {
    if (!existsSync(join(site, "state/.pulumi/stacks/tresor", `${stack}.json`))) return;
    const { resources } = await stackCounts(site, stack);
    if (resources === 0) return;
    say(`${stack}: pulumi destroy of ${resources} resources`);
    await engine(site, stack, ["destroy", "--yes", "--skip-preview", "--suppress-progress"]);
  };
  await forEachZone(count, 2, async (index) => {
    await remove(zoneSite(index), zoneName(index));
    await remove(OPERATOR, `${zoneName(index)}-tenant`);
  });
  await rm(FLEET, { recursive: true, force: true });
}
