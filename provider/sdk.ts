import * as pulumi from "@pulumi/pulumi";

/**
 * The classes by which components use the `tresor` provider. Every resource takes `cloud`: the name of a `clouds.yaml` entry,
 * whose scope (project, domain, system) decides what it may do; credentials are never inputs.
 */
type In<T> = pulumi.Input<T>;
type Out<T> = pulumi.Output<T>;
type Options = pulumi.CustomResourceOptions;

interface CloudArgs {
  /** Name of the `clouds.yaml` entry whose credentials and scope are used. */
  readonly cloud: In<string>;
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

/** A role on a project for one user or one group. */
export interface Assignment {
  /** Name of a global role. */
  readonly role: In<string>;
  readonly userId?: In<string>;
  readonly groupId?: In<string>;
}

export interface ProjectAccessArgs extends CloudArgs {
  readonly projectId: In<string>;
  readonly assignments: In<In<Assignment>[]>;
  /** Grants of the operator: known, never made and never removed here. @default - none */
  readonly expected?: In<In<Assignment>[]>;
}

/** All role assignments of a project, direct and inherited from its domain. Id: the project's. */
export class ProjectAccess extends pulumi.CustomResource {
  declare readonly projectId: Out<string>;
  declare readonly assignments: Out<(pulumi.Unwrap<Assignment> & { inheritedFrom?: string })[]>;

  constructor(name: string, args: ProjectAccessArgs, opts?: Options) {
    super("tresor:identity:ProjectAccess", name, { ...args }, opts);
  }
}

export interface VolumeTypeEncryptionArgs extends CloudArgs {
  readonly volumeTypeId: In<string>;
  /** `plain` is left out on purpose: it has no header, hence no key slots and no integrity of its format. */
  readonly provider: In<"luks" | "luks2">;
  /** For example `aes-xts-plain64`. */
  readonly cipher: In<string>;
  /** In bits. */
  readonly keySize: In<number>;
  readonly controlLocation: In<"front-end" | "back-end">;
}

/** How volumes of a type are encrypted; every change replaces it. Id: the type's. */
export class VolumeTypeEncryption extends pulumi.CustomResource {
  declare readonly volumeTypeId: Out<string>;

  constructor(name: string, args: VolumeTypeEncryptionArgs, opts?: Options) {
    super("tresor:blockstorage:VolumeTypeEncryption", name, { ...args }, opts);
  }
}

export interface ProjectDefaultVolumeTypeArgs extends CloudArgs {
  readonly projectId: In<string>;
  readonly volumeTypeId: In<string>;
}

/** The volume type that a project's volumes get when none is named. Id: the project's. */
export class ProjectDefaultVolumeType extends pulumi.CustomResource {
  declare readonly projectId: Out<string>;
  declare readonly volumeTypeId: Out<string>;

  constructor(name: string, args: ProjectDefaultVolumeTypeArgs, opts?: Options) {
    super("tresor:blockstorage:ProjectDefaultVolumeType", name, { ...args }, opts);
  }
}

export interface ShareTypeArgs extends CloudArgs {
  readonly name: In<string>;
  /** @default "" */
  readonly description?: In<string>;
  readonly driverHandlesShareServers: In<boolean>;
  /** All extra specs but `driver_handles_share_servers`. @default - none */
  readonly extraSpecs?: In<Record<string, In<string>>>;
  /** @default false */
  readonly isPublic?: In<boolean>;
}

/** A share type with all its extra specs. Id: the type's. */
export class ShareType extends pulumi.CustomResource {
  declare readonly name: Out<string>;

  constructor(name: string, args: ShareTypeArgs, opts?: Options) {
    super("tresor:share:ShareType", name, { ...args }, opts);
  }
}

export interface ShareTypeAccessArgs extends CloudArgs {
  readonly shareTypeId: In<string>;
  readonly projectId: In<string>;
}

/** One project's access to a private share type. Id: `<shareTypeId>/<projectId>`. */
export class ShareTypeAccess extends pulumi.CustomResource {
  declare readonly shareTypeId: Out<string>;
  declare readonly projectId: Out<string>;

