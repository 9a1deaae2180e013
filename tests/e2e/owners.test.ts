import { execa } from "execa";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OWNERSHIP, ownedAs } from "../../plan/ownership.ts";
import { Session } from "../../openstack/index.ts";
import { devcloudPolicy, devcloudSettings } from "../../scripts/devcloud/index.ts";
import { openZone } from "../../scripts/proof/world.ts";
import { pulumi } from "../../scripts/site/pulumi.ts";
import { packageRoot } from "../../scripts/toolchain/root.ts";
import { buildZones, refreshCheck, run, SITES, sites } from "./zones.ts";

const STACKS = {
  platform: "platform",
  "digimed-tenant": "tenant",
  "mini-tenant": "tenant",
  digimed: "zone",
  mini: "zone",
} as const;
const settings = devcloudSettings();
let operator: Session;

interface Held {
  readonly stack: keyof typeof STACKS;
  readonly type: string;
  readonly id: string;
}

/** Objects that a stack's state holds, as `openstack Volume` or `tresor RuleSet` with their cloud ids. */
async function heldBy(stack: keyof typeof STACKS): Promise<Held[]> {
  const exported = JSON.parse(await run(0, stack, "stack", "export")) as {
    deployment: { resources: { custom: boolean; id?: string; type: string }[] };
  };
  return exported.deployment.resources
    .filter(({ custom, type }) => custom && !type.startsWith("pulumi:") && !type.startsWith("random:"))
    .map(({ id = "", type }) => ({ stack, type: ownedAs(type), id }));
}

const tresor = (...args: string[]) =>
  execa(process.execPath, [join(packageRoot, "bin", "tresor.mjs"), ...args], {
    reject: false,
    // What the tests' own cloud is told by must not be taken for the site's.
    env: { OS_CLIENT_CONFIG_FILE: undefined, OS_CLOUD: undefined },
  });

