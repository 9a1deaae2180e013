import { locate } from "../config/locate.ts";
import { formatPath } from "../config/path.ts";
import { UserError, type Problem } from "../config/problem.ts";
import { translate } from "../config/problems.ts";
import { parseYaml } from "../config/yaml.ts";
import { policySchema, type AttestationPolicy } from "./policy.ts";

/**
 * Reads a policy from its text, YAML or JSON.
 * @param file its name, for problems
 * @throws UserError with all problems, each at its line
 */
export function parsePolicy(text: string, file: string): AttestationPolicy {
  const { value, objections, document } = parseYaml(text);
  const places = locate(text, file);
  const problems = objections.map(({ path: steps, offset, ...words }): Problem => ({
    ...words,
    ...(steps.length > 0 ? { path: formatPath(["policy", ...steps]) } : {}),
    position: places.offset(offset),
  }));
  if (document === undefined) throw new UserError(problems);
  const result = policySchema.safeParse(value);
  if (result.success && problems.length === 0) return result.data;
  if (!result.success)
    problems.push(...translate(result.error.issues, { root: "policy", schema: policySchema, value, places }));
  throw new UserError(problems);
}
