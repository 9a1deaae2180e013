import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../config/problem.ts";
import { cloudsFiles } from "../openstack/clouds-file.ts";
import { QuobyteClient } from "./client.ts";
import { parseCluster, type ClusterEntry } from "./clusters-text.ts";

/** Where `quobyte.yaml` is looked for, in this order: beside every `clouds.yaml`; `TRESOR_QUOBYTE_FILE` stands for the only place where it is set. */
export function clustersFiles(env: NodeJS.ProcessEnv = process.env, cwd = process.cwd()): readonly string[] {
  if (env.TRESOR_QUOBYTE_FILE) return [env.TRESOR_QUOBYTE_FILE];
  const directories = new Set(cloudsFiles(env, cwd).map((file) => path.dirname(file)));
  return [...directories].map((directory) => path.join(directory, "quobyte.yaml"));
}

/** A file that others on the machine can read is no place for a password. */
async function demandPrivate(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o077) === 0) return;
  throw new UserError({
    what: `${file} can be read by others than its owner`,
    found: `mode ${(mode & 0o777).toString(8).padStart(4, "0")}`,
    allowed: "mode 0600",
    why: "it holds passwords with which every volume of a cluster can be erased",
    next: `run \`chmod 600 ${file}\``,
  });
}

/**
 * Finds and reads one entry.
 * @throws UserError where there is no file, no entry, a wrong one, or a file that others can read
 */
export async function loadCluster(
  name: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
  cwd = process.cwd(),
): Promise<ClusterEntry> {
  if (!name) throw new UserError({ what: "no Quobyte cluster is named", next: "name an entry of quobyte.yaml" });
  const places = clustersFiles(env, cwd);
  for (const file of places) {
    const yaml = await readFile(file, "utf8").catch(() => undefined);
    if (yaml === undefined) continue;
    await demandPrivate(file);
    return parseCluster(name, yaml, file);
  }
  throw new UserError({
    what: `no quobyte.yaml was found for the Quobyte cluster "${name}"`,
    found: `nothing at ${places.join(", ")}`,
    next: "write one beside clouds.yaml as docs/quobyte.md shows, or set TRESOR_QUOBYTE_FILE to its path",
  });
}

/**
 * A client that logs in as an entry of `quobyte.yaml` says.
 * @throws UserError as {@link loadCluster}, or where the entry's CA cannot be read
 */
export async function openCluster(
  name: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
  cwd = process.cwd(),
): Promise<QuobyteClient> {
  const { ca, file, url, user, password } = await loadCluster(name, env, cwd);
  if (ca === undefined) return new QuobyteClient({ url, user, password });
  const place = path.resolve(path.dirname(file), ca);
  const pem = await readFile(place, "utf8").catch(() => {
    throw new UserError({
      what: `cannot read the CA of the Quobyte cluster "${name}"`,
      path: `clusters.${name}.ca`,
      found: place,
      next: "put the CA's certificate there, or correct ca in quobyte.yaml",
    });
  });
  return new QuobyteClient({ url, user, password, ca: pem });
}
