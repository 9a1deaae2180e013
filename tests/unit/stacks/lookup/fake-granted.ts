import type { ZoneConfig } from "../../../../config/index.ts";
import { encryptionProperties, encryptionSpecs } from "../../../../plan/platform.ts";
import { planned, type Plan } from "../../../../plan/types.ts";
import type { FakeCloud } from "../../provider/fake/cloud.ts";

/** Lets a fake cloud offer what the operator granted to a zone, as the look-ups ask for it. */
export function serveGranted(cloud: FakeCloud, config: ZoneConfig, plan: Plan): void {
  const projects = planned(plan, "project-access").map(({ name }) => ({ id: `${name}-id`, name, domain_id: "d1" }));
  cloud.on("GET", "/v3/projects", () => [200, { projects }]);
  const names = [...new Set(planned(plan, "subnet").map(({ facts }) => facts.network))];
  cloud.on("GET", "/network/v2.0/networks", ({ query: { project_id } }) => [
    200,
    { networks: names.map((name) => ({ id: `${name}-net`, name, project_id })) },
  ]);
  cloud.on("GET", "/network/v2.0/security-groups", ({ query: { project_id } }) => [
    200,
    { security_groups: [{ id: `${project_id}-default`, name: "default", project_id }] },
  ]);
  const flavors = Object.entries(config.granted.flavors).map(([name, { id, confidential }]) => ({
    id: id ?? `${name}-id`,
    name,
    extra_specs: encryptionSpecs(confidential ?? "none"),
  }));
  cloud.on("GET", "/compute/v2.1/flavors/detail", () => [200, { flavors }]);
  const images = Object.entries(config.granted.images).map(([name, { id, sha512, confidential }]) => ({
    id: id ?? `${name}-id`,
    name,
    owner: "operator",
    os_hash_value: sha512,
    ...encryptionProperties(confidential ?? "none"),
  }));
  cloud.on("GET", "/image/v2/images", () => [200, { images }]);
}
