import * as pulumi from "@pulumi/pulumi";
import { Platform } from "../components/platform/platform.ts";
import type { PlatformConfig } from "../config/index.ts";
import { planPlatform } from "../plan/platform.ts";
import { scopeOf } from "./providers.ts";

/** Makes what exists once in a cloud. */
export function runPlatform(config: PlatformConfig): pulumi.Inputs {
  const directory = pulumi.getRootDirectory();
  new Platform("platform", { scope: scopeOf(config.cloud), plan: planPlatform(config), directory });
  return {};
}
