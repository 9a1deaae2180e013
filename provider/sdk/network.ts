import * as pulumi from "@pulumi/pulumi";
import type { CloudArgs, In, Options, Out } from "./common.ts";

/** One rule of a security group. Without any remote it means every address of its ethertype. */
export interface Rule {
  readonly direction: In<"ingress" | "egress">;
  readonly ethertype: In<"IPv4" | "IPv6">;
  /** Name or number of the protocol. @default - every protocol */
  readonly protocol?: In<string>;
  /** First port; for ICMP its type. @default - every port */
  readonly portMin?: In<number>;
  /** Last port; for ICMP its code. @default - as `portMin` for TCP and UDP */
  readonly portMax?: In<number>;
  readonly remoteCidr?: In<string>;
  readonly remoteGroupId?: In<string>;
  readonly remoteAddressGroupId?: In<string>;
  readonly description?: In<string>;
}

export interface RuleSetArgs extends CloudArgs {
  readonly securityGroupId: In<string>;
  readonly rules: In<In<Rule>[]>;
}

/** All rules of a security group: what is not listed is removed, default and template rules included. Id: the group's. */
export class RuleSet extends pulumi.CustomResource {
  declare readonly securityGroupId: Out<string>;
  declare readonly rules: Out<pulumi.Unwrap<Rule>[]>;

  constructor(name: string, args: RuleSetArgs, opts?: Options) {
    super("tresor:network:RuleSet", name, { ...args }, opts);
  }
}

/** One RBAC policy of a network. */
export interface NetworkAccess {
  readonly action: In<"access_as_shared" | "access_as_external">;
  /** A project's id, or `*` for all of the cloud. */
  readonly targetProjectId: In<string>;
}

export interface SharedNetworkAccessArgs extends CloudArgs {
  readonly networkId: In<string>;
  readonly access: In<In<NetworkAccess>[]>;
}

/** All RBAC policies of a network. Id: the network's. */
export class SharedNetworkAccess extends pulumi.CustomResource {
  declare readonly networkId: Out<string>;
  declare readonly access: Out<pulumi.Unwrap<NetworkAccess>[]>;

  constructor(name: string, args: SharedNetworkAccessArgs, opts?: Options) {
    super("tresor:network:SharedNetworkAccess", name, { ...args }, opts);
  }
}

export interface DefaultSecurityGroupArgs extends CloudArgs {
  readonly projectId: In<string>;
}

/** The group `default` that Neutron makes in every project and leaves behind: found at create, removed at delete. Id: the group's. */
export class DefaultSecurityGroup extends pulumi.CustomResource {
  declare readonly projectId: Out<string>;
  declare readonly securityGroupId: Out<string>;

  constructor(name: string, args: DefaultSecurityGroupArgs, opts?: Options) {
    super("tresor:network:DefaultSecurityGroup", name, { ...args, securityGroupId: undefined }, opts);
  }
}

export interface NetworkQuotaArgs extends CloudArgs {
  readonly projectId: In<string>;
  /** -1 is without limit, in all of these. */
  readonly networks: In<number>;
  readonly subnets: In<number>;
  readonly ports: In<number>;
  readonly securityGroups: In<number>;
  readonly securityGroupRules: In<number>;
  readonly routers: In<number>;
  readonly floatingIps: In<number>;
  readonly rbacPolicies: In<number>;
  readonly subnetPools: In<number>;
}

/** A project's quota of Neutron; may be set below use while what is in use goes. Id: the project's. */
export class NetworkQuota extends pulumi.CustomResource {
  declare readonly projectId: Out<string>;

  constructor(name: string, args: NetworkQuotaArgs, opts?: Options) {
    super("tresor:network:NetworkQuota", name, { ...args }, opts);
  }
}
