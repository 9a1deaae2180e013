import { writeFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../../config/problem.ts";
import { devcloudSettings, optionsFile } from "../../../scripts/devcloud/settings.ts";
import { scratch } from "../../scratch.ts";

let home: string;
beforeEach(() => {
  home = scratch();
});

describe("devcloudSettings", () => {
  it("gives every part a port of its own, below those that the kernel hands out", () => {
    const ports = Object.values(devcloudSettings({ home }).ports);
    expect(new Set(ports).size).toBe(ports.length);
    expect(Math.max(...ports)).toBeLessThan(32768);
  });

  it("moves all ports with the base port", () => {
    const { ports, authUrl } = devcloudSettings({ home, basePort: 21000 });
    expect(ports.keystone).toBe(21000);
    expect(Object.values(ports).every((port) => port >= 21000 && port < 21032)).toBe(true);
    expect(authUrl).toBe("http://127.0.0.1:21000/v3");
  });

  it("keeps everything but the shared environment under the data directory", () => {
    const settings = devcloudSettings({ home });
    for (const path of [...Object.values(settings.dirs), settings.cloudsYaml, ...Object.values(settings.volumeStores)])
      expect(path.startsWith(`${home}/`)).toBe(true);
  });

  it("goes on with what the directory was made with, unless told otherwise", () => {
    writeFileSync(optionsFile(home), JSON.stringify({ basePort: 22000, with: ["octavia"], snpSlots: 2 }));
    expect(devcloudSettings({ home })).toMatchObject({ basePort: 22000, extras: ["octavia"], snpSlots: 2 });
    expect(devcloudSettings({ home, basePort: 23000, with: [] })).toMatchObject({ basePort: 23000, extras: [] });
  });

  it.each([
    [{ basePort: 80 }, "base port out of range (found 80; allowed: 1024 to 32700)"],
    [{ basePort: 60000 }, "base port out of range (found 60000"],
    [{ snpSlots: 0 }, "SNP slots out of range (found 0; allowed: 1 to 500)"],
    [{ with: ["heat"] as never }, "unknown part for --with (found heat; allowed: backup, octavia, quobyte, vpnaas)"],
  ])("refuses %j in one sentence", (options, message) => {
    expect(() => devcloudSettings({ home, ...options })).toThrow(UserError);
    expect(() => devcloudSettings({ home, ...options })).toThrow(message);
  });

  it("says which file is broken", () => {
    writeFileSync(optionsFile(home), "{");
    expect(() => devcloudSettings({ home })).toThrow(`${optionsFile(home)} is not readable as JSON`);
  });

  it("names three hosts, two of them confidential, with bridges whose names the kernel takes", () => {
    const { hosts } = devcloudSettings({ home });
    expect(hosts.map((host) => host.confidential)).toEqual([true, true, false]);
    for (const host of hosts)
      expect(Math.max(host.integrationBridge.length, host.providerBridge.length)).toBeLessThanOrEqual(15);
  });
});
