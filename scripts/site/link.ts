import { lstat, mkdir, readlink, realpath, symlink, unlink } from "node:fs/promises";
import path from "node:path";
import { fileError } from "./files.ts";

export const LINK = "node_modules/tresor";

/**
 * Makes the package reachable as `node_modules/tresor`, so that Pulumi.yaml names no path of this machine. A package that npm installed
 * there is left alone; a link that points elsewhere is set anew.
 * @returns whether a link was made
 */
export async function linkPackage(directory: string, packageRoot: string, dryRun: boolean): Promise<boolean> {
  const link = path.join(directory, LINK);
  const there = await lstat(link).catch(() => undefined);
  if (there?.isDirectory()) return false;
  if (there?.isSymbolicLink()) {
    const target = await realpath(link).catch(() => readlink(link));
    if (target === (await realpath(packageRoot))) return false;
  }
  if (dryRun) return true;
  try {
    if (there) await unlink(link);
    await mkdir(path.dirname(link), { recursive: true });
    await symlink(packageRoot, link, "dir");
  } catch (error) {
    throw fileError(link, "linked to the package", error);
  }
  return true;
}
