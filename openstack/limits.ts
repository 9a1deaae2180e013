/**
 * Limits as services call them, for people, and the key of `quota` in the tenant's config that says each; null where the operator's
 * half works it out. Sources: the quota resources of Neutron, Nova, Cinder, Manila and Barbican.
 */
const LIMITS: readonly (readonly [says: RegExp, title: string, key: string | null])[] = [
  [/security_group_rule/, "security group rules", null],
  [/security_group/, "security groups", null],
  [/'subnet'/, "subnets", null],
  [/'network'/, "networks", null],
  [/'port'/, "ports", "ports"],
  [/\bcores\b/i, "cores", "cores"],
  [/\bram\b/i, "memory", "memory"],
  [/\binstances\b/i, "machines", "machines"],
  [/snapshots\b/i, "snapshots", "snapshots"],
  [/share_?gigabytes|gigabytes.*shares?\b|shares?\b.*gigabytes/i, "storage on shares", "shareStorage"],
  [/share size .* larger than/i, "storage on shares", "shareStorage"],
  [/gigabytes|volume size .* larger than/i, "storage", "storage"],
  [/\bvolumes\b/i, "volumes", "volumes"],
  [/\bshares\b/i, "shares", "shares"],
  [/\bsecrets\b/i, "keys", "secrets"],
];

const limitIn = (message = ""): (typeof LIMITS)[number] | undefined => LIMITS.find(([says]) => says.test(message));

/** The limit that a service's words are about, in the plural; undefined where they name none that is known. */
export const limitNamed = (message?: string): string | undefined => limitIn(message)?.[1];

/** Cinder names the limit of a type by the type: `volumes___DEFAULT__`. */
const OF_A_TYPE = /\b(?:volumes|gigabytes|snapshots)_(\S+?)(?:'|\s|$)/;

/** Next step over a used-up quota. Only the operator raises one: the tenant's config says it, or the planner works it out. */
export function adviseOnQuota(message?: string): string {
  const type = OF_A_TYPE.exec(message ?? "")?.[1];
  if (type !== undefined)
    return `choose a volume type that was granted, or ask the operator to grant ${type}: what is not granted is closed`;
  const [, title, key] = limitIn(message) ?? [];
  const where =
    key === undefined
      ? "it"
      : key === null
        ? `that of ${title}`
        : `\`${key}\` in the area's \`quota\` of the tenant's config`;
  return `remove what is not needed, or ask the operator to raise ${where} and to run \`pulumi up\` of the tenant's stack`;
}
