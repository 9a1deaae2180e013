import type { Erasure, MemoryEncryption, Transit } from "../config/scalars.ts";
import type { MappingRule } from "./federation.ts";
import type { MountFacts, Squash } from "./mounts.ts";
import type { Json } from "./types.ts";
import type { neutronPolicies } from "./vpn/ipsec.ts";

/** Limits of one project in every service; -1 never occurs: nothing is unlimited. */
export interface QuotaFacts {
  readonly compute: { readonly instances: number; readonly cores: number; readonly memoryMiB: number };
  readonly volume: {
    readonly volumes: number;
    readonly gigabytes: number;
    readonly snapshots: number;
    readonly backups: number;
    readonly backupGigabytes: number;
    /** Types that this project may not use. */
    readonly closedTypes: readonly string[];
    /** Granted types: limited by the project's sums alone. */
    readonly openTypes: readonly string[];
  };
  readonly network: {
    readonly networks: number;
    readonly subnets: number;
    readonly ports: number;
    readonly routers: number;
    readonly securityGroups: number;
    readonly securityGroupRules: number;
  };
  readonly share: {
    readonly shares: number;
    readonly gigabytes: number;
    readonly snapshots: number;
    readonly snapshotGigabytes: number;
  };
  readonly keys: {
    readonly secrets: number;
    readonly orders: number;
    readonly containers: number;
    readonly consumers: number;
  };
}

/** A rule of a group. Remote is a group or an address group of this plan (by plan id), or a network: never none, never two. */
export interface RuleFacts {
  readonly direction: "ingress" | "egress";
  readonly ethertype: "IPv4" | "IPv6";
  readonly protocol: "tcp" | "udp" | "icmp" | "ipv6-icmp";
  readonly portMin?: number;
  readonly portMax?: number;
  readonly remoteGroup?: string;
  readonly remoteAddressGroup?: string;
  readonly remoteCidr?: string;
  readonly description: string;
}

/** A role of a group of persons (by partner key) or of the zone's pipeline. */
export interface AssignmentFacts {
  readonly role: "reader" | "member" | "manager";
  readonly partner?: string;
  readonly pipeline?: true;
  /** A service user of the zone, by plan id. */
  readonly serviceUserId?: string;
}

/** A container of objects, and who may use it beside the pipeline. */
export interface ContainerFacts {
  readonly purpose: "ingest" | "run" | "results" | "released";
  /** Of an ingest. */
  readonly provider: string | null;
  readonly sizeGiB: number;
  /** What is overwritten or deleted stays as an older version. */
  readonly versions: boolean;
  /** An ingest key signs addresses of it. */
  readonly signed: boolean;
  /** `readers`: everybody with the role reader in the area's project. */
  readonly readers: readonly ("crawler" | "readers")[];
  readonly writers: readonly "crawler"[];
  readonly deletable: boolean;
  readonly permit: string;
}

/** Who may read a key: one of these by plan id, by the cloud's id, or by a name in the zone's domain. */
export interface KeyReaderFacts {
  /** Key in the permit, or of the service user. */
  readonly who: string;
  readonly userId: string | null;
  readonly user: string | null;
  readonly cloudId: string | null;
}

/** Somebody in a partner's group: by the name that the identity provider knows, or a user of the zone's own (by plan id). */
export interface MemberFacts {
  /** Key in the permit. */
  readonly person: string;
  readonly user: string | null;
  readonly userId: string | null;
}

