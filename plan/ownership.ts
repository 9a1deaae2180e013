import type { Kind } from "../config/index.ts";
import type { ObjectKind } from "./types.ts";

/** Whose credential acts: the operator's, or the zone pipeline's in one of its scopes. */
export type Credential = "operator" | "zone domain" | "zone area";

/** Where an object lies in the cloud: in the operator's project, in the zone's domain, in a project of the zone. */
type Home = "cloud" | "domain" | "area" | "bench" | "area or bench";

/** One kind of object that Tresor makes or holds, with its one owner. */
interface Ownership {
  /** What is owned, in words. Unique. */
  readonly object: string;
  /** Kind in the plan. */
  readonly kind: ObjectKind;
  /** Type tokens of the resources that hold it, without their package's module path: `openstack Volume`, `tresor RuleSet`. */
  readonly resources: readonly string[];
  readonly stack: Kind;
  readonly home: Home;
  readonly credential: Credential;
  /** What of it the other half may see or change by the cloud's own rules, and what we do about it; empty where nothing. */
  readonly limit: string;
}

const own = (
  stack: Kind,
  credential: Credential,
  home: Home,
  kind: ObjectKind,
  object: string,
  resources: readonly string[],
  limit = "",
): Ownership => ({ object, kind, resources, stack, home, credential, limit });

/**
 * Every object has exactly one owner: one stack, run with one credential. Documents, tests and the check of the live cloud read this
 * table.
 */
