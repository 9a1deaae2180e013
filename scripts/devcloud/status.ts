import { existsSync } from "node:fs";
import { cloudPids, logFile, runningPid, serviceTail } from "./processes.ts";
import { answersInTime, memoryMiB } from "./ready.ts";
import { services } from "./services.ts";
import { devcloudSettings } from "./settings.ts";
import type { DevcloudOptions } from "./settings.ts";

export interface ServiceStatus {
  readonly name: string;
  /** `silent`: its process runs but does not answer. */
  readonly state: "up" | "silent" | "dead" | "stopped";
  readonly pid?: number;
  /** Last lines of the log of a service that is not up. */
  readonly log?: readonly string[];
  readonly logFile: string;
}

export interface DevcloudStatus {
  /** `up`: every service answers. `broken`: some do not. `down`: none runs. `absent`: never made. */
  readonly state: "up" | "broken" | "down" | "absent";
  readonly home: string;
  readonly authUrl: string;
  readonly cloudsYaml: string;
  readonly services: readonly ServiceStatus[];
  /** Resident memory of all processes, shared pages counted once. */
  readonly memoryMiB: number;
}

/** What the whole is, from what its parts are. */
export function overallState(states: readonly ServiceStatus["state"][], made: boolean): DevcloudStatus["state"] {
  if (!made) return "absent";
  if (states.every((state) => state === "up")) return "up";
  return states.every((state) => state === "dead" || state === "stopped") && !states.includes("dead")
    ? "down"
    : "broken";
}

/** What runs, what does not and why. Reads only. */
export async function devcloudStatus(options: DevcloudOptions = {}): Promise<DevcloudStatus> {
  const settings = devcloudSettings(options);
  const parts = await Promise.all(
    services(settings).map(async (service): Promise<ServiceStatus> => {
      const pid = runningPid(settings, service.name);
      const file = logFile(settings, service.name);
      const facts = { name: service.name, logFile: file, ...(pid !== undefined && { pid }) };
      if (pid !== undefined && (await answersInTime(settings, service))) return { ...facts, state: "up" };
      const wasStarted = existsSync(`${settings.dirs.run}/${service.name}.process.json`);
      const state = pid !== undefined ? "silent" : wasStarted ? "dead" : "stopped";
      return { ...facts, state, log: wasStarted ? serviceTail(settings, service, 8) : [] };
    }),
  );
  return {
    state: overallState(
      parts.map((part) => part.state),
      existsSync(settings.home),
    ),
    home: settings.home,
    authUrl: settings.authUrl,
    cloudsYaml: settings.cloudsYaml,
    services: parts,
    memoryMiB: memoryMiB(cloudPids(settings)),
  };
}
