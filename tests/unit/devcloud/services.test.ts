import { describe, expect, it } from "vitest";
import { grantSql, schemas } from "../../../scripts/devcloud/database.ts";
import { templateKey } from "../../../scripts/devcloud/lifecycle.ts";
import { newSecrets } from "../../../scripts/devcloud/secrets.ts";
import { services } from "../../../scripts/devcloud/services.ts";
import { devcloudSettings } from "../../../scripts/devcloud/settings.ts";
import { overallState } from "../../../scripts/devcloud/status.ts";
import { switchTransaction } from "../../../scripts/devcloud/switch.ts";

const settings = devcloudSettings({ home: "/nowhere/devcloud", basePort: 20000 });
const list = services(settings);
const secrets = newSecrets();

describe("services", () => {
  it("have names of their own and stand behind those they need", () => {
    const names = list.map((service) => service.name);
    expect(new Set(names).size).toBe(names.length);
    for (const [index, service] of list.entries())
      for (const before of service.after) {
        expect(names.indexOf(before), `${service.name} after ${before}`).toBeGreaterThanOrEqual(0);
        expect(names.indexOf(before), `${service.name} after ${before}`).toBeLessThan(index);
      }
  });

  it("listen on loopback and close each connection", () => {
    const apis = list.filter(({ check, name }) => check.kind === "http" && name !== "swift-proxy");
    expect(apis).toHaveLength(8);
    for (const { command } of apis) {
      expect(command[command.indexOf("--http-socket") + 1]).toMatch(/^127\.0\.0\.1:200\d\d$/);
      expect(command[command.indexOf("--add-header") + 1]).toBe("Connection: close");
    }
  });

  it("carry no secret in their arguments, which every user of the machine can read", () => {
    const all = JSON.stringify([list.map((service) => service.command), switchTransaction(settings)]);
    const steps = JSON.stringify(
      schemas(settings, secrets, (name) => `url-of-${name}`).map((schema) => schema.commands),
    );
    for (const secret of Object.values(secrets)) expect(all + steps).not.toContain(secret);
  });

  it("log method, path and status of a request, never a header with a token", () => {
    const keystone = list.find((service) => service.name === "keystone");
    const format = keystone?.command[(keystone?.command.indexOf("--log-format") ?? 0) + 1] ?? "";
    expect(format).toContain("%(method) %(uri) %(status)");
    expect(format).not.toMatch(/token|HTTP_/i);
  });

  it("hold Octavia only where it is asked for", () => {
    expect(list.some((service) => service.name.startsWith("octavia"))).toBe(false);
    const more = services({ ...settings, extras: ["octavia"] }).map((service) => service.name);
    expect(more).toEqual(expect.arrayContaining(["octavia", "octavia-driver-agent"]));
    expect(list.map(({ name }) => name)).not.toContain("cinder-backup");
    expect(services({ ...settings, extras: ["backup"] }).map(({ name }) => name)).toContain("cinder-backup");
  });
});

describe("the simulated Quobyte", () => {
  const names = (extras: readonly ("quobyte" | "vpnaas")[]): string[] =>
    services({ ...settings, extras }).map(({ name }) => name);

  it("runs only where it is asked for, and Manila's driver waits for it", () => {
    expect(names(["vpnaas"])).not.toContain("quobyte-simulator");
    const more = services({ ...settings, extras: ["quobyte"] });
    const [simulator, share] = ["quobyte-simulator", "manila-share"].map((name) =>
      more.find((one) => one.name === name),
    );
    expect(share?.after).toContain("quobyte-simulator");
    expect(simulator?.check).toEqual({ kind: "tcp", port: "quobyte" });
    expect(more.indexOf(simulator!)).toBeLessThan(more.indexOf(share!));
  });

  it("is started by a command that holds no secret and names no place of a clone", () => {
    const [, program, config] = services({ ...settings, extras: ["quobyte"] }).find(
      ({ name }) => name === "quobyte-simulator",
    )!.command;
    expect(program).toBe("/nowhere/devcloud/bin/quobyte-simulator/main.ts");
    expect(config).toBe("/nowhere/devcloud/etc/quobyte.json");
  });

  it("comes and goes without emptying the cloud, unlike what has a part in the database", () => {
    const key = (extras: readonly ("backup" | "octavia" | "quobyte" | "vpnaas")[]): string =>
      templateKey({ ...settings, extras });
    expect(key(["backup", "vpnaas"])).toBe(key(["vpnaas"]));
    expect(key(["quobyte", "vpnaas"])).toBe(key(["vpnaas"]));
    expect(key(["octavia"])).not.toBe(key([]));
  });
});

describe("switchTransaction", () => {
  const words = switchTransaction(settings);

  it("gives every host a chassis with provider bridge, and joins the bridges", () => {
    for (const { name } of settings.hosts) {
      expect(words).toContain(`external-ids:ovn-bridge-mappings-${name}=physnet1:br-ex-${name}`);
      expect(words).toContain(`options:peer=host-${name}`);
      expect(words).toContain(`options:peer=wire-${name}`);
    }
    expect(words.at(-1)).not.toBe("--");
  });

  it("names ports that the kernel would take", () => {
    const ports = words.flatMap((word, index) => (words[index - 2] === "add-port" ? [word] : []));
    expect(ports).toHaveLength(6);
    for (const port of ports) expect(port.length).toBeLessThanOrEqual(15);
  });
});

describe("grantSql", () => {
  it("lets the services into their own databases from loopback only", () => {
    const sql = grantSql(secrets);
    expect(sql).toContain("GRANT ALL ON nova_api.* TO 'devcloud'@'127.0.0.1'");
    expect(sql).not.toMatch(/ON \*\.\*|'%'/);
  });
});

describe("overallState", () => {
  it.each([
    [["up", "up"], true, "up"],
    [["up", "dead"], true, "broken"],
    [["up", "silent"], true, "broken"],
    [["stopped", "stopped"], true, "down"],
    [["dead", "dead"], true, "broken"],
    [["stopped"], false, "absent"],
  ] as const)("of %j, made %s, is %s", (states, made, expected) => {
    expect(overallState(states, made)).toBe(expected);
  });
});
