import type { CheckResult, CreateResult, DiffResult, ReadResult, UpdateResult } from "@pulumi/pulumi/provider/index.js";
import { Session } from "../../../../openstack/index.ts";
import type { EntryInput } from "../../../../provider/resource.ts";
import { TresorProvider } from "../../../../provider/server.ts";
import type { Props } from "../../../../provider/wire.ts";
import { FakeCloud } from "./cloud.ts";

/** One resource as the engine sees it, with the calls that the engine makes for it. */
export class Resource {
  readonly provider: TresorProvider;
  readonly urn: string;
  /** The input that names whose credentials it works with. */
  readonly entry: EntryInput;
  id = "";
  /** The outputs in the state. */
  state: Props = {};
  inputs: Props = {};

  constructor(provider: TresorProvider, token: string, name = "it") {
    this.provider = provider;
    this.entry = token.startsWith("tresor:quobyte:")
      ? "cluster"
      : token.startsWith("tresor:pki:")
        ? "authority"
        : "cloud";
    this.urn = `urn:pulumi:dev::tresor::pkg:Parent$${token}::${name}`;
  }

  check(news: Props): Promise<CheckResult> {
    return this.provider.check(this.urn, this.inputs, { [this.entry]: "fake", ...news });
  }

  async #checked(news: Props): Promise<Props> {
    const { inputs, failures } = await this.check(news);
    if (failures?.length) throw new Error(failures.map((one) => `${one.property}: ${one.reason}`).join("; "));
    return inputs as Props;
  }

  async create(news: Props): Promise<CreateResult> {
    this.inputs = await this.#checked(news);
    const result = await this.provider.create(this.urn, this.inputs);
    this.id = result.id;
    this.state = result.outs as Props;
    return result;
  }

  async diff(news: Props): Promise<DiffResult> {
    return this.provider.diff(this.id, this.urn, this.state, await this.#checked(news));
  }

  async update(news: Props): Promise<UpdateResult> {
    const inputs = await this.#checked(news);
    const result = await this.provider.update(this.id, this.urn, this.state, inputs);
    this.inputs = inputs;
    this.state = result.outs as Props;
    return result;
  }

  /** What a refresh writes to the state; the id is empty where the object is gone. */
  async refresh(): Promise<ReadResult> {
    const result = await this.provider.read(this.id, this.urn, this.state);
    if (result.id) this.state = result.props as Props;
    return result;
  }

  delete(): Promise<void> {
    return this.provider.delete(this.id, this.urn, this.state);
  }
}

export interface Bench {
  readonly cloud: FakeCloud;
  readonly provider: TresorProvider;
  readonly resource: (token: string, name?: string) => Resource;
  readonly stop: () => Promise<void>;
}

/** A fake cloud with a provider that talks to it. */
export async function bench(): Promise<Bench> {
  const cloud = await new FakeCloud().start();
  const options = { warn: () => undefined, wait: () => Promise.resolve(), quiet: 5 };
  const session = new Session(cloud.entry(), options);
  const provider = new TresorProvider({
    open: () => Promise.resolve(session),
    pause: () => new Promise((resolve) => setTimeout(resolve, 1)),
  });
  return {
    cloud,
    provider,
    resource: (token, name) => new Resource(provider, token, name),
    stop: async () => {
      session.close();
      await cloud.stop();
    },
  };
}
