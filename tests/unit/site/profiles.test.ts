import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { StackConfig, TenantConfig, ZoneConfig } from "../../../config/index.ts";
import { loadStackFile } from "../../../config/loader.ts";
import { allocate } from "../../../plan/allocation.ts";
import { handover } from "../../../plan/handover.ts";
import { ledgerSchema } from "../../../plan/ledger.ts";
import { explain, parseTarget } from "../../../plan/render/why.ts";
import { pictureOf } from "../../../plan/render/picture.ts";
import { publish } from "../../../plan/render/publish.ts";
import { planned, type ObjectKind, type Plan } from "../../../plan/types.ts";
import { init } from "../../../scripts/commands/init.ts";
import { checkPaths } from "../../../scripts/site/check.ts";
import { PROFILES, profileDirectory, type Profile } from "../../../scripts/site/profiles.ts";
import { testIo } from "../commands/io.ts";

const TODAY = "2026-11-21";
const each = PROFILES.map((profile) => [profile.name, profile] as const);

async function stack(profile: Profile, name: string, change = (text: string): string => text): Promise<StackConfig> {
  const file = `Pulumi.${name}.yaml`;
  const text = await readFile(path.join(profileDirectory(profile), file), "utf8");
  const { stack: loaded, problems } = loadStackFile(change(text), file);
  if (loaded === undefined) throw new Error(JSON.stringify(problems));
  return loaded;
}

/** What a profile's three stacks plan; `change` rewrites the text of every file first. */
async function plans(profile: Profile, change?: (text: string) => string) {
  const ledger = ledgerSchema.parse(parse(await readFile(path.join(profileDirectory(profile), "ledger.yaml"), "utf8")));
  const [platform, tenant, zone] = await Promise.all([
    stack(profile, "platform", change),
    stack(profile, `${profile.zone}-tenant`, change),
    stack(profile, profile.zone, change),
  ]);
  return {
    ledger,
    configs: { platform, tenant, zone },
    platform: publish(platform),
    tenant: publish(tenant, ledger),
    zone: publish(zone, undefined, TODAY),
  };
}

const count = (plan: Plan, kind: ObjectKind): number => planned(plan, kind).length;

/** What is planned, at a glance; a change here is a change of what an example promises. */
const SUMMARY: Readonly<Record<string, unknown>> = {
  "nfs-shares": {
    preset: "isolated",
    vlans: [100, 101, 102, 103],
    shared: ["cohort-study-clinic", "cohort-study-registry"],
    routers: 0,
    hosts: [],
    machines: ["cohort-study-analysis active none"],
    ports: ["cohort-study-analysis", "cohort-study-analysis-clinic", "cohort-study-analysis-storage"],
    shares: ["raw rw,rw,ro,ro,ro,ro", "results ro,ro,rw,rw"],
    volumes: 0,
    tunnels: 0,
  },
  "quobyte-nic": {
    preset: "confidential",
    vlans: [100, 101, 102],
    shared: ["genomes-sensitive-institute"],
    routers: 0,
    hosts: [],
    machines: [
      "genomes-sensitive-entry active sev-snp",
      "genomes-sensitive-pipeline active sev-snp",
      "genomes-sensitive-pipeline-2 active sev-snp",
    ],
    ports: [
      "genomes-sensitive-entry",
      "genomes-sensitive-entry-institute",
      "genomes-sensitive-pipeline",
      "genomes-sensitive-pipeline-2",
      "genomes-sensitive-pipeline-2-storage",
      "genomes-sensitive-pipeline-storage",
    ],
    shares: [],
    volumes: 0,
    tunnels: 0,
  },
  "jump-host": {
    preset: "isolated",
    vlans: [100],
    shared: [],
    routers: 1,
    hosts: [],
    machines: ["survey-panel-jump active none", "survey-panel-work active none", "survey-panel-work-2 active none"],
    ports: ["survey-panel-jump", "survey-panel-work", "survey-panel-work-2"],
    shares: [],
    volumes: 0,
    tunnels: 0,
  },
  "vlan-vpn": {
    preset: "confidential",
    vlans: [100],
    shared: [],
    routers: 1,
    hosts: ["snp-1", "snp-2"],
    machines: [
      "textmining-clinic-broker shutoff sev-snp",
      "textmining-clinic-worker shutoff sev-snp",
      "textmining-clinic-worker-2 shutoff sev-snp",
      "textmining-clinic-worker-3 shutoff sev-snp",
    ],
    ports: [
      "textmining-clinic-broker",
      "textmining-clinic-worker",
      "textmining-clinic-worker-2",
      "textmining-clinic-worker-3",
    ],
    shares: [],
    volumes: 0,
    tunnels: 1,
  },
  overlay: {
    preset: "guarded",
    vlans: [null, null, null],
    shared: ["reefs-field-agency", "reefs-field-ecology"],
    routers: 0,
    hosts: [],
    machines: ["reefs-field-database active none"],
    ports: ["reefs-field-database", "reefs-field-database-agency", "reefs-field-database-ecology"],
    shares: [],
    volumes: 1,
    tunnels: 0,
  },
};

