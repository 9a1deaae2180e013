import { existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../config/problem.ts";
import { USER_AGENT } from "./api.ts";
import type { Api } from "./api.ts";
import { logFile, runningPid, serviceTail } from "./processes.ts";
import type { Service } from "./services.ts";
import { TIERS } from "./settings.ts";
import type { DevcloudSettings } from "./settings.ts";

function portAnswers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, timeout: 5000 });
    const done = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => done(true));
    socket.once("error", () => done(false));
    socket.once("timeout", () => done(false));
  });
}

async function httpAnswers(url: string): Promise<boolean> {
  try {
    const headers = { "user-agent": USER_AGENT };
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(15_000), redirect: "manual" });
    await response.arrayBuffer();
    return response.status < 500;
  } catch {
    return false;
  }
}

/** True where the process answers; a worker has no port of its own and counts as answering. */
async function answers(settings: DevcloudSettings, service: Service): Promise<boolean> {
  const { check } = service;
  if (check.kind === "http") {
    // Knock before asking: uWSGI queues a request until the application is loaded, the wait would end in a time-out.
    const port = settings.ports[check.port];
    return (await portAnswers(port)) && httpAnswers(`http://127.0.0.1:${port}${check.path}`);
  }
  if (check.kind === "tcp") return portAnswers(settings.ports[check.port]);
  if (check.kind === "socket") return existsSync(check.path);
  return true;
}

/** As `answers`, but a service that is only busy gets a second and a third chance. */
export async function answersInTime(settings: DevcloudSettings, service: Service): Promise<boolean> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (await answers(settings, service)) return true;
    await sleep(1000);
  }
  return false;
}

/** The error for a service that died or does not answer, with the end of its log. */
export function serviceError(settings: DevcloudSettings, service: Service, what: string): UserError {
  const file = logFile(settings, service.name);
  return new UserError({
    what: `${service.name} ${what}`,
    why: `the last lines of ${file} are: ${serviceTail(settings, service, 5).join(" | ").slice(-800) || "(none)"}`,
    next: "`tresor devcloud up` starts what is missing; `tresor devcloud reset` makes an empty cloud",
  });
}

/** Waits until a service answers; fails at once when its process ends. */
export async function waitFor(settings: DevcloudSettings, service: Service, seconds = 180): Promise<void> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    if (!runningPid(settings, service.name)) throw serviceError(settings, service, "ended while it was starting");
    if (await answers(settings, service)) return;
    if (performance.now() > end) throw serviceError(settings, service, `does not answer after ${seconds} s`);
    await sleep(150);
  }
}

interface WorkerRow {
  readonly binary: string;
  readonly host: string;
  readonly state: string;
  readonly updated_at?: string | null;
}

type Check = () => Promise<string | undefined>;

/** Asks one worker list; the names of those that have not reported since `since`. */
function workerCheck(api: Api, url: string, wanted: readonly string[], since: number, headers = {}): Check {
  return async () => {
    const { status, body } = await api.call("GET", url, undefined, headers);
    const rows = status === 200 ? ((body as { services?: WorkerRow[] }).services ?? []) : [];
    const fresh = new Set(
      rows
        // The APIs leave the zone away; it is UTC.
        .filter((row) => row.state === "up" && Date.parse(`${(row.updated_at ?? "").slice(0, 19)}Z`) >= since)
        .flatMap((row) => [`${row.binary} on ${row.host}`, row.binary]),
    );
    const late = wanted.filter((name) => !fresh.has(name));
    return late.length > 0 ? late.join(", ") : undefined;
  };
}

/** A list that must hold a known object, or that must be answered at all. */
function listCheck(api: Api, url: string, what: string, holds: (body: unknown) => boolean): Check {
  return async () => {
    const { status, body } = await api.call("GET", url);
    return status === 200 && holds(body) ? undefined : what;
  };
}

