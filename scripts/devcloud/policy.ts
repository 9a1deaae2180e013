import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writePrivate } from "./files.ts";
import { devcloudSettings } from "./settings.ts";
import type { DevcloudOptions, DevcloudSettings } from "./settings.ts";

const sourceDir = join(import.meta.dirname, "policies");
const offMark = (settings: DevcloudSettings): string => join(settings.home, "keystone-policy-off");

/** True where the shipped Keystone policy (only the administrator makes projects) is in force. */
export const isKeystonePolicyOn = (settings: DevcloudSettings): boolean => !existsSync(offMark(settings));

/** The part of Keystone's policy that closes a door, as against the part that opens reading to the auditor. */
export function withoutProjectRules(text: string): string {
  const lines = text.split("\n").filter((line) => !/^"identity:(create|update|delete)_project(_tags?)?":/.test(line));
  return lines.join("\n");
}

/** Copies the policy files into the data directory; services read a changed file at their next request. */
export function shipPolicies(settings: DevcloudSettings): void {
  for (const name of readdirSync(sourceDir).filter((file) => file.endsWith(".yaml"))) {
    const text = readFileSync(join(sourceDir, name), "utf8");
    const off = name === "keystone.yaml" && !isKeystonePolicyOn(settings);
    writePrivate(join(settings.dirs.policies, name), off ? withoutProjectRules(text) : text);
  }
}

/** Puts the shipped Keystone policy in force or takes it away, on the running cloud, until it is said otherwise. */
export function devcloudKeystonePolicy(options: DevcloudOptions, on: boolean): void {
  const settings = devcloudSettings(options);
  if (on) rmSync(offMark(settings), { force: true });
  else writeFileSync(offMark(settings), "");
  shipPolicies(settings);
}
