import * as pulumi from "@pulumi/pulumi";
import { KINDS, SCHEMAS, type StackConfig } from "../config/index.ts";
import { UserError } from "../config/problem.ts";

/** The stack's config, validated in shape and by every rule. */
export async function readStackConfig(): Promise<StackConfig> {
  const config = new pulumi.Config("tresor");
  const kinds = KINDS.filter((kind) => config.get(kind) !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    throw new UserError({
      what: `the stack ${pulumi.getStack()} must have one of tresor:platform, tresor:tenant and tresor:zone`,
      found: kinds.join(", ") || "none",
    });
  }
  const parsed = SCHEMAS[kind].safeParse(config.requireObject(kind));
  if (!parsed.success)
    throw new UserError(
      parsed.error.issues.map(({ path, message }) => ({ what: message, path: [kind, ...path].join(".") })),
    );
  return { kind, config: parsed.data } as StackConfig;
}
