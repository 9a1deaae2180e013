import { join } from "node:path";
import { APIS, OCTAVIA_API, apiService } from "./apis.ts";
import type { DevcloudSettings, PortName } from "./settings.ts";
import { SIMULATOR, simulatorService } from "./simulator.ts";

/** Sockets of Octavia's driver agent: the OVN provider knows no other place. */
export const OCTAVIA_SOCKETS = "/var/run/octavia";

/** How readiness of a process is told, beyond its being alive. */
type Check =
  | { readonly kind: "http"; readonly port: PortName; readonly path: string }
  | { readonly kind: "tcp"; readonly port: PortName }
  | { readonly kind: "socket"; readonly path: string }
  /** Ready when the API that it works for says so (see ready.ts). */
  | { readonly kind: "worker" };

/** One long-running process of the cloud. */
export interface Service {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  readonly check: Check;
  /** Services whose check must have passed before this one starts. */
  readonly after: readonly string[];
  /** Stores and switches end by themselves when asked; OpenStack's processes are stateless and are killed. */
  readonly stop: "term" | "kill";
  /** File under `logs` for what the process itself prints. @default `<name>.log` */
  readonly output?: string;
  /** A folder that is emptied before each start. */
  readonly scratch?: string;
}

function stores(settings: DevcloudSettings): Service[] {
  const { dirs, ports } = settings;
  return [
    {
      name: "mariadb",
      command: ["/usr/sbin/mariadbd", `--defaults-file=${join(dirs.etc, "my.cnf")}`, "--user=root"],
      check: { kind: "tcp", port: "mariadb" },
      after: [],
      stop: "term",
    },
    {
      name: "rabbitmq",
      command: ["/usr/lib/rabbitmq/bin/rabbitmq-server"],
      env: {
        // It starts Erlang's name server itself, and again when that is gone: on a port of this cloud's own.
        ERL_EPMD_ADDRESS: "127.0.0.1",
        ERL_EPMD_PORT: String(ports.erlangNames),
        HOME: dirs.rabbit,
        RABBITMQ_NODENAME: `devcloud${settings.basePort}@localhost`,
        RABBITMQ_CONFIG_FILE: join(dirs.etc, "rabbitmq.conf"),
        RABBITMQ_CONF_ENV_FILE: "/dev/null",
        RABBITMQ_MNESIA_BASE: dirs.rabbit,
        RABBITMQ_LOG_BASE: dirs.rabbit,
        RABBITMQ_ENABLED_PLUGINS_FILE: join(dirs.rabbit, "enabled_plugins"),
        RABBITMQ_PID_FILE: join(dirs.rabbit, "pid"),
        RABBITMQ_DIST_PORT: String(ports.rabbitNodes),
        // One scheduler that does not spin: the broker idles, and the CPU is needed elsewhere.
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
          "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none",
      },
      check: { kind: "tcp", port: "rabbit" },
      after: [],
      stop: "term",
    },
  ];
}

function switchServices(settings: DevcloudSettings): Service[] {
  const { dirs, ovsDb, ovnNorthDb, ovnSouthDb } = settings;
  const run = (name: string): string => join(dirs.run, name);
  const database = (name: string, socket: string, file: string): Service => ({
    name,
    command: [
      "/usr/sbin/ovsdb-server",
      `--remote=punix:${run(socket)}`,
      `--unixctl=${run(`${name}.ctl`)}`,
      join(dirs.state, file),
    ],
    check: { kind: "socket", path: run(socket) },
    after: [],
    stop: "term",
  });
  const worker = (name: string, command: readonly [string, ...string[]], after: string[]): Service => ({
    name,
    command: [...command, `--unixctl=${run(`${name}.ctl`)}`] as unknown as [string, ...string[]],
    check: { kind: "socket", path: run(`${name}.ctl`) },
    after,
    stop: "term",
  });
  const north = `--ovnnb-db=${ovnNorthDb}`;
  return [
    database("ovn-north-db", "ovnnb_db.sock", "ovnnb.db"),
    database("ovn-south-db", "ovnsb_db.sock", "ovnsb.db"),
    database("switch-db", "db.sock", "switch.db"),
    worker("ovn-northd", ["/usr/bin/ovn-northd", north, `--ovnsb-db=${ovnSouthDb}`], ["ovn-north-db", "ovn-south-db"]),
    worker("switch", ["/usr/sbin/ovs-vswitchd", ovsDb], ["switch-db"]),
    ...settings.hosts.map((host): Service => ({
      name: `ovn-controller-${host.name}`,
      command: ["/usr/bin/ovn-controller", "-n", host.name, ovsDb],
      // Neutron's list of agents tells when it works.
      check: { kind: "worker" },
      after: ["switch", "ovn-south-db"],
      // Asked to end, it would take its chassis out of the database and unbind every port.
      stop: "kill",
    })),
  ];
}

