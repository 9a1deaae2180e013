import { parse } from "yaml";
import { z } from "zod";
import { listed } from "../config/found.ts";
import { UserError } from "../config/problem.ts";
import { isApiUrl } from "../config/quobyte.ts";
import { bottomless } from "../config/yaml.ts";

/** One entry of `quobyte.yaml`, checked: all that is needed to log in. */
export interface ClusterEntry {
  readonly name: string;
  /** The file it came from. */
  readonly file: string;
  readonly url: string;
  /** File with the PEM certificates to trust instead of the system's, relative to the file. */
  readonly ca?: string;
  /** User, or id of an access key for management. */
  readonly user: string;
  /** Password, or secret of the access key. */
  readonly password: string;
}

const text = z.union([z.string(), z.number()]).transform(String).pipe(z.string().min(1));
const entrySchema = z.strictObject({ url: z.string(), ca: z.string().min(1).optional(), user: text, password: text });
const fileSchema = z.strictObject({ clusters: z.record(z.string(), z.unknown()) });

/** Characters; a thousand entries have a third of that. */
const LARGEST = 1024 * 1024;

function document(yaml: string, file: string): Record<string, unknown> {
  if (yaml.length > LARGEST)
    throw new UserError({ what: `${file} is too large`, allowed: "at most 1 MiB", next: "name another file" });
  if (bottomless(yaml) !== undefined)
    throw new UserError({ what: `${file} is nested deeper than any quobyte.yaml`, next: "close what is opened in it" });
  let value: unknown;
  try {
    value = parse(yaml, { logLevel: "error" });
  } catch (error) {
    // The parser quotes the line it stumbled over, which may hold a password: only its place is told.
    const line = (error as { linePos?: { line: number; col: number }[] }).linePos?.[0];
    const position = line && { file, line: line.line, column: line.col };
    throw new UserError({ what: `${file} is no valid YAML`, position, next: "mend the file" });
  }
  const result = fileSchema.safeParse(value);
  if (result.success) return result.data.clusters;
  throw new UserError({
    what: `${file} is no list of clusters`,
    allowed: "one mapping `clusters`, with an entry for each cluster",
    next: "write it as docs/quobyte.md shows",
  });
}

/**
 * One entry out of the text of a `quobyte.yaml`.
 * @throws UserError if the text, the entry or a part of it is missing or wrong; no message holds a user or a password
 */
export function parseCluster(name: string, yaml: string, file: string): ClusterEntry {
  const clusters = document(yaml, file);
  if (!Object.hasOwn(clusters, name))
    throw new UserError({
      what: `${file} has no entry "${name}"`,
      allowed: listed(Object.keys(clusters).toSorted()) || "none",
      next: "name one of these, or add the entry",
    });
  const fail = (what: string, next: string): never => {
    throw new UserError({ what: `the entry "${name}" in ${file} ${what}`, path: `clusters.${name}`, next });
  };
  const result = entrySchema.safeParse(clusters[name]);
  if (!result.success) {
    const [issue] = result.error.issues;
    const where = issue?.path.join(".") || "the entry";
    if (issue?.code === "unrecognized_keys")
      return fail(`has keys that mean nothing: ${issue.keys.join(", ")}`, "keep url, ca, user and password");
    return fail(`is wrong at ${where}`, "give url, user and password, and ca where no public authority signed");
  }
  const { url, ca, user, password } = result.data;
  if (!isApiUrl(url))
    return fail(
      "has a url that is refused",
      "write an address with https, without a user: the password goes with each log-in",
    );
  return { name, file, url, ...(ca !== undefined && { ca }), user, password };
}
