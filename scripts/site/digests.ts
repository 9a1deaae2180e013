import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import type { PlatformConfig } from "../../config/index.ts";

async function sha512(file: string): Promise<string | undefined> {
  const hash = createHash("sha512");
  try {
    await pipeline(createReadStream(file), hash);
  } catch {
    return undefined; // not on this machine, or not readable: the caller says that the image is not pinned
  }
  return hash.digest("hex");
}

/**
 * The platform with the SHA-512 of the named images taken from their files, where the config states none: by it the zone knows the
 * operator's image from a stranger's of the same name. Glance keeps the same sum of what was uploaded (`os_hash_value`).
 * @param directory the operator's site directory, to which image files are relative
 * @returns also the names of images that stay without a sum or an id
 */
export async function withDigests(
  platform: PlatformConfig,
  names: readonly string[],
  directory: string,
): Promise<{ readonly platform: PlatformConfig; readonly unpinned: readonly string[] }> {
  const images = { ...platform.images };
  const unpinned: string[] = [];
  for (const name of names) {
    const image = Object.hasOwn(images, name) ? images[name] : undefined;
    if (image === undefined || image.sha512 !== undefined || image.adopt !== undefined) continue;
    const sum = image.file === undefined ? undefined : await sha512(path.resolve(directory, image.file));
    if (sum === undefined) unpinned.push(name);
    else images[name] = { ...image, sha512: sum };
  }
  return { platform: { ...platform, images }, unpinned };
}
