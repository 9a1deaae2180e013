import type { Service } from "../../../openstack/index.ts";
import type { Scene } from "./scene.ts";

/** All that an attempt could have changed, as the operator sees it: the same before and after, or something was made. */
export async function fingerprint({ operator, ...scene }: Scene): Promise<readonly string[]> {
  const all = { all_tenants: 1 };
  // Others may work on the same cloud.
  const ours = [scene.run, scene.domain, scene.area, scene.otherArea, scene.bench, scene.otherBench];
  const concerns = (text: string): boolean =>
    [...ours, scene.strangers, scene.share, scene.image].some((one) => text.includes(one));
  const lists: readonly (readonly [Service, string, string, readonly string[], object?])[] = [
    ["identity", "/projects", "projects", ["name", "enabled"]],
    ["identity", "/domains", "domains", ["name", "enabled"]],
    ["identity", "/users", "users", ["name", "enabled"]],
    ["identity", "/groups", "groups", ["name"]],
    ["identity", `/groups/${scene.group}/users`, "users", ["name"]],
    ["identity", "/roles", "roles", ["name"]],
    ["identity", "/role_assignments", "role_assignments", ["role", "user", "group", "scope"]],
    ["identity", "/OS-FEDERATION/identity_providers", "identity_providers", ["id"]],
    ["compute", "/servers/detail", "servers", ["name", "status", "metadata", "locked"], all],
    ["compute", "/flavors/detail", "flavors", ["name"], { is_public: "None" }],
    ["compute", "/os-aggregates", "aggregates", ["name"]],
    ["network", "/networks", "networks", ["name", "shared", "port_security_enabled", "description"]],
    ["network", "/subnets", "subnets", ["name", "gateway_ip", "dns_nameservers", "host_routes"]],
    ["network", "/ports", "ports", ["name", "allowed_address_pairs", "port_security_enabled", "security_groups"]],
    ["network", "/routers", "routers", ["name"]],
    ["network", "/security-groups", "security_groups", ["name"]],
    ["network", "/security-group-rules", "security_group_rules", ["security_group_id", "direction"]],
    ["network", "/rbac-policies", "rbac_policies", ["object_id", "target_tenant"]],
    ["block-storage", "/volumes/detail", "volumes", ["name", "status", "volume_type", "metadata"], all],
    ["block-storage", "/snapshots/detail", "snapshots", ["name"], all],
    ["block-storage", "/os-volume-transfer", "transfers", ["name"], all],
    ["block-storage", "/types", "volume_types", ["name"], { is_public: "None" }],
    ["shared-file-system", "/shares/detail", "shares", ["name", "is_public", "status"], all],
    ["shared-file-system", "/share-access-rules", "access_list", ["access_to"], { share_id: scene.share }],
    ["shared-file-system", "/types", "share_types", ["name"], { is_public: "all" }],
    ["image", "/images", "images", ["name", "visibility", "hw_mem_encryption"]],
    ["image", `/images/${scene.image}/members`, "members", ["member_id"]],
  ];
  const rows = await Promise.all(
    lists.map(async ([service, path, many, fields, query]) => {
      const objects = await operator.paginate<Record<string, unknown>>(service, path, many, {
        query: { ...(query as Record<string, string>) },
      });
      const row = (object: Record<string, unknown>): string =>
        `${many} ${JSON.stringify([object["id"], ...fields.map((field) => object[field])])}`;
      return objects.filter((object) => concerns(JSON.stringify(object))).map(row);
    }),
  );
  const quotas = await Promise.all(
    (
      [
        ["compute", "/os-quota-sets"],
        ["block-storage", "/os-quota-sets"],
        ["network", "/quotas"],
        ["shared-file-system", "/quota-sets"],
      ] as const
    ).map(async ([service, path]) =>
      JSON.stringify((await operator.request(service, "GET", `${path}/${scene.area}`)).body),
    ),
  );
  return [...rows.flat(), ...quotas].toSorted();
}
