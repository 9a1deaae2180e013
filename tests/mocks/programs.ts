import { Platform } from "../../components/platform/platform.ts";
import { Tenant } from "../../components/tenant/tenant.ts";
import { Zone } from "../../components/zone/zone.ts";
import type { PlatformConfig, TenantConfig, ZoneConfig } from "../../config/index.ts";
import type { LedgerZone } from "../../plan/ledger.ts";
import { placeName, uplinkName } from "../../plan/names.ts";
import { planPlatform } from "../../plan/platform.ts";
import { planTenant } from "../../plan/tenant.ts";
import { planned, type Plan } from "../../plan/types.ts";
import { planZone } from "../../plan/zone.ts";
import { scopeOf } from "../../stacks/providers.ts";
import { runUnderMocks, type Registered } from "./harness.ts";

/** What a stack's program registers, with the plan that asked for it. */
export interface Run<T> {
  readonly plan: Plan;
  readonly resources: readonly Registered[];
  readonly result: T;
}

const ids = (names: Iterable<string>): Record<string, string> =>
  Object.fromEntries([...names].map((name) => [name, `${name}-looked-up`]));

export async function runPlatform(config: PlatformConfig): Promise<Run<Platform>> {
  const plan = planPlatform(config);
  const run = await runUnderMocks(
    () => new Platform("platform", { scope: scopeOf("operator"), plan, directory: "/site" }),
  );
  return { plan, ...run };
}

export async function runTenant(config: TenantConfig, entry: LedgerZone): Promise<Run<Tenant>> {
  const plan = planTenant(config, entry);
  const { flavors, images, volumeTypes, shareTypes } = config;
  const offer = {
    flavors: ids(flavors),
    images: ids(images),
    volumeTypes: ids(volumeTypes),
    shareTypes: ids(shareTypes),
  };
  const externals = ids(Object.values(config.areas).flatMap(({ router }) => router?.external ?? []));
  const outside = Object.fromEntries(
    planned(plan, "uplink").map(({ project = "", facts }) => [
      project,
      {
        networkId: `${facts.network}-looked-up`,
        fixedIps: facts.addresses.map((ipAddress) => ({ subnetId: "outside-subnet", ipAddress })),
      },
    ]),
  );
  const roles = { manager: "manager-role", member: "member-role" };
  const run = await runUnderMocks(
    () => new Tenant(config.zone, { scope: scopeOf("operator"), plan, offer, roles, externals, outside }),
  );
  return { plan, ...run };
}

export async function runZone(config: ZoneConfig): Promise<Run<Zone>> {
  const plan = planZone(config);
  const projects = planned(plan, "project-access").map(({ name }) => name);
  const areas = Object.keys(config.areas).map((key) => placeName(config.name, key));
  const granted = {
    domainId: "domain",
    pipelineUserId: "pipeline-user",
    projects: ids(projects),
    networks: ids(Object.keys(config.granted.networks).map((place) => placeName(config.name, place))),
    defaultGroups: ids(areas),
    flavors: ids(Object.keys(config.granted.flavors)),
    images: ids(Object.keys(config.granted.images)),
    routers: ids(Object.keys(config.granted.routers).map((area) => placeName(config.name, area))),
    users: ids(["ada@heart.example"]),
    uplinks: ids(Object.keys(config.granted.gateways).map((area) => uplinkName(config.name, area))),
  };
  const secrets = Object.fromEntries(
    planned(plan, "vpn-connection").map(({ facts }) => [facts.secret, `value-of-${facts.secret}`]),
  );
  const run = await runUnderMocks(() => {
    const scopes = Object.fromEntries(areas.map((area) => [area, { cloud: area }]));
    return new Zone(config.name, { scope: { cloud: config.name }, areas: scopes, plan, granted, secrets });
  });
  return { plan, ...run };
}
