import { TresorProvider } from "../../../../provider/server.ts";
import { QuobyteClient } from "../../../../quobyte/client.ts";
import { Simulator } from "../../../../scripts/devcloud/quobyte/index.ts";
import { testTls } from "../../quobyte/target.ts";
import { Resource } from "./harness.ts";

export const tls = testTls();

/** A provider that works in a simulated Quobyte cluster. */
export interface ClusterBench {
  readonly simulator: Simulator;
  /** By which a test does what others do by hand. */
  readonly client: QuobyteClient;
  readonly provider: TresorProvider;
  readonly resource: (name: string, as?: string) => Resource;
  readonly stop: () => Promise<void>;
}

/** @param now the cluster's clock, milliseconds since the epoch. Default: the machine's */
export async function clusterBench(now?: () => number): Promise<ClusterBench> {
  const credential = { user: "admin", password: "a password of the cluster" };
  const simulator = await Simulator.start({ tls, ...credential, erasure: 20, ...(now && { now }) });
  const open = (): QuobyteClient =>
    new QuobyteClient({ url: simulator.url, ca: simulator.ca, ...credential, wait: () => Promise.resolve() });
  const provider = new TresorProvider({
    openCluster: () => Promise.resolve(open()),
    pause: () => new Promise((resolve) => setTimeout(resolve, 5)),
  });
  return {
    simulator,
    client: open(),
    provider,
    resource: (name, as) => new Resource(provider, `tresor:quobyte:${name}`, as),
    stop: () => simulator.close(),
  };
}
