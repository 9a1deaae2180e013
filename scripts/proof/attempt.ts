import type { RequestOptions, Service, Session } from "../../openstack/index.ts";
import { call, isGood, isRefusal } from "../attacks/call.ts";
import type { Attempt } from "../attacks/types.ts";
import type { Outcome } from "./proof.ts";

/** What an attempt may add to a call. */
interface AttemptOptions extends RequestOptions {
  /** Statuses that refuse this attempt beside 403, 404 and a quota: Nova says 400 where a resize contradicts the image. */
  readonly refusals?: readonly number[];
}

/** Neutron's 409 and Cinder's 413 are refusals where they speak of the quota; a name that is taken is none. */
const isQuota = ({ status, message = "" }: Attempt): boolean =>
  (status === 409 || status === 413) && /quota/i.test(message);

/** Status and the service's own words on one short line, as the table shows them. */
export const inShort = ({ status, message = "" }: Attempt): string =>
  `${status} ${message.split("\n")[0]?.slice(0, 90) ?? ""}`.trim();

/**
 * An attempt at an API: ok for 2xx, not ok where the cloud refused the right to it.
 * @throws Error for any other answer (a malformed request, a login that ended, a conflict): such a probe proves nothing
 */
export async function attempt(
  session: Session,
  service: Service,
  method: string,
  path: string,
  body?: unknown,
  { refusals = [], ...options }: AttemptOptions = {},
): Promise<Outcome & { readonly body: unknown }> {
  const answer = await call(session, service, method, path, body, options);
  if (isGood(answer)) return { ok: true, says: String(answer.status), body: answer.body };
  if (!isRefusal(answer, refusals) && !isQuota(answer))
    throw new Error(`an answer that refuses no right: ${inShort(answer)}`);
  return { ok: false, says: inShort(answer), body: answer.body };
}

/** Removes what a probe made; that it is gone already is fine, and what the probe showed stands in any case. */
export async function takeAway(session: Session, service: Service, path: string): Promise<void> {
  await call(session, service, "DELETE", path);
}
