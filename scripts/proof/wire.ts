import { execa, type ResultPromise } from "execa";
import { join } from "node:path";
import type { Session } from "../../openstack/index.ts";
import type { DevcloudSettings } from "../devcloud/settings.ts";
import { readCapture, type Capture } from "./capture.ts";
import { addressOf, type LivePort } from "./ports.ts";
import { until } from "./wait.ts";

const PROBE = join(import.meta.dirname, "probe.py");
const READY_MS = 20_000;

/** A namespace that stands where the machine of a port would stand. */
export interface Plugged {
  readonly namespace: string;
  readonly device: string;
  readonly mac: string;
  readonly ipv4: string;
  readonly ipv6: string;
}

/**
 * Puts network namespaces in the place of machines: an interface with the port's id on the bridge of the host to which Nova bound
 * it, so that OVN itself wires it and applies the port's rules. Everything is removed by `unplugAll`.
 */
export class Wire {
  readonly #settings: DevcloudSettings;
  readonly #operator: Session;
  readonly #plugged = new Map<string, Plugged>();

  constructor(settings: DevcloudSettings, operator: Session) {
    this.#settings = settings;
    this.#operator = operator;
  }

  async plug(portId: string): Promise<Plugged> {
    const known = this.#plugged.get(portId);
    if (known) return known;
    const port = await this.#port(portId);
    const host = this.#settings.hosts.find(({ name }) => name === port["binding:host_id"]);
    if (host === undefined)
      throw new Error(`port ${port.name} is bound to no host of this cloud (${port["binding:host_id"] || "unbound"})`);
    const short = portId.slice(0, 8);
    const plugged: Plugged = {
      namespace: `tresor-${short}`,
      device: `tap${short}`,
      mac: port.mac_address,
      ipv4: addressOf(port, 4),
      ipv6: addressOf(port, 6),
    };
    this.#plugged.set(portId, plugged);
    const { namespace, device, mac, ipv4, ipv6 } = plugged;
    await this.#vsctl(
      "--may-exist",
      "add-port",
      host.integrationBridge,
      device,
      "--",
      "set",
      "interface",
      device,
      "type=internal",
      `external_ids:iface-id=${portId}`,
      `mac="${mac}"`,
    );
    await execa("ip", ["netns", "add", namespace], { reject: false });
    await execa("ip", ["link", "set", device, "netns", namespace]);
    const inside = async (...args: string[]): Promise<void> => void (await execa("ip", ["-n", namespace, ...args]));
    await inside("link", "set", "lo", "up");
    await inside("link", "set", device, "address", mac, "mtu", "1400", "up");
    await inside("addr", "add", `${ipv4}/24`, "dev", device);
    await inside("addr", "add", `${ipv6}/64`, "dev", device, "nodad");
    await execa("ip", ["netns", "exec", namespace, "ethtool", "-K", device, "tx", "off"], { reject: false });
    await this.#waitActive(portId);
    return plugged;
  }

  /** Lets one side send to an address outside its subnet, or to a neighbour that would not answer: the frame goes out whatever ARP says. */
  async force(from: Plugged, address: string, mac: string): Promise<void> {
    const family = address.includes(":") ? "-6" : "-4";
    const bits = family === "-6" ? 128 : 32;
    await execa("ip", ["-n", from.namespace, family, "route", "replace", `${address}/${bits}`, "dev", from.device]);
    await execa("ip", ["-n", from.namespace, family, "neigh", "replace", address, "lladdr", mac, "dev", from.device]);
  }

  async ping(from: Plugged, address: string): Promise<boolean> {
    const { exitCode } = await execa(
      "ip",
      ["netns", "exec", from.namespace, "ping", "-c", "2", "-i", "0.2", "-W", "1", address],
      { reject: false },
    );
    return exitCode === 0;
  }

  /** True if a TCP connection is made and answered. */
  async connect(from: Plugged, address: string, port: number): Promise<boolean> {
    const { exitCode } = await execa(
      "ip",
      ["netns", "exec", from.namespace, "python3", PROBE, "send", address, String(port)],
      { reject: false },
    );
    return exitCode === 0;
  }

  /** Listens and captures at one side while `work` runs: allowed and refused attempts stand in one capture. */
  async capture(at: Plugged, ports: readonly number[], work: () => Promise<void>): Promise<Capture> {
    const listener: ResultPromise = execa("ip", [
      "netns",
      "exec",
      at.namespace,
      "python3",
      PROBE,
      "listen",
      "--seconds",
      "60",
      "--tcp",
      ports.join(","),
    ]);
    try {
      await new Promise<void>((resolve, reject) => {
        listener.stdout?.once("data", () => resolve());
        listener.nodeChildProcess.once("exit", () => reject(new Error("the listener ended before it was ready")));
      });
      await work();
    } finally {
      listener.stdin?.end("\n");
    }
    const { stdout } = await listener;
    return readCapture(String(stdout));
  }

  async unplugAll(): Promise<void> {
    for (const { namespace, device } of this.#plugged.values()) {
      await this.#vsctl("--if-exists", "del-port", device).catch(() => undefined);
      await execa("ip", ["netns", "del", namespace], { reject: false });
    }
    this.#plugged.clear();
  }

  async #vsctl(...args: string[]): Promise<void> {
    await execa("ovs-vsctl", [`--db=${this.#settings.ovsDb}`, "--timeout=20", ...args]);
  }

  async #port(id: string): Promise<LivePort> {
    const { body } = await this.#operator.request<{ port: LivePort }>("network", "GET", `/ports/${id}`);
    return body.port;
  }

  async #waitActive(id: string): Promise<void> {
    const active = async () => ((await this.#port(id)).status === "ACTIVE" ? true : undefined);
    await until(active, `OVN to bind port ${id}`, READY_MS);
  }
}
