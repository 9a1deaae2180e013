import * as command from "@pulumi/command";
import * as openstack from "@pulumi/openstack";
import type * as pulumi from "@pulumi/pulumi";
import { resolve } from "node:path";
import { planned, type Plan, type Planned } from "../../plan/types.ts";
import { ShareType, VolumeTypeEncryption } from "../../provider/sdk.ts";
import { adoptOptions, PluginComponent, type PluginScope } from "../base.ts";
import { Federation } from "./federation.ts";

export interface PlatformArgs {
  readonly scope: PluginScope;
  readonly plan: Plan;
  /** Absolute path of the site directory, to which image files are relative. */
  readonly directory: string;
}

/** What Nova would put onto a host's disk beside the root disk. */
const NO_OTHER_DISK = { ephemeral: 0, swap: 0 } as const;

/** Flavors, images, volume types and share types: what exists once in a cloud, all of it private to granted tenants. */
export class Platform extends PluginComponent {
  readonly #args: PlatformArgs;

  constructor(name: string, args: PlatformArgs, options?: pulumi.ComponentResourceOptions) {
    super("platform:Platform", name, args.scope, options);
    this.#args = args;
    for (const flavor of planned(args.plan, "flavor")) this.#flavor(flavor);
    for (const image of planned(args.plan, "image")) this.#image(image);
    for (const type of planned(args.plan, "volume-type")) this.#volumeType(type);
    for (const type of planned(args.plan, "share-type")) this.#shareType(type);
    for (const provider of planned(args.plan, "identity-provider")) this.#federation(provider);
    this.registerOutputs({});
  }

  #flavor({ name, facts }: Planned<"flavor">): void {
    new openstack.compute.Flavor(
      this.childName("flavor", name),
      {
        name,
        vcpus: facts.vcpus,
        ram: facts.memoryMiB,
        disk: facts.diskGiB,
        isPublic: false,
        extraSpecs: facts.extraSpecs,
        ...(facts.swapless ? NO_OTHER_DISK : {}),
      },
      this.child(
        adoptOptions(facts.adopt, [
          ...["description", "rxTxFactor", "isPublic"],
          // One that is taken over with swap, where the config says that there is none, does not fit.
          ...(facts.swapless ? [] : Object.keys(NO_OTHER_DISK)),
        ]),
      ),
    );
  }

  #image({ name, facts }: Planned<"image">): void {
    const { directory } = this.#args;
    const build =
      facts.build === null
        ? undefined
        : new command.local.Command(
            this.childName("image-build", name),
            { create: facts.build, dir: directory, triggers: [facts.build] },
            { parent: this },
          );
    new openstack.images.Image(
      this.childName("image", name),
      {
        name,
        containerFormat: "bare",
        diskFormat: facts.format,
        ...(facts.file === null ? {} : { localFilePath: resolve(directory, facts.file) }),
        minDiskGb: facts.minDiskGiB,
        visibility: "shared",
        properties: facts.properties,
      },
      // Glance and Cinder add properties of their own, and a changed path is no other image.
      this.child({
        ...adoptOptions(facts.adopt, ["localFilePath", "containerFormat", "minRamMb", "visibility"]),
        ...(build === undefined ? {} : { dependsOn: build }),
      }),
    );
  }

  #volumeType({ name, facts }: Planned<"volume-type">): void {
    const type = new openstack.blockstorage.VolumeTypeV3(
      this.childName("volume-type", name),
      { name, description: facts.description, isPublic: false, extraSpecs: facts.extraSpecs },
      this.child(adoptOptions(facts.adopt, ["description"])),
    );
    if (facts.encryption === null) return;
    new VolumeTypeEncryption(
      this.childName("volume-type-encryption", name),
      { cloud: this.cloud, volumeTypeId: type.id, controlLocation: "front-end", ...facts.encryption },
      this.own({ ...(facts.adopt === null ? {} : { import: facts.adopt, retainOnDelete: true }) }),
    );
  }

  #federation(provider: Planned<"identity-provider">): void {
    const { scope, plan } = this.#args;
    const protocol = planned(plan, "federation-protocol").find(({ facts }) => facts.provider === provider.id);
    const mapping = planned(plan, "mapping").find(({ id }) => id === protocol?.facts.mappingId);
    if (protocol === undefined || mapping === undefined) throw new Error(`${provider.id} has no planned protocol`);
    const args = { scope, provider, mapping, protocol };
    new Federation(this.childName("federation", provider.name), args, { parent: this });
  }

  #shareType({ name, facts }: Planned<"share-type">): void {
    new ShareType(
      this.childName("share-type", name),
      {
        cloud: this.cloud,
        name,
        description: facts.description,
        driverHandlesShareServers: false,
        extraSpecs: facts.extraSpecs,
        isPublic: false,
      },
      this.own(adoptOptions(facts.adopt, ["description"])),
    );
  }
}
