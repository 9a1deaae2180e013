import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { UserError } from "../../config/problem.ts";
import { Progress, bold, duration, green, red, runMain, table } from "../console.ts";
import {
  devcloudDown,
  devcloudPolicy,
  devcloudReset,
  devcloudSettings,
  devcloudStatus,
  devcloudUp,
  POLICY_PARTS,
} from "../devcloud/index.ts";
import type { DevcloudSettings, DevcloudStatus } from "../devcloud/index.ts";
import { upPlan } from "../devcloud/dry-run.ts";
import { lastLines, logFile } from "../devcloud/processes.ts";
import { services } from "../devcloud/services.ts";
import type { Extra } from "../devcloud/settings.ts";

interface Flags {
  readonly home?: string;
  readonly basePort?: number;
  readonly with?: readonly Extra[];
  readonly snpSlots?: number;
}

const whole = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("a whole number is wanted.");
  return Number(text);
};
const list = (text: string): string[] => text.split(",").filter(Boolean);

const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  up: ["tresor devcloud up", "tresor devcloud up --with octavia,quobyte,vpnaas", "tresor devcloud up --dry-run"],
  status: ["tresor devcloud status", "tresor devcloud status --json"],
  logs: ["tresor devcloud logs", "tresor devcloud logs nova-scheduler -f"],
  down: ["tresor devcloud down", "tresor devcloud down --purge"],
  reset: ["tresor devcloud reset"],
  policy: ["tresor devcloud policy off projects", "tresor devcloud policy on"],
};

function withHome(parent: Command, name: string, summary: string): Command {
  const examples = (EXAMPLES[name.split(" ")[0] ?? ""] ?? []).map((line) => `  ${line}`).join("\n");
  return parent
    .command(name)
    .description(summary)
    .option("--home <dir>", "data directory (default: $TRESOR_DEVCLOUD_HOME, else /var/lib/tresor/devcloud)")
    .addHelpText("after", `\nExamples:\n${examples}`);
}

const withChoices = (command: Command): Command =>
  command
    .option("--base-port <port>", "first of the 32 ports on 127.0.0.1 (default: 23700)", whole)
    .option("--with <parts>", "also octavia, quobyte (simulated), vpnaas (comma-separated)", list)
    .option("--snp-slots <count>", "SEV-SNP machines that each confidential host takes (default: 4)", whole);

/** What to do next with a cloud that is up. */
function farewell(settings: DevcloudSettings, progress: Progress): string {
  const total = progress.stages.map((stage) => `${stage.name} ${duration(stage.milliseconds)}`).join(", ");
  return [
    `${green("up")}  ${settings.authUrl}${total ? `  (${total})` : "  (nothing to do)"}`,
    "",
    "Look at it:",
    `  export OS_CLIENT_CONFIG_FILE=${settings.cloudsYaml} OS_CLOUD=devcloud-operator`,
    `  ${settings.openstack} hypervisor list`,
    "Empty it: tresor devcloud reset    Stop it: tresor devcloud down",
  ].join("\n");
}

function statusText(status: DevcloudStatus): string {
  const broken = status.services.filter((service) => service.state !== "up");
  const head = `${status.state === "up" ? green("up") : red(status.state)}  ${status.authUrl}  ${status.memoryMiB} MiB  ${status.home}`;
  if (status.state === "absent" || status.state === "down") return `${head}\nNext: tresor devcloud up`;
  const rows = status.services.map((service) => [service.name, service.state, String(service.pid ?? "-")]);
  const why = broken.flatMap((service) => [
    "",
    bold(`${service.name} is ${service.state}; the end of ${service.logFile}:`),
    ...(service.log ?? []).map((line) => `  ${line}`),
  ]);
  const next = broken.length > 0 ? ["", "Next: tresor devcloud up starts what is missing"] : [];
  return [head, table([["service", "state", "pid"], ...rows]), ...why, ...next].join("\n");
}

