import { UserError } from "../../config/problem.ts";
import { ApiError, hasStatus, type Service } from "../../openstack/index.ts";
import type { Call } from "../resource.ts";

interface Facts {
  readonly service: Service;
  readonly title: string;
  readonly path: string;
  /** How the service's messages name what they are about. */
  readonly about: string;
  /** Where the explicit word stands that lets it be deleted. */
  readonly word: string;
}

/** What holds data, by what the API calls it. */
const FACTS = {
  share: {
    service: "shared-file-system",
    title: "Manila",
    path: "/shares",
    about: "resource_id",
    word: "at its data set",
  },
  volume: {
    service: "block-storage",
    title: "Cinder",
    path: "/volumes",
    about: "resource_uuid",
    word: "at its machine or data set",
  },
} as const satisfies Record<string, Facts>;

interface Stored {
  readonly name?: string | null;
  readonly status: string;
}

/** What the service says of it, newest first; nothing where it keeps no messages or does not show them to us. */
async function messages({ session }: Call, { service, about }: Facts, id: string): Promise<readonly string[]> {
  try {
    const query = { [about]: id, sort_key: "created_at", sort_dir: "desc" };
    const { body } = await session.request<{ messages?: { user_message?: string }[] }>(service, "GET", "/messages", {
      query,
    });
    return [
      ...new Set((body.messages ?? []).flatMap(({ user_message }) => user_message?.replace(/\.$/, "") ?? [])),
    ].slice(0, 3);
  } catch {
    return [];
  }
}

/**
 * Throws a failed attempt's error again, or in its place that the share or volume behind it failed to build. The resource that
 * made that does not see it: it waits for the build once, and at the next run finds the object there. It is never removed for
 * the user: it may be one that held data.
 * @param attempt what failed, as a sentence begins: `machine "db" was not built`
 * @throws UserError naming the object, the service's reason and the next steps; else the error as it is, also where the object
 * is sound, on its way, gone, or cannot be read
 */
export async function blameStorage(
  call: Call,
  error: unknown,
  attempt: string,
  kind: keyof typeof FACTS,
  id: string,
): Promise<never> {
  // Services refuse the use of a broken object as a wrong request; a lost right or connection has nothing to do with it.
  const refusal = error instanceof ApiError ? hasStatus(error, 400, 409) : error instanceof UserError;
  if (!refusal || call.cancelled()) throw error;
  const facts: Facts = FACTS[kind];
  const found = await call.session
    .find<Record<string, Stored>>(facts.service, `${facts.path}/${id}`, { what: `read ${kind} ${id}` })
    .catch(() => undefined);
  const stored = found?.[kind];
  if (!stored?.status.startsWith("error")) throw error;
  const said = await messages(call, facts, id);
  throw new UserError({
    what: `${attempt}: ${kind} ${stored.name ? `"${stored.name}" (${id})` : id} is in status ${stored.status}`,
    why: said.length > 0 ? `${facts.title} says: ${said.join("; ")}` : `${facts.title} gives no reason`,
    next:
      `if it never held data: set \`deletion: allowed\` ${facts.word} and run \`pulumi up\` (which says this once more), ` +
      `remove it by hand (\`openstack ${kind} delete ${id}\`), then \`pulumi up\` makes it anew; if it held data, ask the storage's operator first`,
  });
}
