import type { PlatformRule, TenantRule, Violation, ZoneRule } from "../rule.ts";
import { datasetsOf, pathTo } from "../walk.ts";

interface Adopted {
  readonly id: string | undefined;
  readonly path: string;
}

function twice(adopted: readonly Adopted[]): readonly Violation[] {
  const seen = new Map<string, string>();
  return adopted.flatMap(({ id, path }): readonly Violation[] => {
    if (id === undefined) return [];
    const key = id.replaceAll("-", "").toLowerCase();
    const first = seen.get(key);
    seen.set(key, first ?? path);
    if (first === undefined) return [];
    return [{ path, what: `the same object is taken over at ${first}`, found: id, next: "remove one of the two" }];
  });
}

const common = {
  severity: "error",
  requirements: ["DIGIMED-21"],
  why: "an object of the cloud has one owner",
} as const;

export const tenantAdoptUnique: TenantRule = {
  ...common,
  id: "tenant-adopt-unique",
  kind: "tenant",
  check({ config }) {
    return twice(
      Object.entries(config.areas).flatMap(([area, { adopt, benches, router }]) => [
        { id: adopt, path: pathTo("areas", area, "adopt") },
        { id: router?.adopt, path: pathTo("areas", area, "router", "adopt") },
        ...Object.entries(benches).map(([bench, granted]) => ({
          id: granted.adopt,
          path: pathTo("areas", area, "benches", bench, "adopt"),
        })),
      ]),
    );
  },
};

export const platformAdoptUnique: PlatformRule = {
  ...common,
  id: "platform-adopt-unique",
  kind: "platform",
  check({ config }) {
    return (["flavors", "images", "volumeTypes", "shareTypes"] as const).flatMap((section) =>
      twice(
        Object.entries<{ readonly adopt?: string | undefined }>(config[section]).map(([name, { adopt }]) => ({
          id: adopt,
          path: pathTo(section, name, "adopt"),
        })),
      ),
    );
  },
};

export const zoneAdoptUnique: ZoneRule = {
  ...common,
  id: "zone-adopt-unique",
  kind: "zone",
  check({ config }) {
    return twice(datasetsOf(config).map(({ dataset, path }) => ({ id: dataset.adopt, path: pathTo(path, "adopt") })));
  },
};
