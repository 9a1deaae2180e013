import { setTimeout as sleep } from "node:timers/promises";
import type {
  CheckResult,
  CreateResult,
  DiffResult,
  InvokeResult,
  Provider,
  ReadResult,
  UpdateResult,
} from "@pulumi/pulumi/provider/index.js";
import type { AuthorityClient } from "../authority/client.ts";
import { openAuthority } from "../authority/entries.ts";
import { UserError, formatProblem } from "../config/problem.ts";
import { Session } from "../openstack/index.ts";
import type { QuobyteClient } from "../quobyte/client.ts";
import { openCluster } from "../quobyte/clusters-file.ts";
import { checkInputs, diffInputs, inputSchema } from "./check.ts";
import { KINDS } from "./kinds.ts";
import { LOOKUP, lookUp } from "./lookup.ts";
import type { AnyCall, BaseCall, Kind } from "./resource.ts";
import { VERSION, providerSchema } from "./schema.ts";
import type { Props } from "./wire.ts";
import { rewrapLike, unwrapProps } from "./wire.ts";

/** What `console.error` of the SDK's server must not print: the engine shows the message already. */
export const SHOWN = "\u0000shown";

/** An error for the engine: only its message is for people. */
class ShownError extends Error {
  override toString(): string {
    return SHOWN;
  }
}

function shown(error: unknown): Error {
  if (error instanceof UserError) return new ShownError(error.problems.map(formatProblem).join("\n"));
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new ShownError(`internal error of the tresor provider, please report it: ${detail}`);
}

/** `urn:pulumi:stack::project::parent$tresor:network:RuleSet::name` -> the kind. */
function kindOf(urn: string): Kind {
  const token = urn.split("::")[2]?.split("$").at(-1) ?? "";
  const kind = KINDS.get(token);
  if (kind) return kind;
  throw new UserError({
    what: `the tresor provider has no resource ${token}`,
    allowed: [...KINDS.keys()].join(", "),
    next: "use the provider and the classes of one release",
  });
}

/** The id of an import may name the entry of `clouds.yaml` before it: `heart//8e2f`; else `OS_CLOUD` does. Of `quobyte.yaml` it must. */
function importOf(asked: string): { readonly id: string; readonly named?: string } {
  const [named = "", ...rest] = asked.split("//");
  return rest.length === 0 ? { id: asked } : { id: rest.join("//"), named };
}

/** The entry that a kind works with. */
function entryOf({ entry }: Kind, props: Props): string | undefined {
  const named = props[entry];
  if (typeof named === "string") return named;
  return entry === "cloud" ? process.env.OS_CLOUD : undefined;
}

const FILES = { cloud: "clouds.yaml", cluster: "quobyte.yaml", authority: "authorities.yaml" } as const;

const nothingToImport = (kind: Kind, id: string, named: string | undefined): UserError =>
  new UserError({
    what: `cannot take over ${id} as ${kind.token}: it is not there, or not visible with the entry "${named ?? ""}" of ${FILES[kind.entry]}`,
    next: "correct the id (`adopt` in the config), or the credential",
  });

interface ServerOptions {
  /** @default Session.open */
  readonly open?: (cloud: string | undefined) => Promise<Session>;
  /** @default openCluster */
  readonly openCluster?: (cluster: string | undefined) => Promise<QuobyteClient>;
  /** @default openAuthority */
  readonly openAuthority?: (authority: string | undefined) => Promise<AuthorityClient>;
  /** How waits between two looks pass. @default by the clock */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

/** The `tresor` provider: between the engine's wire and the kinds. */
export class TresorProvider implements Provider {
  readonly version = VERSION;
  readonly schema = JSON.stringify(providerSchema);
  readonly #open: (cloud: string | undefined) => Promise<Session>;
  readonly #openCluster: (cluster: string | undefined) => Promise<QuobyteClient>;
  readonly #openAuthority: (authority: string | undefined) => Promise<AuthorityClient>;
  readonly #sessions = new Map<string, Promise<Session>>();
  readonly #clusters = new Map<string, Promise<QuobyteClient>>();
  readonly #authorities = new Map<string, Promise<AuthorityClient>>();
  readonly #pause: (milliseconds: number) => Promise<void>;
  #cancelled = false;

  constructor(options: ServerOptions = {}) {
    const versions = new Map<string, Promise<string | undefined>>();
    this.#open = options.open ?? ((cloud) => Session.open(cloud, { versions }));
    this.#openCluster = options.openCluster ?? openCluster;
    this.#openAuthority = options.openAuthority ?? openAuthority;
    this.#pause = options.pause ?? sleep;
  }

  check(urn: string, olds: Props, news: Props): Promise<CheckResult> {
    return this.#show(() => Promise.resolve(checkInputs(kindOf(urn), news, olds)));
  }

