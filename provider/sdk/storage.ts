import * as pulumi from "@pulumi/pulumi";
import type { CloudArgs, In, Options, Out } from "./common.ts";

/** What a volume and a share take alike. */
export interface StoredArgs extends CloudArgs {
  readonly name: In<string>;
  /** @default "" */
  readonly description?: In<string>;
  /** In GiB; may only grow. */
  readonly size: In<number>;
  /** @default - none */
  readonly metadata?: In<Record<string, In<string>>>;
  readonly availabilityZone?: In<string>;
}

export interface VolumeArgs extends StoredArgs {
  /** Name or id of the volume type, as it shall stand in the state. */
  readonly volumeType: In<string>;
  /** The image that is written to it. @default - empty */
  readonly imageId?: In<string>;
  /** Whether it must be encrypted: one that is not is no volume. @default true */
  readonly encrypted?: In<boolean>;
  /** Whether its driver makes it larger while a machine has it; else that is refused before Cinder breaks it. @default true */
  readonly growsAttached?: In<boolean>;
}

/** A volume that counts as made only once it is available; one that fails to build is removed with Cinder's reason shown. Id: the volume's. */
export class Volume extends pulumi.CustomResource {
  declare readonly name: Out<string>;
  /** In GiB. */
  declare readonly size: Out<number>;
  /** Cinder's status when it was read last, for example `in-use`. */
  declare readonly status: Out<string>;

  constructor(name: string, args: VolumeArgs, opts?: Options) {
    super(
      "tresor:blockstorage:Volume",
      name,
      { ...args, status: undefined },
      pulumi.mergeOptions({ deleteBeforeReplace: true }, opts),
    );
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

/** Limits for one volume type within the project's. */
export interface VolumeTypeQuota {
  /** Name of the volume type. */
  readonly volumeType: In<string>;
  readonly volumes: In<number>;
  /** In GiB. */
  readonly gigabytes: In<number>;
  readonly snapshots: In<number>;
}

export interface VolumeQuotaArgs extends CloudArgs {
  readonly projectId: In<string>;
  /** -1 is without limit, in all of these. */
  readonly volumes: In<number>;
  /** In GiB, of volumes and snapshots. */
  readonly gigabytes: In<number>;
  readonly snapshots: In<number>;
  /** In GiB, of one volume. */
  readonly perVolumeGigabytes: In<number>;
  readonly backups: In<number>;
  /** In GiB. */
  readonly backupGigabytes: In<number>;
  readonly groups: In<number>;
  /** Types that may be used, and those that are closed by name; every other type of the cloud is closed. @default - none */
  readonly volumeTypeQuotas?: In<In<VolumeTypeQuota>[]>;
}

/** A project's quota of Cinder; delete gives the cloud's defaults back. Id: the project's. */
export class VolumeQuota extends pulumi.CustomResource {
  declare readonly projectId: Out<string>;

  constructor(name: string, args: VolumeQuotaArgs, opts?: Options) {
    super("tresor:blockstorage:VolumeQuota", name, { ...args }, opts);
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

export interface ShareArgs extends StoredArgs {
  /** For example `NFS`. */
  readonly shareProto: In<string>;
  /** Name or id of the share type, as it shall stand in the state. */
  readonly shareType: In<string>;
  /** Never anything else; a share that was made public by hand is drift. @default false */
  readonly isPublic?: In<false>;
}

/** A share that counts as made only once it is available; one that fails to build is removed with Manila's reason shown. Id: the share's. */
export class Share extends pulumi.CustomResource {
  declare readonly name: Out<string>;
  /** In GiB. */
  declare readonly size: Out<number>;
  /** Manila's status when it was read last, for example `available`. */
  declare readonly status: Out<string>;

  constructor(name: string, args: ShareArgs, opts?: Options) {
    super(
      "tresor:share:Share",
      name,
      { ...args, status: undefined },
      pulumi.mergeOptions({ deleteBeforeReplace: true }, opts),
    );
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
  /**
   * Whether deletion and visibility of each rule are locked: `offered` goes without where Manila is older than 2.82, `required` is
   * refused there. @default "none"
   */
  readonly locks?: In<"none" | "offered" | "required">;
}

/** All access rules of a share. Id: the share's. */
export class ShareAccessSet extends pulumi.CustomResource {
  declare readonly shareId: Out<string>;
  declare readonly rules: Out<pulumi.Unwrap<ShareAccessRule>[]>;
  /** How the rules are locked, or why they are not. */
  declare readonly locked: Out<string>;

  constructor(name: string, args: ShareAccessSetArgs, opts?: Options) {
    super("tresor:share:ShareAccessSet", name, { ...args, locked: undefined }, opts);
  }
}

export interface ResourceLockArgs extends CloudArgs {
  readonly shareId: In<string>;
  /** Shown to whoever tries to delete the share and looks for why he may not. */
  readonly reason: In<string>;
  /** `offered` goes without where Manila is older than 2.81. @default "required" */
  readonly demand?: In<"offered" | "required">;
}

/** A lock against the deletion of a share. Id: the lock's; `none/<share>` on a cloud without locks. */
export class ResourceLock extends pulumi.CustomResource {
  declare readonly shareId: Out<string>;
  /** `locked`, or why this cloud has no locks. */
  declare readonly status: Out<string>;

  constructor(name: string, args: ResourceLockArgs, opts?: Options) {
    super("tresor:share:ResourceLock", name, { ...args, status: undefined }, opts);
  }
}

export interface ExportPathArgs extends CloudArgs {
  readonly shareId: In<string>;
}

/** Where a share is mounted from, for machines that mount it; it makes nothing. Id: the share's. */
export class ExportPath extends pulumi.CustomResource {
  /** For example `192.0.2.10:/shares/8e2f`. */
  declare readonly path: Out<string>;
  /** What the storage says of options of mount, separated by commas, for example `fs=cephfs`. */
  declare readonly options: Out<string>;

  constructor(name: string, args: ExportPathArgs, opts?: Options) {
    super("tresor:share:ExportPath", name, { ...args, path: undefined, options: undefined }, opts);
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
