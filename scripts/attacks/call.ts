import { serviceMessage } from "../../openstack/errors.ts";
import type { RequestOptions, Session } from "../../openstack/session.ts";
import type { Service } from "../../openstack/services.ts";
import type { Attempt } from "./types.ts";

/** Every answer that is no failure of a service is a result here. */
const ANSWERS = [400, 401, 403, 404, 409, 413, 422];

/**
 * One call of somebody who may be refused: what the cloud answered, with its own words where it refused.
 * @throws UserError where no answer came, or one that says nothing of rights: 5xx, 429
 */
export async function call(
  session: Session,
  service: Service,
  method: string,
  path: string,
  body?: unknown,
  options: RequestOptions = {},
): Promise<Attempt & { readonly body: unknown }> {
  const answer = await session.request(service, method, path, {
    ...options,
    expect: ANSWERS,
    ...(body === undefined ? {} : { body }),
  });
  const message = answer.status >= 400 ? serviceMessage(answer.body) : undefined;
  return { status: answer.status, body: answer.body, ...(message === undefined ? {} : { message }) };
}

/** True for an attempt that worked. */
export const isGood = ({ status }: Attempt): boolean => status >= 200 && status < 300;

/** True for an answer that refuses the right and not the form: 403 and 404, and what else counts for this attempt. */
export const isRefusal = ({ status }: Attempt, others: readonly number[] = []): boolean =>
  [403, 404, ...others].includes(status);
