import type { MemoryEncryption } from "../config/scalars.ts";
import type { Json } from "./types.ts";

/** Limits of one project in every service; -1 never occurs: nothing is unlimited. */
export interface QuotaFacts {
  readonly compute: { readonly instances: number; readonly cores: number; readonly memoryMiB: number };
  readonly volume: {
    readonly volumes: number;
    readonly gigabytes: number;
    readonly snapshots: number;
    /** Types that this project may not use. */
    readonly closedTypes: readonly string[];
    /** Granted types: limited by the project's sums alone. */
    readonly openTypes: readonly string[];
  };
  readonly network: {
    readonly networks: number;
    readonly subnets: number;
    readonly ports: number;
    readonly securityGroups: number;
    readonly securityGroupRules: number;
  };
  readonly share: { readonly shares: number; readonly gigabytes: number };
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
}

/** What each kind of planned object states. Ids that end in `Id` are plan ids of other objects, never the cloud's. */
export interface FactsByKind {
  readonly flavor: {
    readonly vcpus: number;
    readonly memoryMiB: number;
    readonly diskGiB: number;
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
  readonly "default-volume-type": { readonly projectId: string; readonly volumeType: string };
  readonly "default-group": { readonly projectId: string };
  readonly network: {
    readonly projectId: string;
    readonly vlan: number | null;
    readonly physicalNetwork: string | null;
  };
  readonly "network-access": { readonly networkId: string; readonly sharedWith: readonly string[] };
  readonly pipeline: { readonly memberOf: readonly string[] };
  readonly "partner-group": { readonly title: string };
  readonly "project-access": {
    readonly assignments: readonly AssignmentFacts[];
    readonly expected: readonly AssignmentFacts[];
  };
  readonly subnet: { readonly network: string; readonly version: 4 | 6; readonly cidr: string };
  /** Networks of a named end, IPv4 and IPv6, canonical and sorted: rules name them as one. */
  readonly "address-group": { readonly description: string; readonly addresses: readonly string[] };
  readonly "security-group": { readonly description: string };
  readonly "rule-set": { readonly groupId: string | null; readonly rules: readonly RuleFacts[] };
  readonly port: {
    readonly network: string;
    readonly groupIds: readonly string[];
    readonly subnetIds: readonly string[];
  };
  readonly "root-volume": {
    readonly sizeGiB: number;
    readonly volumeType: string;
    readonly encrypted: boolean;
    readonly image: string;
    readonly zone: string;
    readonly deletable: boolean;
  };
  readonly machine: {
    readonly flavor: string;
    readonly image: string;
    readonly rootVolumeId: string;
    readonly portIds: readonly string[];
    readonly volumeIds: readonly string[];
    readonly zone: string;
    readonly confidential: MemoryEncryption;
    readonly userData: string | null;
  };
  readonly volume: {
    readonly sizeGiB: number;
    readonly volumeType: string;
    /** True unless its type is known to be in the clear. */
    readonly encrypted: boolean;
    readonly zone: string;
    readonly deletable: boolean;
    readonly labels: Labels;
    readonly adopt: string | null;
  };
  readonly share: {
    readonly sizeGiB: number;
    readonly shareType: string;
    readonly protocol: string;
    readonly zone: string;
    readonly deletable: boolean;
    readonly labels: Labels;
    readonly adopt: string | null;
  };
  readonly "share-access": {
    readonly shareId: string;
    readonly rules: readonly { readonly cidr: string; readonly level: "ro" | "rw" }[];
  };
}

/** What every data set says of itself in the cloud. */
export type Labels = Readonly<Record<"owner" | "classification" | "permit" | "tier", string>>;

type JsonFacts = { readonly [K in keyof FactsByKind]: FactsByKind[K] extends Json ? true : never };
/** Holds at compile time that facts are JSON. */
export const FACTS_ARE_JSON: Partial<JsonFacts> = {};
