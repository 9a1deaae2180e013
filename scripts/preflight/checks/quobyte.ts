import type { StackConfig } from "../../../config/index.ts";
import { UserError } from "../../../config/problem.ts";
import { orAbsent, type QuobyteClient } from "../../../quobyte/client.ts";
import { tenantIdsOf } from "../../../quobyte/direct-tenant.ts";
import { failed, ok, type Check, type PreflightContext } from "../types.ts";

/** Clusters that a stack's file names. */
const clustersOf = ({ kind, config }: StackConfig): readonly string[] =>
  kind === "zone" ? [] : Object.keys(config.quobyte).toSorted();

const NONE = ok("names no Quobyte cluster");

/** What one cluster says of itself, or why it says nothing. */
interface Reached {
  readonly cluster: string;
  readonly url?: string;
  readonly user?: string;
  readonly role?: string;
  readonly release?: string;
  readonly error?: string;
}

/** A word about the release: the answer to getInformation is published without a field, so whatever is called a version is told. */
function releaseIn(information: object): string | undefined {
  const versions = Object.entries(information).filter(
    ([key, value]) => /version/i.test(key) && typeof value === "string",
  );
  return versions.length === 0 ? undefined : versions.map(([key, value]) => `${key} ${String(value)}`).join(", ");
}

const words = (error: UserError): string =>
  error.problems.map(({ what, why }) => (why === undefined ? what : `${what}: ${why}`)).join("; ");

