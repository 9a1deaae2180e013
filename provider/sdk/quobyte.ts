import * as pulumi from "@pulumi/pulumi";
import { directTenantId } from "../../quobyte/direct-tenant.ts";
import type { ClusterArgs, In, Options, Out } from "./common.ts";

export interface QuobyteTenantArgs extends ClusterArgs {
  /** The id that it shall have; for shares of Manila that of their Keystone project. */
  readonly tenantId: In<string>;
  readonly name: In<string>;
  /** Networks from which its volumes may be reached. @default - the cluster's own list, left as it is */
  readonly networks?: In<In<string>[]>;
  /** The explicit word: its volumes are erased with it. @default false: a tenant with volumes is not removed */
  readonly eraseVolumes?: In<boolean>;
}

/** Id of the tenant for a project's volumes without Manila, beside that of its shares. */
export const quobyteVolumesTenantId = (projectId: In<string>): Out<string> =>
  pulumi.output(projectId).apply(directTenantId);

/** A tenant of a Quobyte cluster. Id: its id there. */
export class QuobyteTenant extends pulumi.CustomResource {
  declare readonly tenantId: Out<string>;

  constructor(name: string, args: QuobyteTenantArgs, opts?: Options) {
    super("tresor:quobyte:Tenant", name, { ...args }, opts);
  }
}

export interface QuobytePolicyRuleArgs extends ClusterArgs {
  readonly name: In<string>;
  /** @default "" */
  readonly description?: In<string>;
  /** @default true */
  readonly enabled?: In<boolean>;
  /** Tenants whose volumes it is about. @default - none */
  readonly tenantIds?: In<In<string>[]>;
  /** Volumes that it is about. @default - none */
  readonly volumeIds?: In<In<string>[]>;
  /** By a key of the cluster; of volumes that are made from then on. @default - says nothing of it */
  readonly encryption?: In<"SYSTEM_AES_128" | "SYSTEM_AES_256">;
  /** Tags that a device must have. @default - any */
  readonly requiredTags?: In<In<string>[]>;
  /** Tags that a device must not have. @default - none */
  readonly forbiddenTags?: In<In<string>[]>;
  /** Words of FileRetentionPolicy in Quobyte's API. @default - none */
  readonly retention?: In<{ readonly properties: In<In<string>[]>; readonly days: In<number> }>;
}

/** A policy rule, whole; one over a volume that is not encrypted as it says is an error that names the volume. Id: the rule's. */
export class QuobytePolicyRule extends pulumi.CustomResource {
  declare readonly name: Out<string>;
  /** Volumes that are not encrypted as the rule says, when it was read last; empty: none. */
  declare readonly inTheClear: Out<string>;

  constructor(name: string, args: QuobytePolicyRuleArgs, opts?: Options) {
    super("tresor:quobyte:PolicyRule", name, { ...args, inTheClear: undefined, foreign: undefined }, opts);
  }
}

export interface QuobyteQuotaArgs extends ClusterArgs {
  readonly tenantId: In<string>;
  /** @default - the tenant itself is limited */
  readonly volumeId?: In<string>;
  /** In GiB, without copies. @default - not limited here */
  readonly gigabytes?: In<number>;
  /** @default - not limited here */
  readonly volumes?: In<number>;
  /** @default - not limited here */
  readonly files?: In<number>;
}

/** The limits of a tenant or a volume; delete leaves them in force. Id: `<tenantId>` or `<tenantId>/<volumeId>`. */
export class QuobyteQuota extends pulumi.CustomResource {
  declare readonly tenantId: Out<string>;

  constructor(name: string, args: QuobyteQuotaArgs, opts?: Options) {
    super("tresor:quobyte:Quota", name, { ...args }, opts);
  }
}

export interface QuobyteVolumeArgs extends ClusterArgs {
  readonly tenantId: In<string>;
  readonly name: In<string>;
  /** Owner of the root directory. @default "root" */
  readonly rootUser?: In<string>;
  /** @default "root" */
  readonly rootGroup?: In<string>;
  /** Octal. @default "0700" */
  readonly accessMode?: In<string>;
  /** @default - none */
  readonly labels?: In<Record<string, In<string>>>;
  /** Whether it must be encrypted with AES-256: one that is not is no volume. @default true */
  readonly encrypted?: In<boolean>;
  /** The explicit word: deleting the resource erases it. @default false: it is not deleted */
  readonly erase?: In<boolean>;
}

