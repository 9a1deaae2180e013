import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { Progress } from "../../scripts/console.ts";
import { operatorApi } from "../../scripts/devcloud/api.ts";
import type { Api } from "../../scripts/devcloud/api.ts";
import { devcloudPolicy, devcloudSettings, devcloudStatus, devcloudUp } from "../../scripts/devcloud/index.ts";
import { loadSecrets, newSecrets } from "../../scripts/devcloud/secrets.ts";

const runnable = process.platform === "linux" && process.getuid?.() === 0;
const settings = devcloudSettings();
const at = (port: keyof typeof settings.ports, path: string): string =>
  `http://127.0.0.1:${settings.ports[port]}${path}`;

let api: Api;
const get = async <T>(url: string, headers = {}): Promise<T> => {
  const { status, body } = await api.call("GET", url, undefined, headers);
  expect(status, url).toBe(200);
  return body as T;
};

describe.runIf(runnable)("the one-machine cloud", () => {
  beforeAll(async () => {
    await devcloudUp({}, new Progress());
    api = await operatorApi(settings, loadSecrets(settings));
  });

  it("is up, and a second `up` changes nothing and is quick", async () => {
    const before = await devcloudStatus();
    expect(before.state).toBe("up");
    const start = performance.now();
    await devcloudUp({}, new Progress());
    expect(performance.now() - start).toBeLessThan(5000);
    const after = await devcloudStatus();
    expect(after.services.map((service) => service.pid)).toEqual(before.services.map((service) => service.pid));
  });

  it("takes at most 4 GiB of memory", async () => {
    const { memoryMiB } = await devcloudStatus();
    expect(memoryMiB).toBeGreaterThan(1000);
    expect(memoryMiB).toBeLessThanOrEqual(4096);
  });

  it("names a killed service with the end of its log, and `up` brings it back alone", async () => {
    const before = await devcloudStatus();
    const victim = before.services.find((service) => service.name === "manila-scheduler");
    process.kill(victim?.pid ?? 0, "SIGKILL");
    await expect.poll(async () => (await devcloudStatus()).state, { timeout: 20_000 }).toBe("broken");
    const dead = (await devcloudStatus()).services.filter((service) => service.state !== "up");
    expect(dead.map((service) => [service.name, service.state])).toEqual([["manila-scheduler", "dead"]]);
    expect(dead[0]?.log?.length).toBeGreaterThan(0);
    await devcloudUp({}, new Progress());
    const after = await devcloudStatus();
    expect(after.state).toBe("up");
    const changed = after.services.filter(
      ({ name, pid }) => before.services.find((old) => old.name === name)?.pid !== pid,
    );
    expect(changed.map((service) => service.name)).toEqual(["manila-scheduler"]);
  });

  it("DIGIMED-1: has SNP slots on child providers of two hosts, in the shape of Nova's libvirt driver, and none on the third", async () => {
    const version = { "openstack-api-version": "placement 1.39" };
    type Provider = { uuid: string; name: string; parent_provider_uuid: string | null };
    const list = await get<{ resource_providers: Provider[] }>(at("placement", "/resource_providers"), version);
    const slots = list.resource_providers.filter((provider) => provider.name.includes("_amd_sev"));
    expect(slots.map((provider) => provider.name).sort()).toEqual([
      ...["snp-1_amd_sev", "snp-1_amd_sev_snp", "snp-2_amd_sev", "snp-2_amd_sev_snp"],
    ]);
    const snp = slots.find((provider) => provider.name === "snp-1_amd_sev_snp");
    const parent = list.resource_providers.find((provider) => provider.uuid === snp?.parent_provider_uuid);
    expect(parent?.name).toBe("snp-1");
    const path = `/resource_providers/${snp?.uuid}`;
    const traits = await get<{ traits: string[] }>(at("placement", `${path}/traits`), version);
    expect(traits.traits.sort()).toEqual(["HW_CPU_X86_AMD_SEV_SNP", "OWNER_NOVA"]);
    const inventory = await get<{ inventories: Record<string, object> }>(
      at("placement", `${path}/inventories`),
      version,
    );
    expect(inventory.inventories).toEqual({
      MEM_ENCRYPTION_CONTEXT: {
        ...{ total: settings.snpSlots, min_unit: 1, max_unit: 1, step_size: 1, reserved: 0, allocation_ratio: 1 },
      },
    });
  });

  it("has the auditor read all projects and write nothing", async () => {
    const auditor = await operatorApi(settings, {
      ...newSecrets(),
      admin: loadSecrets(settings).auditor,
    }).catch(() => undefined);
    // The operator's name with the auditor's password is refused: passwords are not shared.
    expect(auditor).toBeUndefined();
    const domain = { name: "Default" };
    const user = { name: "auditor", domain, password: loadSecrets(settings).auditor };
    const auth = {
      identity: { methods: ["password"], password: { user } },
      scope: { project: { name: "admin", domain } },
    };
    const login = await fetch(`${settings.authUrl}/auth/tokens`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ auth }),
    });
    expect(login.status).toBe(201);
    const token = { "x-auth-token": login.headers.get("x-subject-token") ?? "" };
    const as = async (method: string, url: string, body?: object): Promise<number> => {
      const headers = { ...token, "content-type": "application/json" };
      return (await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) })).status;
    };
    expect(await as("GET", `${settings.authUrl}/projects`)).toBe(200);
    expect(await as("GET", at("nova", "/v2.1/servers/detail?all_tenants=1"))).toBe(200);
    expect(await as("GET", at("neutron", "/v2.0/agents"))).toBe(200);
    expect(await as("POST", `${settings.authUrl}/projects`, { project: { name: "by-auditor" } })).toBe(403);
    expect(await as("POST", at("neutron", "/v2.0/networks"), { network: { name: "by-auditor" } })).toBe(403);
  });

  it("takes the Keystone policy away and puts it back without a restart", async () => {
    const file = join(settings.dirs.policies, "keystone.yaml");
    devcloudPolicy({}, "projects", false);
    try {
      expect(readFileSync(file, "utf8")).not.toContain('"identity:create_project"');
    } finally {
      devcloudPolicy({}, "projects", true);
    }
    expect(readFileSync(file, "utf8")).toContain('"identity:create_project": "rule:admin_required"');
  });

  it("keeps its secrets to its owner and out of its logs and of every command line", async () => {
    expect(statSync(settings.home).mode & 0o777).toBe(0o700);
    for (const name of ["secrets.json", "clouds.yaml"]) expect(statSync(join(settings.home, name)).mode & 0o77).toBe(0);
    const secrets = Object.values(loadSecrets(settings));
    const logs = readdirSync(settings.dirs.logs).map((name) => readFileSync(join(settings.dirs.logs, name), "utf8"));
    const status = await devcloudStatus();
    const commands = status.services.map(({ pid }) => `/proc/${pid}/cmdline`).filter((path) => existsSync(path));
    const seen = [...logs, ...commands.map((path) => readFileSync(path, "utf8"))].join("\n");
    expect(seen.length).toBeGreaterThan(10_000);
    for (const [index, secret] of secrets.entries()) expect(seen.includes(secret), `secret ${index}`).toBe(false);
  });
});