async function reach({ cluster: open }: PreflightContext, cluster: string): Promise<Reached> {
  try {
    const { url, client } = await open(cluster);
    const [who, information] = [await client.call("whoAmI", {}), await client.call("getInformation", {})];
    const release = releaseIn(information);
    return {
      ...{ cluster, url, user: who.user_name ?? "nobody known", role: who.management_role ?? "no role known" },
      ...(release === undefined ? {} : { release }),
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { cluster, error: words(error) };
  }
}

/** Every cluster that the stack names answers at the address that the platform has, over a certificate that is trusted, to an administrator. */
export const quobyteCluster: Check<readonly Reached[]> = {
  id: "quobyte-cluster",
  title: "Quobyte clusters answer over verified TLS",
  requirements: ["DIGIMED-2", "DIGIMED-16"],
  applies: { platform: true, tenant: true, zone: "skip" },
  fetch: (context) => Promise.all(clustersOf(context.stack).map((cluster) => reach(context, cluster))),
  judge(facts, { stack }) {
    if (facts.length === 0) return NONE;
    const wrong = facts.flatMap(({ cluster, url, role, error }) => {
      if (error !== undefined) return [`${cluster}: ${error}`];
      const stated = stack.kind === "platform" ? stack.config.quobyte[cluster]?.url : url;
      const elsewhere = new URL(stated ?? "https://nowhere").href !== new URL(url ?? "https://nowhere").href;
      return [
        ...(elsewhere ? [`${cluster}: quobyte.yaml says ${url}, the platform ${stated}`] : []),
        ...(role === "SUPER_USER" ? [] : [`${cluster}: the entry's user has ${role}, not SUPER_USER`]),
      ];
    });
    if (wrong.length > 0)
      return failed(wrong.join("; "), "correct quobyte.yaml (docs/quobyte.md), or ask Quobyte's operator");
    const said = facts.map(({ cluster, user, release }) => `${cluster} as ${user}, ${release ?? "release not told"}`);
    return ok(said.join("; "));
  },
};

/** Volumes of one cluster that are not encrypted, in words. */
interface Clear {
  readonly cluster: string;
  readonly volumes: number;
  readonly clear: readonly string[];
}

/** Ids of the zone's projects: of their tenants alone the volumes are judged. None before the tenant's first `up`. */
async function projectsOf({ stack, entry, session }: PreflightContext): Promise<readonly string[]> {
  if (stack.kind !== "tenant") return [];
  const operator = await session(entry);
  const [name, what] = [stack.config.zone, `look for the domain ${stack.config.zone}`];
  const domains = await operator.paginate<{ id: string; name: string }>("identity", "/domains", "domains", {
    what,
    query: { name },
  });
  const domain = domains.find((one) => one.name === name);
  if (domain === undefined) return [];
  const query = { domain_id: domain.id };
  const projects = await operator.paginate<{ id: string; domain_id: string }>("identity", "/projects", "projects", {
    query,
  });
  return projects.filter((project) => project.domain_id === domain.id).map(({ id }) => id);
}

async function clearIn(client: QuobyteClient, cluster: string, projects: readonly string[]): Promise<Clear> {
  // Asked tenant by tenant, as the rule's own check does: what the cluster lists for one is the zone's.
  const lists = projects
    .flatMap(tenantIdsOf)
    .map((id) => orAbsent(client.call("getVolumeList", { tenant_domain: id }, "list the volumes")));
  const own = (await Promise.all(lists)).flatMap((list) => list?.volume ?? []);
  const clear = own.filter(({ volume_encryption_context: context }) => !context?.file_encryption_method);
  return {
    cluster,
    volumes: own.length,
    clear: clear.map((volume) => `"${volume.name ?? ""}" (${volume.volume_uuid})`),
  };
}

/** No share of the zone lies on Quobyte in the clear. */
export const quobyteClear: Check<readonly Clear[]> = {
  id: "quobyte-clear",
  title: "no volume of the zone lies on Quobyte in the clear",
  requirements: ["DIGIMED-5", "DIGIMED-16"],
  applies: { platform: "skip", tenant: true, zone: "skip" },
  async fetch(context) {
    const clusters = clustersOf(context.stack);
    if (clusters.length === 0) return [];
    const projects = await projectsOf(context);
    return Promise.all(
      clusters.map(async (cluster) => clearIn((await context.cluster(cluster)).client, cluster, projects)),
    );
  },
  judge(facts) {
    if (facts.length === 0) return NONE;
    const clear = facts.flatMap((fact) => fact.clear.map((volume) => `${volume} on ${fact.cluster}`));
    if (clear.length > 0)
      return failed(
        `in the clear: ${clear.join(", ")}`,
        "copy what is in them to shares that are made after the encryption rule, then erase them: a volume's encryption is settled when it is made",
      );
    return ok(facts.map(({ cluster, volumes }) => `${cluster}: ${volumes} volumes, all encrypted`).join("; "));
  },
};

/** What no API tells of Manila's driver, and what its defaults are: the operator declares it, and undeclared is not good. */
export const quobyteManila: Check<undefined> = {
  id: "quobyte-manila",
  title: "Manila's Quobyte driver verifies TLS and deletes shares",
  requirements: ["DIGIMED-2", "C4H-13", "DIGIMED-16"],
  applies: { platform: true, tenant: "skip", zone: "skip" },
  fetch: () => Promise.resolve(undefined),
  judge(_, { stack }) {
    if (stack.kind !== "platform") return NONE;
    const { shareTypes, quobyte } = stack.config;
    const used = [...new Set(Object.values(shareTypes).flatMap(({ cluster }) => cluster ?? []))].toSorted();
    if (used.length === 0) return ok("no share type lies on Quobyte");
    const wrong = used.flatMap((cluster) => {
      const manila = quobyte[cluster]?.manila;
      if (manila === undefined) return [`${cluster}: not declared, and the driver's defaults do neither`];
      return [
        ...(manila.verifiesTls ? [] : [`${cluster}: its password goes to whoever answers (no quobyte_api_ca)`]),
        ...(manila.deletesShares ? [] : [`${cluster}: data of deleted shares stay (quobyte_delete_shares is not set)`]),
      ];
    });
    if (wrong.length === 0) return ok(`declared for ${used.join(", ")}; nothing can prove it from outside`);
    return failed(
      wrong.join("; "),
      "set quobyte_api_ca and quobyte_delete_shares in manila.conf, then declare both under platform.quobyte.<cluster>.manila",
    );
  },
};