describe("site profiles (DIGIMED-21, DENBI-2)", () => {
  it("are those that lie there", async () => {
    const there = await readdir(path.dirname(profileDirectory({ name: "overlay" })));
    expect(there.toSorted()).toEqual(PROFILES.map(({ name }) => name).toSorted());
  });

  it.each(each)("%s: docs/profiles.md tells of it", async (name) => {
    const page = await readFile(path.resolve(import.meta.dirname, "../../../docs/profiles.md"), "utf8");
    expect(page).toContain(`| \`${name}\``);
  });

  it.each(each)("%s: no problem in any file", async (_name, profile) => {
    const reports = await checkPaths([profileDirectory(profile)], "/", TODAY);
    expect(reports).toHaveLength(4);
    expect(reports.flatMap(({ problems, warnings }) => [...problems, ...warnings])).toEqual([]);
  });

  it.each(each)("%s: the zone was granted what the operator's files grant", async (_name, profile) => {
    const { configs, ledger } = await plans(profile);
    const tenant = configs.tenant.config as TenantConfig;
    expect(allocate(ledger, tenant)).toBe(ledger);
    const granted = handover(configs.platform.config as never, tenant, ledger.zones[profile.zone]!);
    expect((configs.zone.config as ZoneConfig).granted).toEqual(granted);
  });

  it.each(each)("%s: plans what it says", async (name, profile) => {
    const { tenant, zone } = await plans(profile);
    expect({
      preset: zone.preset,
      vlans: planned(tenant, "network").map(({ facts }) => facts.vlan),
      shared: planned(tenant, "network-access").flatMap(({ name: network, facts }) =>
        facts.sharedWith.length > 0 ? [network] : [],
      ),
      routers: count(tenant, "router"),
      hosts: planned(tenant, "host-aggregate").flatMap(({ facts }) => facts.hosts),
      machines: planned(zone, "machine").map(
        ({ name: machine, facts }) => `${machine} ${facts.powerState} ${facts.confidential}`,
      ),
      ports: planned(zone, "port").map(({ name: port }) => port),
      shares: planned(zone, "share-access").map(
        ({ id, facts }) => `${id.split("/").at(-1)} ${facts.rules.map(({ level }) => level).join()}`,
      ),
      volumes: count(zone, "volume"),
      tunnels: count(zone, "vpn-connection"),
    }).toEqual(SUMMARY[name]);
  });

  it.each(each)("%s: DIGIMED-21, DENBI-2: two entries of clouds.yaml, one logical plan", async (_name, profile) => {
    const here = await plans(profile);
    const there = await plans(profile, (text) => text.replace(/^( {4}cloud: ).*$/m, "$1another-site"));
    expect((there.configs.tenant.config as TenantConfig).cloud).toBe("another-site");
    for (const kind of ["platform", "tenant", "zone"] as const) expect(there[kind]).toEqual(here[kind]);
    // The comparison sees a difference where there is one.
    const other = await plans(profile, (text) => text.replaceAll("nova", "north"));
    expect(other.zone).not.toEqual(here.zone);
  });

  it.each(each)("%s: `tresor init --profile` starts from it, and under another name, too", async (_name, profile) => {
    const io = await testIo();
    const from = profileDirectory(profile);
    const options = { from, cloud: "my-cloud", dryRun: false, json: true };
    const find = async () => undefined;
    expect(await init({ ...options, kind: "operator", directory: "op", zones: [profile.zone] }, io, find)).toBe(0);
    expect(await init({ ...options, kind: "zone", directory: "zone", zones: [profile.zone] }, io, find)).toBe(0);
    const same = await checkPaths([path.join(io.cwd, "op"), path.join(io.cwd, "zone")], io.cwd, TODAY);
    expect(same.flatMap(({ problems }) => problems)).toEqual([]);
    expect(await init({ ...options, kind: "zone", directory: "lungs", zones: ["lungs"] }, io, find)).toBe(0);
    const renamed = await checkPaths([path.join(io.cwd, "lungs")], io.cwd, TODAY);
    expect(renamed.map(({ subject, problems }) => [subject, problems])).toEqual([["lungs", []]]);
  });
});

