import type { TenantConfig } from "../config/index.ts";

/** A host that a second zone was given, too. */
export interface TakenHost {
  /** Position in the list of tenants of the one that came later. */
  readonly tenant: number;
  readonly path: readonly (string | number)[];
  readonly host: string;
  /** `zone/area` of the one that has it already. */
  readonly owner: string;
}

/** Hosts that two zones have for themselves, told at the later one. Twice in one zone is the matter of a rule. */
export function takenHosts(tenants: readonly Pick<TenantConfig, "zone" | "areas">[]): readonly TakenHost[] {
  const owners = new Map<string, { readonly zone: string; readonly area: string }>();
  return tenants.flatMap(({ zone, areas }, tenant) =>
    Object.entries(areas).flatMap(([area, { dedicated }]) =>
      (dedicated?.hosts ?? []).flatMap((host, index): readonly TakenHost[] => {
        const owner = owners.get(host);
        if (owner === undefined) owners.set(host, { zone, area });
        if (owner === undefined || owner.zone === zone) return [];
        const path = ["areas", area, "dedicated", "hosts", index];
        return [{ tenant, path, host, owner: `${owner.zone}/${owner.area}` }];
      }),
    ),
  );
}
