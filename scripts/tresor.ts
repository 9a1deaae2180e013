import { Command } from "commander";
import { runMain } from "./console.ts";

type Register = (program: Command) => void;

/** One command of the command line: loaded only when it is called, so that help is quick and a broken one breaks no other. */
interface Entry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Register>;
}

export const COMMANDS: readonly Entry[] = [
  {
    name: "init",
    summary: "make a site directory for the operator or for a zone",
    load: async () => (await import("./commands/init.ts")).registerInit,
  },
  {
    name: "allocate",
    summary: "give a zone its VLAN ids and addresses, and write what is handed over",
    load: async () => (await import("./commands/allocate.ts")).registerAllocate,
  },
  {
    name: "claim",
    summary: "first login of a zone's pipeline: change the one-time password, write clouds.yaml",
    load: async () => (await import("./commands/claim.ts")).registerClaim,
  },
  {
    name: "validate",
    summary: "check stack files: all errors at once, with file, line and column",
    load: async () => (await import("./commands/validate.ts")).registerValidate,
  },
  {
    name: "plan",
    summary: "show what shall exist: table, JSON, picture, differences, why a path is open",
    load: async () => (await import("./commands/plan.ts")).registerPlan,
  },
  {
    name: "site",
    summary: "the file for a clinic's own end of its tunnel, ready but for its key",
    load: async () => (await import("./commands/site.ts")).registerSite,
  },
  {
    name: "mount",
    summary: "how a share is mounted, by whom, and what that does not protect",
    load: async () => (await import("./commands/mount.ts")).registerMount,
  },
  {
    name: "backup",
    summary: "back volumes up, and test that they can be restored",
    load: async () => (await import("./commands/backup.ts")).registerBackup,
  },
  {
    name: "preflight",
    summary: "check a real cloud before the first pulumi up",
    load: async () => (await import("./commands/preflight.ts")).registerPreflight,
  },
  {
    name: "reap",
    summary: "destroy the zones whose lifetime is over",
    load: async () => (await import("./commands/reap.ts")).registerReap,
  },
  {
    name: "destroy",
    summary: "destroy a zone with its keys and data, and write a signed deletion receipt",
    load: async () => (await import("./commands/destroy.ts")).registerDestroy,
  },
  {
    name: "receipt",
    summary: "the key that signs deletion receipts, and their verification",
    load: async () => (await import("./commands/receipt.ts")).registerReceipt,
  },
  {
    name: "door",
    summary: "hand out and use the doors of a zone: data in, results out",
    load: async () => (await import("./commands/door.ts")).registerDoor,
  },
  {
    name: "envelope",
    summary: "hand a study's key to holders of certificates: seal, open, show",
    load: async () => (await import("./commands/envelope.ts")).registerEnvelope,
  },
  {
    name: "attest",
    summary: "check what a machine proves of itself: an SEV-SNP report against certificates and a policy, offline",
    load: async () => (await import("./commands/attest.ts")).registerAttest,
  },
  {
    name: "release",
    summary: "give a data set's key to a machine that proves itself, and to no other; the record of it",
    load: async () => (await import("./commands/release.ts")).registerRelease,
  },
  {
    name: "freeze",
    summary: "take all access to a zone away, keep its data",
    load: async () => (await import("./commands/freeze.ts")).registerFreeze,
  },
  {
    name: "unfreeze",
    summary: "give a frozen zone back what is planned",
    load: async () => (await import("./commands/freeze.ts")).registerUnfreeze,
  },
  {
    name: "try",
    summary: "run one live attack with its positive control",
    load: async () => (await import("./commands/try.ts")).registerTry,
  },
  {
    name: "airlock",
    summary: "files into and out of a zone: ask, scan, approve, release, with a record that shows tampering",
    load: async () => (await import("./commands/airlock.ts")).registerAirlock,
  },
  {
    name: "toolchain",
    summary: "the Pulumi engine and its plugins: which, from where, install",
    load: async () => (await import("./commands/toolchain.ts")).registerToolchain,
  },
  {
    name: "devcloud",
    summary: "a real OpenStack on this machine: up, status, logs, down, reset",
    load: async () => (await import("./commands/devcloud.ts")).registerDevcloud,
  },
];

const EXAMPLES = `
Examples:
  $ tresor init operator ./operator            the operator's site directory
  $ tresor init zone ./digimed --stack digimed the zone's
  $ tresor validate ./digimed                  all errors of all its stack files
  $ tresor plan digimed --dir ./digimed        what shall exist, and why

Exit codes: 0 done; 1 an error, or it could not be checked; 2 done, and something was found that must not be.
Each command has its own --help with examples.`;

/** The command line with the one command loaded that is called; of all others only their summary. */
export async function programFor(argv: readonly string[]): Promise<Command> {
  const program = new Command("tresor")
    .description("Confidential research clouds on OpenStack, as code.")
    // Options behind a command are that command's: `tresor attest measure --json`.
    .enablePositionalOptions()
    .helpCommand("help [command]", "show the help of a command")
    .showHelpAfterError("(tresor --help shows all commands)")
    .addHelpText("after", EXAMPLES);
  const [first, second] = argv.filter((word) => !word.startsWith("-"));
  const called = first === "help" ? second : first;
  for (const { name, summary, load } of COMMANDS) {
    if (name === called) (await load())(program);
    else program.command(name).description(summary);
  }
  return program;
}

/** Runs the command line and sets the exit code. @param argv what stands after the program's name */
export async function main(argv: readonly string[]): Promise<void> {
  await runMain(async () => {
    const program = await programFor(argv);
    await program.parseAsync([...argv], { from: "user" });
    return Number(process.exitCode ?? 0);
  });
}

if (import.meta.main) await main(process.argv.slice(2));
