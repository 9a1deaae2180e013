import * as openstack from "@pulumi/openstack";
import type * as pulumi from "@pulumi/pulumi";
import { planned, type Plan } from "../../plan/types.ts";
import { HostAggregate } from "../../provider/sdk.ts";
import { Pipeline } from "../access/pipeline.ts";
import { adoptOptions, idOf, Registry, PluginComponent, type PluginScope } from "../base.ts";
import { TenantNetwork } from "../network/tenant-network.ts";
import { TenantRouter } from "../network/tenant-router.ts";
import { TenantUplink, type Outside } from "../network/tenant-uplink.ts";
import { Certificates } from "./certificates.ts";
import { Place, type Offer } from "./place.ts";
import type { MountedFrom } from "./quobyte-volumes.ts";

export interface TenantArgs {
  readonly scope: PluginScope;
  readonly plan: Plan;
  readonly offer: Offer;
  readonly roles: Readonly<Record<"manager" | "member", string>>;
  /** Ids of external networks by name. */
  readonly externals: Readonly<Record<string, string>>;
  /** Where gateways have their legs outside, by the name of their area's project. */
  readonly outside: Readonly<Record<string, Outside>>;
}

/** What the operator grants to one zone: domain, projects with quotas and accesses, networks, the pipeline's identity. */
export class Tenant extends PluginComponent {
  readonly domainId: pulumi.Output<string>;
  readonly oneTimePassword: pulumi.Output<string>;
  /** Where volumes of Quobyte without Manila are mounted from, by data set: `heart/genomes`. */
  readonly quobyteVolumes: Readonly<Record<string, MountedFrom>>;

  constructor(name: string, args: TenantArgs, options?: pulumi.ComponentResourceOptions) {
    super("tenant:Tenant", name, args.scope, options);
    const { plan, scope, offer, roles } = args;
    const registry = new Registry();
    const parent = { parent: this };
    const [domain] = planned(plan, "domain");
    const [pipeline] = planned(plan, "pipeline");
    if (domain === undefined || pipeline === undefined)
      throw new Error("a tenant's plan has one domain and one pipeline");

    const made = new openstack.identity.Project(
      this.childName("domain"),
      { name: domain.name, isDomain: true, description: domain.facts.description },
      this.child({
        protect: !domain.facts.deletable,
        ...adoptOptions(domain.facts.adopt, ["description", "parentId", "domainId"]),
      }),
    );
    this.domainId = made.id;
    const inProject = (id: string) =>
      plan.objects.filter(({ facts }) => "projectId" in facts && facts.projectId === id);
    const places = planned(plan, "project").map((project) => {
      const objects = inProject(project.id).filter(({ kind }) => kind !== "network");
      return new Place(project.name, { scope, project, objects, domainId: made.id, offer, registry }, parent);
    });
    const aggregates = planned(plan, "host-aggregate").map(({ id, name: called, facts }) => {
      const projectIds = facts.projectIds.map((project) => registry.get(project));
      const hosts = { cloud: this.cloud, name: called, hosts: [...facts.hosts], projectIds };
      const aggregate = new HostAggregate(this.childName("hosts", called), hosts, this.own());
      registry.set(id, aggregate.id);
      return aggregate;
    });
    for (const role of planned(plan, "certificate-role")) {
      const policies = planned(plan, "certificate-policy").filter(({ facts }) => facts.roleId === role.id);
      new Certificates(`${plan.subject}-certificates`, { scope, role, policies }, parent);
    }
    // Doors are closed by quota, and hosts to strangers, before anybody can log in.
    const afterQuotas = { ...parent, dependsOn: [...places, ...aggregates] };
    const identity = new Pipeline(pipeline.name, { scope, pipeline, domainId: made.id, registry, roles }, afterQuotas);
    // Networks hold fast while a zone stands in them: its pipeline, which takes the zone down, and the leg of its gateway go after them.
    // A quota that grows, grows before the network that needs it.
    // One after the other: Neutron reserves while it creates, and counts a neighbour's reservation against a quota that fits exactly.
    let before: pulumi.Resource[] = this.#uplinks(args, registry, [...places, identity]);
    for (const network of planned(plan, "network")) {
      const access = planned(plan, "network-access").find(({ facts }) => facts.networkId === network.id);
      if (access === undefined) throw new Error(`${network.id} has no planned access`);
      const args = { scope, zone: plan.subject, network, access, registry };
      before = [new TenantNetwork(`${network.name}-net`, args, { ...parent, dependsOn: before })];
    }
    const afterNetworks = { ...parent, dependsOn: before };
    for (const router of planned(plan, "router")) {
      const externalId = idOf("external network", args.externals, router.facts.external);
      const of = { scope, zone: plan.subject, router, externalId, registry };
      new TenantRouter(`${router.name}-router`, of, afterNetworks);
    }
    this.oneTimePassword = identity.oneTimePassword;
    this.quobyteVolumes = Object.fromEntries(
      places.flatMap((place) =>
        Object.entries(place.quobyteVolumes).map(([id, from]) => {
          const [, , area = "", , dataset = ""] = id.split("/");
          return [`${area}/${dataset}`, from] as const;
        }),
      ),
    );
    this.registerOutputs({ domainId: this.domainId });
  }

  /** Legs of gateways outside, after what they need; gives both. */
  #uplinks({ scope, plan, outside }: TenantArgs, registry: Registry, needs: pulumi.Resource[]): pulumi.Resource[] {
    const uplinks = planned(plan, "uplink").map((uplink) => {
      const where = outside[uplink.project ?? ""];
      if (where === undefined) throw new Error(`nobody looked up where ${uplink.name} stands`);
      const of = { scope, zone: plan.subject, uplink, outside: where, registry };
      return new TenantUplink(uplink.name, of, { parent: this, dependsOn: needs });
    });
    return [...needs, ...uplinks];
  }
}
