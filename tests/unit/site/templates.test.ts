import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { pulumiYaml, type SiteKind } from "../../../scripts/site/templates.ts";

const project = (kind: SiteKind) =>
  parse(
    pulumiYaml({
      kind,
      directory: "/site",
      main: "node_modules/tresor/program",
      stacks: [{ name: "digimed", cloud: "digimed", backups: false }],
      nodeDirectory: "/node",
      packageRoot: "/package",
      toolchain: {
        binDirectory: "/bin",
        environment: {},
        plugins: [{ name: "random", version: "4.0.0", path: "/package/plugins/random" }],
      } as never,
    }),
  ) as { options?: unknown; main: string; plugins: { providers: unknown } };

describe.each(["operator", "zone"] as const)("Pulumi.yaml of a site of kind %s", (kind) => {
  it("makes a plain `pulumi up` compare with the cloud: what was made by hand is undone without another word", () => {
    expect(project(kind).options).toEqual({ refresh: "always" });
  });

  it("names what lies in the package through the link, so that it holds on every machine", () => {
    expect(project(kind).plugins.providers).toEqual([
      { name: "tresor", path: "node_modules/tresor/provider/plugin" },
      { name: "random", path: "node_modules/tresor/plugins/random" },
    ]);
  });
});
