import type * as pulumi from "@pulumi/pulumi";
import type { KeyReaderFacts } from "../../plan/facts.ts";
import { entryOf } from "../../plan/names.ts";
import type { Planned } from "../../plan/types.ts";
import { StudyKey, type KeyConsumer } from "../../provider/sdk.ts";
import { dataOptions, TresorComponent, type Registry, type Scope } from "../base.ts";

export interface StudyKeysArgs {
  /** Scoped to the area's project. */
  readonly scope: Scope;
  readonly keys: readonly Planned<"study-key">[];
  /** Ids by name of users that an identity provider brought into the zone's domain. */
  readonly users: Readonly<Record<string, string>>;
  /** The roles on the project: without its own the pipeline opens no key. */
  readonly after: pulumi.Resource;
  /** Holds persons, service users, and what uses keys. */
  readonly registry: Registry;
}

/** What a consumer is called, by the kind in its plan id (service types authority, and each service's own word for the object). */
const CONSUMERS: Readonly<Record<string, Omit<KeyConsumer, "resourceId">>> = {
  machine: { service: "compute", resourceType: "servers" },
  volume: { service: "block-storage", resourceType: "volumes" },
  share: { service: "shared-file-system", resourceType: "shares" },
};

/** Keys of an area's studies: who is not known to the cloud yet reads none, and is waited for. */
export class StudyKeys extends TresorComponent {
  readonly #args: StudyKeysArgs;
  /** Persons who have not logged in yet, joined by commas, by the key's name; keys that wait for nobody are not there. */
  readonly waiting: Readonly<Record<string, string>>;

  constructor(name: string, args: StudyKeysArgs, options?: pulumi.ComponentResourceOptions) {
    super("storage:StudyKeys", name, args.scope, options);
    this.#args = args;
    const waiting = args.keys.map((key) => [key.name, this.#key(key)] as const);
    this.waiting = Object.fromEntries(waiting.filter(([, names]) => names !== ""));
    this.registerOutputs({});
  }

  #idOf({ userId, user, cloudId }: KeyReaderFacts): pulumi.Input<string> | undefined {
    if (userId !== null) return this.#args.registry.get(userId);
    return cloudId ?? entryOf(this.#args.users, user ?? "");
  }

  #consumer(planId: string): KeyConsumer {
    const of = CONSUMERS[planId.split("/")[0] ?? ""];
    if (of === undefined) throw new Error(`${planId} is nothing that uses a key`);
    return { ...of, resourceId: this.#args.registry.get(planId) };
  }

  #key({ id, name, facts }: Planned<"study-key">): string {
    const readers = facts.readers.map((reader) => ({ who: reader.who, id: this.#idOf(reader) }));
    const key = new StudyKey(
      this.childName("key", id.split("/").at(-1)),
      {
        cloud: this.cloud,
        name,
        expiration: facts.expiration,
        readers: readers.flatMap(({ id: userId }) => userId ?? []),
        consumers: facts.usedBy.map((planId) => this.#consumer(planId)),
        ended: facts.ended,
        ...(facts.closes !== null && { shortened: true }),
      },
      this.own({ ...dataOptions(facts.deletable), dependsOn: this.#args.after }),
    );
    this.#args.registry.set(id, key.id);
    return readers.flatMap(({ who, id: userId }) => (userId === undefined ? [who] : [])).join(", ");
  }
}
