import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import type { Kind, StackConfig } from "../../config/index.ts";
import { formatPath, parsePath } from "../../config/path.ts";
import { UserError, type Problem } from "../../config/problem.ts";
import type { Ledger } from "../../plan/ledger.ts";
import { LEDGER, ledgerProblems, parseLedger } from "../../plan/ledger-file.ts";
import { takenHosts } from "../../plan/dedicated.ts";
import { quobyteProblems } from "../../plan/quobyte.ts";
import { checkStackFile, type CheckedFile } from "../../policies/index.ts";
import { stackOf } from "./examples.ts";
import { fileError, readIfThere } from "./files.ts";
import { isDirectory, shownFile } from "./site.ts";

/** What validation says of one file. */
interface FileReport {
  readonly file: string;
  readonly kind?: Kind | "ledger";
  /** Zone, or `platform`. */
  readonly subject?: string;
  readonly ok: boolean;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Files read at a time: enough to keep the disk busy, few enough for every limit of open files. */
const PARALLEL = 64;

async function mapParallel<In, Out>(items: readonly In[], work: (item: In) => Promise<Out>): Promise<readonly Out[]> {
  const results: Out[] = Array<Out>(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index] as In);
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, items.length) }, worker));
  return results;
}

/** A ledger that was read and is sound enough to judge stacks by. */
interface KnownLedger {
  readonly directory: string;
  readonly ledger: Ledger;
}

/** Reads and checks the ledger of a directory; undefined where there is none. */
async function checkLedgerFile(
  directory: string,
  cwd: string,
): Promise<{ readonly report: FileReport; readonly ledger?: Ledger } | undefined> {
  const target = path.join(directory, LEDGER);
  const text = await readIfThere(target);
  if (text === undefined) return undefined;
  const file = shownFile(target, cwd);
  const base = { file, kind: "ledger", warnings: [] } as const;
  try {
    const read = parseLedger(text, file);
    const problems = ledgerProblems(read);
    const subject = `${Object.keys(read.ledger.zones).length} zones`;
    return { report: { ...base, subject, ok: problems.length === 0, problems }, ledger: read.ledger };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { report: { ...base, ok: false, problems: error.problems } };
  }
}

const subjectOf = (stack: StackConfig): string =>
  stack.kind === "platform" ? "platform" : stack.kind === "tenant" ? stack.config.zone : stack.config.name;

/** A file's report, with what was read from it. */
interface Checked {
  readonly report: FileReport;
  readonly loaded?: CheckedFile;
}

async function checkFile(
  target: string,
  ledgers: readonly KnownLedger[],
  today: string,
  cwd: string,
): Promise<Checked> {
  const file = shownFile(target, cwd);
  let input: Buffer;
  try {
    input = await readFile(target);
  } catch (error) {
    return { report: { file, ok: false, problems: fileError(file, "read", error).problems, warnings: [] } };
  }
  const own =
    ledgers.find(({ directory }) => directory === path.dirname(target)) ??
    (ledgers.length === 1 ? ledgers[0] : undefined);
  const checked = checkStackFile(input, file, {
    today,
    ...(own && { ledger: own.ledger }),
  });
  const { stack, kind, problems, warnings } = checked;
  const report: FileReport = {
    file,
    ...(kind === undefined ? {} : { kind }),
    ...(stack === undefined ? {} : { subject: subjectOf(stack) }),
    ok: problems.length === 0,
    problems,
    warnings,
  };
  return { report, loaded: checked };
}

