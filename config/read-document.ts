import type { Document } from "yaml";
import type * as z from "zod";
import { locate } from "./locate.ts";
import { formatPath } from "./path.ts";
import { UserError, type Problem } from "./problem.ts";
import { translate } from "./problems.ts";
import { parseYaml } from "./yaml.ts";

/**
 * Reads a file of one schema, YAML or JSON, that is no stack's.
 * @param file its name, for problems
 * @param root what the paths of problems begin with: `policy.chips`
 * @returns the value with its defaults, and the document it was read from, to be written back with its comments
 * @throws UserError with all problems, each at its line
 */
export function readDocument<Value>(
  text: string,
  file: string,
  root: string,
  schema: z.ZodType<Value>,
): { readonly value: Value; readonly document: Document } {
  const { value, objections, document } = parseYaml(text);
  const places = locate(text, file);
  const problems = objections.map(({ path: steps, offset, ...words }): Problem => ({
    ...words,
    ...(steps.length > 0 ? { path: formatPath([root, ...steps]) } : {}),
    position: places.offset(offset),
  }));
  if (document === undefined) throw new UserError(problems);
  const result = schema.safeParse(value);
  if (result.success && problems.length === 0) return { value: result.data, document };
  if (!result.success) problems.push(...translate(result.error.issues, { root, schema, value, places }));
  throw new UserError(problems);
}
