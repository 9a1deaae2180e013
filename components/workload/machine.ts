import * as pulumi from "@pulumi/pulumi";
import type { Planned } from "../../plan/types.ts";
import { Machine as Server, Port, Volume, VolumeAttachment } from "../../provider/sdk.ts";
import { mountOptionsOf } from "../storage/dataset.ts";
import { dataOptions, growthOf, idOf, tagsOf, TresorComponent, type Registry, type Scope } from "../base.ts";

export interface MachineArgs {
  /** Scoped to the area's project. */
  readonly scope: Scope;
  readonly zone: string;
  readonly machine: Planned<"machine">;
  /** Absent for one that boots from its flavor's local disk. */
  readonly root?: Planned<"root-volume">;
  readonly ports: readonly Planned<"port">[];
  readonly networks: Readonly<Record<string, string>>;
  readonly flavorId: string;
  readonly imageId: string;
  readonly registry: Registry;
  /** Where shares are mounted from, by plan id. */
  readonly exports: Registry;
}

/** A machine with its ports and, unless it keeps data in memory, its encrypted root disk; data volumes are attached, never made here. */
export class Machine extends TresorComponent {
  constructor(name: string, args: MachineArgs, options?: pulumi.ComponentResourceOptions) {
    super("workload:Machine", name, args.scope, options);
    const { machine, registry, zone } = args;
    this.#ports(args);
    const boot = args.root === undefined ? {} : { bootVolumeId: this.#rootDisk(args, args.root) };
    const mounts = machine.facts.mounts.map(({ shareId, directory, options, type }) => ({
      source: args.exports.get(shareId),
      directory,
      options: [...options],
      ...(type === "nfs4" ? {} : { type, more: args.exports.get(mountOptionsOf(shareId)) }),
    }));
    const server = new Server(
      this.childName("server"),
      {
        cloud: this.cloud,
        name: machine.name,
        flavorId: args.flavorId,
        imageId: args.imageId,
        ...boot,
        ports: machine.facts.portIds.map((id) => registry.get(id)),
        availabilityZone: machine.facts.zone,
        ...(machine.facts.userData === null ? {} : { userData: pulumi.secret(machine.facts.userData) }),
        ...(mounts.length === 0 ? {} : { mounts }),
        // There is no metadata service: what a machine is told comes on a disk that the hypervisor hands it.
        configDrive: true,
        powerState: machine.facts.powerState,
        ...(machine.facts.serverGroupId === null ? {} : { serverGroupId: registry.get(machine.facts.serverGroupId) }),
        tags: tagsOf(zone),
      },
      this.own(),
    );
    registry.set(machine.id, server.id);
    for (const volume of machine.facts.volumeIds) {
      new VolumeAttachment(
        this.childName("attach", volume.split("/").at(-1)),
        { cloud: this.cloud, serverId: server.id, volumeId: registry.get(volume) },
        this.own(),
      );
    }
    this.registerOutputs({ serverId: server.id });
  }

  #ports({ ports, networks, registry, zone }: MachineArgs): void {
    for (const port of ports) {
      const made = new Port(
        this.childName("port", port.name),
        {
          cloud: this.cloud,
          name: port.name,
          description: `Port of a machine of zone ${zone}`,
          networkId: idOf("network", networks, port.facts.network),
          securityGroupIds: port.facts.groupIds.map((id) => registry.get(id)),
          fixedIps: port.facts.subnetIds.map((id, index) => {
            const ipAddress = port.facts.addresses[index];
            return { subnetId: registry.get(id), ...(ipAddress === undefined ? {} : { ipAddress }) };
          }),
          portSecurityEnabled: true,
          allowedAddressPairs: port.facts.pairs.map((ipAddress) => ({ ipAddress })),
        },
        this.own(),
      );
      registry.set(port.id, made.id);
    }
  }

  #rootDisk({ registry, imageId }: MachineArgs, root: Planned<"root-volume">): pulumi.Output<string> {
    const disk = new Volume(
      this.childName("root"),
      {
        cloud: this.cloud,
        name: root.name,
        size: root.facts.sizeGiB,
        volumeType: root.facts.volumeType,
        encrypted: root.facts.encrypted,
        ...growthOf(root.facts),
        imageId,
        availabilityZone: root.facts.zone,
      },
      this.own(dataOptions(root.facts.deletable)),
    );
    registry.set(root.id, disk.id);
    return disk.id;
  }
}
