// Builds `dist/` for the npm package: the compiled code, and beside it every file that is not code, at the same relative
// place, so that `import.meta.url` finds its neighbours in the clone and in the package alike.
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");
const { include } = JSON.parse(readFileSync(join(root, "tsconfig.build.json"), "utf8"));
const sources = include.map((pattern) => pattern.split("/")[0]);
const left = /(^|\/)(node_modules|__pycache__|\.[^/]+)(\/|$)|\.(ts|mts|pyc|log|tgz)$/;

rmSync(dist, { recursive: true, force: true });
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const compiled = spawnSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], { stdio: "inherit" });
if (compiled.status !== 0) process.exit(compiled.status ?? 1);

for (const entry of readdirSync(root, { withFileTypes: true })) {
  if (!entry.isDirectory() || !sources.includes(entry.name)) continue;
  cpSync(join(root, entry.name), join(dist, entry.name), {
    recursive: true,
    filter: (from) => !left.test(from.slice(root.length + 1).replaceAll(sep, "/")),
  });
}
