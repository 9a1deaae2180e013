import type { Session } from "../../../openstack/session.ts";
import { factsOf, type Service } from "../../../openstack/services.ts";
import { withProbeCredential } from "../probe-credential.ts";
import { failed, notChecked, ok, projectEntry, type Check } from "../types.ts";

interface ServiceTypeFacts {
  /** Status of one permitted call to each service, with a credential that has access rules. */
  readonly answers: readonly { readonly service: Service; readonly status: number }[];
  /** Keystone lets the caller make no credential. */
  readonly refused?: boolean;
}

/** One cheap list of each service. */
const CALLS: readonly (readonly [service: Service, path: string])[] = [
  ["compute", "/flavors"],
  ["network", "/networks"],
  ["image", "/images"],
  ["block-storage", "/volumes"],
  ["shared-file-system", "/shares"],
  ["key-manager", "/secrets"],
  ["object-store", ""],
];

/** Ids of a user's access rules. */
async function rulesOf(session: Session, userId: string): Promise<readonly string[]> {
  const path = `/users/${userId}/access_rules`;
  const rules = await session.paginate<{ id: string }>("identity", path, "access_rules", { what: "list access rules" });
  return rules.map(({ id }) => id);
}

/** What a credential may do that only reads. */
const READS = CALLS.flatMap(([service]) => factsOf(service).types).map((service) => ({
  service,
  method: "GET",
  path: "/**",
}));

/** What each service that the cloud offers answers to that credential. */
async function askAll(session: Session, probe: Session): Promise<ServiceTypeFacts["answers"]> {
  const answers = CALLS.map(async ([service, call]) => {
    if (!(await session.offers(service))) return [];
    const { status } = await probe.request(service, "GET", call, { query: { limit: 1 }, expect: [401, 403] });
    return [{ service, status }];
  });
  return (await Promise.all(answers)).flat();
}

/**
 * Access rules of application credentials work: without `service_type` in `[keystone_authtoken]` a service answers 401 to every
 * call with such a credential. A credential of the caller's own is made, used and removed.
 */
export const serviceType: Check<ServiceTypeFacts> = {
  id: "service-type",
  title: "access rules of application credentials work",
  requirements: ["DIGIMED-12"],
  applies: { platform: true, tenant: true, zone: true },
  async fetch(context) {
    const session = await context.session(projectEntry(context));
    const { userId } = await session.token();
    const before = new Set(await rulesOf(session, userId));
    const what = "make an application credential with access rules";
    try {
      const answers = await withProbeCredential(session, { access_rules: READS }, what, (probe) =>
        askAll(session, probe),
      );
      return { answers: answers ?? [], refused: answers === undefined };
    } finally {
      // Keystone keeps the rules of a credential that is gone, and refuses to remove one that another credential uses.
      for (const rule of (await rulesOf(session, userId)).filter((each) => !before.has(each)))
        await session.request("identity", "DELETE", `/users/${userId}/access_rules/${rule}`, { expect: [403, 404] });
    }
  },
  judge({ answers, refused: isRefused }) {
    const titles = (list: ServiceTypeFacts["answers"]): string =>
      list.map(({ service }) => factsOf(service).title).join(", ");
    const refused = answers.filter(({ status }) => status === 401);
    if (refused.length > 0)
      return failed(
        `${titles(refused)} ${refused.length === 1 ? "refuses" : "refuse"} a permitted call (401)`,
        "set service_type in [keystone_authtoken] of these services",
      );
    if (isRefused === true)
      return notChecked(
        "Keystone lets this entry make no application credential",
        "use an entry with a password: an application credential makes no other one",
      );
    return answers.length > 0
      ? ok(`accepted by ${titles(answers)}`)
      : notChecked("no service was asked", "check the catalogue");
  },
};
