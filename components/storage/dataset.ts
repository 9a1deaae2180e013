import * as openstack from "@pulumi/openstack";
import type * as pulumi from "@pulumi/pulumi";
import type { Planned } from "../../plan/types.ts";
import { ShareAccessSet } from "../../provider/sdk.ts";
import { adoptedData, TresorComponent, type Registry, type Scope } from "../base.ts";

export interface DatasetArgs {
  /** Scoped to the area's project. */
  readonly scope: Scope;
  readonly dataset: Planned<"volume"> | Planned<"share">;
  /** Of a share. */
  readonly access?: Planned<"share-access">;
  readonly registry: Registry;
}

/** A data set: an encrypted volume, or a share with the whole list of those who may use it. */
export class Dataset extends TresorComponent {
  constructor(name: string, args: DatasetArgs, options?: pulumi.ComponentResourceOptions) {
    super("storage:Dataset", name, args.scope, options);
    const { dataset } = args;
    if (dataset.kind === "volume") this.#volume(dataset as Planned<"volume">, args.registry);
    else this.#share(dataset as Planned<"share">, args);
    this.registerOutputs({});
  }

  #volume({ id, name, facts }: Planned<"volume">, registry: Registry): void {
    const volume = new openstack.blockstorage.Volume(
      this.childName("volume"),
      {
        name,
        size: facts.sizeGiB,
        volumeType: facts.volumeType,
        availabilityZone: facts.zone,
        metadata: facts.labels,
        enableOnlineResize: true,
      },
      this.child(adoptedData(facts, ["name", "availabilityZone", "metadata", "description", "imageId", "snapshotId"])),
    );
    registry.set(id, volume.id);
  }

  #share({ id, name, facts }: Planned<"share">, { access, registry }: DatasetArgs): void {
    const share = new openstack.sharedfilesystem.Share(
      this.childName("share"),
      {
        name,
        size: facts.sizeGiB,
        shareProto: facts.protocol,
        shareType: facts.shareType,
        availabilityZone: facts.zone,
        isPublic: false,
        metadata: facts.labels,
      },
      this.child(adoptedData(facts, ["name", "availabilityZone", "metadata", "description", "snapshotId"])),
    );
    registry.set(id, share.id);
    new ShareAccessSet(
      this.childName("access"),
      {
        cloud: this.cloud,
        shareId: share.id,
        rules: (access?.facts.rules ?? []).map(({ cidr, level }) => ({
          accessType: "ip",
          accessTo: cidr,
          accessLevel: level,
        })),
      },
      this.own(),
    );
  }
}
