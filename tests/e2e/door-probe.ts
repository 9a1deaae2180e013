import { execa } from "execa";
import http from "node:http";
import type { Session } from "../../openstack/index.ts";

/** Addresses of a provider inside and outside of the network that its door names; both are given to loopback for the time of the tests. */
export const INSIDE = "192.0.2.17";
export const OUTSIDE = "192.0.2.33";

export async function withAddresses(on: boolean): Promise<void> {
  for (const address of [INSIDE, OUTSIDE])
    await execa("ip", ["address", on ? "replace" : "del", `${address}/32`, "dev", "lo"], { reject: on });
}

interface Probe {
  readonly method: string;
  readonly url: string;
  /** Address from which it is sent. @default the machine's own choice */
  readonly from?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Seen {
  readonly status: number;
  readonly text: string;
}

/** One request without any log-in but what the headers and the address say. */
export function probe({ method, url, from, headers = {}, body }: Probe): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const options = { method, agent: false as const, headers, ...(from !== undefined && { localAddress: from }) };
    const request = http.request(url, options, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }));
    });
    request.once("error", reject);
    request.end(body);
  });
}

/** The same request as somebody with a token. */
export async function as(session: Session, method: string, url: string, body?: string): Promise<Seen> {
  const { value } = await session.token();
  return probe({ method, url, headers: { "X-Auth-Token": value }, ...(body !== undefined && { body }) });
}
