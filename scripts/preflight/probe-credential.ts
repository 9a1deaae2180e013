import { randomBytes } from "node:crypto";
import type { Session } from "../../openstack/session.ts";

/** What Keystone is asked for beside a name, a secret and an end. */
interface Wanted {
  readonly access_rules?: readonly object[];
  /** Fewer than the caller has, by name. */
  readonly roles?: readonly { readonly name: string }[];
}

/**
 * Works with an application credential of the caller's own, which ends by itself after ten minutes and is removed afterwards.
 * @param what is tried, as it follows "cannot"
 * @returns undefined where Keystone lets the caller make none: an application credential makes no other one
 */
export async function withProbeCredential<T>(
  session: Session,
  wanted: Wanted,
  what: string,
  work: (probe: Session) => Promise<T>,
): Promise<T | undefined> {
  const { userId } = await session.token();
  const secret = randomBytes(32).toString("base64url");
  const path = `/users/${userId}/application_credentials`;
  const application_credential = {
    name: `tresor-preflight-${randomBytes(6).toString("hex")}`,
    description: "Probe of tresor preflight, to be removed",
    secret,
    expires_at: new Date(Date.now() + 10 * 60_000).toISOString().slice(0, 19),
    ...wanted,
  };
  const { status, body } = await session.request<{ application_credential: { id: string } }>("identity", "POST", path, {
    ...{ body: { application_credential }, secrets: [secret], expect: [403], what },
  });
  if (status === 403) return undefined;
  const { id } = body.application_credential;
  const probe = session.as({ kind: "application_credential", id, secret }, { kind: "given" });
  try {
    return await work(probe);
  } finally {
    probe.close();
    await session.request("identity", "DELETE", `${path}/${id}`, { expect: [404], what: "remove the probe" });
  }
}
