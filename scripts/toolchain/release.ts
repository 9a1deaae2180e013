import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import { UserError } from "../../config/problem.ts";
import { sha256 } from "./cache.ts";
import { LIMITS, RELEASE } from "./versions.ts";

export interface ReleaseSite {
  readonly probe: string;
  readonly archive: (version: string, platform: string) => string;
  readonly checksums: (version: string) => string;
}

/** The innermost reason of a failed `fetch`, for example `getaddrinfo ENOTFOUND get.pulumi.com`. */
function reason(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: Error };
  return name === "TimeoutError" ? "no answer in time" : (cause?.message ?? message);
}

/** Asks whether the official site answers; any HTTP answer counts. Ends within `LIMITS.probe`. */
export async function probe(site: ReleaseSite = RELEASE): Promise<{ readonly ok: boolean; readonly why: string }> {
  try {
    await fetch(site.probe, { method: "HEAD", redirect: "manual", signal: AbortSignal.timeout(LIMITS.probe) });
    return { ok: true, why: "" };
  } catch (error) {
    return { ok: false, why: `${new URL(site.probe).host} cannot be reached (${reason(error)})` };
  }
}

async function get(url: string, limit: number): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(limit) });
  } catch (error) {
    throw new UserError({
      what: `${url} cannot be fetched`,
      why: reason(error),
      next: "try again, or set TRESOR_ENGINE=modules",
    });
  }
  if (response.ok && response.body) return response;
  throw new UserError({
    what: `${url} cannot be fetched`,
    found: `HTTP ${response.status}`,
    next: "set TRESOR_ENGINE=modules",
  });
}

/** The SHA-256 that the publisher's list names for a file (lines of `<hash>  <file>`). */
export function checksumOf(list: string, file: string): string | undefined {
  return list
    .split("\n")
    .map((line) => line.trim().split(/\s+\*?/))
    .find(([, name]) => name === file)?.[0];
}

/**
 * Downloads and unpacks the official release into a directory (`pulumi` and all `pulumi-*` directly in it).
 * @throws UserError if it cannot be fetched, or its SHA-256 is not the published one
 */
export async function fetchRelease(
  directory: string,
  version: string,
  platform: string,
  say: (what: string) => void,
  site: ReleaseSite = RELEASE,
): Promise<void> {
  const url = site.archive(version, platform);
  const file = url.slice(url.lastIndexOf("/") + 1);
  const expected = checksumOf(await (await get(site.checksums(version), LIMITS.checksums)).text(), file);
  if (!expected)
    throw new UserError({
      what: `the published checksums do not name ${file}`,
      why: "an archive that cannot be verified is not used",
      next: "set TRESOR_ENGINE=modules",
    });
  say(`downloading ${url}`);
  const archive = join(directory, file);
  await mkdir(directory, { recursive: true });
  const response = await get(url, LIMITS.archive);
  await pipeline(Readable.fromWeb(response.body as never), createWriteStream(archive));
  const found = await sha256(archive);
  if (found !== expected)
    throw new UserError({
      what: `${file} is not what was published`,
      found: `SHA-256 ${found}`,
      allowed: expected,
      next: "find out who changes downloads on the way, or set TRESOR_ENGINE=modules",
    });
  say("SHA-256 as published, unpacking");
  await execa("tar", ["-xzf", archive, "-C", directory]);
  await rm(archive);
  const unpacked = join(directory, "pulumi");
  const aside = join(directory, ".unpacked");
  await rename(unpacked, aside);
  await execa("sh", ["-c", 'mv "$1"/* "$2"/', "sh", aside, directory]);
  await rm(aside, { recursive: true });
}
