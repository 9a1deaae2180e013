import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../config/problem.ts";
import { readStackConfig } from "./config.ts";
import { runPlatform } from "./platform.ts";
import { runTenant } from "./tenant.ts";
import { runZone } from "./zone.ts";

/** The one program of all stacks: the kind that the stack's config names decides what it makes. */
export default async function program(): Promise<pulumi.Inputs> {
  try {
    const stack = await readStackConfig();
    if (stack.kind === "platform") return await runPlatform(stack.config);
    if (stack.kind === "tenant") return await runTenant(stack.config);
    return await runZone(stack.config);
  } catch (error) {
    // A user's mistake is shown as its lines, without a stack.
    if (error instanceof UserError) throw new pulumi.RunError(error.message);
    throw error;
  }
}