  constructor(name: string, args: ShareTypeAccessArgs, opts?: Options) {
    super("tresor:share:ShareTypeAccess", name, { ...args }, opts);
  }
}

/** Limits for one share type within the project's. */
export interface ShareTypeQuota {
  /** Name or id of the share type, as it shall stand in the state. */
  readonly shareType: In<string>;
  readonly shares: In<number>;
  /** In GiB. */
  readonly gigabytes: In<number>;
  readonly snapshots: In<number>;
  /** In GiB. */
  readonly snapshotGigabytes: In<number>;
}

export interface ShareQuotaArgs extends CloudArgs {
  readonly projectId: In<string>;
  readonly shares: In<number>;
  /** In GiB; -1 is without limit, in all of these. */
  readonly gigabytes: In<number>;
  readonly snapshots: In<number>;
  /** In GiB. */
  readonly snapshotGigabytes: In<number>;
  readonly shareNetworks: In<number>;
  /** @default - none */
  readonly shareTypeQuotas?: In<In<ShareTypeQuota>[]>;
}

/** A project's quota of Manila; delete gives the cloud's defaults back. Id: the project's. */
export class ShareQuota extends pulumi.CustomResource {
  declare readonly projectId: Out<string>;

  constructor(name: string, args: ShareQuotaArgs, opts?: Options) {
    super("tresor:share:ShareQuota", name, { ...args }, opts);
  }
}

/** One access rule of a share. */
export interface ShareAccessRule {
  readonly accessType: In<"ip" | "user" | "cert" | "cephx">;
  readonly accessTo: In<string>;
  readonly accessLevel: In<"ro" | "rw">;
}

export interface ShareAccessSetArgs extends CloudArgs {
  readonly shareId: In<string>;
  readonly rules: In<In<ShareAccessRule>[]>;
}

/** All access rules of a share. Id: the share's. */
export class ShareAccessSet extends pulumi.CustomResource {
  declare readonly shareId: Out<string>;
  declare readonly rules: Out<pulumi.Unwrap<ShareAccessRule>[]>;

  constructor(name: string, args: ShareAccessSetArgs, opts?: Options) {
    super("tresor:share:ShareAccessSet", name, { ...args }, opts);
  }
}

export interface KeyQuotaArgs extends CloudArgs {
  readonly projectId: In<string>;
  /** -1 is without limit, in all of these. */
  readonly secrets: In<number>;
  readonly orders: In<number>;
  readonly containers: In<number>;
  readonly consumers: In<number>;
  readonly cas: In<number>;
}

/** A project's quota of Barbican; delete gives the cloud's defaults back. Id: the project's. */
export class KeyQuota extends pulumi.CustomResource {
  declare readonly projectId: Out<string>;

  constructor(name: string, args: KeyQuotaArgs, opts?: Options) {
    super("tresor:keys:KeyQuota", name, { ...args }, opts);
  }
}

export interface MachineArgs extends CloudArgs {
  readonly name: In<string>;
  readonly flavorId: In<string>;
  /** The volume it boots from; kept when the machine goes. Without it the machine boots from `imageId`. */
  readonly bootVolumeId?: In<string>;
  /** The image; with `bootVolumeId` the one that the volume was made from (a change replaces the machine, nothing is sent). */
  readonly imageId?: In<string>;
  /** Ports in the order of the machine's interfaces. */
  readonly ports: In<In<string>[]>;
  readonly availabilityZone?: In<string>;
  /** cloud-init data as text, kept secret. */
  readonly userData?: In<string>;
  /** @default - none */
  readonly metadata?: In<Record<string, In<string>>>;
  /** @default - none */
  readonly tags?: In<In<string>[]>;
  /** @default false */
  readonly configDrive?: In<boolean>;
  readonly serverGroupId?: In<string>;
  /** @default "active" */
  readonly powerState?: In<"active" | "shutoff">;
}

/** A server that counts as made only once it is ACTIVE; one that fails to build is removed with Nova's reason shown. Id: the server's. */
export class Machine extends pulumi.CustomResource {
  declare readonly name: Out<string>;
  /** Nova's status, for example `ACTIVE`. */
  declare readonly status: Out<string>;
  declare readonly flavorName: Out<string>;
  declare readonly availabilityZone: Out<string | undefined>;

  constructor(name: string, args: MachineArgs, opts?: Options) {
    const userData = args.userData === undefined ? undefined : pulumi.secret(args.userData);
    super(
      "tresor:compute:Machine",
      name,
      { ...args, userData, status: undefined, flavorName: undefined },
      pulumi.mergeOptions({ additionalSecretOutputs: ["userData"], deleteBeforeReplace: true }, opts),
    );
  }
}
