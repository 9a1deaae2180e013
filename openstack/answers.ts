import { UserError } from "../config/problem.ts";
import { compareVersions } from "./services.ts";
import type { Answer } from "./transport.ts";

/** A list is sent as the same key several times. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** A member of what should be an object, whatever it is. */
const memberOf = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The newest microversion in a service's version document; undefined where it holds none, or is none. */
export function newestVersion(body: unknown): string | undefined {
  return [memberOf(body, "version"), ...listOf(memberOf(body, "versions"))]
    .map((one) => memberOf(one, "max_version") ?? memberOf(one, "version"))
    .filter((one): one is string => typeof one === "string" && /^\d{1,4}\.\d{1,4}$/.test(one))
    .sort(compareVersions)
    .at(-1);
}

/** The JSON of an answer; its text where it is none, undefined where it is empty. */
export function parseBody(answer: Answer): unknown {
  if (answer.text === "") return undefined;
  try {
    return JSON.parse(answer.text) as unknown;
  } catch {
    return answer.text;
  }
}

/** `?a=b`, or nothing. */
export function queryOf(query: Query = {}): string {
  const pairs = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of typeof value === "object" ? value : [value]) pairs.append(key, String(one));
  }
  return pairs.size === 0 ? "" : `?${pairs.toString()}`;
}

/** The query of the next page: services name it under `<key>_links`, `links.next` or `next`, often with a wrong host. */
export function nextQuery(body: unknown, key: string): Query | undefined {
  const rel = listOf(memberOf(body, `${key}_links`)).find((link) => memberOf(link, "rel") === "next");
  const next = memberOf(rel, "href") ?? memberOf(memberOf(body, "links"), "next") ?? memberOf(body, "next");
  if (typeof next !== "string" || !URL.canParse(next, "http://cloud")) return undefined;
  return Object.fromEntries(new URL(next, "http://cloud").searchParams);
}

/**
 * The items of one page.
 * @throws UserError where the answer has no such list: it must never pass for an empty one
 */
export function pageOf<T>(body: unknown, key: string, what: string): T[] {
  const page = typeof body === "object" && body !== null ? (body as Record<string, unknown>)[key] : undefined;
  if (Array.isArray(page)) return page as T[];
  throw new UserError({
    what: `cannot ${what}: the answer holds no list "${key}"`,
    why: "something between here and the service may answer in its place",
    next: "check the service's address in the catalogue, and any proxy",
  });
}
