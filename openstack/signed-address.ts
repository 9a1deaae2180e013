import { createHmac } from "node:crypto";

/** What an address is signed for (Swift's TempURL, with a prefix, an end and a network). */
export interface Signing {
  /** Key of the container, a secret. */
  readonly key: string;
  readonly method: "PUT" | "GET";
  /** `/v1/AUTH_<project>/<container>`. */
  readonly path: string;
  /** Beginning of the names of all objects that it opens; never empty. */
  readonly prefix: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
  /** The one network from which it opens anything. */
  readonly network: string;
}

/**
 * The query that opens objects below a prefix without a log-in: by one method, from one network, until a time. Whoever has it has
 * all of that.
 */
export function signedQuery({ key, method, path, prefix, expires, network }: Signing): string {
  const seconds = Math.floor(expires / 1000);
  const text = `ip=${network}\n${method}\n${seconds}\nprefix:${path}/${prefix}`;
  const signature = createHmac("sha256", key).update(text).digest("hex");
  const query = new URLSearchParams({
    temp_url_sig: signature,
    temp_url_expires: String(seconds),
    temp_url_prefix: prefix,
    temp_url_ip_range: network,
  });
  return query.toString();
}
