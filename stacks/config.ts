import * as pulumi from "@pulumi/pulumi";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { dayOf } from "../config/day.ts";
import type { StackConfig } from "../config/index.ts";
import { loadStackFile, selectKind } from "../config/loader.ts";
import { formatProblem, UserError } from "../config/problem.ts";
import { checkStackConfig } from "../policies/index.ts";

const PREFIX = "tresor:";

/** The day of this run, YYYY-MM-DD in UTC: the one look at the clock. */
export const today = (): string => dayOf(new Date());

/**
 * The stack's config, validated in shape and by every rule. Places in the file are told only where the file's value is what the
 * engine handed over; otherwise the dotted path alone.
 * @throws UserError with all problems at once
 */
export async function readStackConfig(): Promise<StackConfig> {
  const keys = Object.keys(pulumi.runtime.allConfig()).filter((key) => key.startsWith(PREFIX));
  const { kind, problems: none } = selectKind(keys);
  if (kind === undefined || none.length > 0) throw new UserError(none);
  const handed: unknown = new pulumi.Config("tresor").requireObject(kind);

  const name = `Pulumi.${pulumi.getStack()}.yaml`;
  const text = await readFile(join(pulumi.getRootDirectory(), name)).catch(() => undefined);
  const file = text === undefined ? undefined : loadStackFile(text, name);
  const context = { today: today() };
  const { stack, problems, warnings } = checkStackConfig(kind, handed, context, file);
  for (const warning of warnings) await pulumi.log.warn(formatProblem(warning));
  if (stack === undefined) throw new UserError(problems);
  return stack;
}
