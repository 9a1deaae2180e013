import { userInfo } from "node:os";
import { describe, expect, it } from "vitest";
import { pluginDirectory } from "../../../scripts/toolchain/pulumi-plugins.ts";

const plugin = { name: "openstack", version: "5.5.3" };

describe("pluginDirectory", () => {
  it("is where the engine looks: below the home of the password database, whatever HOME says", () => {
    const directory = `${userInfo().homedir}/.pulumi/plugins/resource-openstack-v5.5.3`;
    expect(pluginDirectory({ HOME: "/somewhere/else" }, plugin)).toBe(directory);
    expect(pluginDirectory({}, plugin)).toBe(directory);
  });

  it("is below PULUMI_HOME where that is set", () => {
    expect(pluginDirectory({ PULUMI_HOME: "/opt/pulumi" }, plugin)).toBe(
      "/opt/pulumi/plugins/resource-openstack-v5.5.3",
    );
  });
});