function showLogs(name: string | undefined, flags: Flags & { follow?: boolean; lines: number }): Promise<number> {
  const settings = devcloudSettings(flags);
  const known = services(settings).map((service) => service.name);
  if (name !== undefined && !known.includes(name))
    throw new UserError({ what: "no such service", found: name, allowed: known.join(", ") });
  const names = name === undefined ? known : [name];
  const files = names.map((known) => logFile(settings, known)).filter((file) => existsSync(file));
  if (!flags.follow) {
    for (const file of files) {
      if (files.length > 1) process.stdout.write(`${bold(`==> ${file}`)}\n`);
      for (const line of lastLines(file, flags.lines)) process.stdout.write(`${line}\n`);
    }
    return Promise.resolve(0);
  }
  const tail = spawn("tail", ["-n", String(flags.lines), "-F", ...files], { stdio: "inherit" });
  return new Promise((resolve) => tail.once("exit", (code) => resolve(code ?? 0)));
}

function registerUp(group: Command): void {
  withChoices(withHome(group, "up", "start the one-machine cloud; installs what is missing, repairs what died"))
    .option("--dry-run", "only say what would be installed where")
    .action((flags: Flags & { dryRun?: boolean }) =>
      runMain(async () => {
        if (flags.dryRun) {
          process.stdout.write(`${upPlan(devcloudSettings(flags)).join("\n")}\n`);
          return 0;
        }
        const progress = new Progress();
        const settings = await devcloudUp(flags, progress);
        process.stdout.write(`${farewell(settings, progress)}\n`);
        return 0;
      }),
    );
}

function registerPolicy(group: Command): void {
  const summary =
    "the shipped policies: only the administrator makes projects, only he hands data out. Without a part: both";
  withHome(group, "policy <on|off> [part]", summary).action((state: string, part: string | undefined, flags: Flags) =>
    runMain(async () => {
      if (state !== "on" && state !== "off") throw new UserError({ what: "on or off is wanted", found: state });
      const parts = POLICY_PARTS.filter((each) => part === undefined || each === part);
      if (parts.length === 0)
        throw new UserError({ what: "there is no such part", found: part, allowed: POLICY_PARTS.join(", ") });
      for (const each of parts) devcloudPolicy(flags, each, state === "on");
      return 0;
    }),
  );
}

/** `tresor devcloud up | status | logs | down | reset | policy` */
export function registerDevcloud(program: Command): void {
  const group = program
    .command("devcloud")
    .description("a real OpenStack 2026.2 on this machine, for trials and tests");
  registerUp(group);
  withHome(group, "status", "what runs; exit 1 and the end of its log for each service that does not")
    .option("--json", "as JSON")
    .action((flags: Flags & { json?: boolean }) =>
      runMain(async () => {
        const status = await devcloudStatus(flags);
        process.stdout.write(`${flags.json ? JSON.stringify(status, null, 2) : statusText(status)}\n`);
        return status.state === "up" ? 0 : 1;
      }),
    );
  withHome(group, "logs [service]", "the end of the logs")
    .option("-f, --follow", "go on as lines come")
    .option("--lines <count>", "lines of each log", whole, 20)
    .action((name: string | undefined, flags: Flags & { follow?: boolean; lines: number }) =>
      runMain(async () => showLogs(name, flags)),
    );
  withHome(group, "down", "stop it; its data stay")
    .option("--purge", "also remove its data, the Python environment and the packages that were installed for it")
    .option("--keep-packages", "with --purge: leave packages and the Python environment")
    .action((flags: Flags & { purge?: boolean; keepPackages?: boolean }) =>
      runMain(async () => {
        await devcloudDown(flags, new Progress());
        return 0;
      }),
    );
  withChoices(withHome(group, "reset", "an empty cloud, with the same passwords")).action((flags: Flags) =>
    runMain(async () => {
      const progress = new Progress();
      process.stdout.write(`${farewell(await devcloudReset(flags, progress), progress)}\n`);
      return 0;
    }),
  );
  registerPolicy(group);
}