/** What each kind of planned object states. Ids that end in `Id` are plan ids of other objects, never the cloud's. */
export interface FactsByKind {
  readonly flavor: {
    readonly vcpus: number;
    readonly memoryMiB: number;
    readonly diskGiB: number;
    /** Said to have neither swap nor an ephemeral disk, where others merely have none. */
    readonly swapless: boolean;
    readonly confidential: MemoryEncryption;
    readonly extraSpecs: Readonly<Record<string, string>>;
    readonly adopt: string | null;
  };
  readonly image: {
    readonly file: string | null;
    readonly build: string | null;
    readonly sha512: string | null;
    readonly format: string;
    readonly minDiskGiB: number;
    readonly properties: Readonly<Record<string, string>>;
    readonly adopt: string | null;
  };
  readonly "volume-type": {
    readonly description: string;
    readonly extraSpecs: Readonly<Record<string, string>>;
    readonly encryption: {
      readonly provider: "luks" | "luks2";
      readonly cipher: string;
      readonly keySize: number;
    } | null;
    readonly adopt: string | null;
  };
  readonly "share-type": {
    readonly description: string;
    readonly extraSpecs: Readonly<Record<string, string>>;
    readonly adopt: string | null;
  };
  /** Who may vouch for persons. Its domain is where the users of its people lie; null: Keystone makes one. */
  readonly "identity-provider": {
    readonly title: string;
    readonly remoteIds: readonly string[];
    readonly domain: string | null;
    readonly groupMinutes: number;
  };
  readonly mapping: { readonly rules: readonly MappingRule[] };
  readonly "federation-protocol": {
    readonly provider: string;
    readonly protocol: string;
    readonly mappingId: string;
    readonly remoteIdAttribute: string;
  };
  readonly domain: { readonly description: string; readonly deletable: boolean; readonly adopt: string | null };
  readonly project: {
    readonly description: string;
    readonly tags: readonly string[];
    readonly deletable: boolean;
    readonly adopt: string | null;
  };
  readonly quota: QuotaFacts & { readonly projectId: string };
  readonly "flavor-access": { readonly projectId: string; readonly flavor: string };
  readonly "image-access": { readonly projectId: string; readonly image: string };
  readonly "volume-type-access": { readonly projectId: string; readonly volumeType: string };
  readonly "share-type-access": { readonly projectId: string; readonly shareType: string };
  /**
   * A tenant of a Quobyte cluster. In that of `shares`, which has the project's id, Manila's driver makes what it makes; in that of
   * `volumes` only the operator's stack does.
   */
  readonly "quobyte-tenant": {
    readonly projectId: string;
    readonly cluster: string;
    readonly holds: "shares" | "volumes";
    readonly deletable: boolean;
  };
  /** What holds for all volumes of that tenant: one of the four is set. */
  readonly "quobyte-rule": {
    readonly projectId: string;
    readonly tenantId: string;
    readonly cluster: string;
    readonly encryption: "SYSTEM_AES_256" | null;
    readonly requiredTags: readonly string[];
    readonly forbiddenTags: readonly string[];
    readonly retention: { readonly properties: readonly string[]; readonly days: number } | null;
    readonly deletable: boolean;
  };
  readonly "quobyte-quota": {
    readonly projectId: string;
    readonly tenantId: string;
    readonly cluster: string;
    readonly volumes: number;
    readonly gigabytes: number;
  };
  /** A volume without Manila, in its tenant of `volumes`, with its own limit. */
  readonly "quobyte-volume": {
    readonly projectId: string;
    readonly tenantId: string;
    readonly cluster: string;
    readonly sizeGiB: number;
    readonly owner: { readonly user: string; readonly group: string; readonly mode: string };
    readonly deletable: boolean;
  };
  /** All networks that may mount such a volume by NFS. */
  readonly "quobyte-export": {
    readonly projectId: string;
    readonly volumeId: string;
    readonly cluster: string;
    readonly networks: readonly { readonly network: string; readonly level: "ro" | "rw" }[];
  };
  /** Everything that a client's certificate is good for. */
  readonly "quobyte-certificate": {
    readonly projectId: string;
    readonly cluster: string;
    readonly fingerprint: string;
    readonly hosts: readonly string[];
    readonly uses: readonly { readonly volumeId: string; readonly level: "ro" | "rw" }[];
  };
  /** A data set of the zone that is such a volume: the operator made it, so that the zone makes nothing. */
  readonly "quobyte-dataset": {
    readonly cluster: string;
    /** Names in the cluster. */
    readonly tenant: string;
    readonly volume: string;
    readonly registry: readonly string[];
    /** `nfs`, `client`. */
    readonly by: readonly string[];
    readonly sizeGiB: number;
    readonly labels: Labels;
    /** Networks from which the operator opened it. */
    readonly rules: readonly { readonly cidr: string; readonly level: "ro" | "rw" }[];
  };
  readonly "default-volume-type": { readonly projectId: string; readonly volumeType: string };
  readonly "default-group": { readonly projectId: string };
  readonly network: {
    readonly projectId: string;
    readonly vlan: number | null;
    readonly physicalNetwork: string | null;
    /** Bytes of the largest packet; null: what the cloud says. */
    readonly mtu: number | null;
  };
  /** With whom a network is shared: plan ids of projects, or, of a network to a storage, ids of the cloud's. */
  readonly "network-access": { readonly networkId: string; readonly sharedWith: readonly string[] };
  readonly pipeline: { readonly memberOf: readonly string[] };
  /** Hosts of an area and its benches alone: nothing else lands there, and they land nowhere else. */
  readonly "host-aggregate": { readonly hosts: readonly string[]; readonly projectIds: readonly string[] };
  readonly "partner-group": { readonly title: string };
  /** All members of a partner's group. */
  readonly "group-members": { readonly groupId: string; readonly members: readonly MemberFacts[] };
  /** A user of the zone's own domain, for a person without an identity provider. */
  readonly person: {
    readonly title: string;
    readonly partner: string;
    readonly until: string;
    readonly enabled: boolean;
  };
  /** All role assignments on the zone's domain. */
  readonly "domain-access": {
    readonly assignments: readonly AssignmentFacts[];
    readonly expected: readonly AssignmentFacts[];
  };
  readonly "project-access": {
    readonly assignments: readonly AssignmentFacts[];
    readonly expected: readonly AssignmentFacts[];
  };
  readonly subnet: {
    readonly network: string;
    readonly version: 4 | 6;
    readonly cidr: string;
    /** Addresses that Neutron chooses from; the rest is for routers and gateways. Null: all of them. */
    readonly pool: { readonly start: string; readonly end: string } | null;
    /** Networks that flows name, each with the address in this subnet that leads there; everything, where routes could not say it. */
    readonly routes: readonly { readonly destination: string; readonly nextHop: string }[];
    /** Name servers that guests are told: those that flows lead to. None: guests are told that there is none. */
    readonly resolvers: readonly string[];
  };
  /** What may be on a network beside what is planned on it: ports of these projects, legs of this router of the area. */
  readonly "network-reach": {
    readonly network: string;
    readonly subnets: readonly string[];
    readonly projects: readonly string[];
    readonly router: string | null;
  };
  /** Of one area alone, never between two. */
  readonly router: {
    readonly projectId: string;
    readonly external: string;
    readonly addresses: readonly string[];
    readonly routes: readonly { readonly destination: string; readonly nextHop: string }[];
    readonly adopt: string | null;
  };
  /** A router's leg in a subnet. */
  readonly "router-interface": {
    readonly router: string;
    readonly network: string;
    readonly subnetId: string;
    readonly address: string;
  };
  readonly "vpn-service": { readonly router: string };
  readonly "ike-policy": ReturnType<typeof neutronPolicies>["ikepolicy"];
  readonly "ipsec-policy": ReturnType<typeof neutronPolicies>["ipsecpolicy"];
  /** One side of tunnels: subnets (by plan id), or networks of a site. */
  readonly "endpoint-group": {
    readonly type: "subnet" | "cidr";
    readonly version: 4 | 6;
    readonly endpoints: readonly string[];
  };
  readonly "vpn-connection": {
    readonly version: 4 | 6;
    readonly serviceId: string;
    readonly ikePolicyId: string;
    readonly ipsecPolicyId: string;
    readonly localGroupId: string;
    readonly peerGroupId: string;
    readonly peerAddress: string;
    readonly peerId: string;
    /** Name of the pre-shared key below `tresor:secrets`. */
    readonly secret: string;
    readonly initiator: "bi-directional" | "response-only";
    readonly mtu: number;
    readonly dpd: { readonly action: "restart"; readonly interval: number; readonly timeout: number };
  };
  /** Networks of a named end, IPv4 and IPv6, canonical and sorted: rules name them as one. */
  readonly "address-group": { readonly description: string; readonly addresses: readonly string[] };
  readonly "security-group": { readonly description: string };
  readonly "rule-set": { readonly groupId: string | null; readonly rules: readonly RuleFacts[] };
  readonly port: {
    readonly network: string;
    readonly groupIds: readonly string[];
    readonly subnetIds: readonly string[];
    /** One for each subnet, in their order; none where Neutron chooses. */
    readonly addresses: readonly string[];
    /** Networks from which it may send beside its own addresses: a gateway's sites, and nothing anywhere else. */
    readonly pairs: readonly string[];
  };
  /** Leg of an area's gateway outside: a port of the area's project with fixed addresses, and no group of its own. */
  readonly uplink: { readonly projectId: string; readonly network: string; readonly addresses: readonly string[] };
  /** All groups of that port, by its name; none while the zone is frozen. */
  readonly "uplink-groups": { readonly uplink: string; readonly groupIds: readonly string[] };
  /** Where a gateway keeps the key that it made. */
  readonly "key-volume": {
    readonly sizeGiB: number;
    readonly volumeType: string;
    readonly encrypted: boolean;
    readonly erasure: Erasure;
    readonly growsAttached: boolean;
    readonly zone: string;
    readonly deletable: boolean;
  };
  readonly "root-volume": {
    readonly sizeGiB: number;
    readonly volumeType: string;
    readonly encrypted: boolean;
    readonly erasure: Erasure;
    readonly growsAttached: boolean;
    readonly image: string;
    readonly zone: string;
    readonly deletable: boolean;
  };
  /** Machines that the scheduler keeps on hosts of their own. */
  readonly "server-group": { readonly policy: "anti-affinity" | "soft-anti-affinity" };
  readonly machine: {
    readonly flavor: string;
    readonly image: string;
    /** Null: it boots from its flavor's local disk, and nothing is attached to it. */
    readonly rootVolumeId: string | null;
    /** How its local disk ends; null where it has none. */
    readonly localErasure: Erasure | null;
    readonly portIds: readonly string[];
    readonly volumeIds: readonly string[];
    readonly zone: string;
    readonly confidential: MemoryEncryption;
    readonly userData: string | null;
    /** Shares that cloud-init mounts. */
    readonly mounts: readonly MountFacts[];
    readonly powerState: "active" | "shutoff";
    readonly serverGroupId: string | null;
  };
  readonly volume: {
    readonly sizeGiB: number;
    readonly volumeType: string;
    /** True unless its type is known to be in the clear. */
    readonly encrypted: boolean;
    /** How it ends when it is deleted; a rule holds that the driver can. */
    readonly erasure: Erasure;
    /** Its driver makes it larger while a machine has it. */
    readonly growsAttached: boolean;
    readonly zone: string;
    /** How often it is backed up, and how many backups are kept; null: not at all. */
    readonly backup: { readonly everyHours: number; readonly keep: number } | null;
    readonly deletable: boolean;
    readonly labels: Labels;
    readonly adopt: string | null;
  };
  readonly share: {
    readonly sizeGiB: number;
    readonly shareType: string;
    readonly protocol: string;
    readonly erasure: Erasure;
    /** What the storage makes of the user ids that NFS clients send; null: nobody said. */
    readonly squash: Squash | null;
    /** What encrypts the way to a machine. */
    readonly transit: Transit;
    /** How often a snapshot of it is made, and how many are kept; null: none. */
    readonly backup: { readonly everyHours: number; readonly keep: number } | null;
    /** A machine's cloud-init mounts it. */
    readonly mounted: boolean;
    readonly zone: string;
    readonly deletable: boolean;
    readonly labels: Labels;
    readonly adopt: string | null;
  };
  readonly container: ContainerFacts;
  /** The key that signs write-only addresses of a container; the key itself is in no plan and no state. */
  readonly "ingest-key": {
    readonly containerId: string;
    readonly networks: readonly string[];
    readonly expiresAt: string;
    readonly enabled: boolean;
  };
  /** A key that Barbican makes; its bytes are in no plan and no state. */
  readonly "study-key": {
    readonly owner: string;
    /** `2027-12-31T23:59:59Z`. */
    readonly expiration: string;
    /** When its list is emptied before its end, as `expiration`; null where it is not. */
    readonly closes: string | null;
    readonly readers: readonly KeyReaderFacts[];
    /** Plan ids of machines, volumes and shares. */
    readonly usedBy: readonly string[];
    /** Its time is over. */
    readonly ended: boolean;
    readonly deletable: boolean;
  };
  /** For which names an OpenBao signs client certificates of the zone, and for how long at most. */
  readonly "certificate-role": {
    readonly authority: string;
    readonly mount: string;
    readonly domains: readonly string[];
    readonly maxTtlSeconds: number;
  };
  /** What a service may ask of it. */
  readonly "certificate-policy": { readonly authority: string; readonly roleId: string; readonly policy: string };
  readonly "service-user": { readonly title: string };
  readonly "application-credential": {
    readonly userId: string;
    readonly role: "reader";
    /** `{project}` stands for the id of the area's project. */
    readonly accessRules: readonly {
      readonly service: string;
      readonly method: "GET" | "PUT";
      readonly path: string;
    }[];
    readonly expiresAt: string;
    readonly enabled: boolean;
  };
  readonly "share-access": {
    readonly shareId: string;
    /** By network: NFS. */
    readonly rules: readonly { readonly cidr: string; readonly level: "ro" | "rw" }[];
    /** By a key of CephX: CephFS. The key itself is in no plan and no state. `place` is an area, or a bench as `<area>/<partner>`. */
    readonly clients: readonly { readonly name: string; readonly place: string; readonly level: "ro" | "rw" }[];
    /** Deletion and visibility of the rules: `offered` goes without where Manila has no locks. */
    readonly locks: "offered" | "required";
  };
  /** A lock against the deletion of a share, by hand or by another stack. */
  readonly "share-lock": {
    readonly shareId: string;
    readonly reason: string;
    readonly demand: "offered" | "required";
  };
}

/** What every data set says of itself in the cloud. */
export type Labels = Readonly<Record<"owner" | "classification" | "permit" | "tier", string>>;

type JsonFacts = { readonly [K in keyof FactsByKind]: FactsByKind[K] extends Json ? true : never };
/** Holds at compile time that facts are JSON. */
export const FACTS_ARE_JSON: Partial<JsonFacts> = {};
