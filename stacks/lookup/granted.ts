import type { Granted } from "../../components/zone/zone.ts";
import type { ZoneConfig } from "../../config/index.ts";
import { UserError, type Problem } from "../../config/problem.ts";
import { exactlyOne } from "../../openstack/index.ts";
import { gibibytes } from "../../config/scalars.ts";
import { entryOf, placeName } from "../../plan/names.ts";
import { encryptionProperties, encryptionSpecs } from "../../plan/platform.ts";
import { localDiskSpecs } from "../../plan/storage/local-disk.ts";
import { planned, type Plan } from "../../plan/types.ts";
import { listsThroughProvider, type Lists } from "./through-provider.ts";
import { findUplinks } from "./uplinks.ts";

interface Named {
  readonly id: string;
  readonly name: string;
}
interface Flavor extends Named {
  readonly extra_specs?: Readonly<Record<string, string>>;
  readonly disk?: number;
  readonly swap?: number | "";
  readonly "OS-FLV-EXT-DATA:ephemeral"?: number;
}
interface Image extends Named {
  readonly owner: string;
  readonly os_hash_value?: string;
  readonly [property: string]: unknown;
}

const byName = (list: readonly Named[]): Record<string, string> =>
  Object.fromEntries(list.map(({ id, name }) => [name, id]));

/**
 * What the operator made for this zone, found with the zone's own credential. Everything is looked for by owner as well as by
 * name, and what the operator offers must be what was granted on paper: a flavor that lost its encryption stops the run.
 */
export async function findGranted(
  config: ZoneConfig,
  plan: Plan,
  cloudOf: (place?: string) => string,
  open: (cloud: string, zone: string) => Lists = listsThroughProvider,
): Promise<Granted> {
  const domain = open(cloudOf(), config.name);
  const { domainId = "", userId } = await domain.token();
  const all = await domain.paginate<Named>("identity", "/projects", "projects", {
    what: "list the zone's projects",
    query: { domain_id: domainId },
  });
  const wanted = new Set([...planned(plan, "project-access").map(({ name }) => name)]);
  const missing = [...wanted].filter((name) => !all.some((project) => project.name === name));
  if (missing.length > 0) {
    throw new UserError(
      missing.map((name): Problem => ({
        what: `the project ${name} does not exist in the domain ${config.name}`,
        why: "projects are made by the operator's half",
        next: `ask the operator to run \`pulumi up -s ${config.name}-tenant\` with this area or bench in it`,
      })),
    );
  }
  const projects = byName(all);
  const areas = Object.keys(config.areas).map((key) => ({ key, project: placeName(config.name, key) }));
  const perArea = await Promise.all(
    areas.map(async ({ key, project }) => {
      const session = open(cloudOf(key), config.name);
      const projectId = projects[project] ?? "";
      const { addresses = [] } = entryOf(config.granted.gateways, key) ?? {};
      const [networks, uplinks] = await Promise.all([
        findNetworks(session, plan, project, projectId),
        findUplinks(session, plan, { project, projectId, addresses }),
      ]);
      return { project, session, ...networks, uplinks };
    }),
  );
  const [first] = perArea;
  if (first === undefined) throw new Error("a zone has at least one area");
  const [flavors, images, users] = await Promise.all([
    findFlavors(first.session, config, plan),
    findImages(first.session, config, plan),
    findKeyReaders(domain, plan, domainId),
  ]);
  return {
    domainId,
    pipelineUserId: userId,
    projects,
    networks: Object.assign({}, ...perArea.map(({ networks }) => networks)) as Record<string, string>,
    routers: Object.assign({}, ...perArea.map(({ routers }) => routers)) as Record<string, string>,
    uplinks: Object.assign({}, ...perArea.map(({ uplinks }) => uplinks)) as Record<string, string>,
    defaultGroups: Object.fromEntries(perArea.map(({ project, defaultGroup }) => [project, defaultGroup])),
    flavors,
    images,
    users,
  };
}

/** Persons whom study keys name as an identity provider knows them: their users are there from the first log-in on. */
async function findKeyReaders(session: Lists, plan: Plan, domainId: string): Promise<Record<string, string>> {
  const names = new Set(
    planned(plan, "study-key").flatMap(({ facts }) =>
      facts.readers.flatMap(({ user, cloudId }) => (user === null || cloudId !== null ? [] : [user])),
    ),
  );
  if (names.size === 0) return {};
  const all = await session.paginate<Named & { domain_id: string }>("identity", "/users", "users", {
    what: "list the users of the zone's domain",
    query: { domain_id: domainId },
  });
  const users = all.filter((user) => user.domain_id === domainId);
  const known = [...names].filter((name) => users.some((user) => user.name === name));
  return Object.fromEntries(known.map((name) => [name, exactlyOne("user", name, users).id]));
}

async function findNetworks(session: Lists, plan: Plan, project: string, projectId: string) {
  const subnets = planned(plan, "subnet").filter((subnet) => subnet.project === project);
  const names = [...new Set(subnets.map(({ facts }) => facts.network))];
  const query = { project_id: projectId };
  const [networks, groups, routers] = await Promise.all([
    session.paginate<Named>("network", "/networks", "networks", { what: `list the networks of ${project}`, query }),
    session.paginate<Named>("network", "/security-groups", "security_groups", {
      what: `list the security groups of ${project}`,
      query: { ...query, name: "default" },
    }),
    findRouters(session, plan, project, projectId),
  ]);
  return {
    networks: Object.fromEntries(names.map((name) => [name, exactlyOne("network", name, networks, { projectId }).id])),
    defaultGroup: exactlyOne("security group", "default", groups, { projectId }).id,
    routers,
  };
}

