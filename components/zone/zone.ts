import type * as pulumi from "@pulumi/pulumi";
import { planned, type Plan, type Planned, type PlannedObject } from "../../plan/types.ts";
import { Group } from "../../provider/sdk.ts";
import { AreaAccess } from "../access/area-access.ts";
import { Persons } from "../access/persons.ts";
import { ServiceCredential, ServiceUsers } from "../access/service-users.ts";
import { idOf, Registry, TresorComponent, type Scope } from "../base.ts";
import { Machine } from "../workload/machine.ts";
import { Placement } from "../workload/placement.ts";
import { AreaNetwork } from "../network/area-network.ts";
import { AreaWays } from "../network/area-ways.ts";
import { Gateway } from "../network/gateway.ts";
import { Dataset } from "../storage/dataset.ts";
import { Doors } from "../storage/doors.ts";
import { StudyKeys } from "../storage/study-keys.ts";

/** What the operator made for the zone, as the zone's own credential finds it. */
export interface Granted {
  readonly domainId: string;
  readonly pipelineUserId: string;
  /** Project ids by name. */
  readonly projects: Readonly<Record<string, string>>;
  /** Network ids by name. */
  readonly networks: Readonly<Record<string, string>>;
  /** Ids of the default security groups by project name. */
  readonly defaultGroups: Readonly<Record<string, string>>;
  readonly flavors: Readonly<Record<string, string>>;
  readonly images: Readonly<Record<string, string>>;
  /** Ids of routers by name. */
  readonly routers: Readonly<Record<string, string>>;
  /** Ids of gateways' legs outside by name. */
  readonly uplinks: Readonly<Record<string, string>>;
  /** Ids of users of the zone's domain by name, of those that study keys name; who has not logged in yet is not there. */
  readonly users: Readonly<Record<string, string>>;
}

export interface ZoneArgs {
  /** Scoped to the zone's domain. */
  readonly scope: Scope;
  /** One for each area's project, by project name. */
  readonly areas: Readonly<Record<string, Scope>>;
  readonly plan: Plan;
  readonly granted: Granted;
  /** By their name below `tresor:secrets`, each a secret. @default none */
  readonly secrets?: Readonly<Record<string, pulumi.Input<string>>>;
}

/** A research zone: partners' groups, and for each area its access, network, data sets and machines. */
export class Zone extends TresorComponent {
  readonly #args: ZoneArgs;
  readonly #registry = new Registry();
  /** Where shares are mounted from: no ids, and so not among them. */
  readonly #exports = new Registry();
  /** One-time passwords, and who has not logged in yet. */
  readonly persons: Persons;
  /** By what service users log in, by plan id of the user: secrets. */
  readonly serviceLogins: Readonly<Record<string, ServiceCredential["login"]>>;
  /** Persons who may read a key and have not logged in yet, by the key's name. */
  readonly keysWaitedFor: Readonly<Record<string, string>>;

  constructor(name: string, args: ZoneArgs, options?: pulumi.ComponentResourceOptions) {
    super("zone:Zone", name, args.scope, options);
    this.#args = args;
    for (const group of planned(args.plan, "partner-group")) this.#partner(group);
    this.persons = this.#persons();
    this.#serviceUsers();
    const access = this.#access();
    this.serviceLogins = this.#serviceCredentials(access);
    for (const project of Object.keys(args.areas)) this.#area(project);
    this.keysWaitedFor = this.#studyKeys(access);
    this.registerOutputs({});
  }

  /** Cloud ids of what was made, by plan id. */
  get ids(): Readonly<Record<string, pulumi.Output<string>>> {
    return this.#registry.entries();
  }

