import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writePrivate } from "./files.ts";
import { devcloudSettings } from "./settings.ts";
import type { DevcloudOptions, DevcloudSettings } from "./settings.ts";

const sourceDir = join(import.meta.dirname, "policies");

/**
 * The rules of the shipped files that close a door, by what they close and by file; all others open reading to the auditor. The rule
 * `tresor_hand_out` is a name for who may, and closes nothing by itself.
 */
export const CLOSING_RULES = {
  /** Making, changing and deleting projects, and their tags. */
  projects: {
    "keystone.yaml": [
      "identity:create_project",
      "identity:update_project",
      "identity:delete_project",
      "identity:create_project_tag",
      "identity:update_project_tags",
      "identity:delete_project_tag",
      "identity:delete_project_tags",
    ],
  },
  /** Handing data of a project to another one, or out of the cloud. */
  "handing-out": {
    "cinder.yaml": ["volume:create_transfer", "volume:accept_transfer", "volume_extension:volume_actions:upload_image"],
    "glance.yaml": ["add_image", "upload_image", "add_member", "communitize_image"],
    "manila.yaml": ["share_transfer:create", "share_transfer:accept"],
    "nova.yaml": [
      "os_compute_api:servers:create_image",
      "os_compute_api:servers:create_image:allow_volume_backed",
      "os_compute_api:os-create-backup",
    ],
    "barbican.yaml": ["secret_acls:put_patch", "container_acls:put_patch"],
  },
} as const satisfies Record<string, Record<string, readonly string[]>>;

export type PolicyPart = keyof typeof CLOSING_RULES;
export const POLICY_PARTS = Object.keys(CLOSING_RULES) as readonly PolicyPart[];

const offMark = (settings: DevcloudSettings, part: PolicyPart): string => join(settings.home, `policy-off-${part}`);

/** True where a part of the shipped policies is in force. */
const isPolicyOn = (settings: DevcloudSettings, part: PolicyPart): boolean => !existsSync(offMark(settings, part));

const rulesIn = (part: PolicyPart, file: string): readonly string[] =>
  (CLOSING_RULES[part] as Record<string, readonly string[]>)[file] ?? [];

/** Who may hand out where nothing is closed: administrators, and members what is their own project's. */
const MEMBERS = "role:admin or (role:member and project_id:%(project_id)s)";

/**
 * A policy file in which the doors of the given parts are open; what opens reading to the auditor stays. Where the file names who may
 * hand out, the name gets another meaning and every rule stays: Glance forgets no rule that once stood in its file before it is restarted.
 */
export function withoutClosing(file: string, text: string, parts: readonly PolicyPart[]): string {
  const open = new Set(parts.flatMap((part) => rulesIn(part, file)));
  const lines = text.split("\n").flatMap((line) => {
    const [, name = "", rule] = /^"([^"]+)": "([^"]*)"$/.exec(line) ?? [];
    if (name === "tresor_hand_out" && parts.includes("handing-out")) return `"${name}": "${MEMBERS}"`;
    return open.has(name) && rule !== "rule:tresor_hand_out" ? [] : line;
  });
  return lines.join("\n");
}

/** Copies the policy files into the data directory; services read a changed file at their next request. */
export function shipPolicies(settings: DevcloudSettings): void {
  const off = POLICY_PARTS.filter((part) => !isPolicyOn(settings, part));
  for (const name of readdirSync(sourceDir).filter((file) => file.endsWith(".yaml"))) {
    const text = readFileSync(join(sourceDir, name), "utf8");
    writePrivate(join(settings.dirs.policies, name), withoutClosing(name, text, off));
  }
}

/** Puts a part of the shipped policies in force or takes it away, on the running cloud, until it is said otherwise. */
export function devcloudPolicy(options: DevcloudOptions, part: PolicyPart, on: boolean): void {
  const settings = devcloudSettings(options);
  if (on) rmSync(offMark(settings, part), { force: true });
  else writeFileSync(offMark(settings, part), "");
  shipPolicies(settings);
}
