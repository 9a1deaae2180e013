import { lstat, mkdir, readlink, realpath, symlink, unlink } from "node:fs/promises";
import path from "node:path";
import { fileError } from "./files.ts";

export const LINK = "node_modules/tresor";
/** As npm makes it for what it installs: without it `npx tresor` finds no command here and asks the public registry. */
const COMMAND = { link: "node_modules/.bin/tresor", target: "../tresor/bin/tresor.mjs" };

async function linkCommand(directory: string): Promise<void> {
  const link = path.join(directory, COMMAND.link);
  if ((await lstat(link).catch(() => undefined)) !== undefined) return;
  await mkdir(path.dirname(link), { recursive: true });
  await symlink(COMMAND.target, link);
}

/**
 * Makes the package reachable as `node_modules/tresor`, so that Pulumi.yaml names no path of this machine. A package that npm installed
 * there is left alone; a link that points elsewhere is set anew.
 * @returns whether a link was made
 */
export async function linkPackage(directory: string, packageRoot: string, dryRun: boolean): Promise<boolean> {
  const link = path.join(directory, LINK);
  const refused = (error: unknown): never => {
    throw fileError(link, "linked to the package", error);
  };
  const there = await lstat(link).catch(() => undefined);
  if (there?.isDirectory()) return false;
  if (there?.isSymbolicLink()) {
    const target = await realpath(link).catch(() => readlink(link));
    if (target === (await realpath(packageRoot))) {
      if (!dryRun) await linkCommand(directory).catch(refused);
      return false;
    }
  }
  if (dryRun) return true;
  try {
    if (there) await unlink(link);
    await mkdir(path.dirname(link), { recursive: true });
    await symlink(packageRoot, link, "dir");
    await linkCommand(directory);
  } catch (error) {
    refused(error);
  }
  return true;
}
