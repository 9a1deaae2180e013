import { access, mkdir, statfs } from "node:fs/promises";
import { setPriority } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { UserError } from "../../config/problem.ts";
import { compareVersions } from "./semver.ts";
import { DISK, ENGINE, GO } from "./versions.ts";

const LOW_PRIORITY = 10;
const SAY_EVERY = 4_000;
const LINES_SHOWN = 8;
const BYTES_PER_GIB = 2 ** 30;

interface GoBuild {
  /** Directory with the go.mod. */
  readonly directory: string;
  readonly package: string;
  readonly output: string;
  /** Linker variables: full name to value. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * What `go` is told beyond the command line, which wins over the user's GOFLAGS: no workspace of the directories above, no C
 * compiler. Everything else of the user's (proxy, checksum database, caches) is left alone.
 */
const goEnvironment = { GOWORK: "off", CGO_ENABLED: "0" };

const flags = ["-trimpath", "-mod=readonly", "-buildvcs=false"];

/** Part of a piece's key: what changes the binary besides its sources. */
export const buildWords = (variables: Readonly<Record<string, string>>): readonly string[] => [
  ...flags,
  ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
  `${process.platform}-${process.arch}`,
];

/** Settings of `go` by name, or undefined where there is no `go`. Asked outside any module, so that nothing is fetched. */
async function goSettings(names: readonly string[]): Promise<Record<string, string> | undefined> {
  const result = await execa("go", ["env", "-json", ...names], { cwd: "/", env: goEnvironment, reject: false });
  if (result.failed) return undefined;
  return JSON.parse(result.stdout) as Record<string, string>;
}

async function freeGiB(path: string): Promise<number> {
  for (let at = path; ; at = dirname(at)) {
    const stats = await statfs(at).catch(() => undefined);
    if (stats) return (stats.bavail * stats.bsize) / BYTES_PER_GIB;
    if (at === dirname(at)) return Number.POSITIVE_INFINITY;
  }
}

/**
 * Refuses before anything is changed: no Go, one too old, too little disk.
 * @throws UserError with all that is missing
 */
export async function checkBuilder(cacheDirectory: string): Promise<void> {
  const settings = await goSettings(["GOVERSION", "GOTOOLCHAIN", "GOCACHE", "GOMODCACHE"]);
  if (!settings)
    throw new UserError({
      what: "Go is not installed",
      why: "the official Pulumi release cannot be reached, and building the engine from its modules needs Go",
      next: `install Go ${GO.version} or newer, or put a pulumi of a supported version on the PATH`,
    });
  const version = (settings.GOVERSION ?? "").replace(/^go/, "").replace(/ .*/, "");
  const fetchesNewer = compareVersions(version, GO.selfUpdating) >= 0 && settings.GOTOOLCHAIN !== "local";
  if (compareVersions(version, GO.version) < 0 && !fetchesNewer)
    throw new UserError({
      what: "Go is too old to build the engine",
      found: version,
      allowed: `${GO.version} or newer`,
      next: `install Go ${GO.version}, or unset GOTOOLCHAIN=local so that go (from ${GO.selfUpdating} on) fetches it`,
    });
  const engineModule = join(settings.GOMODCACHE ?? "", `${ENGINE.module}@v${ENGINE.version}`);
  const warm = await access(engineModule).then(
    () => true,
    () => false,
  );
  const needed = warm ? DISK.warm : DISK.cold;
  for (const path of new Set([settings.GOCACHE, settings.GOMODCACHE, cacheDirectory])) {
    const free = path ? await freeGiB(path) : Number.POSITIVE_INFINITY;
    if (free < needed)
      throw new UserError({
        what: `too little disk to build the engine at ${path}`,
        found: `${free.toFixed(1)} GiB free`,
        allowed: `${needed} GiB or more`,
        next: "make room, or point GOCACHE, GOMODCACHE and XDG_CACHE_HOME to a larger disk",
      });
  }
}

/** Runs `go`, gives each line of its stderr to `line`, and ends with an error that shows the last lines. */
async function go(args: readonly string[], cwd: string, line: (text: string) => void): Promise<string> {
  const child = execa("go", args, { cwd, env: goEnvironment, reject: false, stdin: "ignore" });
  try {
    if (child.pid !== undefined) setPriority(child.pid, LOW_PRIORITY);
  } catch {
    // It ended already, or the system refuses: it merely competes then.
  }
  for await (const text of child.iterable({ from: "stderr" })) line(text);
  const result = await child;
  if (result.failed)
    throw new UserError({
      what: `go ${args[0]} failed in ${cwd}`,
      found: result.stderr.trim().split("\n").slice(-LINES_SHOWN).join("\n    "),
      next: "see the lines above; a refused download is a matter of `go env GOPROXY` and GOSUMDB. What was compiled is kept: run the same command again",
    });
  return result.stdout;
}

/** Calls `say` at most every few seconds. */
function sparing(say: (what: string) => void): (what: string) => void {
  let last = 0;
  return (what) => {
    if (performance.now() - last < SAY_EVERY) return;
    last = performance.now();
    say(what);
  };
}

/**
 * Builds one binary. A build that was killed goes on where it stood, because Go caches each compiled package.
 * @throws UserError with Go's last lines
 */
export async function goBuild(build: GoBuild, say: (what: string) => void): Promise<void> {
  const now = sparing(say);
  let fetched = 0;
  const packages = await go(["list", "-deps", "-mod=readonly", build.package], build.directory, (line) => {
    if (line.startsWith("go: downloading")) now(`fetching modules (${++fetched} so far)`);
  });
  const total = packages.trim().split("\n").length;
  say(`compiling up to ${total} packages (those that Go has in its cache are skipped)`);
  await mkdir(dirname(build.output), { recursive: true });
  const variables = Object.entries(build.variables).map(([name, value]) => `-X ${name}=${value}`);
  const linker = ["-s", "-w", ...variables].join(" ");
  let compiled = 0;
  await go(["build", "-v", ...flags, "-ldflags", linker, "-o", build.output, build.package], build.directory, () =>
    now(`compiled ${++compiled} of at most ${total} packages`),
  );
}
