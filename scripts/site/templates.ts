import type { Toolchain } from "../toolchain/types.ts";

export type SiteKind = "operator" | "zone";

/** What the texts of a site directory depend on. */
export interface SiteFacts {
  readonly kind: SiteKind;
  /** Absolute path of the site directory. */
  readonly directory: string;
  /** The program, relative to the site directory: the package is linked or installed as `node_modules/tresor`. */
  readonly main: string;
  readonly stacks: readonly StackFacts[];
  /** Undefined where no engine is installed yet. */
  readonly toolchain?: Pick<Toolchain, "binDirectory" | "environment" | "plugins">;
  /** Directory of Node 24 or newer, which runs the program. */
  readonly nodeDirectory: string;
  /** Directory of the installed package: what lies in it is named through `node_modules/tresor`. */
  readonly packageRoot: string;
}

export interface StackFacts {
  readonly name: string;
  /** Entry of clouds.yaml that a person at this stack works with. */
  readonly cloud: string;
  /** A zone's file that asks for backups. */
  readonly backups: boolean;
}

/** File that holds the passphrase of a site's states: one for the operator's half, one for each zone. */
export const passphraseFile = (kind: SiteKind, stack: string): string =>
  `passphrase.${kind === "operator" ? "operator" : stack}`;

export const envFile = (stack: string): string => `env.${stack}.sh`;

/** A word for a POSIX shell. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

const throughLink = (file: string, root: string): string =>
  file.startsWith(`${root}/`) ? `node_modules/tresor/${file.slice(root.length + 1)}` : file;

/** Pulumi.yaml: a project `tresor` whose program is the installed package's. */
export function pulumiYaml({ kind, main, toolchain, packageRoot }: SiteFacts): string {
  const plugins = (toolchain?.plugins ?? []).filter((plugin) => plugin.path !== undefined && plugin.name !== "tresor");
  const providers = [
    { name: "tresor", path: "node_modules/tresor/provider/plugin" },
    ...plugins.map(({ name, path }) => ({ name, path: throughLink(path ?? "", packageRoot) })),
  ];
  return `# Made by \`tresor init ${kind}\`. The program is the installed package; nothing is written here.
name: tresor
description: ${kind === "operator" ? "Platform and tenants, run by the cloud's operator" : "A zone, run by its own administrator"}
runtime:
  name: nodejs
  options:
    # Node runs TypeScript itself; short stack traces save a third of the memory of each resource.
    typescript: false
    nodeargs: "--stack-trace-limit=1"
main: ${main}
options:
  # What was changed by hand is compared with the cloud at each up and preview, not only with the last state.
  refresh: always
plugins:
  providers:
${providers.map(({ name, path }) => `    - name: ${name}\n      path: ${path}`).join("\n")}
`;
}

/** Variables of other clouds that the plugin, or our own client, would prefer over clouds.yaml: who logs in, where, and whether TLS is verified. */
const STRAY = [
  "AUTH_URL",
  "USERNAME",
  "USER_ID",
  "PASSWORD",
  "TOKEN",
  "PROJECT_NAME",
  "PROJECT_ID",
  "TENANT_NAME",
  "TENANT_ID",
  "DOMAIN_NAME",
  "DOMAIN_ID",
  "USER_DOMAIN_NAME",
  "USER_DOMAIN_ID",
  "PROJECT_DOMAIN_NAME",
  "PROJECT_DOMAIN_ID",
  "APPLICATION_CREDENTIAL_ID",
  "APPLICATION_CREDENTIAL_NAME",
  "APPLICATION_CREDENTIAL_SECRET",
  "SYSTEM_SCOPE",
  "DEFAULT_DOMAIN",
  "AUTH_TOKEN",
  "REGION_NAME",
  "ENDPOINT_TYPE",
  "INSECURE",
  "CACERT",
  "CERT",
  "KEY",
  "CLIENT_SECURE_FILE",
].map((name) => `OS_${name}`);

/** What a shell needs to run \`pulumi\` for one stack; sourced. Holds paths, never a secret. */
export function envScript(facts: SiteFacts, stack: StackFacts): string {
  const { directory, toolchain, nodeDirectory, kind } = facts;
  const variables: Record<string, string> = {
    ...Object.fromEntries(Object.entries(toolchain?.environment ?? {}).filter(([name]) => name !== "PATH")),
    // Beside each file of the state the engine would write one of attributes, not in one go: a kill between leaves a state that nobody can read.
    PULUMI_BACKEND_URL: `file://${directory}/state?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE_FILE: `${directory}/${passphraseFile(kind, stack.name)}`,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    OS_CLIENT_CONFIG_FILE: `${directory}/clouds.yaml`,
    OS_CLOUD: stack.cloud,
  };
  const bin = [toolchain?.binDirectory, nodeDirectory].filter((entry) => entry !== undefined);
  return `# Made by \`tresor init\`; source it before working on stack ${stack.name}:  . ./${envFile(stack.name)}
# Paths of this machine: not for the repository. Made again by \`tresor init\`.
${toolchain ? "" : "# No engine was installed when this was written: run `tresor toolchain`, then `tresor init` again.\n"}unset ${STRAY.join(" ")}
${Object.entries(variables)
  .map(([name, value]) => `export ${name}=${quoted(value)}`)
  .join("\n")}
case ":$PATH:" in *:${quoted(bin[0] ?? "")}:*) ;; *) export PATH=${bin.map(quoted).join(":")}:"$PATH" ;; esac
`;
}

export const GITIGNORE = `# State, credentials and what belongs to one machine. Everything else in this directory is committed.
/state/
/passphrase.*
/clouds.yaml
/secure.yaml
/quobyte.yaml
/.claim.*
/receipt.key
/.destroy.*
# What a write that was killed leaves behind.
/.clouds.yaml.*
/.passphrase.*
/..claim.*
/.receipt.key.*
/env.*.sh
/node_modules/
/*.lock
`;

/** README.md of a site: what lies here and the daily commands. */
export function siteReadme({ kind, stacks }: SiteFacts): string {
  const names = stacks.map(({ name }) => name);
  const first = names[0] ?? "";
  const own =
    kind === "operator"
      ? "- `ledger.yaml`: which zone has which VLAN ids and addresses. Only `tresor allocate <zone>` writes it; commit it."
      : "- `granted:` in the stack file is what the operator handed over; it is copied, never edited.";
  return `# ${kind === "operator" ? "Operator's site" : `Zone ${first}`}

Made by \`tresor init ${kind}\`. Commit everything that \`.gitignore\` does not name.

- ${names.map((name) => `\`Pulumi.${name}.yaml\``).join(", ")}: what shall exist. Edit these.
${own}
- \`clouds.yaml\` and \`${passphraseFile(kind, first)}\`: credentials, mode 0600, never committed. Whoever loses the passphrase loses the secrets in the state.
- \`env.<stack>.sh\`: source it, then \`pulumi\` works.
- \`pipeline.yml\`: an example for GitLab and one for GitHub.

    npx tresor validate .                 # all errors at once
    npx tresor plan ${first}              # what shall exist, and why
    npx tresor preflight ${first}         # what the cloud can and cannot do
    . ./${envFile(first)}
    pulumi stack init ${first}            # once
    pulumi preview -s ${first}
    pulumi up -s ${first}
`;
}
