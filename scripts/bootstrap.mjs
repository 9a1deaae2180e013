// Runs a TypeScript entry point on a machine that may have nothing but an older Node: installs the npm dependencies when
// the lock file changed since the last time, then starts the entry with the Node that comes with them. Plain JavaScript,
// no dependency: `node scripts/bootstrap.mjs [entry.ts args...]`.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, "node_modules", ".tresor-lock");
const lock = createHash("sha256")
  .update(readFileSync(join(root, "package-lock.json")))
  .digest("hex");

function fail(message) {
  process.stderr.write(`error: ${message}\n`);
  process.exit(1);
}

const [entry, ...args] = process.argv.slice(2);
// A dry run must change nothing, not even node_modules: the entry says itself what would be installed.
const installed = existsSync(stamp) && readFileSync(stamp, "utf8") === lock;
if (!installed && args.includes("--dry-run")) {
  process.stdout.write(
    "Would run `npm ci --ignore-scripts` in the clone (about 400 packages, 440 MB, Node 24 included), and then say what else it would install:\n" +
      "of the Pulumi engine and plugins, the one-machine OpenStack and the site directories, what is missing (README.md, Two commands).\n",
  );
}
if (!installed && !args.includes("--dry-run")) {
  process.stderr.write("[npm] installing dependencies (npm ci --ignore-scripts) ...\n");
  const start = Date.now();
  const npm = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (npm.error) fail(`npm cannot be started (${npm.error.message}). Next: install Node 20 or newer with npm.`);
  if (npm.status !== 0)
    fail("npm ci failed, its messages stand above. Next: check the registry that npm is configured for.");
  writeFileSync(stamp, lock);
  process.stderr.write(`[npm] done in ${((Date.now() - start) / 1000).toFixed(1)} s\n`);
  process.env.TRESOR_NPM_MS = String(Date.now() - start);
}
if (entry) {
  const shipped = join(root, "node_modules", ".bin", "node");
  const own = Number(process.versions.node.split(".")[0]) >= 24;
  const node = existsSync(shipped) ? shipped : own ? process.execPath : undefined;
  if (!node) {
    if (args.includes("--dry-run")) process.exit(0);
    fail(
      `Node 24 or newer is needed, this is ${process.version} and the npm dependencies brought none. Next: install Node 24.`,
    );
  }
  const env = {
    ...process.env,
    PATH: `${dirname(node)}:${process.env.PATH}`,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, "node_modules", ".cache", "compile"),
  };
  const run = spawnSync(node, ["--disable-warning=ExperimentalWarning", join(root, entry), ...args], {
    stdio: "inherit",
    env,
  });
  if (run.error) fail(`cannot start ${node}: ${run.error.message}`);
  process.exit(run.status ?? 1);
}