  diff(_id: string, urn: string, olds: Props, news: Props): Promise<DiffResult> {
    return this.#show(() => {
      const kind = kindOf(urn);
      const { changes, replaces } = diffInputs(kind, olds, news);
      const deleteBeforeReplace = kind.deleteBeforeReplace ?? true;
      return Promise.resolve({ changes: changes.length > 0, replaces, deleteBeforeReplace });
    });
  }

  create(urn: string, inputs: Props): Promise<CreateResult> {
    return this.#show(async () => {
      const kind = kindOf(urn);
      const plain = parse(kind, inputs);
      const { id, outs } = await kind.create(await this.#call(kind, urn, plain), withoutEntry(kind, plain));
      return { id, outs: rewrapLike({ ...plain, ...outs }, inputs, kind.secret) };
    });
  }

  read(asked: string, urn: string, props: Props = {}): Promise<ReadResult> {
    return this.#show(async () => {
      const kind = kindOf(urn);
      const isImport = Object.keys(props).length === 0;
      const { id, named } = isImport ? importOf(asked) : { id: asked };
      const state = unwrapProps(isImport ? { [kind.entry]: named } : props);
      const entry = entryOf(kind, state);
      const live = await kind.read(await this.#call(kind, urn, state), id, isImport ? {} : state);
      if (live === undefined && isImport) throw nothingToImport(kind, id, entry);
      if (live === undefined) return { id: "", props: {} };
      const all = rewrapLike({ [kind.entry]: entry, ...live }, props, kind.secret);
      const names = Object.keys(inputSchema(kind).shape).filter((name) => name in all);
      return { id, props: all, inputs: Object.fromEntries(names.map((name) => [name, all[name]])) };
    });
  }

  update(id: string, urn: string, olds: Props, news: Props): Promise<UpdateResult> {
    return this.#show(async () => {
      const kind = kindOf(urn);
      const [state, plain] = [unwrapProps(olds), parse(kind, news)];
      const kept = Object.fromEntries(Object.keys(kind.outputs ?? {}).map((name) => [name, state[name]]));
      // Another entry alone is written to the state and asks nothing of the cloud.
      const { changes } = diffInputs(kind, state, plain);
      const work = changes.some((key) => key !== kind.entry);
      const outs =
        work && kind.update
          ? await kind.update(await this.#call(kind, urn, plain), id, withoutEntry(kind, plain), state)
          : undefined;
      return { outs: rewrapLike({ ...kept, ...plain, ...outs }, news, kind.secret) };
    });
  }

  delete(id: string, urn: string, props: Props): Promise<void> {
    return this.#show(async () => {
      const [kind, state] = [kindOf(urn), unwrapProps(props)];
      await kind.delete(await this.#call(kind, urn, state), id, state);
    });
  }

  invoke(token: string, inputs: Props): Promise<InvokeResult> {
    return this.#show(async () => {
      if (token !== LOOKUP) throw new UserError({ what: `the tresor provider has no function ${token}` });
      const found = await lookUp((cloud) => this.#session(cloud), unwrapProps(inputs));
      // The wire has no word for undefined.
      return { outputs: JSON.parse(JSON.stringify(found)) as Props };
    });
  }

  cancel(): Promise<void> {
    this.#cancelled = true;
    return Promise.resolve();
  }

  async #call(kind: Kind, urn: string, props: Props): Promise<AnyCall> {
    const named = entryOf(kind, props);
    const base: BaseCall = { urn, cancelled: () => this.#cancelled, pause: this.#pause };
    return { ...base, ...(await this.#opened(kind, named)) } as unknown as AnyCall;
  }

  async #opened({ entry }: Kind, named: string | undefined): Promise<object> {
    if (entry === "cloud") return { session: await this.#session(named) };
    if (entry === "cluster") return { cluster: await this.#cluster(named) };
    return { authority: await opened(this.#authorities, named, this.#openAuthority) };
  }

  #session(cloud: string | undefined): Promise<Session> {
    return opened(this.#sessions, cloud, this.#open);
  }

  #cluster(cluster: string | undefined): Promise<QuobyteClient> {
    return opened(this.#clusters, cluster, this.#openCluster);
  }

  async #show<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw shown(error);
    }
  }
}

const withoutEntry = ({ entry }: Kind, { [entry]: _, ...inputs }: Props): Props => inputs;

/** What an entry opens, once for a run; a failure is forgotten, so that the next one tries again. */
function opened<T>(
  known: Map<string, Promise<T>>,
  entry: string | undefined,
  open: (entry: string | undefined) => Promise<T>,
): Promise<T> {
  const key = entry ?? "";
  const found = known.get(key) ?? open(entry);
  known.set(key, found);
  found.catch(() => known.delete(key));
  return found;
}

/** Plain, complete inputs; `check` has refused everything else before. */
const parse = (kind: Kind, inputs: Props): Props => inputSchema(kind).parse(unwrapProps(inputs));
