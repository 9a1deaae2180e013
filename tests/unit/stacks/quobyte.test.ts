import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { TenantConfig } from "../../../config/index.ts";
import { demandSameQuobyte } from "../../../stacks/lookup/quobyte.ts";
import { examples } from "../plan/examples.ts";
import { scratch } from "../../scratch.ts";

const platform = (url: string): string => `config:
  tresor:platform:
    format: 1
    cloud: operator
    region: RegionOne
    quobyte:
      main: { title: Quobyte, url: "${url}" }
    shareTypes:
      fast: { driver: quobyte, backend: q, cluster: main }
      plain: { driver: generic, backend: g }
`;
const tenant = (shareTypes: string[], ...clusters: string[]): TenantConfig => ({
  ...examples.tenant(),
  shareTypes,
  quobyte: Object.fromEntries(clusters.map((name) => [name, { requiredTags: [], forbiddenTags: [], volumes: {} }])),
});
const load = (url: string) => (name: string) =>
  Promise.resolve({ name, file: "/site/quobyte.yaml", url, user: "u", password: "hunter2" });

let site: string;
beforeEach(() => {
  site = scratch();
  writeFileSync(join(site, "Pulumi.platform.yaml"), platform("https://q.example:7860/"));
});

describe("a tenant's program, before it makes anything (DIGIMED-5, DIGIMED-16)", () => {
  const ask = (config: TenantConfig, url = "https://q.example:7860") => demandSameQuobyte(config, site, load(url));

  it("goes on where the tenant names each cluster that its shares lie on, or has none there", async () => {
    await ask(tenant(["fast", "plain"], "main"));
    await ask(tenant(["plain"]));
    await ask(tenant([]));
  });

  it("ends where a share type would put shares into the clear", async () => {
    await expect(ask(tenant(["plain", "fast"]))).rejects.toThrow(
      /tenant\.shareTypes\[1\]: this share type lies on a Quobyte cluster/,
    );
  });

  it("ends where the password would go to an address that the platform does not have", async () => {
    await expect(ask(tenant(["fast"], "main"), "https://elsewhere.example/")).rejects.toThrow(
      /has another address in \/site\/quobyte.yaml.*found https:\/\/elsewhere.example\/; allowed: https:\/\/q.example:7860\//,
    );
  });

  it("ends where there is no platform to look the cluster up in, or a wrong one", async () => {
    const empty = join(site, "without");
    await expect(demandSameQuobyte(tenant(["fast"], "main"), empty, load(""))).rejects.toThrow(
      /no Pulumi.platform.yaml beside/,
    );
    // Nothing is known of Quobyte where nothing speaks of it.
    await demandSameQuobyte(tenant(["plain"]), empty, load(""));
    writeFileSync(join(site, "Pulumi.platform.yaml"), platform("http://q.example:7860/"));
    await expect(ask(tenant(["fast"], "main"))).rejects.toThrow(/platform\.quobyte\.main\.url/);
  });
});
