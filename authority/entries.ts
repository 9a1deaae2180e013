import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { listed } from "../config/found.ts";
import { UserError } from "../config/problem.ts";
import { isApiUrl } from "../config/quobyte.ts";
import { bottomless } from "../config/yaml.ts";
import { cloudsFiles } from "../openstack/clouds-file.ts";
import { AuthorityClient } from "./client.ts";

/** One entry of `authorities.yaml`, checked. */
interface AuthorityEntry {
  readonly file: string;
  readonly url: string;
  /** File with the PEM certificates to trust instead of the system's, relative to the file. */
  readonly ca?: string;
  readonly token: string;
}

const entrySchema = z.strictObject({
  url: z.string(),
  ca: z.string().min(1).optional(),
  token: z.string().min(1).max(1000),
});
const fileSchema = z.strictObject({ authorities: z.record(z.string(), z.unknown()) });
const LARGEST = 1024 * 1024;

/** Where `authorities.yaml` is looked for: beside every `clouds.yaml`; `TRESOR_AUTHORITIES_FILE` stands for the only place where it is set. */
function authoritiesFiles(env: NodeJS.ProcessEnv, cwd: string): readonly string[] {
  if (env.TRESOR_AUTHORITIES_FILE) return [env.TRESOR_AUTHORITIES_FILE];
  const directories = new Set(cloudsFiles(env, cwd).map((file) => path.dirname(file)));
  return [...directories].map((directory) => path.join(directory, "authorities.yaml"));
}

/** No message holds a token: the parser's own would quote the line. */
function entriesIn(yaml: string, file: string): Record<string, unknown> {
  const wrong = new UserError({
    what: `${file} is no list of authorities`,
    allowed: "one mapping `authorities`, with an entry for each: url, token, and ca where no public authority signed",
    next: "write it as docs/keys.md shows",
  });
  if (yaml.length > LARGEST || bottomless(yaml) !== undefined) throw wrong;
  let value: unknown;
  try {
    value = parse(yaml, { logLevel: "error" });
  } catch {
    throw wrong;
  }
  const result = fileSchema.safeParse(value);
  if (!result.success) throw wrong;
  return result.data.authorities;
}

/**
 * One entry out of the text of an `authorities.yaml`.
 * @throws UserError if the text, the entry or a part of it is missing or wrong; no message holds a token
 */
export function parseAuthority(name: string, yaml: string, file: string): AuthorityEntry {
  const entries = entriesIn(yaml, file);
  if (!Object.hasOwn(entries, name))
    throw new UserError({
      what: `${file} has no entry "${name}"`,
      allowed: listed(Object.keys(entries).toSorted()) || "none",
      next: "name one of these, or add the entry",
    });
  const result = entrySchema.safeParse(entries[name]);
  const at = { path: `authorities.${name}` };
  if (!result.success)
    throw new UserError({
      ...at,
      what: `the entry "${name}" in ${file} is wrong`,
      allowed: "url, token, and ca where no public authority signed",
      next: "correct the entry",
    });
  if (!isApiUrl(result.data.url))
    throw new UserError({
      ...at,
      what: `the entry "${name}" in ${file} has a url that is refused`,
      allowed: "an address with https, without a user and without a query",
      next: "correct url: the token goes with each call",
    });
  return { file, ...result.data };
}

/**
 * A client that acts as an entry of `authorities.yaml` says.
 * @throws UserError where there is no file, no entry, a wrong one, a CA that cannot be read, or a file that others can read
 */
export async function openAuthority(
  name: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
  cwd = process.cwd(),
): Promise<AuthorityClient> {
  if (!name) throw new UserError({ what: "no authority is named", next: "name an entry of authorities.yaml" });
  const places = authoritiesFiles(env, cwd);
  for (const file of places) {
    const yaml = await readFile(file, "utf8").catch(() => undefined);
    if (yaml === undefined) continue;
    const { mode } = await stat(file);
    if ((mode & 0o077) !== 0)
      throw new UserError({
        what: `${file} can be read by others than its owner`,
        found: `mode ${(mode & 0o777).toString(8).padStart(4, "0")}`,
        why: "it holds tokens by which certificates can be made for any name",
        next: `run \`chmod 600 ${file}\``,
      });
    const { url, token, ca } = parseAuthority(name, yaml, file);
    if (ca === undefined) return new AuthorityClient({ name, url, token });
    const place = path.resolve(path.dirname(file), ca);
    const pem = await readFile(place, "utf8").catch(() => {
      throw new UserError({
        what: `cannot read the CA of the authority "${name}"`,
        path: `authorities.${name}.ca`,
        found: place,
        next: "put the CA's certificate there, or correct ca",
      });
    });
    return new AuthorityClient({ name, url, token, ca: pem });
  }
  throw new UserError({
    what: `no authorities.yaml was found for the authority "${name}"`,
    found: `nothing at ${places.join(", ")}`,
    next: "write one beside clouds.yaml as docs/keys.md shows, or set TRESOR_AUTHORITIES_FILE to its path",
  });
}
