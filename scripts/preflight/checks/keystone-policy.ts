import { randomBytes } from "node:crypto";
import { failed, notChecked, ok, type Check } from "../types.ts";

interface PolicyFacts {
  /** Status of the attempt to make a project in the zone's own domain. */
  readonly status: number;
  /** Set when the attempt succeeded: whether its project was taken away again. */
  readonly undone?: boolean;
  readonly name: string;
}

/** A domain manager cannot make a project: by Keystone's own defaults he could, so the operator ships a policy. Tried, not read. */
export const keystonePolicy: Check<PolicyFacts> = {
  id: "keystone-policy",
  title: "the zone cannot make projects",
  requirements: ["DIGIMED-7", "C4H-1"],
  applies: {
    platform: { because: "it is tried with a zone's credential" },
    tenant: { because: "it is tried with the zone's credential: run preflight on the zone's stack" },
    zone: true,
  },
  async fetch({ entry, session }) {
    const domain = await session(entry);
    const { domainId } = await domain.token();
    const name = `tresor-preflight-${randomBytes(6).toString("hex")}`;
    const project = {
      name,
      domain_id: domainId,
      enabled: false,
      description: "Probe of tresor preflight, to be removed",
    };
    const { status, body } = await domain.request<{ project?: { id: string } } | undefined>(
      "identity",
      "POST",
      "/projects",
      {
        body: { project },
        expect: [401, 403],
        what: "try to make a project",
      },
    );
    if (body?.project === undefined) return { status, name };
    const gone = await domain.request("identity", "DELETE", `/projects/${body.project.id}`, {
      expect: [403, 404],
      what: `remove the probe ${name}`,
    });
    return { status, name, undone: gone.status !== 403 };
  },
  judge({ status, undone, name }) {
    if (status === 403) return ok("refused by Keystone (403)");
    const install =
      "ask the operator to install the Keystone policy: create, update and delete project for the administrator alone";
    if (status === 201)
      return failed(
        `not enforced: a project was made${undone ? " and removed again" : `; ${name} is left and must be removed by the operator`}`,
        install,
      );
    return notChecked(`Keystone answered ${status}`, "check the entry of the zone's domain");
  },
};
