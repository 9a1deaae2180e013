import { devcloudSettings } from "../devcloud/index.ts";
import { bold } from "../console.ts";
import { describeToolchain } from "../toolchain/index.ts";
import { DEMO } from "./steps.ts";

/** A line of the zone's file to change, and what then happens; each word of it stands in the file. */
export const CHANGE = {
  below: "- from: bench/uni-north",
  line: "ports: [8443/tcp]",
  becomes: "ports: [8443/tcp, 22/tcp]",
  effect: "one RuleSet updated, and nothing else",
} as const;

/** What the demo will install where, before anything is changed. */
export async function describeDemo(): Promise<string> {
  const toolchain = await describeToolchain();
  const { home, venv, basePort } = devcloudSettings();
  const lines = [
    bold("This demo installs"),
    ...(toolchain.writes.length > 0
      ? toolchain.writes.map(({ where, what }) => `  ${what}, in ${where}`)
      : ["  Pulumi engine and plugins: there already"]),
    `  OpenStack 2026.2: Debian packages (MariaDB, RabbitMQ, OVN, no service started), Python packages in ${venv}`,
    `  the cloud's data in ${home}, listening on 127.0.0.1 only, ports ${basePort} to ${basePort + 31}`,
    `  two site directories and a neighbour's in ${DEMO}, with states and passphrases of their own`,
    "  nothing else; `npx tresor devcloud down --purge` removes the cloud, deleting the directories removes the rest",
  ];
  return lines.join("\n");
}
