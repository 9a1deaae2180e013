import { execa } from "execa";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installPythonPackages, pythonCache } from "../../../scripts/devcloud/python-packages.ts";
import { accountsYaml, canSit, tempestConf, type Judged } from "./config.ts";
import { refusalsOf, type Judge } from "./panel.ts";
import { verdictsOf, type Verdict } from "./verdict.ts";

const LOCK = join(import.meta.dirname, "requirements.lock");

/** What a judge said. */
export interface Session {
  readonly judge: string;
  readonly seconds: number;
  /** By test id without its attributes. */
  readonly verdicts: Readonly<Record<string, Verdict>>;
}

/** OpenStack's own suites in an environment of their own, outside of the clone. @returns its directory */
export const installJudges = (say: (what: string) => void): Promise<string> =>
  installPythonPackages({ title: "OpenStack's own tests", lockFile: LOCK, cache: pythonCache() }, say);

/** Python's folder of packages in an environment. */
const packagesOf = (venv: string): string => join(venv, "lib", "python3.11", "site-packages");

/**
 * Lets one judge sit: its tests, one after the other. The folder with the passwords is gone afterwards.
 * @throws Error where the run was broken off or said less than it ran
 */
export async function sit(venv: string, judge: Judge, judged: Judged): Promise<Session> {
  const start = performance.now();
  const home = await mkdtemp(join(tmpdir(), "tresor-judge-"));
  try {
    const files = { accounts: join(home, "accounts.yaml"), locks: join(home, "locks"), logs: join(home, "logs") };
    await Promise.all([files.locks, files.logs].map((directory) => mkdir(directory)));
    await writeFile(files.accounts, accountsYaml(judge, judged), { mode: 0o600 });
    await writeFile(join(home, "tempest.conf"), tempestConf(judge, judged, files), { mode: 0o600 });
    const top = packagesOf(venv);
    const stestr = { test_path: join(top, "tempest", "test_discover"), top_dir: top, group_regex: "([^\\.]*\\.)*" };
    const lines = Object.entries(stestr).map(([key, value]) => `${key}=${value}`);
    await writeFile(join(home, ".stestr.conf"), `[DEFAULT]\n${lines.join("\n")}\n`);
    const program = join(venv, "bin", "stestr");
    const options = {
      cwd: home,
      reject: false,
      stdin: "ignore" as const,
      timeout: 30 * 60_000,
      env: {
        ...{
          TEMPEST_CONFIG_DIR: home,
          TEMPEST_CONFIG: "tempest.conf",
          PATH: `${join(venv, "bin")}:${process.env.PATH}`,
        },
        // Their own tests are compiled once, here, and kept.
        PYTHONDONTWRITEBYTECODE: "",
      },
    };
    await execa(program, ["init"], options);
    const { stdout, stderr, timedOut } = await execa(program, ["run", "--serial", judge.tests], options);
    if (timedOut) throw new Error(`judge ${judge.id}: not done after 30 minutes`);
    const verdicts = verdictsOf(stdout, refusalsOf(judge.id));
    if (verdicts === undefined) throw new Error(`judge ${judge.id} was broken off: ${stdout.slice(-2000)}\n${stderr}`);
    return { judge: judge.id, seconds: Math.round((performance.now() - start) / 1000), verdicts };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** All judges that find their accounts, one after the other: the cloud is shared. */
export async function sitAll(
  judges: readonly Judge[],
  judged: Judged,
  say: (what: string) => void,
): Promise<readonly Session[]> {
  const venv = await installJudges(say);
  const sessions: Session[] = [];
  for (const judge of judges) {
    if (!canSit(judge, judged)) {
      say(`${judge.id}: left out, since what it needs is not given`);
      continue;
    }
    sessions.push(await sit(venv, judge, judged));
  }
  return sessions;
}
