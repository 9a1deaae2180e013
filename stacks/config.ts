import * as pulumi from "@pulumi/pulumi";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { StackConfig } from "../config/index.ts";
import { loadStackFile, selectKind, validateConfig } from "../config/loader.ts";
import { formatProblem, UserError } from "../config/problem.ts";
import { judge, warnings } from "../policies/index.ts";

const PREFIX = "tresor:";

/**
 * The stack's config, validated in shape and by every rule. Places in the file are told only where the file's value is what the
 * engine handed over; otherwise the dotted path alone.
 * @throws UserError with all problems at once
 */
export async function readStackConfig(): Promise<StackConfig> {
  const keys = Object.keys(pulumi.runtime.allConfig()).filter((key) => key.startsWith(PREFIX));
  const { kind, problems } = selectKind(keys);
  if (kind === undefined || problems.length > 0) throw new UserError(problems);
  const handed = new pulumi.Config("tresor").requireObject(kind);

  const name = `Pulumi.${pulumi.getStack()}.yaml`;
  const text = await readFile(join(pulumi.getRootDirectory(), name), "utf8").catch(() => undefined);
  const file = text === undefined ? undefined : loadStackFile(text, name);
  const places = file !== undefined && sameValue(file.value, handed) ? file.places : undefined;

  // A file that our own loader refuses (an octal number, a merge key) is refused here too, though the engine read it.
  if (places !== undefined && file !== undefined && file.problems.length > 0) throw new UserError(file.problems);
  const validated = validateConfig(kind, handed, places);
  if (validated.stack === undefined) throw new UserError(validated.problems);
  const context = {
    today: new Date().toISOString().slice(0, 10),
    ...(places === undefined ? {} : { positionOf: places.at }),
  };
  for (const warning of warnings(validated.stack, context)) await pulumi.log.warn(formatProblem(warning));
  const refused = judge(validated.stack, context);
  if (refused.length > 0) throw new UserError(refused);
  return validated.stack;
}

const sameValue = (file: unknown, handed: unknown): boolean =>
  isDeepStrictEqual(JSON.parse(JSON.stringify(file ?? null)), JSON.parse(JSON.stringify(handed)));