describe("what single profiles promise", () => {
  const of = (name: string): Profile => PROFILES.find((profile) => profile.name === name)!;
  const why = async (name: string, target: string, from: string) =>
    explain((await plans(of(name))).zone, parseTarget(target), { from }).verdict;

  it("quobyte-nic: machines reach the storage, a bench does not, and nothing comes back (DIGIMED-16)", async () => {
    expect(await why("quobyte-nic", "storage/sensitive:7861", "machines/pipeline")).toBe("open");
    expect(await why("quobyte-nic", "storage/sensitive:7861", "machines/entry")).toBe("closed");
    expect(await why("quobyte-nic", "storage/sensitive:7861", "bench/institute")).toBe("closed");
    expect(await why("quobyte-nic", "machines/pipeline:22", "storage/sensitive")).toBe("closed");
  });

  it("nfs-shares: machines reach the servers on the one port, people on benches have their own way (DIGIMED-10)", async () => {
    expect(await why("nfs-shares", "storage/study:2049", "machines/analysis")).toBe("open");
    expect(await why("nfs-shares", "storage/study:111", "machines/analysis")).toBe("closed");
    expect(await why("nfs-shares", "storage/study:2049", "bench/clinic")).toBe("closed");
    const { zone } = await plans(of("nfs-shares"));
    const drawn = pictureOf(zone).areas.flatMap(({ edges }) => edges.filter(({ kind }) => kind === "data"));
    expect(drawn.map(({ from, to, label }) => `${from} ${to} ${label}`)).toContain(
      "study/machines/analysis study/data/results read and write",
    );
  });

  it("jump-host: people come by the jump host alone (SPE4HD-1)", async () => {
    expect(await why("jump-host", "machines/jump:22", "network/office")).toBe("open");
    expect(await why("jump-host", "machines/work:22", "machines/jump")).toBe("open");
    expect(await why("jump-host", "machines/work:22", "network/office")).toBe("closed");
    expect(await why("jump-host", "machines/jump:22", "machines/work")).toBe("closed");
  });

  it("vlan-vpn: the clinic reaches the broker and no worker (C4H-2, C4H-3, C4H-15)", async () => {
    expect(await why("vlan-vpn", "machines/broker:443", "site/clinic")).toBe("open");
    expect(await why("vlan-vpn", "machines/worker:443", "site/clinic")).toBe("closed");
    expect(await why("vlan-vpn", "machines/worker:9000", "machines/broker")).toBe("open");
    expect(await why("vlan-vpn", "machines/worker:9000", "machines/worker")).toBe("closed");
  });

  it("vlan-vpn: nothing boots by itself, and all of it goes after the run (C4H-6, C4H-12)", async () => {
    const { zone, configs } = await plans(of("vlan-vpn"));
    expect(new Set(planned(zone, "machine").map(({ facts }) => facts.powerState))).toEqual(new Set(["shutoff"]));
    expect((configs.zone.config as ZoneConfig).lifetime?.onEnd).toBe("destroy");
    // Where nobody asks for it, machines do run: the test would see them.
    const running = planned((await plans(of("overlay"))).zone, "machine");
    expect(running.map(({ facts }) => facts.powerState)).toEqual(["active"]);
  });

  it("overlay: nothing of health is in a zone that is about something else (DENBI-6)", async () => {
    const { configs } = await plans(of("overlay"));
    const zone = configs.zone.config as ZoneConfig;
    expect(JSON.stringify(zone)).not.toMatch(/patient|clinic|health|hospital|diagnos/i);
    expect(zone.permit.basis).toMatch(/^other: /);
    expect(zone.areas["field"]!.datasets["sightings"]!.classification).toBe("confidential");
  });
});