function workers(settings: DevcloudSettings): Service[] {
  const { dirs, venv } = settings;
  const worker = (name: string, program: readonly string[], config: string): Service => ({
    name,
    command: [...program, "--config-file", join(dirs.etc, config)] as unknown as [string, ...string[]],
    check: { kind: "worker" },
    after: ["mariadb", "rabbitmq", "keystone", "placement"],
    stop: "kill",
  });
  const bin = (name: string): string => join(venv, "bin", name);
  const plain = (name: string, config: string): Service => worker(name, [bin(name)], config);
  const share = plain("manila-share", "manila.conf");
  const compute = [bin("python"), join(dirs.python, "devcloud_compute.py")];
  return [
    plain("nova-conductor", "nova.conf"),
    plain("nova-scheduler", "nova.conf"),
    ...settings.hosts.map((host) => worker(`nova-compute-${host.name}`, compute, `nova-${host.name}.conf`)),
    plain("cinder-scheduler", "cinder.conf"),
    plain("cinder-volume", "cinder.conf"),
    ...(settings.extras.includes("backup") ? [plain("cinder-backup", "cinder.conf")] : []),
    plain("manila-scheduler", "manila.conf"),
    quobyte(settings) ? { ...share, after: [...share.after, SIMULATOR] } : share,
  ];
}

/** Swift: all storage servers in one process, the proxy in another (see python/devcloud_swift.py). */
function objectStorage(settings: DevcloudSettings): Service[] {
  const { dirs, venv } = settings;
  const part = (name: string): [string, ...string[]] => [
    join(venv, "bin", "python"),
    join(dirs.python, "devcloud_swift.py"),
    name,
    join(dirs.etc, "swift"),
  ];
  return [
    {
      name: "swift-storage",
      command: part("storage"),
      check: { kind: "tcp", port: "swiftObject" },
      after: [],
      stop: "kill",
    },
    {
      name: "swift-proxy",
      command: part("proxy"),
      check: { kind: "http", port: "swift", path: "/healthcheck" },
      after: ["swift-storage", "keystone"],
      stop: "kill",
      output: "swift-proxy.requests.log",
    },
  ];
}

const quobyte = ({ extras }: DevcloudSettings): boolean => extras.includes("quobyte");

/** All processes of the cloud in an order in which each stands behind those it needs. */
export function services(settings: DevcloudSettings): readonly Service[] {
  const octavia = settings.extras.includes("octavia");
  const agent: Service = {
    name: "octavia-driver-agent",
    command: [
      join(settings.venv, "bin", "octavia-driver-agent"),
      "--config-file",
      join(settings.dirs.etc, "octavia.conf"),
    ],
    check: { kind: "socket", path: join(OCTAVIA_SOCKETS, "status.sock") },
    scratch: OCTAVIA_SOCKETS,
    after: ["mariadb", "ovn-north-db", "ovn-south-db"],
    stop: "kill",
  };
  return [
    ...stores(settings),
    ...switchServices(settings),
    ...APIS.map((row) => apiService(settings, row)),
    ...(octavia ? [agent, { ...apiService(settings, OCTAVIA_API), after: ["mariadb", agent.name] }] : []),
    ...objectStorage(settings),
    ...(quobyte(settings) ? [simulatorService(settings)] : []),
    ...workers(settings),
  ];
}
