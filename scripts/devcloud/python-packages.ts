import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { UserError } from "../../config/problem.ts";

/** Version of the installer of Python packages, itself from PyPI into an environment of its own. */
const UV_VERSION = "0.13.8";

/** Where environments of all locks lie, outside of any clone; `tresor devcloud down --purge` empties it. */
export const pythonCache = (): string =>
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "tresor", "devcloud");

/** A set of locked packages in an environment of its own. */
export interface PythonPackages {
  /** What they are, for people: "OpenStack 2026.2". */
  readonly title: string;
  /** Requirements with hashes; another lock is another environment, beside the old one. */
  readonly lockFile: string;
  readonly cache: string;
}

/** The environment of a lock. */
export const venvOf = ({ cache, lockFile }: Omit<PythonPackages, "title">): string =>
  join(cache, `venv-${createHash("sha256").update(readFileSync(lockFile)).digest("hex").slice(0, 16)}`);

const mark = (venv: string): string => join(venv, "devcloud-complete");

/** True where an installation into this environment came to its end. */
export const isInstalled = (venv: string): boolean => existsSync(mark(venv));

/**
 * Runs a program to its end.
 * @returns its standard output
 * @throws UserError with the last lines of its output
 */
export async function command(
  program: string,
  args: readonly string[],
  what: string,
  env: Record<string, string> = {},
): Promise<string> {
  const result = await execa(program, args, { env, reject: false, stdin: "ignore", all: true });
  if (result.failed)
    throw new UserError({
      what: `${what} failed`,
      why: (result.all ?? result.shortMessage).trim().split("\n").slice(-8).join(" | ").slice(-900),
      next: "mend what the message says and run the same command again",
    });
  return result.stdout;
}

async function installUv(cache: string): Promise<string> {
  const directory = join(cache, `uv-${UV_VERSION}`);
  const uv = join(directory, "bin", "uv");
  if (isInstalled(directory)) return uv;
  rmSync(directory, { recursive: true, force: true });
  await command("python3", ["-m", "venv", directory], "making a Python environment (package python3-venv)");
  await command(join(directory, "bin", "pip"), ["install", "-q", `uv==${UV_VERSION}`], "installing uv from PyPI");
  writeFileSync(mark(directory), "");
  return uv;
}

/**
 * Installs locked packages into their environment; the mark at the end makes an interrupted attempt start anew.
 * @returns the environment's directory
 * @throws UserError where Python 3.11 is missing, or a package does not come or has another hash
 */
export async function installPythonPackages(packages: PythonPackages, say: (what: string) => void): Promise<string> {
  const venv = venvOf(packages);
  if (isInstalled(venv)) return venv;
  const { title, cache, lockFile } = packages;
  mkdirSync(cache, { recursive: true });
  const uv = await installUv(cache);
  rmSync(venv, { recursive: true, force: true });
  say(`Python packages of ${title}`);
  const make = ["venv", "-q", "--python", "3.11", "--no-python-downloads", venv];
  await command(uv, make, `making the environment of ${title}`);
  const python = join(venv, "bin", "python");
  const sync = ["pip", "install", "-q", "--python", python, "--require-hashes", "-r", lockFile];
  await command(uv, sync, `installing the Python packages of ${title}`);
  say("byte-compiling");
  // Without it the first start of every service would compile, all at once; single files that do not compile are no matter.
  // The packages' own tests, a third of all files, are left out.
  const compile = ["-m", "compileall", "-q", "-j", "0", "-x", "/tests?/", join(venv, "lib")];
  await execa(python, compile, { env: { PYTHONDONTWRITEBYTECODE: "" }, reject: false, stdio: "ignore" });
  writeFileSync(mark(venv), "");
  return venv;
}
