import type { PlatformConfig, TenantConfig, ZoneConfig } from "../config/index.ts";
import { UserError, type Problem } from "../config/problem.ts";
import { subnetsOf } from "./addresses.ts";
import { networkKeys } from "./allocation.ts";
import type { LedgerZone } from "./ledger.ts";
import { quobyteProblems } from "./quobyte.ts";
import { grantedVolumes } from "./quobyte-volumes.ts";

/** What the operator hands over to a zone's administrator: the block `granted:` of the zone's config. */
export type Granted = ZoneConfig["granted"];

const defined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T;

/** Picks the named entries of a section of the platform; a name that the platform lacks is a problem of the tenant's config. */
function pick<From, To>(
  names: readonly string[],
  section: string,
  from: Readonly<Record<string, From>>,
  shape: (entry: From) => To,
  problems: Problem[],
): Record<string, To> {
  const picked: Record<string, To> = {};
  for (const [index, name] of names.entries()) {
    const entry = Object.hasOwn(from, name) ? from[name] : undefined;
    if (entry !== undefined) picked[name] = shape(entry);
    else
      problems.push({
        path: `tenant.${section}[${index}]`,
        what: "the platform has no such entry",
        found: JSON.stringify(name),
        allowed: Object.keys(from).join(", ") || `nothing yet: platform.${section} is empty`,
        next: `add it to platform.${section}, or take it out here`,
      });
  }
  return picked;
}

/** Quotas by area and by bench, as the operator set them. */
function quotas(tenant: TenantConfig): Granted["quotas"] {
  const all: Granted["quotas"] = {};
  for (const [area, { quota, benches }] of Object.entries(tenant.areas)) {
    all[area] = defined(quota);
    for (const [bench, granted] of Object.entries(benches)) all[`${area}/${bench}`] = defined(granted.quota);
  }
  return all;
}

/** Areas with hosts of their own. Which hosts they are stays with the operator. */
const dedicated = ({ areas }: TenantConfig): Granted["dedicated"] =>
  Object.fromEntries(
    Object.entries(areas).flatMap(([area, { dedicated: granted }]) =>
      granted === undefined ? [] : [[area, defined({ slots: granted.slots })]],
    ),
  );

/** Routers by area: what flows may name because of them, and what sites dial. */
const routers = ({ areas }: TenantConfig): Granted["routers"] =>
  Object.fromEntries(
    Object.entries(areas).flatMap(([area, { router }]) =>
      router === undefined ? [] : [[area, { ends: [...new Set(router.ends)].toSorted(), addresses: router.addresses }]],
    ),
  );

/** Outside legs of gateways by area: what sites dial. On which network they are, is the operator's matter. */
const gateways = ({ areas }: TenantConfig): Granted["gateways"] =>
  Object.fromEntries(
    Object.entries(areas).flatMap(([area, { gateway }]) =>
      gateway === undefined ? [] : [[area, { addresses: gateway.addresses }]],
    ),
  );

/** Areas with a network to a storage; whose ports stand in it besides is the operator's. */
const storage = ({ areas }: TenantConfig): Granted["storage"] =>
  Object.fromEntries(
    Object.entries(areas).flatMap(([area, { storage: granted }]) =>
      granted === undefined ? [] : [[area, { title: granted.title }]],
    ),
  );

/**
 * What the operator granted, in the shape of the zone's `granted:`: subnets from the ledger, quotas from the tenant, and of the platform
 * only what the tenant names. No secret, nothing of another zone.
 * @throws UserError when the tenant names what the platform lacks, or the ledger lacks a network
 */
export function handover(platform: PlatformConfig, tenant: TenantConfig, zone: LedgerZone): Granted {
  const problems: Problem[] = [];
  const flavors = pick(
    tenant.flavors,
    "flavors",
    platform.flavors,
    ({ adopt, vcpus, memory, confidential, gpu, disk, localDisk }) =>
      defined({
        ...{ id: adopt, vcpus, memory, confidential, gpu: gpu !== undefined },
        localDisk: localDisk === undefined || disk === undefined ? undefined : { ...localDisk, size: disk },
      }),
    problems,
  );
  const images = pick(
    tenant.images,
    "images",
    platform.images,
    ({ adopt, sha512, confidential, minDisk }) => defined({ id: adopt, sha512, confidential, minDisk }),
    problems,
  );
  const volumeTypes = pick(
    tenant.volumeTypes,
    "volumeTypes",
    platform.volumeTypes,
    ({ encryption, driver, tier, overwrite }) =>
      defined({ encrypted: encryption !== undefined, driver, tier, overwrite }),
    problems,
  );
  const shareTypes = pick(
    tenant.shareTypes,
    "shareTypes",
    platform.shareTypes,
    ({ driver, protocols, squash, transit, snapshots }) =>
      defined({ driver, protocols, squash, transit, snapshots: snapshots || undefined }),
    problems,
  );
  // A share type that the platform lacks is said above.
  if (problems.length === 0) problems.push(...quobyteProblems(platform, tenant));
  if (problems.length > 0) throw new UserError(problems);
  const networks = Object.fromEntries(networkKeys(tenant).map((key) => [key, subnetsOf(zone, key)]));
  const grants = { flavors, images, volumeTypes, shareTypes };
  const ways = { routers: routers(tenant), gateways: gateways(tenant) };
  const volumes = grantedVolumes(platform.quobyte, tenant);
  const places = { ...ways, storage: storage(tenant), quobyte: volumes, dedicated: dedicated(tenant) };
  return { preset: tenant.preset, networks, quotas: quotas(tenant), ...grants, ...places };
}
