import type * as pulumi from "@pulumi/pulumi";
import type { Planned } from "../../plan/types.ts";
import { PortGroups, Volume } from "../../provider/sdk.ts";
import { dataOptions, growthOf, idOf, TresorComponent } from "../base.ts";
import { Machine, type MachineArgs } from "../workload/machine.ts";

export interface GatewayArgs extends MachineArgs {
  readonly uplink: Planned<"uplink-groups">;
  readonly keyVolume: Planned<"key-volume">;
  /** Ids of the ports that the operator made, by name. */
  readonly uplinks: Readonly<Record<string, string>>;
}

/** The machine at which tunnels of WireGuard sites end: the groups of its leg outside, the volume of its key, and itself. */
export class Gateway extends TresorComponent {
  constructor(name: string, args: GatewayArgs, options?: pulumi.ComponentResourceOptions) {
    super("network:Gateway", name, args.scope, options);
    const { uplink, keyVolume, uplinks, registry, machine } = args;
    const groups = new PortGroups(
      this.childName("uplink"),
      {
        cloud: this.cloud,
        portId: idOf("outside leg", uplinks, uplink.facts.uplink),
        securityGroupIds: uplink.facts.groupIds.map((id) => registry.get(id)),
      },
      this.own(),
    );
    // The leg has its groups before a machine is behind it.
    registry.set(uplink.id, groups.id);
    const { sizeGiB: size, volumeType, encrypted, zone: availabilityZone, deletable } = keyVolume.facts;
    const disk = { size, volumeType, encrypted, availabilityZone, ...growthOf(keyVolume.facts) };
    const key = new Volume(
      this.childName("key"),
      { cloud: this.cloud, name: keyVolume.name, ...disk },
      this.own(dataOptions(deletable)),
    );
    registry.set(keyVolume.id, key.id);
    new Machine(machine.name, args, { parent: this });
    this.registerOutputs({});
  }
}
