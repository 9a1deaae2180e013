import type * as pulumi from "@pulumi/pulumi";
import type { RuleFacts } from "../../plan/facts.ts";
import type { Planned, PlannedObject } from "../../plan/types.ts";
import { AddressGroup, NetworkReach, RuleSet, SecurityGroup, Subnet, type Rule } from "../../provider/sdk.ts";
import { idOf, TresorComponent, type Registry, type Scope } from "../base.ts";

export interface AreaNetworkArgs {
  /** Scoped to the area's project. */
  readonly scope: Scope;
  readonly zone: string;
  /** Subnets, groups and rule sets of the area, its benches' subnets included. */
  readonly objects: readonly PlannedObject[];
  /** Ids of the networks that the operator made, by name. */
  readonly networks: Readonly<Record<string, string>>;
  /** Ids of the zone's projects, and of the routers that the operator made, by name. */
  readonly projects: Readonly<Record<string, string>>;
  readonly routers: Readonly<Record<string, string>>;
  readonly defaultGroupId: string;
  readonly registry: Registry;
}

/** What tells Neutron to hand out no name server at all. An empty list would hand out those of the cloud's own hosts. */
const NO_RESOLVER = { 4: "0.0.0.0", 6: "::" } as const;

/** Subnets with no way out but those that flows name, security groups whose rules are the flows and nothing else, the default group emptied. */
export class AreaNetwork extends TresorComponent {
  readonly #args: AreaNetworkArgs;

  constructor(name: string, args: AreaNetworkArgs, options?: pulumi.ComponentResourceOptions) {
    super("network:AreaNetwork", name, args.scope, options);
    this.#args = args;
    const { objects } = args;
    for (const object of objects) if (object.kind === "subnet") this.#subnet(object);
    for (const object of objects) if (object.kind === "network-reach") this.#reach(object);
    // Rules name groups and address groups: all of these first.
    for (const object of objects) if (object.kind === "address-group") this.#addressGroup(object);
    for (const object of objects) if (object.kind === "security-group") this.#group(object);
    for (const object of objects) if (object.kind === "rule-set") this.#ruleSet(object);
    this.registerOutputs({});
  }

  #subnet({ id, name, facts }: Planned<"subnet">): void {
    const subnet = new Subnet(
      this.childName("subnet", name),
      {
        cloud: this.cloud,
        name,
        description: `Subnet of zone ${this.#args.zone}`,
        networkId: idOf("network", this.#args.networks, facts.network),
        ipVersion: facts.version,
        cidr: facts.cidr,
        // No router advertises IPv6 here, and without that no guest asks DHCPv6: addresses come with the config drive.
        enableDhcp: facts.version === 4,
        dnsNameservers: facts.resolvers.length === 0 ? [NO_RESOLVER[facts.version]] : [...facts.resolvers],
        ...(facts.pool === null ? {} : { allocationPools: [facts.pool] }),
        ...(facts.routes.length === 0 ? {} : { hostRoutes: facts.routes.map((route) => ({ ...route })) }),
      },
      this.own(),
    );
    this.#args.registry.set(id, subnet.id);
  }

  #reach({ name, facts }: Planned<"network-reach">): void {
    const { networks, projects, routers } = this.#args;
    new NetworkReach(
      this.childName("reach", name),
      {
        cloud: this.cloud,
        networkId: idOf("network", networks, facts.network),
        subnets: [...facts.subnets],
        projectIds: facts.projects.map((project) => idOf("project", projects, project)),
        ...(facts.router === null ? {} : { routerIds: [idOf("router", routers, facts.router)] }),
      },
      this.own(),
    );
  }

  #group({ id, name, facts }: Planned<"security-group">): void {
    const description = `${facts.description}, zone ${this.#args.zone}`;
    const group = new SecurityGroup(
      this.childName("group", name),
      { cloud: this.cloud, name, description },
      this.own(),
    );
    this.#args.registry.set(id, group.id);
  }

  #addressGroup({ id, name, facts }: Planned<"address-group">): void {
    const description = `${facts.description}, zone ${this.#args.zone}`;
    const group = new AddressGroup(
      this.childName("addresses", name),
      { cloud: this.cloud, name, description, addresses: [...facts.addresses] },
      this.own(),
    );
    this.#args.registry.set(id, group.id);
  }

  #ruleSet({ name, facts }: Planned<"rule-set">): void {
    const { registry, defaultGroupId } = this.#args;
    const rule = ({ remoteGroup, remoteAddressGroup, ...rest }: RuleFacts): Rule => ({
      ...rest,
      ...(remoteAddressGroup === undefined ? {} : { remoteAddressGroupId: registry.get(remoteAddressGroup) }),
      ...(remoteGroup === undefined ? {} : { remoteGroupId: registry.get(remoteGroup) }),
    });
    new RuleSet(
      this.childName("rules", name),
      {
        cloud: this.cloud,
        securityGroupId: facts.groupId === null ? defaultGroupId : registry.get(facts.groupId),
        rules: facts.rules.map(rule),
      },
      this.own(),
    );
  }
}
