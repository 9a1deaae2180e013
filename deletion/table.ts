import type { Service } from "../openstack/index.ts";
import type { ObjectFacts, Stage } from "./types.ts";

/** An entry of a list, whatever its service. */
export type Row = Readonly<Record<string, unknown>>;

/** What the order of a deletion must know of a kind. */
export interface KindFacts {
  readonly kind: string;
  /** When it goes. */
  readonly stage: Stage;
  /** Holds data of the zone. @default false */
  readonly data?: boolean;
  /** @default "zone" */
  readonly owner?: "tenant";
}

/** A kind of object that a project can hold, and the list that shows all of it. */
export interface KindRow extends KindFacts {
  readonly service: Service;
  readonly path: string;
  /** Key of the list in the answer. */
  readonly many: string;
  /** Narrows the list of a project's session; `{project}` stands for its id. */
  readonly query?: Readonly<Record<string, string>>;
  /** What makes the operator's list hold all projects; absent where the service has no such list. */
  readonly all?: Readonly<Record<string, string>>;
  /** The oldest microversion that has the list. */
  readonly least?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly facts?: (row: Row) => ObjectFacts;
}

const ALL = { all_tenants: "1" };
const EXPERIMENTAL = { "X-OpenStack-Manila-API-Experimental": "True" };
const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

const volumeFacts = (row: Row): ObjectFacts => ({
  encrypted: row["encrypted"] === true,
  ...optional("keyId", text(row["encryption_key_id"])),
  ...optional("sizeGiB", number(row["size"])),
  ...optional("type", text(row["volume_type"])),
  machines: ((row["attachments"] ?? []) as readonly Row[]).flatMap((one) => text(one["server_id"]) ?? []),
});
const copyFacts =
  (of: string) =>
  (row: Row): ObjectFacts => ({
    ...optional("copyOf", text(row[of])),
    ...optional("keyId", text(row["encryption_key_id"])),
    ...optional("sizeGiB", number(row["size"])),
  });
const shareFacts = (row: Row): ObjectFacts => ({
  ...optional("sizeGiB", number(row["size"])),
  ...optional("type", text(row["share_type_name"]) ?? text(row["share_type"])),
});
const portFacts = (row: Row): ObjectFacts => ({ ...optional("device", text(row["device_owner"])) });

function optional<K extends keyof ObjectFacts>(key: K, value: ObjectFacts[K] | undefined): ObjectFacts {
  return value === undefined ? {} : { [key]: value };
}

const cinder = (kind: string, path: string, many: string, more: Partial<KindRow>): KindRow => ({
  ...{ kind, service: "block-storage", path, many, all: ALL, stage: "copies" },
  ...more,
});
const manila = (kind: string, path: string, many: string, more: Partial<KindRow>): KindRow => ({
  ...{ kind, service: "shared-file-system", path, many, all: ALL, stage: "copies" },
  ...more,
});
const neutron = (kind: string, path: string, many: string, more: Partial<KindRow> = {}): KindRow => ({
  ...{ kind, service: "network", path, many, all: {}, stage: "rest" },
  ...more,
});
const barbican = (kind: string, many: string): KindRow => ({
  ...{ kind, service: "key-manager", path: `/${many}`, many, stage: "keys" },
  data: kind === "secret",
});

/**
 * Every kind that a project can hold. Sources: the API references of the services at the microversions of `openstack/services.ts`; a
 * list that a cloud has not is told as "not offered", never as empty. Barbican and Swift have no list across projects.
 */
