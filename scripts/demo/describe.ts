import { devcloudSettings } from "../devcloud/index.ts";
import { bold } from "../console.ts";
import { describeToolchain } from "../toolchain/index.ts";
import { DEMO } from "./steps.ts";

/** What the demo will install where, before anything is changed. */
export async function describeDemo(): Promise<string> {
  const toolchain = await describeToolchain();
  const { home, venv, basePort } = devcloudSettings();
  const lines = [
    bold("This demo installs"),
    ...(toolchain.writes.length > 0
      ? toolchain.writes.map((what) => `  ${what}`)
      : ["  Pulumi engine and plugins: there already"]),
    `  OpenStack 2026.2: Debian packages (MariaDB, RabbitMQ, OVN, no service started), Python packages in ${venv}`,
    `  the cloud's data in ${home}, listening on 127.0.0.1 only, ports ${basePort} to ${basePort + 31}`,
    `  two site directories and a neighbour's in ${DEMO}, with states and passphrases of their own`,
    "  nothing else; `npx tresor devcloud down --purge` removes the cloud, deleting the directories removes the rest",
  ];
  return lines.join("\n");
}
