import * as pulumi from "@pulumi/pulumi";
import type { CloudArgs, In, Options, Out } from "./common.ts";

interface NamedArgs extends CloudArgs {
  readonly name: In<string>;
  /** For people; what makes the object known to Tresor again is added to it in the cloud. @default - none */
  readonly description?: In<string>;
}

export interface VpnServiceArgs extends NamedArgs {
  /** A router with an external gateway. A change makes another service. */
  readonly routerId: In<string>;
  /** @default true */
  readonly adminStateUp?: In<boolean>;
}

/** The cloud's end of IPsec tunnels, at a router. */
export class VpnService extends pulumi.CustomResource {
  declare readonly name: Out<string>;
  declare readonly routerId: Out<string>;
  /** That sites dial; empty where there is none. */
  declare readonly externalIpv4: Out<string>;
  /** That sites dial; empty where there is none. */
  declare readonly externalIpv6: Out<string>;

  constructor(name: string, args: VpnServiceArgs, opts?: Options) {
    super("tresor:vpn:Service", name, { ...args, externalIpv4: undefined, externalIpv6: undefined }, opts);
  }
}

interface PolicyArgs extends NamedArgs {
  /** As Neutron's VPN service names it: `sha384`. */
  readonly authAlgorithm: In<string>;
  /** `aes-256-gcm-16`. */
  readonly encryptionAlgorithm: In<string>;
  /** `group20`. */
  readonly pfs: In<string>;
  /** Seconds. */
  readonly lifetime: In<number>;
}

export interface IkePolicyArgs extends PolicyArgs {
  readonly ikeVersion: In<"v1" | "v2">;
  readonly phase1NegotiationMode: In<"main" | "aggressive">;
}

/** How the keys of IKE are made; every change makes another policy. */
export class IkePolicy extends pulumi.CustomResource {
  declare readonly name: Out<string>;

  constructor(name: string, args: IkePolicyArgs, opts?: Options) {
    super("tresor:vpn:IkePolicy", name, { ...args }, opts);
  }
}

export interface IpsecPolicyArgs extends PolicyArgs {
  readonly transformProtocol: In<"esp" | "ah" | "ah-esp">;
  readonly encapsulationMode: In<"tunnel" | "transport">;
}

/** How the data in a tunnel are protected; every change makes another policy. */
export class IpsecPolicy extends pulumi.CustomResource {
  declare readonly name: Out<string>;

  constructor(name: string, args: IpsecPolicyArgs, opts?: Options) {
    super("tresor:vpn:IpsecPolicy", name, { ...args }, opts);
  }
}

export interface EndpointGroupArgs extends NamedArgs {
  /** What the ends are: ids of subnets, or address blocks. A change of it or of the ends makes another group. */
  readonly type: In<"subnet" | "cidr">;
  /** At least one, all of one version of IP. */
  readonly endpoints: In<In<string>[]>;
}

/** The networks on one side of tunnels. */
export class EndpointGroup extends pulumi.CustomResource {
  declare readonly name: Out<string>;
  declare readonly endpoints: Out<string[]>;

  constructor(name: string, args: EndpointGroupArgs, opts?: Options) {
    super("tresor:vpn:EndpointGroup", name, { ...args }, opts);
  }
}

/** How a dead peer is known. */
export interface DeadPeerDetection {
  readonly action: In<"clear" | "disabled" | "hold" | "restart" | "restart-by-peer">;
  /** Seconds between two questions. */
  readonly interval: In<number>;
  /** Seconds until a silent peer counts as dead. */
  readonly timeout: In<number>;
}

export interface VpnConnectionArgs extends NamedArgs {
  /** A change makes another connection, as for policies and endpoint groups. */
  readonly serviceId: In<string>;
  readonly ikePolicyId: In<string>;
  readonly ipsecPolicyId: In<string>;
  readonly localEndpointGroupId: In<string>;
  readonly peerEndpointGroupId: In<string>;
  /** Address of the site's device. */
  readonly peerAddress: In<string>;
  /** How the device names itself. */
  readonly peerId: In<string>;
  /** Pre-shared key; a secret always. */
  readonly psk: In<string>;
  readonly initiator: In<"bi-directional" | "response-only">;
  /** Bytes. */
  readonly mtu: In<number>;
  readonly dpd: In<DeadPeerDetection>;
  /** @default true */
  readonly adminStateUp?: In<boolean>;
}

/** One IPsec tunnel to a site, by endpoint groups of one version of IP. */
export class VpnConnection extends pulumi.CustomResource {
  declare readonly name: Out<string>;
  declare readonly peerAddress: Out<string>;

  constructor(name: string, args: VpnConnectionArgs, opts?: Options) {
    const inputs = { ...args, psk: pulumi.secret(args.psk) };
    super("tresor:vpn:Connection", name, inputs, pulumi.mergeOptions({ additionalSecretOutputs: ["psk"] }, opts));
  }
}
