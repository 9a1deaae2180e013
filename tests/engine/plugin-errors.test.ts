import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../scripts/toolchain/root.ts";
import { FakeCloud } from "../unit/provider/fake/cloud.ts";
import { EngineSite } from "./site.ts";

/** The real engine and the real OpenStack plugin against a cloud of this process that refuses: what a user reads of it. */
const CANARY = "canary-of-a-password-4417";
const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
import * as openstack from "@pulumi/openstack";
import { PluginComponent } from "${packageRoot}/components/base.ts";
import { scopeOf } from "${packageRoot}/stacks/providers.ts";
class Refused extends PluginComponent {
  constructor() {
    super("test:Refused", "it", scopeOf("operator"));
    if (process.env.ONLY !== "role")
      new openstack.identity.Project("it-project", { name: "heart", description: "heart" }, this.child());
    if (process.env.ONLY === "project") return;
    new openstack.identity.RoleAssignment("it-role", { projectId: "p1", userId: "u1", roleId: "r1" }, this.child());
    if (process.env.ONLY === "role") return;
    new openstack.compute.Flavor("it-flavor", { name: "tiny", vcpus: 1, ram: 512, disk: 0 }, this.child());
    new openstack.networking.Network("it-network", { name: "heart" }, this.child());
    new openstack.identity.User("it-user", { name: "pipe", password: pulumi.secret("${CANARY}") }, this.child());
  }
}
new Refused();
`;

const SERVICES = { identity: "/v3", compute: "/compute/v2.1", network: "/network" };
const cloud = new FakeCloud();
let site: EngineSite;
/** What happens to the project: refused, or made and then in use. */
let taken = true;
let roleTries = 0;

function routes(): void {
  const { url } = cloud;
  const version = { id: "v3.14", status: "stable", links: [{ rel: "self", href: `${url}/v3/` }] };
  cloud.on("GET", "/", () => [300, { versions: { values: [version] } }]);
  cloud.on("GET", "/v3/?", () => [200, { version }]);
  const catalog = Object.entries(SERVICES).map(([type, path]) => ({
    type,
    name: type,
    endpoints: [{ interface: "public", region_id: "one", region: "one", url: `${url}${path}` }],
  }));
  const domain = { id: "default", name: "Default" };
  const expires_at = new Date(Date.now() + 3_600_000).toISOString();
  const token = {
    expires_at,
    catalog,
    user: { id: "ada", name: "ada", domain },
    project: { id: "home", name: "home", domain },
  };
  cloud.on("POST", "/v3/auth/tokens", () => [201, { token }, { "X-Subject-Token": "a-token" }]);

  const conflict = "it is not permitted to have two projects with the same name: name is heart, project id a70a";
  const project = {
    id: "p7",
    name: "heart",
    description: "heart",
    domain_id: "default",
    enabled: true,
    is_domain: false,
    tags: [],
  };
  cloud.on("POST", "/v3/projects", () =>
    taken ? [409, { error: { code: 409, message: conflict } }] : [201, { project }],
  );
  cloud.on("GET", "/v3/projects/p7", () => [200, { project }]);
  cloud.on("DELETE", "/v3/projects/p7", () =>
    taken ? [204] : [403, { error: { message: "Project p7 must not be deleted." } }],
  );
  cloud.on("POST", "/v3/users", () => [
    400,
    { error: { message: `Invalid input for field 'password': '${CANARY}' is too short` } },
  ]);
  cloud.on("POST", "/compute/v2.1/flavors", () => [
    403,
    { forbidden: { message: "Policy doesn't allow os_compute_api:os-flavor-manage:create to be performed." } },
  ]);
  cloud.on("POST", "/network/v2.0/networks", () => [
    409,
    { NeutronError: { type: "OverQuota", message: "Quota exceeded for resources: ['network'].", detail: "" } },
  ]);
  cloud.on("PUT", "/v3/projects/p1/users/u1/roles/r1", () => (++roleTries < 3 ? [503, "<html>busy</html>"] : [204]));
  cloud.on("DELETE", "/v3/projects/p1/users/u1/roles/r1", () => [204]);
  cloud.on("GET", "/v3/projects/p1/users/u1/roles", () => [200, { roles: [{ id: "r1", name: "reader" }] }]);
}

const run: EngineSite["run"] = (...args) => site.run(...args);

/** The lines of the closing report that are about one resource. */
const toldOf = (output: string, name: string): string =>
  output
    .slice(output.indexOf("Diagnostics:"))
    .split(/\n(?= {2}\S)/)
    .find((part) => part.includes(`(${name})`)) ?? "";

beforeAll(async () => {
  await cloud.start();
  routes();
  site = await EngineSite.make(PROGRAM);
  const auth = {
    auth_url: `${cloud.url}/v3`,
    username: "ada",
    password: "pw",
    project_name: "home",
    user_domain_name: "Default",
    project_domain_name: "Default",
  };
  await site.write("clouds.yaml", JSON.stringify({ clouds: { operator: { auth, region_name: "one" } } }));
  await run(0, ["stack", "init", "dev"]);
});
afterAll(async () => {
  await cloud.stop();
  await site.remove();
});

describe("what the OpenStack plugin is refused", () => {
  it("is tried again where it passes by itself and twice is once, and the run ends well", async () => {
    const output = await run(0, ["up", "--yes", "--skip-preview"], { ONLY: "role" });
    expect(roleTries).toBe(3);
    expect(output).toContain("retrying create due to on-error hook request");
    expect(output).not.toContain("error: cannot create");
    await run(0, ["preview", "--expect-no-changes"], { ONLY: "role" });
  });

  it("reaches the user as one sentence at the resource", async () => {
    const output = await run(1, ["up", "--yes", "--skip-preview"]);
    expect(toldOf(output, "it-project")).toMatch(
      /error: cannot create the domain or project "it-project": it is there already.*two projects.*Next: take it over by `adopt: <its id>`/,
    );
    expect(toldOf(output, "it-flavor")).toMatch(
      /error: cannot create the flavor "it-flavor": the credential may not do this.*Next: let the entry of clouds\.yaml .* hold the role admin/,
    );
    expect(toldOf(output, "it-network")).toMatch(
      /error: cannot create the network "it-network": the quota of networks is used up.*Next: /,
    );
    const user =
      toldOf(output, "it-user")
        .split("\n")
        .find((line) => line.includes("error: cannot create the user")) ?? "";
    expect(user).toMatch(
      /the request is refused as wrong \(Keystone answered 400: Invalid input for field \[\.\.\.\] is too short\)/,
    );
    expect(output.match(/error: cannot create/g)?.length).toBeGreaterThanOrEqual(4);
    expect(cloud.unknown).toEqual([]);
  });

  it("is told of a removal too, where the program runs; without it the engine has the plugin's page alone", async () => {
    taken = false;
    await run(0, ["up", "--yes", "--skip-preview"], { ONLY: "project" });
    const plain = await run(1, ["destroy", "--yes", "--skip-preview"]);
    expect(toldOf(plain, "it-project")).toContain("Project p7 must not be deleted.");
    expect(plain).not.toContain("error: cannot delete");
    const told = await run(1, ["destroy", "--yes", "--skip-preview", "--run-program"], { ONLY: "project" });
    expect(toldOf(told, "it-project")).toMatch(
      /error: cannot delete the domain or project "it-project": the credential may not do this \(Keystone answered 403: Project p7 must not be deleted\)/,
    );
    taken = true;
    await run(0, ["destroy", "--yes", "--skip-preview"]);
  });
});
