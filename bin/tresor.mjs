#!/usr/bin/env node
// The command line as npm links it. Plain JavaScript that older Nodes read too: its work is to find a Node that runs the rest,
// TypeScript in a clone and compiled JavaScript in the npm package.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const NEEDED = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, "scripts", "tresor.ts");
const entry = existsSync(source) ? source : join(root, "dist", "scripts", "tresor.js");
const cache =
  process.env.NODE_COMPILE_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "tresor", "compile");

/** The Node that came with the npm dependencies: in one of two optional packages, by processor. */
function shippedNode() {
  try {
    const manifest = module
      .createRequire(import.meta.url)
      .resolve(`node-${process.platform}-${process.arch}/package.json`);
    const node = join(dirname(manifest), "bin", "node");
    return existsSync(node) ? node : undefined;
  } catch {
    return undefined;
  }
}

async function runHere() {
  module.enableCompileCache(cache);
  const { main } = await import(pathToFileURL(entry).href);
  await main(process.argv.slice(2));
}

function runIn(node) {
  const env = {
    ...process.env,
    NODE_COMPILE_CACHE: cache,
    PATH: [dirname(node), process.env.PATH].filter(Boolean).join(delimiter),
  };
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit", env });
  // The terminal sends an interrupt to both: the child decides when to end, and this process ends after it.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => fail(`cannot start ${node}: ${error.message}`));
  child.on("exit", (code, signal) => {
    if (code !== null) process.exit(code);
    for (const handled of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(handled);
    process.kill(process.pid, signal);
  });
}

function fail(message) {
  process.stderr.write(`error: ${message}\n`);
  process.exit(1);
}

const shipped = shippedNode();
if (Number(process.versions.node.split(".")[0]) >= NEEDED) await runHere();
else if (shipped) runIn(shipped);
else
  fail(
    `Node ${NEEDED} or newer is needed, this is ${process.version} and the npm dependencies brought none. ` +
      `Next: install Node ${NEEDED}, or run npm install without --omit=optional.`,
  );