  #partner({ id, name, facts }: Planned<"partner-group">): void {
    const { domainId } = this.#args.granted;
    const group = new Group(
      this.childName("partner", name),
      { cloud: this.cloud, name, domainId, description: facts.title },
      this.own(),
    );
    this.#registry.set(id, group.id);
  }

  #persons(): Persons {
    const { scope, plan, granted } = this.#args;
    const [access] = planned(plan, "domain-access");
    if (access === undefined) throw new Error("a zone's plan has one set of roles on its domain");
    const { domainId, pipelineUserId } = granted;
    const [persons, groups] = [planned(plan, "person"), planned(plan, "group-members")];
    const args = { scope, access, persons, groups, domainId, pipelineUserId, registry: this.#registry };
    return new Persons(`${plan.subject}-persons`, args, { parent: this });
  }

  #serviceUsers(): void {
    const { scope, plan, granted } = this.#args;
    const users = planned(plan, "service-user");
    if (users.length === 0) return;
    const args = { scope, users, domainId: granted.domainId, registry: this.#registry };
    new ServiceUsers(`${plan.subject}-services`, args, { parent: this });
  }

  #serviceCredentials(access: ReadonlyMap<string, AreaAccess>): Readonly<Record<string, ServiceCredential["login"]>> {
    const { scope, plan, granted } = this.#args;
    return Object.fromEntries(
      planned(plan, "application-credential").map((credential) => {
        const { name, project = "", facts } = credential;
        const after = access.get(project);
        if (after === undefined) throw new Error(`no roles were planned for ${project}`);
        const projectId = idOf("project", granted.projects, project);
        const args = { scope, credential, projectId, after, registry: this.#registry };
        return [facts.userId, new ServiceCredential(`${name}-login`, args, { parent: this }).login] as const;
      }),
    );
  }

  #access(): ReadonlyMap<string, AreaAccess> {
    const { scope, plan, granted } = this.#args;
    const made = new Map<string, AreaAccess>();
    for (const access of planned(plan, "project-access")) {
      const projectId = idOf("project", granted.projects, access.name);
      const { pipelineUserId } = granted;
      const args = { scope, access, projectId, zone: plan.subject, pipelineUserId, registry: this.#registry };
      made.set(access.name, new AreaAccess(`${access.name}-access`, args, { parent: this }));
    }
    return made;
  }

  #studyKeys(access: ReadonlyMap<string, AreaAccess>): Readonly<Record<string, string>> {
    const { plan, granted, areas } = this.#args;
    const waiting = Object.keys(areas).map((project) => {
      const keys = planned(plan, "study-key").filter((key) => key.project === project);
      const [scope, after] = [areas[project], access.get(project)];
      if (scope === undefined || after === undefined || keys.length === 0) return {};
      const args = { scope, keys, users: granted.users, after, registry: this.#registry };
      return new StudyKeys(`${project}-keys`, args, { parent: this }).waiting;
    });
    return Object.assign({}, ...waiting) as Record<string, string>;
  }

  #doors(project: string, objects: readonly PlannedObject[]): void {
    const { plan, granted, areas } = this.#args;
    const [scope, projectId] = [areas[project], idOf("project", granted.projects, project)];
    const [containers, keys] = [of(objects, "container"), of(objects, "ingest-key")];
    if (scope === undefined || containers.length === 0) return;
    const area = containers[0]?.id.split("/")[2];
    const crawlerId = planned(plan, "service-user").find(({ id }) => id.split("/")[2] === area)?.id;
    const args = { scope, containers, keys, projectId, crawlerId, registry: this.#registry };
    new Doors(`${project}-doors`, args, { parent: this });
  }

  #area(project: string): void {
    const { plan, granted, areas } = this.#args;
    const scope = areas[project];
    if (scope === undefined) throw new Error(`no scope for ${project}`);
    const objects = plan.objects.filter((object) => object.project === project);
    const registries = { registry: this.#registry, exports: this.#exports };
    const common = { scope, zone: plan.subject, ...registries, networks: granted.networks };
    const parent = { parent: this };
    const { projects, routers } = granted;
    const defaultGroupId = idOf("default group of", granted.defaultGroups, project);
    new AreaNetwork(`${project}-network`, { ...common, objects, projects, routers, defaultGroupId }, parent);
    if (objects.some(({ kind }) => kind === "router-interface" || kind === "vpn-service")) {
      new AreaWays(`${project}-ways`, { ...common, objects, routers, secrets: this.#args.secrets ?? {} }, parent);
    }
    for (const dataset of objects) {
      if (dataset.kind !== "volume" && dataset.kind !== "share") continue;
      const access = objects.find((object) => object.kind === "share-access" && object.facts.shareId === dataset.id);
      const lock = objects.find((object) => object.kind === "share-lock" && object.facts.shareId === dataset.id);
      const ofShare = {
        ...(access?.kind === "share-access" ? { access } : {}),
        ...(lock?.kind === "share-lock" ? { lock } : {}),
      };
      new Dataset(`${dataset.name}-data`, { ...common, dataset, ...ofShare }, parent);
    }
    this.#doors(project, objects);
    for (const group of objects)
      if (group.kind === "server-group") new Placement(`${project}-placement`, { ...common, group }, parent);
    for (const machine of objects) {
      if (machine.kind !== "machine") continue;
      const { rootVolumeId } = machine.facts;
      const root = rootVolumeId === null ? {} : { root: find(objects, rootVolumeId, "root-volume") };
      const ports = machine.facts.portIds.filter(isPort).map((id) => find(objects, id, "port"));
      const flavorId = idOf("flavor", granted.flavors, machine.facts.flavor);
      const imageId = idOf("image", granted.images, machine.facts.image);
      const args = { ...common, machine, ...root, ports, flavorId, imageId };
      const leg = machine.facts.portIds.find((id) => !isPort(id));
      if (leg === undefined) {
        new Machine(machine.name, args, parent);
        continue;
      }
      const uplink = find(objects, leg, "uplink-groups");
      const keyVolume = find(objects, machine.facts.volumeIds[0] ?? "", "key-volume");
      new Gateway(machine.name, { ...args, uplink, keyVolume, uplinks: granted.uplinks }, parent);
    }
  }
}

/** What else a machine is plugged into is a port that the operator made. */
const isPort = (id: string): boolean => id.startsWith("port/");

/** The objects of one kind. */
const of = <K extends "container" | "ingest-key">(objects: readonly PlannedObject[], kind: K): readonly Planned<K>[] =>
  objects.filter((object) => object.kind === kind) as unknown as readonly Planned<K>[];

function find<K extends "root-volume" | "port" | "uplink-groups" | "key-volume">(
  objects: readonly PlannedObject[],
  id: string,
  kind: K,
): Planned<K> {
  const found = objects.find((object) => object.id === id);
  if (found?.kind !== kind) throw new Error(`the plan has no ${kind} ${id}`);
  return found as unknown as Planned<K>;
}
