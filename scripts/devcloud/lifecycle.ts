import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../config/problem.ts";
import type { Progress } from "../console.ts";
import { operatorApi } from "./api.ts";
import {
  createMariadb,
  createSchemas,
  grantDatabases,
  hasOtherTemplate,
  hasTemplate,
  restoreTemplate,
  saveTemplate,
  schemas,
} from "./database.ts";
import { writePrivate } from "./files.ts";
import { hasVenv, installPackages, installVenv, missingPackages, needsVenvPackage } from "./install.ts";
import { withLock } from "./lock.ts";
import { shipPolicies } from "./policy.ts";
import { checkPreconditions } from "./preconditions.ts";
import { foreignSwitches, isOutdated, killMarked, runningPid, startService, stopService } from "./processes.ts";
import { answersInTime, serviceError, waitFor, waitUsable } from "./ready.ts";
import { databaseUrl } from "./render/common.ts";
import { renderConfig, shippedPython } from "./render/index.ts";
import { loadSecrets } from "./secrets.ts";
import type { DevcloudSecrets } from "./secrets.ts";
import { seed } from "./seed.ts";
import { prepareSimulator } from "./simulator.ts";
import { services } from "./services.ts";
import type { Service } from "./services.ts";
import { devcloudSettings, EXTRAS, lockFile, optionsFile } from "./settings.ts";
import type { DevcloudOptions, DevcloudSettings } from "./settings.ts";
import { configureSwitch, createSwitchDatabases, removeSwitchInterfaces } from "./switch.ts";

/** Folders under `state` that a service expects to find. */
const STATE_DIRS = [
  ...["lock", "home", "tmp", "images", "images-staging", "images-tasks", "cinder", "manila", "neutron", "octavia"],
  ...["swift", "quobyte"],
  ...["volumes/ssd", "volumes/hdd", "cinder/conversion", "nova/instances"],
];

/** What decides whether a prepared database fits: the release and everything that is written into it. */
export function templateKey(settings: DevcloudSettings): string {
  // The simulated Quobyte has no part in any database: it comes and goes without emptying the cloud.
  const extras = settings.extras.filter((extra) => extra !== "quobyte" && extra !== "backup");
  const facts = [readFileSync(lockFile, "utf8"), settings.basePort, extras, settings.region];
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex").slice(0, 16);
}

const readyMark = (settings: DevcloudSettings): string => join(settings.dirs.run, "usable");

/** Writes directories, config and our code; true where a running service would have to be started anew for it. */
function layOut(settings: DevcloudSettings, secrets: DevcloudSecrets): boolean {
  for (const directory of [settings.home, ...Object.values(settings.dirs)])
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(settings.home, 0o700);
  for (const name of STATE_DIRS) mkdirSync(join(settings.dirs.state, name), { recursive: true, mode: 0o700 });
  for (const host of settings.hosts) {
    const state = join(settings.dirs.state, `nova-${host.name}`);
    mkdirSync(join(state, "instances"), { recursive: true, mode: 0o700 });
    const id = join(state, "compute_id");
    if (!existsSync(id)) writePrivate(id, `${crypto.randomUUID()}\n`);
  }
  writePrivate(join(settings.dirs.rabbit, ".erlang.cookie"), secrets.erlangCookie, 0o400);
  writePrivate(optionsFile(settings.home), JSON.stringify(savedOptions(settings), null, 2));
  shipPolicies(settings);
  if (settings.extras.includes("quobyte")) prepareSimulator(settings);
  const files = [...renderConfig({ settings, secrets }), ...shippedPython(settings)];
  return files.map((file) => writePrivate(file.path, file.text, file.mode)).includes(true);
}

const savedOptions = ({ basePort, extras, snpSlots }: DevcloudSettings) => ({ basePort, with: extras, snpSlots });

/** Starts every service that does not run, each as soon as those before it answer. */
async function startAll(
  settings: DevcloudSettings,
  list: readonly Service[],
  say: (what: string) => void,
): Promise<string[]> {
  const started: string[] = [];
  const ready = new Map<string, Promise<void>>();
  const wired = async (): Promise<void> => configureSwitch(settings);
  let wiring: Promise<void> | undefined;
  const begin = async (service: Service): Promise<void> => {
    await Promise.all(service.after.map((name) => ready.get(name)));
    if (service.name.startsWith("ovn-controller")) await (wiring ??= wired());
    if (!runningPid(settings, service.name)) {
      await startService(settings, service);
      started.push(service.name);
      await waitFor(settings, service);
      if (service.check.kind !== "worker" && service.check.kind !== "socket") say(`${service.name} answers`);
    }
  };
  for (const service of list) ready.set(service.name, begin(service));
  // All come to their end before the first failure is told: nothing goes on starting behind an error.
  const results = await Promise.allSettled(ready.values());
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
  return started;
}

const only = (list: readonly Service[], ...names: string[]): Service[] =>
  list.filter((service) => names.includes(service.name));