interface Router extends Named {
  readonly external_gateway_info?: { readonly enable_snat?: boolean } | null;
}

/** The area's own router, where its flows need one: with a gateway, and without translation of addresses. */
async function findRouters(session: Lists, plan: Plan, project: string, projectId: string) {
  const names = new Set(
    [...planned(plan, "router-interface"), ...planned(plan, "vpn-service")]
      .filter((object) => object.project === project)
      .map(({ facts }) => facts.router),
  );
  if (names.size === 0) return {};
  const routers = await session.paginate<Router>("network", "/routers", "routers", {
    what: `list the routers of ${project}`,
    query: { project_id: projectId },
  });
  return Object.fromEntries(
    [...names].map((name) => {
      const router = exactlyOne("router", name, routers, { projectId });
      const { external_gateway_info: gateway } = router;
      if (!gateway) throw notAsGranted("router", name, ["it has no gateway"], TENANT);
      if (gateway.enable_snat !== false) throw notAsGranted("router", name, ["it translates addresses (SNAT)"], TENANT);
      return [name, router.id];
    }),
  );
}

const TENANT = {
  why: "what leaves the area could not be told apart, or could not be answered",
  next: "ask the operator to restore it (`pulumi up --refresh -s <zone>-tenant`)",
};

/** Properties that differ between what was granted and what the cloud offers. */
function differences(granted: Readonly<Record<string, string>>, live: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(granted).flatMap(([key, value]) =>
    String(live[key] ?? "").toLowerCase() === value.toLowerCase()
      ? []
      : [`${key} is ${JSON.stringify(live[key] ?? null)}, granted ${value}`],
  );
}

async function findFlavors(session: Lists, config: ZoneConfig, plan: Plan): Promise<Record<string, string>> {
  const names = [...new Set(planned(plan, "machine").map(({ facts }) => facts.flavor))];
  if (names.length === 0) return {};
  const list = await session.paginate<Flavor>("compute", "/flavors/detail", "flavors", { what: "list flavors" });
  return Object.fromEntries(
    names.map((name) => {
      const granted = config.granted.flavors[name];
      const flavor = exactlyOne(
        "flavor",
        name,
        granted?.id === undefined ? list : list.filter(({ id }) => id === granted.id),
      );
      const wrong = [
        ...differences(encryptionSpecs(granted?.confidential ?? "none"), flavor.extra_specs ?? {}),
        ...localDiskDifferences(granted?.localDisk, flavor),
      ];
      if (wrong.length > 0) throw notAsGranted("flavor", name, wrong);
      return [name, flavor.id];
    }),
  );
}

/** How a flavor's local disk differs from what was granted: data that shall stay in memory would land on it, or on swap. */
function localDiskDifferences(
  granted: ZoneConfig["granted"]["flavors"][string]["localDisk"],
  flavor: Flavor,
): readonly string[] {
  if (granted === undefined) return [];
  const disks = { disk: gibibytes(granted.size), swap: 0, "OS-FLV-EXT-DATA:ephemeral": 0 } as const;
  const { extra_specs: specs = {} } = flavor;
  return [
    ...differences(localDiskSpecs(granted), specs),
    // Nova writes no swap as an empty text.
    ...Object.entries(disks).flatMap(([key, wanted]) =>
      Number(flavor[key as keyof typeof disks] ?? 0) === wanted
        ? []
        : [`${key} is ${String(flavor[key as keyof typeof disks])}, granted ${wanted}`],
    ),
  ];
}

/** By what pins it: that it is pinned is the rule `image-pinned`, which judged the config before. */
async function findImages(session: Lists, config: ZoneConfig, plan: Plan): Promise<Record<string, string>> {
  const names = [...new Set(planned(plan, "machine").map(({ facts }) => facts.image))];
  if (names.length === 0) return {};
  const { projectId = "" } = await session.token();
  const list = await session.paginate<Image>("image", "/images", "images", { what: "list images" });
  const offered = list.filter(({ owner }) => owner !== projectId);
  return Object.fromEntries(
    names.map((name) => {
      const granted = config.granted.images[name];
      const pinned = offered.filter(
        ({ id, os_hash_value }) =>
          (granted?.id === undefined || id === granted.id) &&
          (granted?.sha512 === undefined || os_hash_value === granted.sha512),
      );
      const image = exactlyOne("image", name, pinned);
      const wrong = differences(encryptionProperties(granted?.confidential ?? "none"), image);
      if (wrong.length > 0) throw notAsGranted("image", name, wrong);
      return [name, image.id];
    }),
  );
}

function notAsGranted(
  kind: string,
  name: string,
  wrong: readonly string[],
  words: { readonly why: string; readonly next: string } = {
    why: "a machine made from it would not be protected as the config says",
    next: "ask the operator to restore it (`pulumi up -s platform`) or to hand over the zone's grants again",
  },
): UserError {
  return new UserError({
    what: `the ${kind} ${name} is not what was granted`,
    found: wrong.join("; "),
    ...words,
  });
}