/** A volume without Manila; protect it. Id: the volume's. */
export class QuobyteVolume extends pulumi.CustomResource {
  declare readonly name: Out<string>;
  /** `AES_XTS_256 by SYSTEM`, or `none`. */
  declare readonly encryption: Out<string>;
  /** `available` or `being erased`. */
  declare readonly status: Out<string>;

  constructor(name: string, args: QuobyteVolumeArgs, opts?: Options) {
    super("tresor:quobyte:Volume", name, { ...args, encryption: undefined, status: undefined }, opts);
  }
}

export interface QuobyteExportArgs extends ClusterArgs {
  readonly volumeId: In<string>;
  /** All networks that may mount it by NFS. @default - none: it is not exported */
  readonly networks?: In<In<{ readonly network: In<string>; readonly level: In<"ro" | "rw"> }>[]>;
  /** Its S3 bucket. @default - none */
  readonly bucket?: In<string>;
}

/** Who reaches a volume by NFS and S3, the whole of it. Id: the volume's. */
export class QuobyteExport extends pulumi.CustomResource {
  /** Address of the NFS server. */
  declare readonly nfsServer: Out<string>;
  /** Path at that server. */
  declare readonly nfsPath: Out<string>;

  constructor(name: string, args: QuobyteExportArgs, opts?: Options) {
    super("tresor:quobyte:Export", name, { ...args, nfsServer: undefined, nfsPath: undefined }, opts);
  }
}

export interface QuobyteAccessKeyArgs extends ClusterArgs {
  readonly tenantId: In<string>;
  /** A user that is there for this one key. */
  readonly userName: In<string>;
  readonly type: In<"DATA_ACCESS_KEY" | "MANAGEMENT_ACCESS_KEY">;
  /** Days from its making. */
  readonly validityDays: In<number>;
}

/** The one access key of a user for a tenant; any change makes a new one. Id: the key's. */
export class QuobyteAccessKey extends pulumi.CustomResource {
  /** Always a secret. */
  declare readonly secretAccessKey: Out<string>;
  declare readonly validUntil: Out<string>;
  /** `valid` or `expired`. */
  declare readonly status: Out<string>;

  constructor(name: string, args: QuobyteAccessKeyArgs, opts?: Options) {
    const outputs = { secretAccessKey: undefined, validUntil: undefined, status: undefined, others: undefined };
    super(
      "tresor:quobyte:AccessKey",
      name,
      { ...args, ...outputs },
      pulumi.mergeOptions({ additionalSecretOutputs: ["secretAccessKey"], deleteBeforeReplace: true }, opts),
    );
  }
}

/** For whom a certificate acts. */
export interface QuobyteCertificateUse {
  readonly tenantId: In<string>;
  /** @default - every volume of the tenant */
  readonly volumeId?: In<string>;
  /** @default - every user */
  readonly user?: In<string>;
  /** @default - none */
  readonly groups?: In<In<string>[]>;
  /** @default false */
  readonly readOnly?: In<boolean>;
  /** root is treated as an ordinary user. @default true */
  readonly noPrivilegedAccess?: In<boolean>;
}

export interface QuobyteCertificateSubjectArgs extends ClusterArgs {
  /** Of a certificate that the cluster knows. */
  readonly fingerprint: In<string>;
  readonly services: In<In<"CLIENT" | "NFS_PROXY" | "S3_PROXY">[]>;
  /** Networks from which it is good. */
  readonly hosts: In<In<string>[]>;
  /** In their order: the first that matches is taken. */
  readonly subjects: In<In<QuobyteCertificateUse>[]>;
  /** With the resource the certificate is good from no address any more. @default false: its restrictions stay in force */
  readonly close?: In<boolean>;
}

/** All restrictions of a certificate. Id: the fingerprint. */
export class QuobyteCertificateSubject extends pulumi.CustomResource {
  declare readonly fingerprint: Out<string>;

  constructor(name: string, args: QuobyteCertificateSubjectArgs, opts?: Options) {
    super("tresor:quobyte:CertificateSubject", name, { ...args }, opts);
  }
}
