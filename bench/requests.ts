import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A request as an API's log has it. */
export interface LoggedRequest {
  readonly api: string;
  readonly method: string;
  /** Path with `{id}` in place of ids, without the query. */
  readonly path: string;
  readonly status: number;
  readonly milliseconds: number;
  readonly agent: string;
}

const ENDING = ".requests.log";
const ID = /\b[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\b/g;

/** Reads one line of `logs/<api>.requests.log`; undefined for what is no request but the server's own words. */
export function parseLine(api: string, line: string): LoggedRequest | undefined {
  const match = /^\d{10} (\S+) (\S+) (\d{3}) (\d+) (.*)$/.exec(line);
  if (match === null) return undefined;
  const [, method = "", uri = "", status = "", milliseconds = "", agent = ""] = match;
  const path = (uri.split("?")[0] ?? "").replaceAll(ID, "{id}").replace(/(.)\/$/, "$1");
  return { api, method, path, status: Number(status), milliseconds: Number(milliseconds), agent };
}

/** A moment in all request logs: how long each file was. */
type Mark = ReadonlyMap<string, number>;

/** Notes where all request logs end now. @param logs the one-machine cloud's folder of logs */
export async function markLogs(logs: string): Promise<Mark> {
  const mark = new Map<string, number>();
  for (const name of (await readdir(logs)).filter((file) => file.endsWith(ENDING))) {
    const file = await open(join(logs, name));
    mark.set(name, (await file.stat()).size);
    await file.close();
  }
  return mark;
}

/** What was asked of all APIs since a moment by callers whose user agent holds a word; a cloud is shared with others. */
export async function requestsSince(logs: string, mark: Mark, agent: string): Promise<readonly LoggedRequest[]> {
  await sleep(300); // a request is logged after its answer was sent
  const found: LoggedRequest[] = [];
  for (const name of (await readdir(logs)).filter((file) => file.endsWith(ENDING))) {
    const file = await open(join(logs, name));
    try {
      const { size } = await file.stat();
      const before = mark.get(name) ?? 0;
      const start = before > size ? 0 : before; // begun anew since
      const buffer = Buffer.alloc(size - start);
      await file.read(buffer, 0, buffer.length, start);
      for (const line of buffer.toString("utf8").split("\n")) {
        const request = parseLine(name.slice(0, -ENDING.length), line);
        if (request?.agent.includes(agent)) found.push(request);
      }
    } finally {
      await file.close();
    }
  }
  return found;
}

/** How often one call was made. */
export interface CallCount {
  readonly call: string;
  readonly count: number;
}

/** Calls by API, method and path, the most frequent first. */
export function countCalls(requests: readonly LoggedRequest[]): readonly CallCount[] {
  const counts = new Map<string, number>();
  for (const { api, method, path } of requests) {
    const call = `${api} ${method} ${path}`;
    counts.set(call, (counts.get(call) ?? 0) + 1);
  }
  return [...counts]
    .map(([call, count]) => ({ call, count }))
    .toSorted((a, b) => b.count - a.count || (a.call < b.call ? -1 : 1));
}

/** Why calls are made, as far as method and path tell. */
export const PURPOSES = ["log in", "read", "create", "change", "delete"] as const;
export type Purpose = (typeof PURPOSES)[number];

export function purposeOf({ api, method, path }: Pick<LoggedRequest, "api" | "method" | "path">): Purpose {
  if (api === "keystone" && path.endsWith("/auth/tokens") && method === "POST") return "log in";
  if (method === "GET" || method === "HEAD") return "read";
  if (method === "DELETE") return "delete";
  // Nova, Cinder and Manila take changes of an object as POST to its `action`.
  return method === "POST" && !path.endsWith("/action") ? "create" : "change";
}
