import * as pulumi from "@pulumi/pulumi";
import type { Planned } from "../../plan/types.ts";
import { Container, IngestKey } from "../../provider/sdk.ts";
import { dataOptions, TresorComponent, type Registry, type Scope } from "../base.ts";

export interface DoorsArgs {
  /** Scoped to the area's project. */
  readonly scope: Scope;
  readonly containers: readonly Planned<"container">[];
  readonly keys: readonly Planned<"ingest-key">[];
  readonly projectId: string;
  /** Plan id of the user as which the crawler acts, where there is one. */
  readonly crawlerId: string | undefined;
  /** Holds the service users. */
  readonly registry: Registry;
}

const BYTES_PER_GIB = 1024 ** 3;

/** The containers of an area's doors, each with its whole lists, and the keys that sign addresses for those who send data. */
export class Doors extends TresorComponent {
  readonly #args: DoorsArgs;

  constructor(name: string, args: DoorsArgs, options?: pulumi.ComponentResourceOptions) {
    super("storage:Doors", name, args.scope, options);
    this.#args = args;
    const made = new Map(args.containers.map((container) => [container.id, this.#container(container)]));
    for (const key of args.keys) this.#key(key, made);
    this.registerOutputs({});
  }

  /** A grant as Swift writes it: a user in the area's project, or a role there. */
  #grant(who: "crawler" | "readers"): pulumi.Input<string> {
    if (who === "readers") return "reader";
    const { projectId, crawlerId, registry } = this.#args;
    if (crawlerId === undefined) throw new Error("a container is opened to a crawler that was not planned");
    return pulumi.interpolate`${projectId}:${registry.get(crawlerId)}`;
  }

  #container({ id, name, facts }: Planned<"container">): Container {
    const { purpose, provider, sizeGiB, permit } = facts;
    const container = new Container(
      this.childName("container", provider === null ? purpose : `${purpose}-${provider}`),
      {
        cloud: this.cloud,
        name,
        readers: facts.readers.map((who) => this.#grant(who)),
        writers: facts.writers.map((who) => this.#grant(who)),
        quotaBytes: sizeGiB * BYTES_PER_GIB,
        versions: facts.versions,
        signed: facts.signed,
        metadata: { purpose, permit, ...(provider === null ? {} : { provider }) },
      },
      this.own(dataOptions(facts.deletable)),
    );
    this.#args.registry.set(id, container.id);
    return container;
  }

  #key({ id, name, facts }: Planned<"ingest-key">, made: ReadonlyMap<string, Container>): void {
    const container = made.get(facts.containerId);
    if (container === undefined) throw new Error(`nothing was made for ${facts.containerId}`);
    const key = new IngestKey(
      this.childName("key", name),
      {
        cloud: this.cloud,
        container: container.id,
        networks: [...facts.networks],
        expiresAt: facts.expiresAt,
        enabled: facts.enabled,
      },
      this.own({ dependsOn: container }),
    );
    this.#args.registry.set(id, key.id);
  }
}
