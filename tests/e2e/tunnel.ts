import { execFile, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What the tunnels need besides root: none of it is a part of the project. */
const TOOLS = ["ip", "nft", "wg", "wg-quick", "wireguard-go", "ping"] as const;

/** Why the tunnels cannot run on this machine; undefined where they can. */
export function whyNoTunnels(): string | undefined {
  if (process.getuid?.() !== 0) return "root is needed for network namespaces";
  if (!existsSync("/dev/net/tun")) return "there is no /dev/net/tun";
  const missing = TOOLS.filter((tool) => spawnSync("sh", ["-c", `command -v ${tool}`]).status !== 0);
  return missing.length > 0 ? `missing: ${missing.join(", ")}` : undefined;
}

export interface Outcome {
  readonly code: number;
  readonly out: string;
}

/** Namespaces of one test, made with names of their own and taken away whole. */
export class Lab {
  readonly directory: string;
  readonly #prefix = `tresor-vpn${process.pid}-`;
  readonly #names = new Set<string>();
  readonly #adopted = new Map<string, string>();
  readonly #children: ChildProcess[] = [];

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async make(): Promise<Lab> {
    return new Lab(await mkdtemp(path.join(tmpdir(), "tresor-vpn-")));
  }

  file = (name: string): string => path.join(this.directory, name);

  async write(name: string, text: string): Promise<string> {
    await writeFile(this.file(name), text, { mode: 0o600 });
    return this.file(name);
  }

  space = (name: string): string => this.#adopted.get(name) ?? `${this.#prefix}${name}`;

  /** A namespace that somebody else made and takes away. */
  adopt = (name: string, namespace: string): void => void this.#adopted.set(name, namespace);

  async add(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      await run("ip", ["netns", "add", this.space(name)]);
      this.#names.add(name);
      await this.in(name, "ip", "link", "set", "lo", "up");
      // Nobody else is here: without this the first second of every device is lost to the search for a twin.
      await this.in(name, "sysctl", "-q", "-w", "net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.all.accept_dad=0");
    }
  }

  /** A cable between two namespaces: `left` and `right` are `<namespace> <device> [addresses...]`. */
  async cable(left: readonly string[], right: readonly string[]): Promise<void> {
    const [[a = "", deviceA = "", ...addressesA], [b = "", deviceB = "", ...addressesB]] = [left, right];
    const peer = ["type", "veth", "peer", "name", deviceB, "netns", this.space(b)];
    await run("ip", ["-n", this.space(a), "link", "add", deviceA, ...peer]);
    for (const [name, device, addresses] of [
      [a, deviceA, addressesA],
      [b, deviceB, addressesB],
    ] as const) {
      for (const address of addresses) await this.in(name, "ip", "address", "add", address, "dev", device, "nodad");
      await this.in(name, "ip", "link", "set", device, "up");
    }
  }

  /** Runs a command in a namespace. @throws when it fails */
  async in(name: string, ...command: readonly string[]): Promise<string> {
    const { stdout } = await run("ip", ["netns", "exec", this.space(name), ...command], { timeout: 30_000 });
    return stdout;
  }

  /** Runs a command in a namespace that may fail. */
  async try(name: string, ...command: readonly string[]): Promise<Outcome> {
    try {
      return { code: 0, out: await this.in(name, ...command) };
    } catch (error) {
      const { code, stdout } = error as { code?: number; stdout?: string };
      return { code: code ?? 1, out: stdout ?? "" };
    }
  }

  /** A program of ours in a namespace, until the lab is closed; resolves when it has said its first line. */
  async start(name: string, script: string): Promise<ChildProcess> {
    const child = spawn("ip", ["netns", "exec", this.space(name), process.execPath, "-e", script]);
    this.#children.push(child);
    await new Promise<void>((resolve, reject) => {
      child.stdout.once("data", () => resolve());
      child.once("exit", () => reject(new Error(`a program in ${name} ended before it was ready`)));
    });
    return child;
  }

  /** Whether a TCP connection from one namespace is answered with its own words within a second. */
  async connects(name: string, address: string, port: number, from?: string): Promise<boolean> {
    const options = JSON.stringify({ host: address, port, ...(from === undefined ? {} : { localAddress: from }) });
    const script = `const s=require("net").connect(${options},()=>s.write("hello"));s.once("data",(d)=>process.exit(String(d)==="hello"?0:2));s.once("error",()=>process.exit(1));setTimeout(()=>process.exit(1),1000)`;
    return (await this.try(name, process.execPath, "-e", script)).code === 0;
  }

  async pings(name: string, address: string, from?: string): Promise<boolean> {
    const source = from === undefined ? [] : ["-I", from];
    return (await this.try(name, "ping", "-c", "1", "-W", "1", ...source, address)).code === 0;
  }

  /** Echoes what is sent to it on some ports, at every address. */
  echo = (name: string, ports: readonly number[]): Promise<ChildProcess> =>
    this.start(
      name,
      `let n=0;for(const p of ${JSON.stringify(ports)})require("net").createServer((s)=>{s.on("error",()=>0);s.pipe(s)}).listen(p,"::",()=>++n===${ports.length}&&console.log("ready"))`,
    );

  async close(): Promise<void> {
    for (const child of this.#children) child.kill("SIGKILL");
    for (const name of this.#names) {
      // The tunnel's process ends with its device; what is left in the namespace goes with it.
      for (const device of ["wg0", "site"]) await this.try(name, "ip", "link", "del", device);
      await run("ip", ["netns", "del", this.space(name)]).catch(() => undefined);
    }
    await rm(this.directory, { recursive: true, force: true });
  }
}
