import * as pulumi from "@pulumi/pulumi";
import type { CloudArgs, In, Options, Out } from "./common.ts";

/** A route that DHCP tells guests. */
export interface HostRoute {
  /** Address block. */
  readonly destination: In<string>;
  /** Address. */
  readonly nextHop: In<string>;
}

/** Addresses from the first to the last. */
export interface AllocationPool {
  readonly start: In<string>;
  readonly end: In<string>;
}

export interface SubnetArgs extends CloudArgs {
  readonly name: In<string>;
  /** For people; what makes the object known to Tresor again is added to it in the cloud. @default - none */
  readonly description?: In<string>;
  /** A change makes another subnet, as for `ipVersion` and `cidr`. */
  readonly networkId: In<string>;
  readonly ipVersion: In<4 | 6>;
  readonly cidr: In<string>;
  /** Address of the gateway. @default - none */
  readonly gateway?: In<string>;
  readonly enableDhcp: In<boolean>;
  /** In the order in which guests ask them. @default - none */
  readonly dnsNameservers?: In<In<string>[]>;
  /** @default - none */
  readonly hostRoutes?: In<In<HostRoute>[]>;
  /** Addresses from which Neutron chooses. @default - all but the gateway's, which is Neutron's own choice and not looked at */
  readonly allocationPools?: In<In<AllocationPool>[]>;
}

/** A subnet; without a gateway unless one is named, and with no name server and no route but those that are named. */
export class Subnet extends pulumi.CustomResource {
  declare readonly name: Out<string>;
  declare readonly description: Out<string>;
  declare readonly networkId: Out<string>;
  declare readonly ipVersion: Out<4 | 6>;
  declare readonly cidr: Out<string>;
  declare readonly gateway: Out<string | undefined>;
  declare readonly enableDhcp: Out<boolean>;
  declare readonly dnsNameservers: Out<string[]>;
  declare readonly hostRoutes: Out<pulumi.Unwrap<HostRoute>[]>;
  declare readonly allocationPools: Out<pulumi.Unwrap<AllocationPool>[] | undefined>;

  constructor(name: string, args: SubnetArgs, opts?: Options) {
    super("tresor:network:Subnet", name, { ...args }, opts);
  }
}

export interface NetworkReachArgs extends CloudArgs {
  readonly networkId: In<string>;
  /** Address blocks of the subnets that may be there. */
  readonly subnets: In<In<string>[]>;
  /** Projects whose ports may be there. */
  readonly projectIds: In<In<string>[]>;
  /** Routers whose legs may be there. @default - none */
  readonly routerIds?: In<In<string>[]>;
  /** What else is there, as sentences say it; always empty in a program. @default - none */
  readonly strangers?: In<In<string>[]>;
}

/**
 * What may be on a network: these subnets, ports of these projects, legs of these routers. All else is drift and taken away; what this
 * credential may not take away fails by name. Id: the network's.
 */
export class NetworkReach extends pulumi.CustomResource {
  declare readonly networkId: Out<string>;
  declare readonly subnets: Out<string[]>;
  declare readonly projectIds: Out<string[]>;
  declare readonly routerIds: Out<string[]>;
  declare readonly strangers: Out<string[]>;

  constructor(name: string, args: NetworkReachArgs, opts?: Options) {
    super("tresor:network:NetworkReach", name, { ...args }, opts);
  }
}

export interface AddressGroupArgs extends CloudArgs {
  readonly name: In<string>;
  /** For people; what makes the object known to Tresor again is added to it in the cloud. @default - none */
  readonly description?: In<string>;
  /** Address blocks, at least one; IPv4 and IPv6 may be mixed: a rule takes those of its ethertype. */
  readonly addresses: In<In<string>[]>;
}

/** A named list of networks that rules have as their remote. */
export class AddressGroup extends pulumi.CustomResource {
  declare readonly name: Out<string>;
  declare readonly description: Out<string>;
  declare readonly addresses: Out<string[]>;

  constructor(name: string, args: AddressGroupArgs, opts?: Options) {
    super("tresor:network:AddressGroup", name, { ...args }, opts);
  }
}

export interface SecurityGroupArgs extends CloudArgs {
  readonly name: In<string>;
  /** For people; what makes the object known to Tresor again is added to it in the cloud. @default - none */
  readonly description?: In<string>;
}

/** A security group that starts without any rule, those of the cloud's template included: its rules are a RuleSet's. */
export class SecurityGroup extends pulumi.CustomResource {
  declare readonly name: Out<string>;
  declare readonly description: Out<string>;

  constructor(name: string, args: SecurityGroupArgs, opts?: Options) {
    super("tresor:network:SecurityGroup", name, { ...args }, opts);
  }
}

/** An address that a port has. */
export interface FixedIp {
  readonly subnetId: In<string>;
  /** @default - one that Neutron chooses */
  readonly ipAddress?: In<string>;
}

/** Addresses from which a port may send beside its own. */
export interface AddressPair {
  /** An address or an address block. */
  readonly ipAddress: In<string>;
  /** @default - the port's own */
  readonly macAddress?: In<string>;
}

export interface PortArgs extends CloudArgs {
  readonly name: In<string>;
  /** For people; what makes the object known to Tresor again is added to it in the cloud. @default - none */
  readonly description?: In<string>;
  /** A change makes another port. */
  readonly networkId: In<string>;
  /** All groups of the port; an empty list lets nothing through. */
  readonly securityGroupIds: In<In<string>[]>;
  /** All addresses of the port. */
  readonly fixedIps: In<In<FixedIp>[]>;
  /** Whether groups are applied and foreign addresses refused. @default true */
  readonly portSecurityEnabled?: In<boolean>;
  /** @default true */
  readonly adminStateUp?: In<boolean>;
  /** All address pairs: one that is not listed is drift. @default - none */
  readonly allowedAddressPairs?: In<In<AddressPair>[]>;
}

/** A port whose groups, addresses, address pairs and port security are what is listed; what is plugged into it is Nova's. */
export class Port extends pulumi.CustomResource {
  declare readonly name: Out<string>;
  declare readonly description: Out<string>;
  declare readonly networkId: Out<string>;
  declare readonly securityGroupIds: Out<string[]>;
  declare readonly fixedIps: Out<pulumi.Unwrap<FixedIp>[]>;
  declare readonly portSecurityEnabled: Out<boolean>;
  declare readonly adminStateUp: Out<boolean>;
  declare readonly allowedAddressPairs: Out<pulumi.Unwrap<AddressPair>[]>;
  /** That Neutron gave it. */
  declare readonly macAddress: Out<string>;

  constructor(name: string, args: PortArgs, opts?: Options) {
    super("tresor:network:Port", name, { ...args, macAddress: undefined }, opts);
  }
}

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