/** Makes databases, schemas and the first identities from nothing, and keeps them as the template of later resets. */
async function prepare(settings: DevcloudSettings, secrets: DevcloudSecrets, progress: Progress): Promise<void> {
  const all = services(settings);
  await stopAll(settings);
  for (const name of ["fernet", "credential"])
    rmSync(join(settings.dirs.state, name), { recursive: true, force: true });
  rmSync(join(settings.dirs.mysql, "devcloud-created"), { recursive: true, force: true });
  await progress.stage("database schemas", async (say) => {
    await createMariadb(settings);
    await startAll(settings, only(all, "mariadb"), () => undefined);
    await grantDatabases(settings, secrets);
    const url = (name: string): string => databaseUrl({ settings, secrets }, name);
    await createSchemas(settings, schemas(settings, secrets, url), say);
  });
  await progress.stage("catalogue and identities", async () => {
    await startAll(settings, only(all, "mariadb", "keystone"), () => undefined);
    await seed(settings, secrets, await operatorApi(settings, secrets));
    for (const service of only(all, "keystone", "mariadb")) await stopService(settings, service);
    saveTemplate(settings, templateKey(settings));
  });
}

/** Ends all processes of the cloud: OpenStack's at once, then the switch, then the stores. */
export async function stopAll(settings: DevcloudSettings): Promise<void> {
  rmSync(readyMark(settings), { force: true });
  const list = services({ ...settings, extras: EXTRAS });
  await Promise.all(list.filter((service) => service.stop === "kill").map((service) => stopService(settings, service)));
  await stopService(settings, { name: "switch", stop: "term" });
  await Promise.all(list.filter((service) => service.stop === "term").map((service) => stopService(settings, service)));
  killMarked(settings);
  if (foreignSwitches(settings).length === 0) await removeSwitchInterfaces(settings);
}

/** True where nothing has to be done: everything runs, answers, and has been usable since its start. */
async function isUp(settings: DevcloudSettings): Promise<boolean> {
  if (!existsSync(readyMark(settings))) return false;
  const list = services(settings);
  if (list.some((service) => !runningPid(settings, service.name) || isOutdated(settings, service))) return false;
  return (await Promise.all(list.map((service) => answersInTime(settings, service)))).every(Boolean);
}

async function start(settings: DevcloudSettings, secrets: DevcloudSecrets, progress: Progress): Promise<void> {
  const list = services(settings);
  await progress.stage("services", async (say) => {
    const since = Math.floor(Date.now() / 1000) * 1000;
    await createSwitchDatabases(settings);
    if (!runningPid(settings, "switch")) await removeSwitchInterfaces(settings);
    await startAll(settings, list, say);
    const api = await operatorApi(settings, secrets);
    await waitUsable(settings, api, since, say, () => {
      const dead = list.find((service) => !runningPid(settings, service.name));
      if (dead) throw serviceError(settings, dead, "ended while the cloud was starting");
    });
  });
  writeFileSync(readyMark(settings), new Date().toISOString());
}

/** Ends services that run but do not answer, or run with other arguments than they should. */
async function stopBroken(settings: DevcloudSettings): Promise<void> {
  const running = services(settings).filter((service) => runningPid(settings, service.name));
  await Promise.all(
    running.map(async (service) => {
      if (isOutdated(settings, service) || !(await answersInTime(settings, service)))
        await stopService(settings, service);
    }),
  );
}

/**
 * Brings the one-machine cloud up, from whatever state it is in: nothing installed, half installed, stopped, or partly dead.
 * Changes nothing where all is well. Interruptible at any point; a second call goes on.
 * @throws UserError where a precondition fails (before any change) or a service does not start
 */
export async function devcloudUp(options: DevcloudOptions, progress: Progress): Promise<DevcloudSettings> {
  const settings = devcloudSettings(options);
  await checkPreconditions(settings);
  if (hasOtherTemplate(settings, templateKey(settings)))
    throw new UserError({
      what: `${settings.home} holds a one-machine cloud of another release, other ports or other parts`,
      why: "its database fits only what it was made with",
      next: "`tresor devcloud reset` with the same options makes it anew, empty; another --home keeps this one",
    });
  return withLock(
    settings,
    (what) => progress.note(what),
    async () => {
      await install(settings, progress);
      const secrets = loadSecrets(settings);
      const changed = layOut(settings, secrets);
      if (!changed && (await isUp(settings))) return settings;
      if (changed) await stopAll(settings);
      else await stopBroken(settings);
      if (!hasTemplate(settings, templateKey(settings))) await prepare(settings, secrets, progress);
      await start(settings, secrets, progress);
      return settings;
    },
  );
}

async function install(settings: DevcloudSettings, progress: Progress): Promise<void> {
  if (hasVenv(settings) && missingPackages().length === 0) return;
  await progress.stage("installation", async (say) => {
    if (needsVenvPackage()) await installPackages(settings, say);
    await Promise.all([installPackages(settings, say), installVenv(settings, say)]);
  });
}

/**
 * Gives an empty cloud: what was made on it is gone, passwords, ports and addresses stay.
 * @throws UserError as `devcloudUp`
 */
export async function devcloudReset(options: DevcloudOptions, progress: Progress): Promise<DevcloudSettings> {
  const settings = devcloudSettings(options);
  await checkPreconditions(settings);
  await withLock(
    settings,
    (what) => progress.note(what),
    () =>
      progress.stage("emptying the cloud", async () => {
        await stopAll(settings);
        for (const directory of ["state", "rabbit", "logs", "run"] as const)
          rmSync(settings.dirs[directory], { recursive: true, force: true });
        if (hasTemplate(settings, templateKey(settings))) restoreTemplate(settings);
        else rmSync(settings.dirs.template, { recursive: true, force: true });
      }),
  );
  return devcloudUp(options, progress);
}
