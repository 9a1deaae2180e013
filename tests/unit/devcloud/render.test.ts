import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { renderConfig } from "../../../scripts/devcloud/render/index.ts";
import { renderIni } from "../../../scripts/devcloud/render/ini.ts";
import { newSecrets } from "../../../scripts/devcloud/secrets.ts";
import { devcloudSettings } from "../../../scripts/devcloud/settings.ts";

const settings = devcloudSettings({ home: "/nowhere/devcloud", basePort: 20000, with: ["octavia", "vpnaas"] });
const secrets = newSecrets();
const files = renderConfig({ settings, secrets });
const text = (name: string): string => files.find((file) => file.path.endsWith(`/${name}`))?.text ?? "";

/** Sections and options of an INI text. */
function parseIni(source: string): Record<string, Record<string, string>> {
  const sections: Record<string, Record<string, string>> = {};
  let current: Record<string, string> = {};
  for (const line of source.split("\n")) {
    const section = /^\[(.+)\]$/.exec(line)?.[1];
    if (section) current = sections[section] ??= {};
    const option = /^([^=[\s]+) = (.*)$/.exec(line);
    if (option?.[1]) current[option[1]] = option[2] ?? "";
  }
  return sections;
}

const SERVICE_TYPES = {
  "placement.conf": "placement",
  "glance-api.conf": "image",
  "nova.conf": "compute",
  "neutron.conf": "network",
  "cinder.conf": "block-storage",
  "manila.conf": "shared-file-system",
  "barbican.conf": "key-manager",
  "octavia.conf": "load-balancer",
};

describe("config of the one-machine cloud", () => {
  it.each(Object.entries(SERVICE_TYPES))(
    "%s names its service type, so that access rules of application credentials work",
    (name, type) => {
      expect(parseIni(text(name)).keystone_authtoken).toMatchObject({ service_type: type });
    },
  );

  it.each(["keystone.conf", ...Object.keys(SERVICE_TYPES)])("%s enforces the new defaults and scope", (name) => {
    const policy = parseIni(text(name)).oslo_policy;
    expect(policy).toMatchObject({ enforce_scope: "true", enforce_new_defaults: "true" });
    expect(policy?.policy_file).toMatch(/^\/nowhere\/devcloud\/policies\/[a-z]+\.yaml$/);
  });

  it("DIGIMED-20: Swift checks tokens by its service type, and no role but the pipeline's opens a container", () => {
    const proxy = parseIni(text("swift/proxy-server.conf"));
    expect(proxy["filter:authtoken"]).toMatchObject({ service_type: "object-store" });
    expect(proxy["filter:keystoneauth"]).toMatchObject({ operator_roles: "admin, member", project_reader_roles: "" });
    const order = proxy["pipeline:main"]?.pipeline?.split(" ") ?? [];
    for (const name of order.slice(0, -1)) expect(proxy[`filter:${name}`]?.use ?? name).toBeTruthy();
    expect(order.indexOf("tempurl")).toBeLessThan(order.indexOf("authtoken"));
    expect(order.indexOf("copy")).toBeLessThan(order.indexOf("container-quotas"));
    expect(proxy["filter:proxy-logging"]?.reveal_sensitive_prefix).toBe("0");
  });

  it.each(["proxy", "account", "container", "object"])("Swift's %s server listens on loopback", (server) => {
    const { DEFAULT } = parseIni(text(`swift/${server}-server.conf`));
    expect(DEFAULT).toMatchObject({ bind_ip: "127.0.0.1", swift_dir: "/nowhere/devcloud/etc/swift" });
    expect(DEFAULT?.bind_port).toMatch(/^200\d\d$/);
  });

  it("DIGIMED-1: only the confidential hosts have slots, and each the configured number", () => {
    const slots = settings.hosts.map((host) => [
      host.name,
      parseIni(text(`nova-${host.name}.conf`)).devcloud?.snp_slots,
    ]);
    expect(slots).toEqual([
      ["snp-1", "4"],
      ["snp-2", "4"],
      ["plain-1", "0"],
    ]);
  });

  it("has no usual port and no address but loopback in any file", () => {
    const usual = /:(5000|3306|5672|4369|25672|8774|8776|8778|8786|9292|9311|9696|9876)\b/;
    for (const file of files) {
      expect(file.text, file.path).not.toMatch(usual);
      expect(file.text, file.path).not.toMatch(/0\.0\.0\.0/);
    }
    expect(text("my.cnf")).toContain("port = 20020");
    expect(text("rabbitmq.conf")).toContain("127.0.0.1:20021");
  });

  it("holds no password that is not random, and every file is for its owner alone", () => {
    const known = new Set(Object.values(secrets));
    for (const file of files.filter((file) => /\.(conf|cnf|yaml)$/.test(file.path))) {
      for (const [, word] of file.text.matchAll(/(?:password|default_pass|shared_secret|kek)(?: =|:) (\S+)/g)) {
        if (word === "password") continue; // auth_type
        expect(known.has(word ?? ""), `${file.path}: ${word?.slice(0, 3)}...`).toBe(true);
      }
      expect(file.mode ?? 0o600, file.path).toBe(0o600);
    }
    // The control: the pattern does find passwords.
    expect(text("nova.conf")).toMatch(/password = \S+/);
  });

  it("gives each cloud other passwords, strong and in need of no quoting", () => {
    const other = newSecrets();
    for (const [name, value] of Object.entries(secrets)) {
      expect(value).not.toBe(other[name as keyof typeof other]);
      expect(value).toMatch(/^[\w=-]{32,}$/);
    }
  });

  it("writes clouds.yaml with an operator and an auditor of project admin", () => {
    const { clouds } = parse(text("clouds.yaml")) as { clouds: Record<string, { auth: Record<string, string> }> };
    expect(Object.keys(clouds)).toEqual(["devcloud-operator", "devcloud-auditor"]);
    expect(clouds["devcloud-auditor"]?.auth).toMatchObject({ username: "auditor", project_name: "admin" });
    expect(clouds["devcloud-operator"]?.auth.auth_url).toBe("http://127.0.0.1:20000/v3");
  });

  it("C4H-4: has Nova's scheduler heed dedicated hosts in both directions, and keep its own filters", () => {
    const { scheduler, filter_scheduler: filters } = parseIni(text("nova.conf"));
    expect(scheduler?.limit_tenants_to_placement_aggregate).toBe("true");
    // With this one, projects without an aggregate would find no host.
    expect(scheduler).not.toHaveProperty("placement_aggregate_required_for_tenants");
    expect(filters?.enabled_filters?.split(",")).toEqual(
      expect.arrayContaining(["AggregateMultiTenancyIsolation", "ComputeFilter", "ImagePropertiesFilter"]),
    );
  });

  it("loads the VPN driver only where it is asked for", () => {
    const plain = { ...settings, extras: [] };
    const without = renderConfig({ settings: plain, secrets }).find((file) => file.path.endsWith("/neutron.conf"));
    expect(text("neutron.conf")).toContain("vpnaas");
    expect(without?.text).not.toContain("vpnaas");
  });

  it("DIGIMED-16: gives OpenStack's Quobyte driver the CA to check by, and tells it to delete, only where it is asked for", () => {
    const more = renderConfig({ settings: { ...settings, extras: ["quobyte"] }, secrets });
    const find = (name: string): string => more.find((file) => file.path.endsWith(`/${name}`))?.text ?? "";
    const { DEFAULT, quobyte } = parseIni(find("manila.conf"));
    expect(DEFAULT?.enabled_share_backends).toBe("shares,quobyte");
    expect(quobyte).toMatchObject({
      share_driver: "manila.share.drivers.quobyte.quobyte.QuobyteShareDriver",
      quobyte_api_url: "https://127.0.0.1:20010",
      quobyte_api_ca: "/nowhere/devcloud/etc/quobyte-tls/ca.pem",
      quobyte_delete_shares: "true",
      quobyte_api_password: secrets.quobyte,
    });
    expect(JSON.parse(find("quobyte.json"))).toMatchObject({ port: 20010, user: "admin", password: secrets.quobyte });
    expect(parseIni(text("manila.conf")).DEFAULT?.enabled_share_backends).toBe("shares");
    expect(text("quobyte.json")).toBe("");
  });

  it("is the same text for the same input", () => {
    expect(renderConfig({ settings, secrets })).toEqual(files);
  });
});

describe("renderIni", () => {
  it("leaves out what is undefined and keeps the order", () => {
    expect(renderIni({ b: { x: 1, y: undefined, z: false }, a: {} })).toBe("[b]\nx = 1\nz = false\n\n[a]\n");
  });
});
