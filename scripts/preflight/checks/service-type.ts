import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Session } from "../../../openstack/session.ts";
import { factsOf, type Service } from "../../../openstack/services.ts";
import { failed, notChecked, ok, projectEntry, type Check } from "../types.ts";

interface ServiceTypeFacts {
  /** Status of one permitted call to each service, with a credential that has access rules. */
  readonly answers: readonly { readonly service: Service; readonly status: number }[];
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

/** A credential that may only read, and ends by itself after ten minutes. */
const probeCredential = (secret: string): object => ({
  name: `tresor-preflight-${randomBytes(6).toString("hex")}`,
  description: "Probe of tresor preflight, to be removed",
  secret,
  expires_at: new Date(Date.now() + 10 * 60_000).toISOString().slice(0, 19),
  access_rules: CALLS.flatMap(([service]) => factsOf(service).types).map((service) => ({
    service,
    method: "GET",
    path: "/**",
  })),
});

/** What each service that the cloud offers answers to that credential. */
async function askAll(session: Session, id: string, secret: string): Promise<ServiceTypeFacts["answers"]> {
  const { cacert } = session.entry;
  const entry = {
    ...session.entry,
    credential: { kind: "application_credential", id, secret },
    scope: { kind: "given" },
  } as const;
  const ca = cacert === undefined ? {} : { ca: await readFile(cacert, "utf8") };
  const probe = new Session(entry, { warn: () => undefined, ...ca });
  try {
    const answers = CALLS.map(async ([service, call]) => {
      if (!(await session.offers(service))) return [];
      const { status } = await probe.request(service, "GET", call, { query: { limit: 1 }, expect: [401, 403] });
      return [{ service, status }];
    });
    return (await Promise.all(answers)).flat();
  } finally {
    probe.close();
  }
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
    const secret = randomBytes(32).toString("base64url");
    const path = `/users/${userId}/application_credentials`;
    const { body } = await session.request<{ application_credential: { id: string } }>("identity", "POST", path, {
      body: { application_credential: probeCredential(secret) },
      secrets: [secret],
      what: "make an application credential with access rules",
    });
    const { id } = body.application_credential;
    try {
      return { answers: await askAll(session, id, secret) };
    } finally {
      await session.request("identity", "DELETE", `${path}/${id}`, { expect: [404], what: "remove the probe" });
      // Keystone keeps the rules of a credential that is gone, and refuses to remove one that another credential uses.
      for (const rule of (await rulesOf(session, userId)).filter((each) => !before.has(each)))
        await session.request("identity", "DELETE", `/users/${userId}/access_rules/${rule}`, { expect: [403, 404] });
    }
  },
  judge({ answers }) {
    const titles = (list: ServiceTypeFacts["answers"]): string =>
      list.map(({ service }) => factsOf(service).title).join(", ");
    const refused = answers.filter(({ status }) => status === 401);
    if (refused.length > 0)
      return failed(
        `${titles(refused)} ${refused.length === 1 ? "refuses" : "refuse"} a permitted call (401)`,
        "set service_type in [keystone_authtoken] of these services",
      );
    return answers.length > 0
      ? ok(`accepted by ${titles(answers)}`)
      : notChecked("no service was asked", "check the catalogue");
  },
};
