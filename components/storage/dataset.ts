import type * as pulumi from "@pulumi/pulumi";
import type { Planned } from "../../plan/types.ts";
import { ExportPath, ResourceLock, Share, ShareAccessSet, Volume } from "../../provider/sdk.ts";
import { adoptedData, growthOf, TresorComponent, type Registry, type Scope } from "../base.ts";

export interface DatasetArgs {
  /** Scoped to the area's project. */
  readonly scope: Scope;
  readonly dataset: Planned<"volume"> | Planned<"share">;
  /** Of a share. */
  readonly access?: Planned<"share-access">;
  /** Of a share. */
  readonly lock?: Planned<"share-lock">;
  readonly registry: Registry;
  /** Takes where shares are mounted from, by plan id. */
  readonly exports: Registry;
}

/** Under which key a share's options stand, as its storage says them. */
export const mountOptionsOf = (shareId: string): string => `${shareId}#options`;

/** What data that was taken over keeps as it was. */
const TAKEN_OVER = ["name", "availabilityZone", "metadata", "description"] as const;

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
    const volume = new Volume(
      this.childName("volume"),
      {
        cloud: this.cloud,
        name,
        size: facts.sizeGiB,
        volumeType: facts.volumeType,
        availabilityZone: facts.zone,
        encrypted: facts.encrypted,
        ...growthOf(facts),
        metadata: facts.labels,
      },
      this.own(adoptedData(this.cloud, facts, [...TAKEN_OVER, "imageId", "growsAttached"])),
    );
    registry.set(id, volume.id);
  }

  #share({ id, name, facts }: Planned<"share">, { access, lock, registry, exports }: DatasetArgs): void {
    const share = new Share(
      this.childName("share"),
      {
        cloud: this.cloud,
        name,
        size: facts.sizeGiB,
        shareProto: facts.protocol,
        shareType: facts.shareType,
        availabilityZone: facts.zone,
        isPublic: false,
        metadata: facts.labels,
      },
      this.own(adoptedData(this.cloud, facts, TAKEN_OVER)),
    );
    registry.set(id, share.id);
    if (facts.mounted) {
      const place = new ExportPath(this.childName("export"), { cloud: this.cloud, shareId: share.id }, this.own());
      exports.set(id, place.path);
      exports.set(mountOptionsOf(id), place.options);
    }
    new ShareAccessSet(
      this.childName("access"),
      {
        cloud: this.cloud,
        shareId: share.id,
        rules: [
          ...(access?.facts.rules ?? []).map(({ cidr, level }) => ({
            ...{ accessType: "ip" as const, accessTo: cidr },
            accessLevel: level,
          })),
          ...(access?.facts.clients ?? []).map(({ name: client, level }) => ({
            ...{ accessType: "cephx" as const, accessTo: client },
            accessLevel: level,
          })),
        ],
        locks: access?.facts.locks ?? "required",
      },
      this.own(),
    );
    if (lock === undefined) return;
    const held = new ResourceLock(
      this.childName("lock"),
      { cloud: this.cloud, shareId: share.id, reason: lock.facts.reason, demand: lock.facts.demand },
      this.own(),
    );
    registry.set(lock.id, held.id);
  }
}
