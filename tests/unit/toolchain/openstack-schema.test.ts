import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { asset } from "../../../scripts/toolchain/root.ts";
import { OPENSTACK_VERSION } from "../../../scripts/toolchain/versions.ts";

interface Schema {
  readonly name: string;
  readonly version: string;
  readonly resources: Record<string, { inputProperties: Record<string, { secret?: boolean }> }>;
  readonly functions: Record<string, unknown>;
}
const read = (path: string): unknown =>
  JSON.parse(readFileSync(asset(`scripts/toolchain/openstack-plugin/${path}`), "utf8"));
const schema = read("schema.json") as Schema;
const tokens = read("bridge/tokens.json") as Record<"resources" | "functions", Record<string, string>>;

/** Type tokens of the classes in the npm SDK. */
function sdkTokens(): string[] {
  const root = dirname(createRequire(import.meta.url).resolve("@pulumi/openstack/package.json"));
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".js"))
    .flatMap((file) => /__pulumiType = '(openstack:[^']+)'/.exec(readFileSync(join(root, file), "utf8"))?.[1] ?? [])
    .sort();
}

/** Types of SDK 3.15.2 that upstream has dropped since: no stack may use them. */
const DROPPED = [
  "openstack:blockstorage/quoteSetV2:QuoteSetV2",
  "openstack:blockstorage/volumeAttachV2:VolumeAttachV2",
  "openstack:blockstorage/volumeV1:VolumeV1",
  "openstack:blockstorage/volumeV2:VolumeV2",
  "openstack:compute/floatingIp:FloatingIp",
  "openstack:compute/floatingIpAssociate:FloatingIpAssociate",
  "openstack:compute/secGroup:SecGroup",
  "openstack:firewall/firewall:Firewall",
  "openstack:firewall/policy:Policy",
  "openstack:firewall/rule:Rule",
  "openstack:loadbalancer/memberV1:MemberV1",
  "openstack:loadbalancer/monitorV1:MonitorV1",
  "openstack:loadbalancer/poolV1:PoolV1",
  "openstack:loadbalancer/vip:Vip",
];

describe("the schema that the OpenStack plugin carries", () => {
  it("is made for the version that the plugin answers to", () => {
    expect(schema.name).toBe("openstack");
    expect(schema.version).toBe(OPENSTACK_VERSION);
  });

  it("holds exactly the tokens of the table", () => {
    expect(Object.keys(schema.resources).sort()).toEqual(Object.values(tokens.resources).sort());
    // The bridge adds one function of its own, below `pulumi:providers:`.
    const functions = Object.keys(schema.functions).filter((token) => token.startsWith("openstack:"));
    expect(functions.sort()).toEqual(Object.values(tokens.functions).sort());
    expect(Object.keys(schema.resources)).toHaveLength(108);
    expect(functions).toHaveLength(61);
  });

  it("knows every class of the npm SDK but those that upstream dropped", () => {
    const missing = sdkTokens().filter((token) => !(token in schema.resources));
    expect(sdkTokens()).toHaveLength(105);
    expect(missing).toEqual(DROPPED);
  });

  it("marks what the official plugin leaves in plain text", () => {
    expect(schema.resources["openstack:vpnaas/siteConnection:SiteConnection"]?.inputProperties.psk?.secret).toBe(true);
    expect(schema.resources["openstack:compute/instance:Instance"]?.inputProperties.userData?.secret).toBe(true);
    expect(schema.resources["openstack:compute/instance:Instance"]?.inputProperties.name?.secret).toBeUndefined();
  });
});
