import { lstatSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { extname, join } from "node:path";
import type { PlannedFile } from "./files.ts";
import { loopbackTls } from "./quobyte/index.ts";
import type { RenderInput } from "./render/common.ts";
import type { Service } from "./services.ts";
import type { DevcloudSettings } from "./settings.ts";

export const SIMULATOR = "quobyte-simulator";
export const SIMULATOR_USER = "admin";

/**
 * Bytes of the simulated system. Manila sees a third of them as free, since all is kept three times: less than its other backend
 * has, so that shares whose type names no backend go there as they always did.
 */
const CAPACITY = 1.5 * 2 ** 40;

const program = ({ dirs }: DevcloudSettings): string => join(dirs.bin, SIMULATOR);
const configFile = ({ dirs }: DevcloudSettings): string => join(dirs.etc, "quobyte.json");
const tlsDirectory = ({ dirs }: DevcloudSettings): string => join(dirs.etc, "quobyte-tls");

export const simulatorUrl = ({ ports }: DevcloudSettings): string => `https://127.0.0.1:${ports.quobyte}`;
/** File of the CA that signed its certificate. */
export const simulatorCa = (settings: DevcloudSettings): string => join(tlsDirectory(settings), "ca.pem");

/** Its certificate and CA, made once, and a link to its program: so its command stays the same wherever the clone lies. */
export function prepareSimulator(settings: DevcloudSettings): void {
  loopbackTls(tlsDirectory(settings));
  const [link, target] = [program(settings), join(import.meta.dirname, "quobyte")];
  const known = lstatSync(link, { throwIfNoEntry: false });
  if (known?.isSymbolicLink() === true && readlinkSync(link) === target) return;
  rmSync(link, { recursive: true, force: true });
  symlinkSync(target, link);
}

/** The config of its process; it holds the password. */
export function simulatorConfig({ settings, secrets }: RenderInput): readonly PlannedFile[] {
  if (!settings.extras.includes("quobyte")) return [];
  const config = {
    port: settings.ports.quobyte,
    stateFile: join(settings.dirs.state, "quobyte", "state.json"),
    tlsDirectory: tlsDirectory(settings),
    user: SIMULATOR_USER,
    password: secrets.quobyte,
    capacity: CAPACITY,
  };
  return [{ path: configFile(settings), text: `${JSON.stringify(config, null, 2)}\n` }];
}

/** The simulated Quobyte as a process of the cloud. */
export const simulatorService = (settings: DevcloudSettings): Service => ({
  name: SIMULATOR,
  command: [process.execPath, join(program(settings), `main${extname(import.meta.filename)}`), configFile(settings)],
  check: { kind: "tcp", port: "quobyte" },
  after: [],
  stop: "kill",
});