describe("owners, adoption and preflight on a real OpenStack", () => {
  beforeAll(async () => {
    await buildZones();
    operator = await Session.open(
      "devcloud-operator",
      {},
      { ...process.env, OS_CLIENT_CONFIG_FILE: settings.cloudsYaml },
    );
  });
  afterAll(() => operator?.close());

  it("DIGIMED-12 C4H-1: no object has two owners, and each is held by the kind of stack that the table names", async () => {
    const held = (await Promise.all((Object.keys(STACKS) as (keyof typeof STACKS)[]).map(heldBy))).flat();
    expect(held.length).toBeGreaterThan(150);
    const owners = new Map<string, string>();
    const twice: string[] = [];
    for (const { stack, type, id } of held) {
      const before = owners.get(`${type} ${id}`);
      if (before !== undefined) twice.push(`${type} ${id}: ${before} and ${stack}`);
      owners.set(`${type} ${id}`, stack);
    }
    expect(twice).toEqual([]);
    const expected = (type: string): readonly string[] =>
      OWNERSHIP.filter(({ resources }) => resources.includes(type)).map(({ stack }) => stack);
    expect(held.filter(({ stack, type }) => !expected(type).includes(STACKS[stack]))).toEqual([]);
  });

  it("C4H-1: every machine, volume, share, network and group of the zones' projects is in a state", async () => {
    const held = new Set(
      (await Promise.all((Object.keys(STACKS) as (keyof typeof STACKS)[]).map(heldBy))).flat().map(({ id }) => id),
    );
    const domains = await operator.paginate<{ id: string; name: string }>("identity", "/domains", "domains");
    const ours = domains.filter(({ name }) => name === "digimed" || name === "mini").map(({ id }) => id);
    const projects = await operator.paginate<{ id: string; domain_id: string }>("identity", "/projects", "projects");
    const inZones = new Set(projects.filter(({ domain_id }) => ours.includes(domain_id)).map(({ id }) => id));
    const lists = [
      ["network", "/networks", "networks", {}],
      ["network", "/subnets", "subnets", {}],
      ["network", "/security-groups", "security_groups", {}],
      ["compute", "/servers/detail", "servers", { all_tenants: 1 }],
      ["block-storage", "/volumes/detail", "volumes", { all_tenants: 1 }],
      ["shared-file-system", "/shares/detail", "shares", { all_tenants: 1 }],
    ] as const;
    const unowned: string[] = [];
    let seen = 0;
    for (const [service, path, key, query] of lists) {
      const objects = await operator.paginate<Record<string, string>>(service, path, key, { query });
      for (const object of objects) {
        if (!inZones.has(object["project_id"] ?? object["tenant_id"] ?? object["os-vol-tenant-attr:tenant_id"] ?? ""))
          continue;
        seen++;
        if (!held.has(object["id"] ?? "")) unowned.push(`${key} ${object["name"]}`);
      }
    }
    expect(seen).toBeGreaterThan(25);
    expect(unowned).toEqual([]);
  });

  const preflight = async (): Promise<{ exitCode: number | undefined; words: string }> => {
    const { exitCode, stdout, stderr } = await tresor("preflight", "digimed", "--dir", sites.zone.directory);
    return { exitCode, words: `${stdout}\n${stderr}` };
  };

  it("DIGIMED-7: preflight says whether Keystone's policy closes the making of projects", async () => {
    const closed = await preflight();
    expect(closed.words).not.toMatch(/not enforced/);
    expect(closed.exitCode).toBe(0);
    devcloudPolicy({ home: settings.home }, "projects", false);
    try {
      const open = await preflight();
      expect(open.words).toMatch(/not enforced/);
      expect(open.exitCode).toBe(1);
    } finally {
      devcloudPolicy({ home: settings.home }, "projects", true);
    }
  });

  it("DIGIMED-9, C4H-1: preflight says whether the policies close the handing out of data, and leaves nothing behind", async () => {
    const zone = await openZone(sites.zone.directory, "digimed");
    const area = Object.values(zone.areas)[0]!;
    const services = ["Cinder", "Glance", "Manila", "Nova", "Barbican"];
    const left = async (): Promise<readonly string[]> => {
      const all = { all_tenants: 1 };
      const lists = await Promise.all([
        operator.paginate<{ name: string }>("image", "/images", "images"),
        operator.paginate<{ name: string }>("block-storage", "/os-volume-transfer", "transfers", { query: all }),
        area.paginate<{ name: string }>("key-manager", "/secrets", "secrets"),
      ]);
      return lists.flat().flatMap(({ name }) => (name?.startsWith("tresor-preflight") ? [name] : []));
    };
    const closed = await preflight();
    for (const service of services) expect(closed.words).toContain(`refused by ${service}: to `);
    expect(closed.words).not.toMatch(/not tried|not enforced/);
    expect(closed.exitCode).toBe(0);
    expect(await left()).toEqual([]);
    devcloudPolicy({ home: settings.home }, "handing-out", false);
    try {
      const open = await preflight();
      for (const service of services) expect(open.words).toContain(`not enforced: in ${service} a member may `);
      expect(open.words).not.toMatch(/refused by (Cinder|Glance|Manila|Nova|Barbican)/);
      expect(open.exitCode).toBe(1);
    } finally {
      devcloudPolicy({ home: settings.home }, "handing-out", true);
    }
    expect(await left()).toEqual([]);
    // What was tried on a volume and a machine of the zone left them as they were.
    await refreshCheck("digimed");
    for (const session of [zone.domain, ...Object.values(zone.areas)]) session.close();
  });

  it("DIGIMED-10: with the plain provider a refresh is blind to a rule made by hand: that is why sets are owned", async () => {
    const site = join(SITES, "plain");
    await mkdir(site, { recursive: true });
    const { stdout: env } = await execa("cat", [join(sites.operator.directory, "env.platform.sh")]);
    await writeFile(join(site, "env.plain.sh"), env.replaceAll(`${sites.operator.directory}/state`, `${site}/state`));
    await mkdir(join(site, "state"), { recursive: true });
    await execa("ln", ["-sfn", join(packageRoot, "node_modules"), join(site, "node_modules")]);
    await writeFile(
      join(site, "Pulumi.yaml"),
      "name: plain\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.mjs\n",
    );
    await writeFile(
      join(site, "index.mjs"),
      `import * as openstack from "@pulumi/openstack";
const provider = new openstack.Provider("plain", { cloud: "devcloud-operator" }, { version: "5.5.3" });
const group = new openstack.networking.SecGroup("plain", { name: "plain-group", deleteDefaultRules: true }, { provider });
new openstack.networking.SecGroupRule("ssh", { securityGroupId: group.id, direction: "ingress", ethertype: "IPv4", protocol: "tcp", portRangeMin: 22, portRangeMax: 22, remoteIpPrefix: "10.0.0.0/8" }, { provider });
export const id = group.id;
`,
    );
    const plain = async (exitCode: number, ...args: string[]): Promise<string> => {
      const done = await pulumi(site, "plain", args);
      expect({ exitCode: done.exitCode, words: done.exitCode === exitCode ? "" : done.stdout + done.stderr }).toEqual({
        exitCode,
        words: "",
      });
      return done.stdout;
    };
    await plain(0, "stack", "select", "--create");
    try {
      await plain(0, "up", "--yes", "--skip-preview");
      const id = (await plain(0, "stack", "output", "id")).trim();
      const rule = {
        security_group_id: id,
        direction: "ingress",
        ethertype: "IPv4",
        protocol: "tcp",
        port_range_min: 3389,
        port_range_max: 3389,
        remote_ip_prefix: "0.0.0.0/0",
      };
      const { body } = await operator.request<{ security_group_rule: { id: string } }>(
        "network",
        "POST",
        "/security-group-rules",
        { body: { security_group_rule: rule } },
      );
      expect(body.security_group_rule.id).not.toBe("");
      await plain(0, "refresh", "--preview-only", "--expect-no-changes");
    } finally {
      await plain(0, "destroy", "--yes", "--skip-preview");
    }
  });

  it("adopts what exists by id: the preview replaces nothing, and destroy leaves it", async () => {
    const site = join(SITES, "adopting");
    const suffix = Date.now().toString(36);
    const make = async <T>(service: Parameters<Session["request"]>[0], path: string, body: object): Promise<T> =>
      (await operator.request<T>(service, "POST", path, { body })).body;
    const { flavor } = await make<{ flavor: { id: string } }>("compute", "/flavors", {
      flavor: { name: `adopted-${suffix}`, vcpus: 2, ram: 8192, disk: 0, "os-flavor-access:is_public": false },
    });
    const specs = {
      "hw:mem_encryption": "true",
      "hw:mem_encryption_model": "amd-sev-snp",
      "trait:HW_CPU_X86_AMD_SEV_SNP": "required",
    };
    await operator.request("compute", "POST", `/flavors/${flavor.id}/os-extra_specs`, { body: { extra_specs: specs } });
    const { volume_type } = await make<{ volume_type: { id: string } }>("block-storage", "/types", {
      volume_type: {
        name: `adopted-${suffix}`,
        "os-volume-type-access:is_public": false,
        extra_specs: { volume_backend_name: "ssd" },
      },
    });
    await operator.request("block-storage", "POST", `/types/${volume_type.id}/encryption`, {
      body: {
        encryption: { provider: "luks", cipher: "aes-xts-plain64", key_size: 256, control_location: "front-end" },
      },
    });
    const { share_type } = await make<{ share_type: { id: string } }>("shared-file-system", "/types", {
      share_type: {
        name: `adopted-${suffix}`,
        "share_type_access:is_public": false,
        extra_specs: { driver_handles_share_servers: "false", share_backend_name: "QUOBYTE" },
      },
    });
    try {
      const text = `config:
  tresor:platform:
    format: 1
    cloud: devcloud-operator
    region: RegionOne
    flavors:
      adopted-${suffix}: { vcpus: 2, memory: 8 GiB, confidential: sev-snp, adopt: "${flavor.id}" }
    volumeTypes:
      adopted-${suffix}: { driver: nfs, backend: ssd, tier: ssd, encryption: { provider: luks, keySize: 256 }, adopt: "${volume_type.id}" }
    shareTypes:
      adopted-${suffix}: { driver: generic, backend: QUOBYTE, adopt: "${share_type.id}" }
`;
      const initialised = await tresor("init", "operator", site, "--stack", "mini");
      expect(initialised.exitCode).toBe(0);
      await execa("cp", [settings.cloudsYaml, join(site, "clouds.yaml")]);
      await writeFile(join(site, "Pulumi.platform.yaml"), text);
      const adopting = async (exitCode: number, ...args: string[]): Promise<string> => {
        const done = await pulumi(site, "platform", args);
        expect({ exitCode: done.exitCode, words: done.exitCode === exitCode ? "" : done.stdout + done.stderr }).toEqual(
          {
            exitCode,
            words: "",
          },
        );
        return done.stdout;
      };
      await adopting(0, "stack", "select", "--create");
      const preview = await adopting(0, "preview", "--diff");
      expect(preview).toMatch(/import/);
      expect(preview).not.toMatch(/replace|\+-|delete/);
      await adopting(0, "up", "--yes", "--skip-preview");
      await adopting(0, "preview", "--expect-no-changes");
      await adopting(0, "destroy", "--yes", "--skip-preview");
      const kept = await operator.request<{ flavor: { id: string } }>("compute", "GET", `/flavors/${flavor.id}`);
      expect(kept.body.flavor.id).toBe(flavor.id);
      const encryption = await operator.request<{ encryption_id?: string }>(
        "block-storage",
        "GET",
        `/types/${volume_type.id}/encryption`,
      );
      expect(encryption.body.encryption_id ?? "").not.toBe("");
    } finally {
      for (const [service, path] of [
        ["compute", `/flavors/${flavor.id}`],
        ["block-storage", `/types/${volume_type.id}`],
        ["shared-file-system", `/types/${share_type.id}`],
      ] as const)
        await operator.request(service, "DELETE", path);
    }
  });

  it("says in one sentence what is wrong when the cloud cannot be reached or refuses the credential", async () => {
    const wrong = async (edit: (text: string) => string): Promise<string> => {
      const { stdout } = await execa("cat", [join(sites.zone.directory, "clouds.yaml")]);
      const file = join(SITES, "wrong-clouds.yaml");
      await writeFile(file, edit(stdout), { mode: 0o600 });
      // The stack's env file names its own clouds.yaml: the wrong one is told after it.
      const done = await execa(
        "bash",
        ["-c", `. ./env.digimed.sh && OS_CLIENT_CONFIG_FILE=${file} pulumi preview -s digimed --non-interactive`],
        { cwd: sites.zone.directory, reject: false, all: true },
      );
      expect(done.exitCode).toBe(1);
      expect(done.all).not.toMatch(/\n\s+at .*\.(ts|js):/);
      return done.all;
    };
    expect(await wrong((text) => text.replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:1"))).toMatch(
      /no answer came .*Next: /,
    );
    expect(await wrong((text) => text.replaceAll(/password: .*/g, "password: not-the-password"))).toMatch(
      /credential|log in/,
    );
    // The control: the same program with the right one.
    await run(0, "digimed", "preview", "--expect-no-changes");
  });
});