/** Hosts that two of the tenants have for themselves, each at its line of the later one (C4H-4). */
function sharedHosts(files: readonly Checked[]): readonly FileReport[] {
  const tenants = files.flatMap(({ report, loaded }) =>
    loaded?.stack?.kind === "tenant" ? [{ report, loaded, config: loaded.stack.config }] : [],
  );
  const problems = takenHosts(tenants.map(({ config }) => config)).map(({ tenant, path, host, owner }) => {
    const { report, loaded } = tenants[tenant]!;
    const position = loaded.places.at(path);
    const problem: Problem = {
      what: `this host is dedicated to ${owner} already`,
      path: formatPath(["tenant", ...path]),
      ...(position === undefined ? {} : { position }),
      found: host,
      allowed: "each host for one area of one zone",
      why: "a host that two zones have for themselves takes the machines of both",
      next: "name another host",
    };
    return { report, problem };
  });
  return files.map(({ report }) => {
    const mine = problems.filter((one) => one.report === report).map(({ problem }) => problem);
    return mine.length === 0 ? report : { ...report, ok: false, problems: [...report.problems, ...mine] };
  });
}

/** Tenants that name other Quobyte clusters than their share types lie on, by the platform that is checked with them (DIGIMED-5). */
function otherClusters(files: readonly Checked[]): readonly Checked[] {
  const platforms = files.flatMap(({ loaded }) => (loaded?.stack?.kind === "platform" ? [loaded.stack.config] : []));
  // With none or several nobody can say which one is meant; the program itself looks at the one beside it.
  const [platform] = platforms;
  if (platform === undefined || platforms.length > 1) return files;
  return files.map((file) => {
    const { report, loaded } = file;
    if (loaded?.stack?.kind !== "tenant") return file;
    const mine = quobyteProblems(platform, loaded.stack.config).map((problem): Problem => {
      const position = loaded.places.at(parsePath(problem.path ?? "").slice(1));
      return { ...problem, ...(position === undefined ? {} : { position }) };
    });
    if (mine.length === 0) return file;
    return { ...file, report: { ...report, ok: false, problems: [...report.problems, ...mine] } };
  });
}

/** Two stack files that claim the same zone (or the platform) in one validation. */
function twins(reports: readonly FileReport[]): readonly FileReport[] {
  const seen = new Map<string, string>();
  return reports.map((report) => {
    if (report.kind === undefined || report.kind === "ledger" || report.subject === undefined) return report;
    const key = `${report.kind} ${report.subject}`;
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, report.file);
      return report;
    }
    const problem: Problem = {
      what: `${key} is described twice`,
      position: { file: report.file, line: 1, column: 1 },
      found: `here and in ${first}`,
      why: "names in the cloud derive from it, and no object has two owners",
      next: "rename one, or remove one file",
    };
    return { ...report, ok: false, problems: [...report.problems, problem] };
  });
}

/**
 * Checks files, or all stack files and the ledger of directories: all problems of all files at once.
 * @throws UserError when a path does not exist, or there is nothing to check
 */
export async function checkPaths(paths: readonly string[], cwd: string, today: string): Promise<readonly FileReport[]> {
  const files: string[] = [];
  const directories = new Set<string>();
  for (const given of paths.map((each) => path.resolve(cwd, each))) {
    // A missing file is one problem among those of the others.
    if (!(await isDirectory(given).catch(() => false))) {
      files.push(given);
      directories.add(path.dirname(given));
      continue;
    }
    directories.add(given);
    const here = (await readdir(given)).filter((file) => stackOf(file) !== undefined).toSorted();
    files.push(...here.map((file) => path.join(given, file)));
  }
  const ledgers = await mapParallel([...directories], async (directory) => ({
    directory,
    checked: await checkLedgerFile(directory, cwd),
  }));
  const known = ledgers.flatMap(({ directory, checked }) =>
    checked?.ledger ? [{ directory, ledger: checked.ledger }] : [],
  );
  const stackFiles = [...new Set(files)].filter((file) => path.basename(file) !== LEDGER);
  const stacks = await mapParallel(stackFiles, (file) => checkFile(file, known, today, cwd));
  const reports = [
    ...ledgers.flatMap(({ checked }) => (checked ? [checked.report] : [])),
    ...twins(sharedHosts(otherClusters(stacks))),
  ];
  if (reports.length > 0) return reports;
  throw new UserError({
    what: `there is no stack file in ${paths.join(", ")}`,
    allowed: "Pulumi.<stack>.yaml",
    next: "`tresor init` makes a site directory",
  });
}
