import * as pulumi from "@pulumi/pulumi";
import { Platform } from "../components/platform/platform.ts";
import type { PlatformConfig } from "../config/index.ts";
import { Session } from "../openstack/index.ts";
import { planPlatform } from "../plan/platform.ts";
import { scopeOf } from "./providers.ts";

/** Makes what exists once in a cloud. */
export async function runPlatform(config: PlatformConfig): Promise<pulumi.Inputs> {
  // A cloud that cannot be reached, or a credential that it refuses, is one sentence here and a page of them from the plugin.
  const session = await Session.open(config.cloud);
  await session.token();
  session.close();
  const directory = pulumi.getRootDirectory();
  new Platform("platform", { scope: scopeOf(config.cloud), plan: planPlatform(config), directory });
  return {};
}
