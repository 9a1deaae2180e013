import { execa } from "execa";
import { readFileSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { hasStatus, type Session } from "../../../openstack/index.ts";
import { devcloudSettings } from "../../../scripts/devcloud/index.ts";
import { logFile, startService, stopService } from "../../../scripts/devcloud/processes.ts";
import type { State } from "../../../scripts/devcloud/quobyte/state.ts";
import { loadSecrets } from "../../../scripts/devcloud/secrets.ts";
import type { Service } from "../../../scripts/devcloud/services.ts";
import { SIMULATOR_USER, simulatorCa, simulatorUrl } from "../../../scripts/devcloud/simulator.ts";
import { until } from "../../../scripts/proof/wait.ts";

/**
 * A second backend of Manila on the simulated Quobyte, with OpenStack's own driver as it comes: it only unexports what is deleted. The
 * cloud's own is told to delete (`quobyte_delete_shares`).
 */
const settings = devcloudSettings();
export const hasQuobyte = settings.extras.includes("quobyte");
export const SHARE_TYPE = "shred-quobyte";
const BACKEND = "unexporting";
const HOST = `devcloud@${BACKEND}`;
const FILE = join(settings.dirs.etc, `manila-${BACKEND}.conf`);
const MANILA = "shared-file-system";

const service: Service = {
  name: `manila-share-${BACKEND}`,
  command: [
    join(settings.venv, "bin", "manila-share"),
    ...["--config-file", join(settings.dirs.etc, "manila.conf"), "--config-file", FILE],
  ],
  check: { kind: "worker" },
  after: [],
  stop: "kill",
};

const text = (): string => `[DEFAULT]
enabled_share_backends = ${BACKEND}
periodic_interval = 5
periodic_fuzzy_delay = 0
[${BACKEND}]
share_driver = manila.share.drivers.quobyte.quobyte.QuobyteShareDriver
share_backend_name = QUOBYTE_UNEXPORTING
driver_handles_share_servers = false
quobyte_api_url = ${simulatorUrl(settings)}
quobyte_api_ca = ${simulatorCa(settings)}
quobyte_api_username = ${SIMULATOR_USER}
quobyte_api_password = ${loadSecrets(settings).quobyte}
`;

interface Type {
  readonly id: string;
  readonly name: string;
}
const typeOf = async (operator: Session): Promise<Type | undefined> =>
  (await operator.paginate<Type>(MANILA, "/types", "share_types", { query: { is_public: "all" } })).find(
    ({ name }) => name === SHARE_TYPE,
  );

/** Starts it, and makes its share type, as the operator's platform would. */
export async function startUnexporting(operator: Session): Promise<void> {
  await writeFile(FILE, text(), { mode: 0o600 });
  await stopService(settings, service); // that of a run that was broken off
  await startService(settings, service);
  const extra_specs = { driver_handles_share_servers: "False", share_backend_name: "QUOBYTE_UNEXPORTING" };
  const body = { share_type: { name: SHARE_TYPE, "share_type_access:is_public": false, extra_specs } };
  if ((await typeOf(operator)) === undefined) await operator.request(MANILA, "POST", "/types", { body });
  // Manila's list of pools is of the time when it last placed a share: a new backend is not in it before one is asked for.
  const told = async (): Promise<true | undefined> => {
    const log = await readFile(logFile(settings, service.name), "utf8").catch(() => "");
    return /Finished initialization of driver/.test(log.slice(log.lastIndexOf("Starting manila-share")))
      ? true
      : undefined;
  };
  await until(told, `driver of ${HOST} to be ready, which then tells the scheduler`, 120_000);
}

/** Takes it away without a trace: a backend that is down would be told of to every later run. */
export async function stopUnexporting(operator: Session): Promise<void> {
  const type = await typeOf(operator);
  if (type !== undefined)
    await operator.request(MANILA, "DELETE", `/types/${type.id}`).catch((error: unknown) => {
      if (!hasStatus(error, 404)) throw error;
    });
  await stopService(settings, service);
  const sql = `UPDATE manila.services SET deleted = id, deleted_at = NOW() WHERE host = '${HOST}' AND deleted = 0`;
  const socket = `--socket=${join(settings.dirs.run, "mysql.sock")}`;
  await execa("/usr/bin/mariadb", ["--no-defaults", socket, "--user=root", "-e", sql]);
  await rm(FILE, { force: true });
}

/** Writes the cluster and its share type into an operator's files, and how to log in to it beside them. */
export async function withQuobyte(site: string, tenantFile: string): Promise<void> {
  const url = simulatorUrl(settings);
  const change = async (file: string, values: readonly (readonly [path: readonly string[], value: unknown])[]) => {
    const document = parseDocument(await readFile(join(site, file), "utf8"));
    for (const [path, value] of values) document.setIn(["config", ...path], document.createNode(value));
    await writeFile(join(site, file), document.toString({ lineWidth: 0 }));
  };
  const manila = { deletesShares: false, verifiesTls: true };
  await change("Pulumi.platform.yaml", [
    [["tresor:platform", "quobyte"], { main: { title: "Quobyte", url, manila } }],
    [
      ["tresor:platform", "shareTypes", SHARE_TYPE],
      { driver: "quobyte", backend: "QUOBYTE_UNEXPORTING", cluster: "main", squash: "none" },
    ],
  ]);
  await change(tenantFile, [
    [
      ["tresor:tenant", "shareTypes"],
      ["project-share", SHARE_TYPE],
    ],
    [["tresor:tenant", "quobyte"], { main: { requiredTags: ["ssd"] } }],
  ]);
  const entry = {
    ...{ url, ca: simulatorCa(settings), user: SIMULATOR_USER },
    password: loadSecrets(settings).quobyte,
  };
  await writeFile(join(site, "quobyte.yaml"), JSON.stringify({ clusters: { main: entry } }), { mode: 0o600 });
}

/** Adds a share on Quobyte to a zone's file. */
export async function withQuobyteShare(file: string): Promise<void> {
  const document = parseDocument(await readFile(file, "utf8"));
  const facts = { kind: "share", type: SHARE_TYPE, size: "1 GiB", owner: "uni", classification: "pseudonymised" };
  document.setIn(
    ["config", "tresor:zone", "areas", "lab", "datasets", "scans"],
    document.createNode({ ...facts, access: { uni: "write" } }),
  );
  await writeFile(file, document.toString({ lineWidth: 0 }));
}

/** The simulator's state as it lies on its disk: what Quobyte itself has, past every API. */
export const quobyteState = (): Pick<State, "volumes" | "tenants" | "audit"> =>
  JSON.parse(readFileSync(join(settings.dirs.state, "quobyte", "state.json"), "utf8")) as State;
