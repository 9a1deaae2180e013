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
import { UserError, formatProblem } from "../config/problem.ts";
import { Session } from "../openstack/index.ts";
import { checkInputs, diffInputs, inputSchema } from "./check.ts";
import { KINDS } from "./kinds.ts";
import { LOOKUP, lookUp } from "./lookup.ts";
import type { Call, Kind } from "./resource.ts";
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

/** The id of an import may name the entry of `clouds.yaml` before it: `heart//8e2f`; else `OS_CLOUD` does. */
function importOf(asked: string): { readonly id: string; readonly cloud?: string } {
  const [cloud = "", ...rest] = asked.split("//");
  return rest.length === 0 ? { id: asked } : { id: rest.join("//"), cloud };
}

const nothingToImport = (kind: Kind, id: string, cloud: string | undefined): UserError =>
  new UserError({
    what: `cannot take over ${id} as ${kind.token}: it is not there, or not visible with the entry "${cloud ?? process.env.OS_CLOUD ?? ""}" of clouds.yaml`,
    next: "correct the id (`adopt` in the config), or the credential",
  });

interface ServerOptions {
  /** @default Session.open */
  readonly open?: (cloud: string | undefined) => Promise<Session>;
  /** How waits between two looks pass. @default by the clock */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

/** The `tresor` provider: between the engine's wire and the kinds. */
export class TresorProvider implements Provider {
  readonly version = VERSION;
  readonly schema = JSON.stringify(providerSchema);
  readonly #open: (cloud: string | undefined) => Promise<Session>;
  readonly #sessions = new Map<string, Promise<Session>>();
  readonly #pause: (milliseconds: number) => Promise<void>;
  #cancelled = false;

  constructor(options: ServerOptions = {}) {
    const versions = new Map<string, Promise<string | undefined>>();
    this.#open = options.open ?? ((cloud) => Session.open(cloud, { versions }));
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
      const { id, outs } = await kind.create(await this.#call(urn, plain), withoutCloud(plain));
      return { id, outs: rewrapLike({ ...plain, ...outs }, inputs, kind.secret) };
    });
  }

  read(asked: string, urn: string, props: Props = {}): Promise<ReadResult> {
    return this.#show(async () => {
      const kind = kindOf(urn);
      const isImport = Object.keys(props).length === 0;
      const { id, cloud } = isImport ? importOf(asked) : { id: asked };
      const state = unwrapProps(isImport ? { cloud } : props);
      const live = await kind.read(await this.#call(urn, state), id, isImport ? {} : state);
      if (live === undefined && isImport) throw nothingToImport(kind, id, cloud);
      if (live === undefined) return { id: "", props: {} };
      const all = rewrapLike({ cloud: state.cloud ?? process.env.OS_CLOUD, ...live }, props, kind.secret);
      const names = Object.keys(inputSchema(kind).shape).filter((name) => name in all);
      return { id, props: all, inputs: Object.fromEntries(names.map((name) => [name, all[name]])) };
    });
  }

  update(id: string, urn: string, olds: Props, news: Props): Promise<UpdateResult> {
    return this.#show(async () => {
      const kind = kindOf(urn);
      const [state, plain] = [unwrapProps(olds), parse(kind, news)];
      const kept = Object.fromEntries(Object.keys(kind.outputs ?? {}).map((name) => [name, state[name]]));
      // Another entry of clouds.yaml alone is written to the state and asks nothing of the cloud.
      const { changes } = diffInputs(kind, state, plain);
      const work = changes.some((key) => key !== "cloud");
      const outs =
        work && kind.update
          ? await kind.update(await this.#call(urn, plain), id, withoutCloud(plain), state)
          : undefined;
      return { outs: rewrapLike({ ...kept, ...plain, ...outs }, news, kind.secret) };
    });
  }

  delete(id: string, urn: string, props: Props): Promise<void> {
    return this.#show(async () => {
      const state = unwrapProps(props);
      await kindOf(urn).delete(await this.#call(urn, state), id, state);
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

  async #call(urn: string, props: Props): Promise<Call> {
    const cloud = typeof props.cloud === "string" ? props.cloud : process.env.OS_CLOUD;
    return { session: await this.#session(cloud), urn, cancelled: () => this.#cancelled, pause: this.#pause };
  }

  #session(cloud: string | undefined): Promise<Session> {
    const key = cloud ?? "";
    const session = this.#sessions.get(key) ?? this.#open(cloud);
    this.#sessions.set(key, session);
    session.catch(() => this.#sessions.delete(key));
    return session;
  }

  async #show<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw shown(error);
    }
  }
}

const withoutCloud = ({ cloud: _, ...inputs }: Props): Props => inputs;

/** Plain, complete inputs; `check` has refused everything else before. */
const parse = (kind: Kind, inputs: Props): Props => inputSchema(kind).parse(unwrapProps(inputs));
