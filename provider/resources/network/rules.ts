import { z } from "zod";
import { canonicalCidr, cidr, id } from "../../fields.ts";
import { stable } from "../../resource.ts";

/** Protocols that Neutron knows by more than one name or number, under the name that rules keep here. */
const PROTOCOLS: Readonly<Record<string, string>> = {
  "1": "icmp",
  "6": "tcp",
  "17": "udp",
  "50": "esp",
  "51": "ah",
  "58": "ipv6-icmp",
  "132": "sctp",
  icmpv6: "ipv6-icmp",
};
const WITH_PORTS = new Set(["tcp", "udp", "sctp", "udplite", "dccp"]);
const WITH_TYPES = new Set(["icmp", "ipv6-icmp"]);

const anywhere = (ethertype: string): string => (ethertype === "IPv6" ? "::/0" : "0.0.0.0/0");
const protocolOf = (text: string): string | undefined => {
  const lower = text.toLowerCase();
  if (lower === "any" || lower === "0") return undefined;
  // An inherited name would be no text, and a rule without a protocol lets everything through.
  return (Object.hasOwn(PROTOCOLS, lower) ? PROTOCOLS[lower] : undefined) ?? lower;
};

const port = z.int("must be a whole number").min(0).max(65535, "must be at most 65535");

/** One rule as an input. */
export const ruleSchema = z
  .strictObject({
    direction: z.enum(["ingress", "egress"]),
    ethertype: z.enum(["IPv4", "IPv6"]),
    protocol: z.string().min(1).optional(),
    portMin: port.optional(),
    portMax: port.optional(),
    remoteCidr: cidr.optional(),
    remoteGroupId: id("a security group").optional(),
    remoteAddressGroupId: id("an address group").optional(),
    description: z.string().max(255).optional(),
  })
  .superRefine((rule, context) => {
    const fail = (path: string, message: string): void => context.addIssue({ code: "custom", path: [path], message });
    const protocol = rule.protocol === undefined ? undefined : protocolOf(rule.protocol);
    const remotes = [rule.remoteCidr, rule.remoteGroupId, rule.remoteAddressGroupId].filter((one) => one !== undefined);
    if (remotes.length > 1)
      fail("remoteCidr", "only one of remoteCidr, remoteGroupId and remoteAddressGroupId may be set");
    if (rule.remoteCidr !== undefined && rule.remoteCidr.includes(":") !== (rule.ethertype === "IPv6"))
      fail("remoteCidr", `must be an ${rule.ethertype} block, as ethertype says`);
    const ports = rule.portMin !== undefined || rule.portMax !== undefined;
    if (ports && (protocol === undefined || !(WITH_PORTS.has(protocol) || WITH_TYPES.has(protocol))))
      fail("portMin", "ports need protocol tcp, udp, sctp, udplite, dccp (or a type of icmp, ipv6-icmp)");
    if (rule.portMax !== undefined && rule.portMin === undefined) fail("portMin", "must be set where portMax is");
    if (protocol !== undefined && WITH_PORTS.has(protocol) && (rule.portMax ?? 65535) < (rule.portMin ?? 0))
      fail("portMax", "must not be below portMin");
  })
  .transform((rule) => canonicalRule(rule));

type RuleInput = {
  direction: string;
  ethertype: string;
  protocol?: string;
  portMin?: number;
  portMax?: number;
  remoteCidr?: string;
  remoteGroupId?: string;
  remoteAddressGroupId?: string;
  description?: string;
};
export type Rule = RuleInput;

/** A rule in its one form: no remote is every address, one port is a range of one, protocols under one name. */
function canonicalRule(rule: RuleInput): Rule {
  const protocol = rule.protocol === undefined ? undefined : protocolOf(rule.protocol);
  const other = rule.remoteGroupId ?? rule.remoteAddressGroupId;
  const single = protocol !== undefined && WITH_PORTS.has(protocol) ? rule.portMin : undefined;
  const result: RuleInput = {
    ...rule,
    protocol,
    portMax: rule.portMax ?? single,
    remoteCidr: other === undefined ? (rule.remoteCidr ?? anywhere(rule.ethertype)) : undefined,
    description: rule.description === "" ? undefined : rule.description,
  };
  return Object.fromEntries(Object.entries(result).filter(([, value]) => value !== undefined)) as Rule;
}

/** A rule as Neutron gives it. */
export interface LiveRule {
  readonly id: string;
  readonly project_id?: string;
  readonly direction: string;
  readonly ethertype: string;
  readonly protocol: string | null;
  readonly port_range_min: number | null;
  readonly port_range_max: number | null;
  readonly remote_ip_prefix: string | null;
  readonly remote_group_id: string | null;
  readonly remote_address_group_id?: string | null;
  readonly description?: string | null;
}

export function fromLive(live: LiveRule): Rule {
  const prefix = live.remote_ip_prefix ?? undefined;
  return canonicalRule({
    direction: live.direction,
    ethertype: live.ethertype,
    protocol: live.protocol ?? undefined,
    portMin: live.port_range_min ?? undefined,
    portMax: live.port_range_max ?? undefined,
    remoteCidr: prefix && (canonicalCidr(prefix) ?? prefix),
    remoteGroupId: live.remote_group_id ?? undefined,
    remoteAddressGroupId: live.remote_address_group_id ?? undefined,
    description: live.description ?? undefined,
  });
}

export const toLive = (rule: Rule, securityGroupId: string): Record<string, unknown> => ({
  security_group_id: securityGroupId,
  direction: rule.direction,
  ethertype: rule.ethertype,
  protocol: rule.protocol ?? null,
  port_range_min: rule.portMin ?? null,
  port_range_max: rule.portMax ?? null,
  remote_ip_prefix: rule.remoteCidr ?? null,
  remote_group_id: rule.remoteGroupId ?? null,
  ...(rule.remoteAddressGroupId !== undefined && { remote_address_group_id: rule.remoteAddressGroupId }),
  description: rule.description ?? "",
});

/** What makes two rules the same to us; the description belongs to it, so that an edited one is seen. */
export const ruleKey = (rule: Rule): string => stable(rule);

/** A rule as a person reads it: `ingress IPv4 tcp 22 from 0.0.0.0/0`. */
export function sayRule(rule: Rule): string {
  const { portMin, portMax } = rule;
  const ports =
    portMin === undefined
      ? ""
      : portMax === undefined || portMax === portMin
        ? ` ${portMin}`
        : ` ${portMin}-${portMax}`;
  const remote =
    rule.remoteCidr ??
    (rule.remoteGroupId ? `group ${rule.remoteGroupId}` : `address group ${rule.remoteAddressGroupId}`);
  return `${rule.direction} ${rule.ethertype} ${rule.protocol ?? "any"}${ports} ${rule.direction === "ingress" ? "from" : "to"} ${remote}`;
}
