import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../config/problem.ts";
import { readStackConfig, today } from "./config.ts";

/** The one program of all stacks: the kind that the stack's config names decides what it makes. */
export default async function program(): Promise<pulumi.Inputs> {
  try {
    const stack = await readStackConfig();
    // Only the kind that runs is loaded: a zone never sees the OpenStack plugin's SDK.
    if (stack.kind === "platform") return await (await import("./platform.ts")).runPlatform(stack.config);
    if (stack.kind === "tenant") return await (await import("./tenant.ts")).runTenant(stack.config);
    return await (await import("./zone.ts")).runZone(stack.config, today());
  } catch (error) {
    // A user's mistake is shown as its lines, without a stack.
    if (error instanceof UserError) throw new pulumi.RunError(error.message);
    throw error;
  }
}
