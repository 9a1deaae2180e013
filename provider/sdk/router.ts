import * as pulumi from "@pulumi/pulumi";
import type { CloudArgs, In, Options, Out } from "./common.ts";

export interface PortGroupsArgs extends CloudArgs {
  /** A change gives the groups to another port. */
  readonly portId: In<string>;
  /** All groups of the port; an empty list lets nothing through. */
  readonly securityGroupIds: In<In<string>[]>;
}

/** All groups of a port that somebody else made. Id: the port's. */
export class PortGroups extends pulumi.CustomResource {
  declare readonly portId: Out<string>;
  declare readonly securityGroupIds: Out<string[]>;

  constructor(name: string, args: PortGroupsArgs, opts?: Options) {
    super("tresor:network:PortGroups", name, { ...args }, opts);
  }
}

export interface RouterInterfaceArgs extends CloudArgs {
  readonly name: In<string>;
  /** For people; what makes the object known to Tresor again is added to it in the cloud. @default - none */
  readonly description?: In<string>;
  /** A change makes another interface, as for all that follow. */
  readonly routerId: In<string>;
  readonly networkId: In<string>;
  readonly subnetId: In<string>;
  /** The router's address in the subnet. */
  readonly address: In<string>;
}

/** One leg of a router in a subnet: its port, which Neutron removes with the interface, and that the router has it. Id: the port's. */
export class RouterInterface extends pulumi.CustomResource {
  declare readonly name: Out<string>;
  declare readonly description: Out<string>;
  declare readonly routerId: Out<string>;
  declare readonly networkId: Out<string>;
  declare readonly subnetId: Out<string>;
  declare readonly address: Out<string>;

  constructor(name: string, args: RouterInterfaceArgs, opts?: Options) {
    super("tresor:network:RouterInterface", name, { ...args }, opts);
  }
}
