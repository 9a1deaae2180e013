import * as pulumi from "@pulumi/pulumi";
import type { CloudArgs, In, Options, Out } from "./common.ts";

/** A share in a machine. */
export interface MachineMount {
  /** As `ExportPath` tells it. */
  readonly source: In<string>;
  readonly directory: In<string>;
  /** Of mount(8). */
  readonly options: In<In<string>[]>;
  /** File system of mount(8). @default nfs4 */
  readonly type?: In<"nfs4" | "ceph">;
  /** Options that the storage names itself, separated by commas, as `ExportPath` tells them. @default - none */
  readonly more?: In<string>;
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
  /** Shares that cloud-init mounts, beside what the user data say. @default - none */
  readonly mounts?: In<In<MachineMount>[]>;
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

export interface ComputeQuotaArgs extends CloudArgs {
  readonly projectId: In<string>;
  /** -1 is without limit, in all of these. */
  readonly instances: In<number>;
  readonly cores: In<number>;
  readonly memoryMiB: In<number>;
  readonly serverGroups: In<number>;
  readonly serverGroupMembers: In<number>;
  readonly metadataItems: In<number>;
  /** Per person, not per project. */
  readonly keyPairs: In<number>;
  readonly injectedFiles: In<number>;
  readonly injectedFileContentBytes: In<number>;
  readonly injectedFilePathBytes: In<number>;
}

/** A project's quota of Nova; may be set below use while what is in use goes. Id: the project's. */
export class ComputeQuota extends pulumi.CustomResource {
  declare readonly projectId: Out<string>;

  constructor(name: string, args: ComputeQuotaArgs, opts?: Options) {
    super("tresor:compute:ComputeQuota", name, { ...args }, opts);
  }
}

export interface HostAggregateArgs extends CloudArgs {
  readonly name: In<string>;
  readonly hosts: In<In<string>[]>;
  /** Projects whose machines land on these hosts, and on no other. */
  readonly projectIds: In<In<string>[]>;
  /** Further metadata. @default - none */
  readonly metadata?: In<Record<string, In<string>>>;
}

/** Hosts that projects have for themselves. Id: the aggregate's. */
export class HostAggregate extends pulumi.CustomResource {
  declare readonly hosts: Out<string[]>;
  declare readonly projectIds: Out<string[]>;

  constructor(name: string, args: HostAggregateArgs, opts?: Options) {
    super("tresor:compute:HostAggregate", name, { ...args }, pulumi.mergeOptions({ deleteBeforeReplace: true }, opts));
  }
}

export interface ServerGroupArgs extends CloudArgs {
  readonly name: In<string>;
  /** `soft-`: where there is no room, machines are built all the same. */
  readonly policy: In<"affinity" | "anti-affinity" | "soft-affinity" | "soft-anti-affinity">;
}

/** A group of machines that the scheduler keeps apart or together; each change makes a new one. Id: the group's. */
export class ServerGroup extends pulumi.CustomResource {
  declare readonly name: Out<string>;

  constructor(name: string, args: ServerGroupArgs, opts?: Options) {
    super("tresor:compute:ServerGroup", name, { ...args }, pulumi.mergeOptions({ deleteBeforeReplace: true }, opts));
  }
}

export interface VolumeAttachmentArgs extends CloudArgs {
  readonly serverId: In<string>;
  readonly volumeId: In<string>;
}

/** A volume at a machine, beside its boot volume; made only once the machine holds it. Id: `<serverId>/<volumeId>`. */
export class VolumeAttachment extends pulumi.CustomResource {
  declare readonly serverId: Out<string>;
  declare readonly volumeId: Out<string>;

  constructor(name: string, args: VolumeAttachmentArgs, opts?: Options) {
    super(
      "tresor:compute:VolumeAttachment",
      name,
      { ...args },
      pulumi.mergeOptions({ deleteBeforeReplace: true }, opts),
    );
  }
}
