import * as pulumi from "@pulumi/pulumi";
import { resolve } from "node:path";
import { Platform } from "../components/platform/platform.ts";
import type { PlatformConfig } from "../config/index.ts";
import { planPlatform } from "../plan/platform.ts";
import { scopeOf } from "./providers.ts";

/** Makes what exists once in a cloud. */
export function runPlatform(config: PlatformConfig): pulumi.Inputs {
  const resolveFile = (file: string): string => resolve(pulumi.getRootDirectory(), file);
  new Platform("platform", { scope: scopeOf(config.cloud), plan: planPlatform(config), resolveFile });
  return {};
}