export const OWNERSHIP: readonly Ownership[] = [
  own("platform", "operator", "cloud", "flavor", "flavor with its extra specs", ["openstack Flavor"]),
  own("platform", "operator", "cloud", "image", "image with its properties", ["openstack Image", "command Command"]),
  own("platform", "operator", "cloud", "volume-type", "volume type and its encryption", [
    "openstack VolumeTypeV3",
    "tresor VolumeTypeEncryption",
  ]),
  own("platform", "operator", "cloud", "share-type", "share type with its extra specs", ["tresor ShareType"]),

  own(
    "platform",
    "operator",
    "cloud",
    "identity-provider",
    "identity provider, and the domain that Keystone makes for it",
    ["tresor IdentityProvider"],
    "a zone names persons, never providers",
  ),
  own("platform", "operator", "cloud", "mapping", "mapping of a provider's claims to partners' groups", [
    "tresor Mapping",
  ]),
  own("platform", "operator", "cloud", "federation-protocol", "protocol of an identity provider", [
    "tresor FederationProtocol",
  ]),

  own(
    "tenant",
    "operator",
    "cloud",
    "domain",
    "domain of the zone",
    ["openstack Project"],
    "a domain manager may create projects unless the shipped Keystone policy is in place; preflight says so",
  ),
  own(
    "tenant",
    "operator",
    "domain",
    "project",
    "project of an area or a bench",
    ["openstack Project"],
    "a domain manager may delete it unless the shipped Keystone policy is in place",
  ),
  own(
    "tenant",
    "operator",
    "area or bench",
    "quota",
    "quota in all five services",
    ["tresor ComputeQuota", "tresor VolumeQuota", "tresor NetworkQuota", "tresor ShareQuota", "tresor KeyQuota"],
    "nobody but an administrator can change one",
  ),
  own(
    "tenant",
    "operator",
    "cloud",
    "host-aggregate",
    "hosts that an area and its benches have for themselves",
    ["tresor HostAggregate"],
    "nobody but an administrator can see or change one; the scheduler must be told to heed it: preflight looks",
  ),
  own("tenant", "operator", "area or bench", "flavor-access", "access of a project to a flavor", [
    "openstack FlavorAccess",
  ]),
  own(
    "tenant",
    "operator",
    "area or bench",
    "image-access",
    "membership of a project in an image",
    ["openstack ImageAccess"],
    "a member of the project may reject it for himself",
  ),
  own("tenant", "operator", "area or bench", "volume-type-access", "access of a project to a volume type", [
    "openstack VolumeTypeAccessV3",
  ]),
  own("tenant", "operator", "area or bench", "share-type-access", "access of a project to a share type", [
    "tresor ShareTypeAccess",
  ]),
  own(
    "tenant",
    "operator",
    "area or bench",
    "quobyte-tenant",
    "tenant of a Quobyte cluster in which a project's shares or volumes lie",
    ["tresor QuobyteTenant"],
    "nobody but an administrator of the cluster can see or change one; it goes only where nothing is in it, or with the word",
  ),
  own(
    "tenant",
    "operator",
    "area or bench",
    "quobyte-rule",
    "rule of a Quobyte cluster by which a project's shares and volumes are encrypted, placed or kept",
    ["tresor QuobytePolicyRule"],
    "an administrator of the cluster can put another rule before it: each refresh reads how every volume is encrypted",
  ),
  own("tenant", "operator", "area or bench", "quobyte-quota", "quota of that tenant in the cluster", [
    "tresor QuobyteQuota",
  ]),
  own(
    "tenant",
    "operator",
    "area",
    "quobyte-volume",
    "data set on a volume of a Quobyte cluster, and its limit",
    ["tresor QuobyteVolume", "tresor QuobyteQuota"],
    "the zone has no credential there: what it asks for, the operator's config says",
  ),
  own(
    "tenant",
    "operator",
    "area",
    "quobyte-export",
    "all networks that may mount such a volume by NFS",
    ["tresor QuobyteExport"],
    "`tresor freeze` does not reach it: the operator closes it",
  ),
  own(
    "tenant",
    "operator",
    "area",
    "quobyte-certificate",
    "all that a client's certificate is good for in a Quobyte cluster",
    ["tresor QuobyteCertificateSubject"],
    "whoever administers the cluster can widen it: drift, narrowed by the next `up`",
  ),
  own(
    "tenant",
    "operator",
    "cloud",
    "certificate-role",
    "role of an OpenBao by which a zone's services get client certificates",
    ["tresor Role"],
    "whoever administers the OpenBao can open it: drift, closed by the next `up`",
  ),
  own("tenant", "operator", "cloud", "certificate-policy", "policy that leads to that role", ["tresor Policy"]),
  own("tenant", "operator", "area or bench", "default-volume-type", "default volume type of a project", [
    "tresor ProjectDefaultVolumeType",
  ]),
  own(
    "tenant",
    "operator",
    "area or bench",
    "default-group",
    "default security group: that it is there, and goes with its project",
    ["tresor DefaultSecurityGroup"],
    "its rules are another object; in a bench they are the bench's own",
  ),
  own(
    "tenant",
    "operator",
    "area",
    "network",
    "network of an area or a bench, with its VLAN",
    ["openstack Network"],
    "the pipeline, a member of the owning project, may rename or delete an unused one: drift",
  ),
  own(
    "tenant",
    "operator",
    "area",
    "network-access",
    "all RBAC policies of a network",
    ["tresor SharedNetworkAccess"],
    'the zone cannot see policies that the operator made: it says "own policies only"',
  ),
  own(
    "tenant",
    "operator",
    "area",
    "router",
    "router of one area, its gateway, and that it translates nothing",
    ["openstack Router", "openstack RouterRoute"],
    "the pipeline, a member of the owning project, may delete it or set its gateway anew, which translates again: drift, and the zone's `up` refuses such a router",
  ),
  own(
    "tenant",
    "operator",
    "area",
    "uplink",
    "outside leg of an area's gateway: a port with the addresses that sites dial, and that the area's project may use its network",
    ["openstack Port", "openstack RbacPolicyV2"],
    "the pipeline may delete the port, which is drift, and make another there, at no address of its choice and without address pairs",
  ),
  own(
    "tenant",
    "operator",
    "domain",
    "pipeline",
    "service user of the zone, its first password and its roles",
    ["openstack User", "openstack RoleAssignment", "random RandomPassword"],
    "`tresor claim` changes the password: what the operator's state holds no longer logs in",
  ),

  own("zone", "zone domain", "domain", "partner-group", "group of a partner", ["tresor Group"]),
  own(
    "zone",
    "zone domain",
    "domain",
    "group-members",
    "all members of a partner's group, where the permit names persons",
    ["tresor GroupMembers"],
    "a member from another domain only the operator can remove: `up` fails and names it",
  ),
  own(
    "zone",
    "zone domain",
    "domain",
    "person",
    "user of a person without an identity provider, and the one-time password",
    ["tresor Person"],
    "the password is the person's after the first log-in",
  ),
  own(
    "zone",
    "zone domain",
    "domain",
    "domain-access",
    "all role assignments on the zone's domain",
    ["tresor DomainAccess"],
    "the pipeline's role is the operator's grant: listed as expected; what the zone may not revoke fails `up` by name",
  ),
  own(
    "zone",
    "zone domain",
    "area or bench",
    "project-access",
    "all role assignments of a project",
    ["tresor ProjectAccess"],
    "the pipeline's own role is the operator's grant: listed as expected, never removed",
  ),
  own("zone", "zone area", "area", "subnet", "subnet of an area's or a bench's network", ["tresor Subnet"]),
  own(
    "zone",
    "zone area",
    "area",
    "network-reach",
    "that no other subnet, project or router is on a network",
    ["tresor NetworkReach"],
    "a leg of a router that the zone cannot see: `up` fails and names it",
  ),
  own(
    "zone",
    "zone area",
    "area",
    "router-interface",
    "leg of the area's router in the area's subnet, with its port",
    ["tresor RouterInterface"],
    "Neutron removes the port with the interface: both are one resource",
  ),
  own("zone", "zone area", "area", "vpn-service", "the cloud's end of IPsec tunnels", ["tresor Service"]),
  own("zone", "zone area", "area", "ike-policy", "how the keys of a site's tunnels are made", ["tresor IkePolicy"]),
  own("zone", "zone area", "area", "ipsec-policy", "how the data in a site's tunnels are protected", [
    "tresor IpsecPolicy",
  ]),
  own("zone", "zone area", "area", "endpoint-group", "networks on one side of tunnels", ["tresor EndpointGroup"]),
  own(
    "zone",
    "zone area",
    "area",
    "vpn-connection",
    "IPsec tunnel to a site, with its pre-shared key",
    ["tresor Connection"],
    "Neutron gives the key back to every reader of the project unless the shipped Neutron policy is in place",
  ),
  own("zone", "zone area", "area", "address-group", "networks of a site, of persons or outside that flows name", [
    "tresor AddressGroup",
  ]),
  own("zone", "zone area", "area", "security-group", "security group of a machine group", ["tresor SecurityGroup"]),
  own(
    "zone",
    "zone area",
    "area",
    "rule-set",
    "all rules of a security group, the default group's included",
    ["tresor RuleSet"],
    "a rule that the operator adds is removed where the zone may, else `up` fails and names it",
  ),
  own("zone", "zone area", "area", "port", "port of a machine, with the address pairs of a gateway", ["tresor Port"]),
  own("zone", "zone area", "area", "uplink-groups", "all groups of a gateway's outside leg", ["tresor PortGroups"]),
  own("zone", "zone area", "area", "key-volume", "volume on which a gateway keeps its key, and the volume's own key", [
    "tresor Volume",
  ]),
  own("zone", "zone area", "area", "root-volume", "root disk of a machine, and its key", ["tresor Volume"]),
  own("zone", "zone area", "area", "server-group", "server group of broker and workers", ["tresor ServerGroup"]),
  own(
    "zone",
    "zone area",
    "area",
    "machine",
    "server, and what is attached to it",
    ["tresor Machine", "tresor VolumeAttachment"],
    "the operator can stop, migrate and delete it",
  ),
  own("zone", "zone area", "area", "volume", "data set on a volume, and its key", ["tresor Volume"]),
  own("zone", "zone area", "area", "share", "data set on a share, and where it is mounted from", [
    "tresor Share",
    "tresor ExportPath",
  ]),
  own(
    "zone",
    "zone area",
    "area",
    "share-access",
    "all access rules of a share",
    ["tresor ShareAccessSet"],
    "a rule that the operator locked is masked: `up` fails and names it; the zone's own are masked for all but its pipeline and the operator",
  ),
  own(
    "zone",
    "zone area",
    "area",
    "share-lock",
    "lock against the deletion of a share",
    ["tresor ResourceLock"],
    "an administrator can take it off: seen by the next refresh, put on again by the next `up`",
  ),
  own(
    "zone",
    "zone area",
    "area",
    "quobyte-dataset",
    "name, owner and class of a data set that is a volume of a Quobyte cluster",
    [],
    "the volume is the operator's: the zone names it and makes nothing",
  ),
  own(
    "zone",
    "zone area",
    "area",
    "container",
    "container of a door, with everything that opens it",
    ["tresor Container"],
    "an operator with Swift's role for all accounts reads it and can set other keys and lists: drift, closed by the next `up`",
  ),
  own(
    "zone",
    "zone area",
    "area",
    "ingest-key",
    "key that signs write-only addresses of a container",
    ["tresor IngestKey"],
    "as with the container; the key lies in Swift alone, its hash in the state",
  ),
  own(
    "zone",
    "zone area",
    "area",
    "study-key",
    "key of a study, with its order and the whole list of its readers",
    ["tresor StudyKey"],
    "an administrator can delete it, and reads it once he gave himself a role in the area's project",
  ),
  own("zone", "zone domain", "domain", "service-user", "user that acts for one service of an area", [
    "tresor ServiceUser",
  ]),
  own(
    "zone",
    "zone domain",
    "area",
    "application-credential",
    "application credential of a service user",
    ["tresor ApplicationCredential"],
    "made by the service user itself, with a password that lives for that moment; an administrator can delete it",
  ),
];

/** A type token as the table names it: Quobyte's have its name, since Cinder has volumes and quotas, too. */
export function ownedAs(type: string): string {
  const [plugin = "", path = ""] = type.split(":");
  return `${plugin} ${path === "quobyte" ? "Quobyte" : ""}${type.split(":").at(-1)}`;
}

const cell = (text: string): string => (text === "" ? "-" : text.replaceAll("|", "\\|"));

/** The table as Markdown, for docs/ownership.md. */
export function ownershipTable(): string {
  const head = ["object", "resources", "stack", "where it lies", "credential", "what the other half can do to it"];
  const rows = OWNERSHIP.map((row) => [
    row.object,
    row.resources.join(", "),
    row.stack,
    row.home,
    row.credential,
    row.limit,
  ]);
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.map(cell).join(" | ")} |`).join("\n");
}
