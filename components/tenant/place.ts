import * as openstack from "@pulumi/openstack";
import type * as pulumi from "@pulumi/pulumi";
import type { QuotaFacts } from "../../plan/facts.ts";
import type { Planned, PlannedObject } from "../../plan/types.ts";
import {
  ComputeQuota,
  DefaultSecurityGroup,
  KeyQuota,
  NetworkQuota,
  ProjectDefaultVolumeType,
  ShareQuota,
  ShareTypeAccess,
  VolumeQuota,
} from "../../provider/sdk.ts";
import { QuobyteParts } from "./quobyte.ts";
import type { MountedFrom } from "./quobyte-volumes.ts";
import { adoptOptions, idOf, PluginComponent, type Registry, type PluginScope } from "../base.ts";

/** Ids of what the platform offers, by name. */
export interface Offer {
  readonly flavors: Readonly<Record<string, string>>;
  readonly images: Readonly<Record<string, string>>;
  readonly volumeTypes: Readonly<Record<string, string>>;
  readonly shareTypes: Readonly<Record<string, string>>;
}

export interface PlaceArgs {
  readonly scope: PluginScope;
  readonly project: Planned<"project">;
  /** What the plan gives to this project: quota, accesses, default type. */
  readonly objects: readonly PlannedObject[];
  readonly domainId: pulumi.Input<string>;
  readonly offer: Offer;
  readonly registry: Registry;
}

/** Closed for every project of a zone: doors that no quota above 0 opens again. */
const CLOSED = { floatingIps: 0, rbacPolicies: 0, subnetPools: 0 } as const;

/** What no project needs in Nova: files are put into machines by cloud-init on the config drive, which the plan knows. */
const COMPUTE_CLOSED = { injectedFiles: 0, injectedFileContentBytes: 0, injectedFilePathBytes: 0 } as const;

/** An area's or a bench's project: quotas in every service and access to what was granted. */
export class Place extends PluginComponent {
  readonly projectId: pulumi.Output<string>;
  readonly #args: PlaceArgs;
  readonly #quobyte: QuobyteParts[];

  constructor(name: string, args: PlaceArgs, options?: pulumi.ComponentResourceOptions) {
    super("tenant:Place", name, args.scope, options);
    this.#args = args;
    const { facts, name: projectName, id } = args.project;
    const project = new openstack.identity.Project(
      this.childName("project"),
      { name: projectName, domainId: args.domainId, description: facts.description, tags: [...facts.tags] },
      // With the project go the way to its volumes and the keys that open them.
      this.child({
        protect: !facts.deletable,
        ...adoptOptions(facts.adopt, ["description", "domainId", "tags", "parentId"]),
      }),
    );
    this.projectId = project.id;
    args.registry.set(id, project.id);
    const hasQuobyte = args.objects.some(({ kind }) => kind === "quobyte-tenant");
    const parts = { scope: args.scope, projectId: project.id, objects: args.objects };
    this.#quobyte = hasQuobyte ? [new QuobyteParts(this.childName("quobyte"), parts, { parent: this })] : [];
    for (const object of args.objects) this.#make(object);
    this.registerOutputs({ projectId: this.projectId });
  }

  /** Where each volume of Quobyte without Manila is mounted from, by its plan id. */
  get quobyteVolumes(): Readonly<Record<string, MountedFrom>> {
    return Object.assign({}, ...this.#quobyte.map(({ volumes }) => volumes)) as Record<string, MountedFrom>;
  }

  #make(object: PlannedObject): void {
    const projectId = this.projectId;
    switch (object.kind) {
      case "quota":
        return this.#quotas(object.facts);
      case "default-volume-type": {
        const volumeTypeId = idOf("volume type", this.#args.offer.volumeTypes, object.facts.volumeType);
        const args = { cloud: this.cloud, projectId, volumeTypeId };
        new ProjectDefaultVolumeType(this.childName(object.kind), args, this.own());
        return;
      }
      case "default-group":
        new DefaultSecurityGroup(this.childName(object.kind), { cloud: this.cloud, projectId }, this.own());
        return;
      default:
        return this.#access(object);
    }
  }

  /** The project's access to one thing that the platform offers, and that is private else. */
  #access(object: PlannedObject): void {
    const { offer } = this.#args;
    const projectId = this.projectId;
    const name = this.childName(object.kind, object.name);
    switch (object.kind) {
      case "flavor-access": {
        const flavorId = idOf("flavor", offer.flavors, object.facts.flavor);
        new openstack.compute.FlavorAccess(name, { flavorId, tenantId: projectId }, this.child());
        return;
      }
      case "image-access": {
        const imageId = idOf("image", offer.images, object.facts.image);
        new openstack.images.ImageAccess(name, { imageId, memberId: projectId, status: "accepted" }, this.child());
        return;
      }
      case "volume-type-access": {
        const volumeTypeId = idOf("volume type", offer.volumeTypes, object.facts.volumeType);
        new openstack.blockstorage.VolumeTypeAccessV3(name, { volumeTypeId, projectId }, this.child());
        return;
      }
      case "share-type-access": {
        const shareTypeId = idOf("share type", offer.shareTypes, object.facts.shareType);
        // With it the project can make shares: only where the rule stands by which they are encrypted.
        const after = this.own({ dependsOn: this.#quobyte });
        new ShareTypeAccess(name, { cloud: this.cloud, shareTypeId, projectId }, after);
      }
    }
  }

  #quotas({ compute, volume, network, share, keys }: QuotaFacts): void {
    const ours = { cloud: this.cloud, projectId: this.projectId };
    this.#computeQuota(compute);
    this.#volumeQuota(volume);
    new NetworkQuota(this.childName("quota-network"), { ...ours, ...network, ...CLOSED }, this.own());
    new ShareQuota(this.childName("quota-share"), { ...ours, ...share, shareNetworks: 0 }, this.own());
    new KeyQuota(this.childName("quota-keys"), { ...ours, ...keys, cas: 0 }, this.own());
  }

  #computeQuota({ instances, cores, memoryMiB }: QuotaFacts["compute"]): void {
    const ours = { cloud: this.cloud, projectId: this.projectId };
    const groups = { serverGroups: instances, serverGroupMembers: instances };
    const rest = { ...COMPUTE_CLOSED, metadataItems: 128, keyPairs: 100 };
    const args = { ...ours, instances, cores, memoryMiB, ...groups, ...rest };
    new ComputeQuota(this.childName("quota-compute"), args, this.own());
  }

  #volumeQuota({
    volumes,
    gigabytes,
    snapshots,
    backups,
    backupGigabytes,
    openTypes,
    closedTypes,
  }: QuotaFacts["volume"]): void {
    const ours = { cloud: this.cloud, projectId: this.projectId };
    // Cinder lists a limit for every type: those of granted types are stated too, or each refresh would find them.
    const typeQuota = (types: readonly string[], limit: number) =>
      types.map((volumeType) => ({ volumeType, volumes: limit, gigabytes: limit, snapshots: limit }));
    const volumeTypeQuotas = [...typeQuota(closedTypes, 0), ...typeQuota(openTypes, -1)];
    const limits = { volumes, gigabytes, snapshots, perVolumeGigabytes: gigabytes, backups, backupGigabytes };
    const args = { ...ours, ...limits, groups: 0, volumeTypeQuotas };
    new VolumeQuota(this.childName("quota-volume"), args, this.own());
  }
}
