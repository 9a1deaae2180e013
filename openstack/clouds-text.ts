import { parse } from "yaml";
import { z } from "zod";
import { UserError } from "../config/problem.ts";
import { bottomless } from "../config/yaml.ts";

const fileSchema = z.looseObject({ clouds: z.record(z.string(), z.unknown()).nullish() });

/** Characters: a clouds.yaml of a thousand entries has a third of that. */
const LARGEST = 1024 * 1024;

/**
 * The entries of a `clouds.yaml` or `secure.yaml`, unchecked.
 * @throws UserError if the text is no such file; no message holds a line of it
 */
export function readClouds(yaml: string, file: string): Record<string, unknown> {
  let document: unknown;
  if (yaml.length > LARGEST)
    throw new UserError({ what: `${file} is too large`, allowed: "at most 1 MiB", next: "name another file" });
  if (bottomless(yaml) !== undefined)
    throw new UserError({ what: `${file} is nested deeper than any clouds.yaml`, next: "close what is opened in it" });
  try {
    // A warning would print the line that it is about, password and all.
    document = parse(yaml, { logLevel: "error" });
  } catch (error) {
    // The parser quotes the line it stumbled over, which may hold a password: only its place is told.
    const line = (error as { linePos?: { line: number; col: number }[] }).linePos?.[0];
    const position = line && { file, line: line.line, column: line.col };
    throw new UserError({ what: `${file} is no valid YAML`, position, next: "mend the file" });
  }
  const result = fileSchema.safeParse(document ?? {});
  if (!result.success)
    throw new UserError({ what: `${file} has no mapping "clouds"`, next: "add one with an entry for each identity" });
  return result.data.clouds ?? {};
}
