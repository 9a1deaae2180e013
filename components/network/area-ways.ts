import type * as pulumi from "@pulumi/pulumi";
import type { Planned, PlannedObject } from "../../plan/types.ts";
import {
  EndpointGroup,
  IkePolicy,
  IpsecPolicy,
  RouterInterface,
  VpnConnection,
  VpnService,
} from "../../provider/sdk.ts";
import { idOf, TresorComponent, type Registry, type Scope } from "../base.ts";

export interface AreaWaysArgs {
  /** Scoped to the area's project. */
  readonly scope: Scope;
  readonly zone: string;
  /** What the plan has for this area. */
  readonly objects: readonly PlannedObject[];
  /** Ids of the networks and routers that the operator made, by name. */
  readonly networks: Readonly<Record<string, string>>;
  readonly routers: Readonly<Record<string, string>>;
  /** Pre-shared keys by their name below `tresor:secrets`, each a secret. */
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
  readonly registry: Registry;
}

type Of<K extends PlannedObject["kind"]> = readonly Planned<K>[];

/** What both policies of a tunnel say of their keys. */
const ciphersOf = ({
  auth_algorithm,
  encryption_algorithm,
  pfs,
  lifetime,
}: Planned<"ike-policy" | "ipsec-policy">["facts"]) => ({
  authAlgorithm: auth_algorithm,
  encryptionAlgorithm: encryption_algorithm,
  pfs,
  lifetime: lifetime.value,
});

/** Ways out of an area that its flows ask for: legs of its own router, and IPsec tunnels to sites. */
export class AreaWays extends TresorComponent {
  readonly #args: AreaWaysArgs;

  constructor(name: string, args: AreaWaysArgs, options?: pulumi.ComponentResourceOptions) {
    super("network:AreaWays", name, args.scope, options);
    this.#args = args;
    // A tunnel names subnets that the router has; and Neutron lets no leg go that a tunnel still needs.
    const legs = this.#of("router-interface").map((leg) => this.#leg(leg));
    for (const service of this.#of("vpn-service")) this.#service(service);
    for (const policy of this.#of("ike-policy")) this.#ikePolicy(policy);
    for (const policy of this.#of("ipsec-policy")) this.#ipsecPolicy(policy);
    for (const group of this.#of("endpoint-group")) this.#endpointGroup(group);
    for (const connection of this.#of("vpn-connection")) this.#connection(connection, legs);
    this.registerOutputs({});
  }

  #of<K extends PlannedObject["kind"]>(kind: K): Of<K> {
    return this.#args.objects.filter((object) => object.kind === kind) as unknown as Of<K>;
  }

  #named(name: string, what: string) {
    return { cloud: this.cloud, name, description: `${what}, zone ${this.#args.zone}` };
  }

  #leg({ id, name, facts }: Planned<"router-interface">): RouterInterface {
    const { registry, routers, networks } = this.#args;
    const leg = new RouterInterface(
      this.childName("leg", name),
      {
        ...this.#named(name, "Leg of the area's router"),
        routerId: idOf("router", routers, facts.router),
        networkId: idOf("network", networks, facts.network),
        subnetId: registry.get(facts.subnetId),
        address: facts.address,
      },
      this.own(),
    );
    registry.set(id, leg.id);
    return leg;
  }

  #service({ id, name, facts }: Planned<"vpn-service">): void {
    const service = new VpnService(
      this.childName("service", name),
      {
        ...this.#named(name, "The cloud's end of tunnels"),
        routerId: idOf("router", this.#args.routers, facts.router),
        adminStateUp: true,
      },
      this.own(),
    );
    this.#args.registry.set(id, service.id);
  }

  #ikePolicy({ id, name, facts }: Planned<"ike-policy">): void {
    const policy = new IkePolicy(
      this.childName("ike", name),
      {
        ...this.#named(name, "Keys of IKE"),
        ikeVersion: facts.ike_version,
        phase1NegotiationMode: facts.phase1_negotiation_mode,
        ...ciphersOf(facts),
      },
      this.own(),
    );
    this.#args.registry.set(id, policy.id);
  }

  #ipsecPolicy({ id, name, facts }: Planned<"ipsec-policy">): void {
    const policy = new IpsecPolicy(
      this.childName("ipsec", name),
      {
        ...this.#named(name, "Protection of the data"),
        transformProtocol: facts.transform_protocol,
        encapsulationMode: facts.encapsulation_mode,
        ...ciphersOf(facts),
      },
      this.own(),
    );
    this.#args.registry.set(id, policy.id);
  }

  #endpointGroup({ id, name, facts }: Planned<"endpoint-group">): void {
    const { registry } = this.#args;
    const endpoints = facts.type === "subnet" ? facts.endpoints.map((end) => registry.get(end)) : [...facts.endpoints];
    const group = new EndpointGroup(
      this.childName("ends", name),
      { ...this.#named(name, "One side of tunnels"), type: facts.type, endpoints },
      this.own(),
    );
    registry.set(id, group.id);
  }

  #connection({ id, name, facts }: Planned<"vpn-connection">, legs: pulumi.Resource[]): void {
    const { registry, secrets } = this.#args;
    const psk = Object.hasOwn(secrets, facts.secret) ? secrets[facts.secret] : undefined;
    if (psk === undefined) throw new Error(`no secret ${facts.secret} was read`);
    const connection = new VpnConnection(
      this.childName("tunnel", name),
      {
        ...this.#named(name, "Tunnel to a site"),
        serviceId: registry.get(facts.serviceId),
        ikePolicyId: registry.get(facts.ikePolicyId),
        ipsecPolicyId: registry.get(facts.ipsecPolicyId),
        localEndpointGroupId: registry.get(facts.localGroupId),
        peerEndpointGroupId: registry.get(facts.peerGroupId),
        peerAddress: facts.peerAddress,
        peerId: facts.peerId,
        psk,
        initiator: facts.initiator,
        mtu: facts.mtu,
        dpd: facts.dpd,
        adminStateUp: true,
      },
      this.own({ dependsOn: legs }),
    );
    registry.set(id, connection.id);
  }
}
