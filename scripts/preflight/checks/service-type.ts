import { randomBytes } from "node:crypto";
import { Session } from "../../../openstack/session.ts";
import { factsOf, type Service } from "../../../openstack/services.ts";
import { failed, notChecked, ok, projectEntry, type Check } from "../types.ts";

export interface ServiceTypeFacts {
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
];

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
    const types = CALLS.flatMap(([service]) => factsOf(service).types);
    const secret = randomBytes(32).toString("base64url");
    const credential = {
      name: `tresor-preflight-${randomBytes(6).toString("hex")}`,
      description: "Probe of tresor preflight, to be removed",
      secret,
      expires_at: new Date(Date.now() + 10 * 60_000).toISOString().slice(0, 19),
      access_rules: types.map((service) => ({ service, method: "GET", path: "/**" })),
    };
    const path = `/users/${userId}/application_credentials`;
    const made = await session.request<{ application_credential: { id: string } }>("identity", "POST", path, {
      body: { application_credential: credential },
      secrets: [secret],
      what: "make an application credential with access rules",
    });
    const { id } = made.body.application_credential;
    const ca = session.entry.cacert;
    const { readFile } = await import("node:fs/promises");
    const probe = new Session(
      { ...session.entry, credential: { kind: "application_credential", id, secret }, scope: { kind: "given" } },
      { warn: () => undefined, ...(ca === undefined ? {} : { ca: await readFile(ca, "utf8") }) },
    );
    try {
      const answers = await Promise.all(
        CALLS.map(async ([service, call]) => {
          if (!(await session.offers(service))) return [];
          const { status } = await probe.request(service, "GET", call, { query: { limit: 1 }, expect: [401, 403] });
          return [{ service, status }];
        }),
      );
      return { answers: answers.flat() };
    } finally {
      probe.close();
      await session.request("identity", "DELETE", `${path}/${id}`, { expect: [404], what: "remove the probe" });
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