export const KIND_ROWS: readonly KindRow[] = [
  {
    kind: "machine",
    service: "compute",
    path: "/servers/detail",
    many: "servers",
    all: ALL,
    stage: "machines",
    data: true,
  },
  { kind: "server group", service: "compute", path: "/os-server-groups", many: "server_groups", all: { all_projects: "true" }, stage: "rest" }, // prettier-ignore
  { kind: "load balancer", service: "load-balancer", path: "/lbaas/loadbalancers", many: "loadbalancers", all: {}, stage: "machines" }, // prettier-ignore
  barbican("secret", "secrets"),
  barbican("key order", "orders"),
  barbican("key container", "containers"),
  cinder("volume transfer", "/os-volume-transfer/detail", "transfers", {}),
  cinder("volume backup", "/backups/detail", "backups", { data: true, facts: copyFacts("volume_id") }),
  cinder("volume snapshot", "/snapshots/detail", "snapshots", { data: true, facts: copyFacts("volume_id") }),
  cinder("group snapshot", "/group_snapshots/detail", "group_snapshots", { data: true }),
  manila("share transfer", "/share-transfers", "transfers", { least: "2.77" }),
  manila("share backup", "/share-backups", "share_backups", { data: true, least: "2.80", headers: EXPERIMENTAL, facts: copyFacts("share_id") }), // prettier-ignore
  manila("share snapshot", "/snapshots/detail", "snapshots", { data: true, facts: copyFacts("share_id") }),
  manila("share replica", "/share-replicas/detail", "share_replicas", { data: true, least: "2.56", facts: copyFacts("share_id") }), // prettier-ignore
  cinder("volume", "/volumes/detail", "volumes", { data: true, stage: "data", facts: volumeFacts }),
  cinder("volume group", "/groups/detail", "groups", { stage: "rest" }),
  manila("share", "/shares/detail", "shares", { data: true, stage: "data", facts: shareFacts }),
  manila("share group", "/share-groups/detail", "share_groups", { stage: "rest", least: "2.55" }),
  manila("share network", "/share-networks/detail", "share_networks", { stage: "rest" }),
  manila("security service", "/security-services/detail", "security_services", { stage: "rest" }),
  { kind: "image", service: "image", path: "/images", many: "images", query: { owner: "{project}" }, all: {}, stage: "data", data: true }, // prettier-ignore
  { kind: "object container", service: "object-store", path: "", many: "", stage: "data", data: true },
  neutron("port", "/ports", "ports", { facts: portFacts }),
  neutron("trunk", "/trunks", "trunks"),
  neutron("floating IP", "/floatingips", "floatingips"),
  neutron("VPN connection", "/vpn/ipsec-site-connections", "ipsec_site_connections"),
  neutron("VPN service", "/vpn/vpnservices", "vpnservices"),
  neutron("VPN endpoint group", "/vpn/endpoint-groups", "endpoint_groups"),
  neutron("IKE policy", "/vpn/ikepolicies", "ikepolicies"),
  neutron("IPsec policy", "/vpn/ipsecpolicies", "ipsecpolicies"),
  neutron("security group", "/security-groups", "security_groups"),
  neutron("address group", "/address-groups", "address_groups"),
  neutron("subnet", "/subnets", "subnets"),
  neutron("subnet pool", "/subnetpools", "subnetpools"),
  neutron("address scope", "/address-scopes", "address_scopes"),
  neutron("QoS policy", "/qos/policies", "policies"),
  neutron("router", "/routers", "routers", { owner: "tenant" }),
  neutron("RBAC policy", "/rbac-policies", "rbac_policies", { owner: "tenant" }),
  neutron("network", "/networks", "networks", { owner: "tenant" }),
  { kind: "DNS zone", service: "dns", path: "/zones", many: "zones", stage: "rest" },
];

const ofTenant = (kind: string): KindFacts => ({ kind, stage: "tenant", owner: "tenant" });

/** Kinds that are no object of a project: identity, and what the operator gave. Each has a list of its own form. */
export const OTHER_KINDS: readonly KindFacts[] = [
  { kind: "role assignment", stage: "access" },
  { kind: "group", stage: "stack" },
  { kind: "user", stage: "stack" },
  { kind: "application credential", stage: "stack" },
  { kind: "trust", stage: "stack" },
  ...["project", "domain", "default volume type", "flavor access", "image membership", "volume type access"].map(
    ofTenant,
  ),
  ...["share type access", "Cinder quota", "Barbican quota", "Neutron quota", "Nova quota", "Manila quota"].map(
    ofTenant,
  ),
  // What Manila's driver leaves of a deleted share, and whatever else is in a project's tenant there.
  { kind: "Quobyte volume", stage: "tenant", owner: "tenant", data: true },
  ofTenant("Quobyte tenant"),
];

const BY_KIND = new Map<string, KindFacts>([...OTHER_KINDS, ...KIND_ROWS].map((row) => [row.kind, row]));

/** What is known of a kind. @throws Error for a word that is none: a defect */
export function factsOfKind(kind: string): KindFacts {
  const facts = BY_KIND.get(kind);
  if (facts === undefined) throw new Error(`no kind ${kind}`);
  return facts;
}

/** The row of a kind that projects hold. @throws Error for another word: a defect */
export function rowOf(kind: string): KindRow {
  const row = KIND_ROWS.find((one) => one.kind === kind);
  if (row === undefined) throw new Error(`no kind ${kind} in projects`);
  return row;
}

/** True for what lies in a project, so that it is deleted there. */
export const isInProject = (kind: string): boolean => KIND_ROWS.some((row) => row.kind === kind);

/** Where services say whose an object is. */
const OWNERS = [
  "project_id",
  "tenant_id",
  "os-vol-tenant-attr:tenant_id",
  "os-extended-snapshot-attributes:project_id",
  "os-backup-project-attr:project_id",
  "source_project_id",
  "owner",
] as const;

/** Id of the project that an entry says it is of; undefined where it says none. */
export const projectIn = (row: Row): string | undefined => OWNERS.map((key) => text(row[key])).find(Boolean);

/** Barbican names things by their address, Swift by their name. */
export function idIn(row: Row): string {
  const reference = [row["secret_ref"], row["order_ref"], row["container_ref"]].map(text).find(Boolean);
  return text(row["id"]) ?? reference?.split("/").at(-1) ?? text(row["name"]) ?? "";
}

/** The service's word for the state of an entry, in small letters. */
export const statusIn = (row: Row): string | undefined => text(row["status"])?.toLowerCase();

export const nameIn = (row: Row): string => text(row["name"]) ?? text(row["display_name"]) ?? "";