function checks(settings: DevcloudSettings, api: Api, since: number): Check[] {
  const { ports, hosts, authUrl } = settings;
  const at = (port: keyof typeof ports, path: string): string => `http://127.0.0.1:${ports[port]}${path}`;
  const computes = hosts.map((host) => `nova-compute on ${host.name}`);
  const backends = TIERS.map((tier) => `cinder-volume on devcloud@${tier}`);
  const shareBackends = ["shares", ...(settings.extras.includes("quobyte") ? ["quobyte"] : [])].map(
    (backend) => `manila-share on devcloud@${backend}`,
  );
  const shares = { "x-openstack-manila-api-version": "2.86" };
  const has = (key: string) => (body: unknown) => Array.isArray((body as Record<string, unknown>)?.[key]);
  const hypervisors = (body: unknown): boolean =>
    ((body as { hypervisors?: unknown[] }).hypervisors ?? []).length >= hosts.length;
  const agents = (body: unknown): boolean => {
    const rows = (body as { agents?: { host: string; alive: boolean }[] }).agents ?? [];
    return hosts.every((host) => rows.some((row) => row.host === host.name && row.alive));
  };
  const slots = (body: unknown): boolean => {
    const rows = (body as { resource_providers?: { name: string }[] }).resource_providers ?? [];
    return hosts.every((host) => !host.confidential || rows.some((row) => row.name === `${host.name}_amd_sev_snp`));
  };
  return [
    listCheck(api, `${authUrl}/projects?name=service`, "Keystone's projects", (body) =>
      JSON.stringify(body).includes('"service"'),
    ),
    workerCheck(api, at("nova", "/v2.1/os-services"), ["nova-scheduler", "nova-conductor", ...computes], since),
    listCheck(api, at("nova", "/v2.1/os-hypervisors"), "hosts mapped to the cell", hypervisors),
    listCheck(api, at("placement", "/resource_providers"), "SNP slots in Placement", slots),
    listCheck(api, at("neutron", "/v2.0/agents"), "OVN controllers of all hosts", agents),
    listCheck(api, at("glance", "/v2/images?limit=1"), "Glance's images", has("images")),
    listCheck(api, at("barbican", "/v1/secrets?limit=1"), "Barbican's secrets", has("secrets")),
    async () => {
      const project = await api.call("GET", `${authUrl}/auth/projects`);
      const id = (project.body as { projects?: { id: string }[] }).projects?.[0]?.id ?? "";
      return workerCheck(api, at("cinder", `/v3/${id}/os-services`), ["cinder-scheduler", ...backends], since)();
    },
    async () => {
      const project = await api.call("GET", `${authUrl}/auth/projects`);
      const id = (project.body as { projects?: { id: string }[] }).projects?.[0]?.id ?? "";
      return listCheck(api, at("swift", `/v1/AUTH_${id}?format=json`), "Swift's containers", Array.isArray)();
    },
    workerCheck(api, at("manila", "/v2/services"), ["manila-scheduler", ...shareBackends], since, shares),
  ];
}

/**
 * Waits until the cloud can be used: known objects are listed, hosts are mapped, every worker has reported since `since`.
 * @param since milliseconds since the epoch, from before the workers were started
 * @throws UserError naming what is still missing
 */
export async function waitUsable(
  settings: DevcloudSettings,
  api: Api,
  since: number,
  say: (what: string) => void,
  guard: () => void,
): Promise<void> {
  const end = performance.now() + 180_000;
  let open = checks(settings, api, since);
  let said = "";
  while (open.length > 0) {
    guard();
    const results = await Promise.all(
      open.map(async (check) => ({ check, missing: await check().catch((error: unknown) => String(error)) })),
    );
    open = results.filter((result) => result.missing !== undefined).map((result) => result.check);
    const missing = results.flatMap((result) => result.missing ?? []).join("; ");
    if (missing && missing !== said) say(`waits for ${missing}`);
    said = missing;
    if (open.length > 0 && performance.now() > end)
      throw new UserError({ what: "the one-machine cloud does not become usable", why: `still missing: ${missing}` });
    if (open.length > 0) await sleep(700);
  }
}

/** Resident memory of processes in MiB, shared pages counted once (proportional set size). */
export function memoryMiB(pids: readonly number[]): number {
  let kib = 0;
  for (const pid of pids) {
    try {
      kib += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0);
    } catch {
      // Ended between listing and reading.
    }
  }
  return Math.round(kib / 1024);
}
