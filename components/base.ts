import * as pulumi from "@pulumi/pulumi";
import { pluginErrorHook } from "./errors/hook.ts";

/** Where a component's children are made. */
export interface Scope {
  /** Entry of `clouds.yaml`, scoped to one project or domain. */
  readonly cloud: string;
}

/** A scope in which resources of the OpenStack plugin are made too: the operator's half. */
export interface PluginScope extends Scope {
  /** Of the same entry. */
  readonly provider: pulumi.ProviderResource;
}

/** Options for resources that hold data: nothing replaces or deletes them unless the config says the explicit word. */
export function dataOptions(deletable: boolean): pulumi.CustomResourceOptions {
  return { protect: !deletable, retainOnDelete: !deletable };
}

/** What a volume says of its growth: only where its driver cannot do it in use. */
export const growthOf = ({ growsAttached }: { readonly growsAttached: boolean }): { readonly growsAttached?: false } =>
  growsAttached ? {} : { growsAttached };

/** Options for a resource that exists already and is taken over by id; it is never deleted by us. */
export function adoptOptions(id: string | null, ignoreChanges: readonly string[]): pulumi.CustomResourceOptions {
  return id === null ? {} : { import: id, ignoreChanges: [...ignoreChanges], retainOnDelete: true };
}

/**
 * Options for data that may have been taken over: what was not made here is never deleted, whatever the config says of its deletion.
 * @param cloud the `clouds.yaml` entry that sees it: a take-over knows no inputs, so its id names the entry
 */
export function adoptedData(
  cloud: string,
  { deletable, adopt }: { readonly deletable: boolean; readonly adopt: string | null },
  ignoreChanges: readonly string[],
): pulumi.CustomResourceOptions {
  return {
    ...dataOptions(deletable),
    ...adoptOptions(adopt === null ? null : `${cloud}//${adopt}`, ignoreChanges),
  };
}

/**
 * Base of all components. It holds the house rules: every child has its component as parent and an explicit provider, child
 * names are `<component>-<role>[-<key>]` with keys from the config, outputs are registered once.
 */
export abstract class TresorComponent extends pulumi.ComponentResource {
  readonly #name: string;
  readonly #scope: Scope;

  /** @param type module and name, for example `network:AreaNetwork` */
  protected constructor(type: string, name: string, scope: Scope, options?: pulumi.ComponentResourceOptions) {
    super(`tresor:${type}`, name, {}, options);
    this.#name = name;
    this.#scope = scope;
  }

  /** `clouds.yaml` entry for children of the `tresor` provider. */
  protected get cloud(): string {
    return this.#scope.cloud;
  }

  /** Pulumi name of a child. */
  protected childName(role: string, key?: string): string {
    return [this.#name, role, ...(key === undefined ? [] : [key])].join("-");
  }

  /** Options of a child of the `tresor` provider: credentials come with its `cloud` input. */
  protected own(options: pulumi.CustomResourceOptions = {}): pulumi.CustomResourceOptions {
    return { parent: this, ...options };
  }
}

/** Base of the operator's components, whose children are resources of the OpenStack plugin too. A zone loads no such plugin. */
export abstract class PluginComponent extends TresorComponent {
  readonly #provider: pulumi.ProviderResource;

  protected constructor(type: string, name: string, scope: PluginScope, options?: pulumi.ComponentResourceOptions) {
    super(type, name, scope, options);
    this.#provider = scope.provider;
  }

  /** Options of a child of the OpenStack provider: its plugin's errors are explained. */
  protected child(options: pulumi.CustomResourceOptions = {}): pulumi.CustomResourceOptions {
    return { parent: this, provider: this.#provider, hooks: { onError: [pluginErrorHook()] }, ...options };
  }
}

/**
 * The id of what was looked up before, by name. An empty id would reach the cloud as "any" or "none", so a missing one ends the run.
 * @throws Error for a name that the look-up did not find: a defect, for look-ups refuse what they miss
 */
export function idOf(what: string, ids: Readonly<Record<string, string>>, name: string): string {
  const id = Object.hasOwn(ids, name) ? ids[name] : undefined;
  if (id === undefined || id === "") throw new Error(`no ${what} ${name} was looked up`);
  return id;
}

/** Cloud ids by plan id, so that components find each other's objects by what the plan calls them. */
export class Registry {
  readonly #ids = new Map<string, pulumi.Output<string>>();

  set(planId: string, id: pulumi.Input<string>): void {
    this.#ids.set(planId, pulumi.output(id));
  }

  /** @throws Error for an id that nothing made: a defect of the planner or of the order of components. */
  get(planId: string): pulumi.Output<string> {
    const id = this.#ids.get(planId);
    if (id === undefined) throw new Error(`nothing was made for ${planId}`);
    return id;
  }

  entries(): Readonly<Record<string, pulumi.Output<string>>> {
    return Object.fromEntries(this.#ids);
  }
}

/** Tags of everything that can carry tags. */
export const tagsOf = (zone: string): string[] => ["tresor", `zone=${zone}`];
