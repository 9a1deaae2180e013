import type { TenantConfig } from "../../config/tenant.ts";
import { askedNetworks } from "../../plan/allocation.ts";
import { placeName } from "../../plan/names.ts";
import type { TenantRule, Violation } from "../rule.ts";
import { pathTo } from "../walk.ts";

const LONGEST = 64;
const common = { kind: "tenant", severity: "error", requirements: ["C4H-1"] } as const;

/** Projects of areas and benches and their networks, which have their names; and networks to storages. */
const projects = (config: TenantConfig): readonly { readonly name: string; readonly path: string }[] =>
  askedNetworks(config).map(({ key, path }) => ({ name: placeName(config.zone, key), path: pathTo(path) }));

export const tenantNamesUnique: TenantRule = {
  ...common,
  id: "tenant-names-unique",
  why: "areas and benches of one zone become projects of one domain, where a name can be given once",
  check({ config }) {
    const seen = new Map<string, string>();
    return projects(config).flatMap(({ name, path }): readonly Violation[] => {
      const first = seen.get(name);
      seen.set(name, first ?? path);
      return first === undefined
        ? []
        : [
            {
              path,
              what: `this project gets the same name in the cloud as ${first}`,
              found: name,
              next: "rename one of the two",
            },
          ];
    });
  },
};

export const tenantNamesFit: TenantRule = {
  ...common,
  id: "tenant-names-fit",
  why: "Keystone refuses longer names",
  check({ config }) {
    return projects(config)
      .filter(({ name }) => name.length > LONGEST)
      .map(({ name, path }) => ({
        path,
        what: "the name of this project gets too long",
        found: `${name} (${name.length} characters)`,
        allowed: `at most ${LONGEST}`,
        next: `shorten the zone's, the area's or the bench's name by ${name.length - LONGEST}`,
      }));
  },
};
