import path from "node:path";
import { Argument, Option, type Command } from "commander";
import type { Entry } from "../../airlock/entry.ts";
import type { Output } from "../../airlock/outputs.ts";
import { OUTPUTS } from "../../config/outputs.ts";
import { UserError } from "../../config/problem.ts";
import type { AirlockRequest, Digests } from "../../airlock/machine.ts";
import { ACTS, CLASSIFICATIONS, DIRECTIONS, type Classification, type Direction } from "../../airlock/table.ts";
import { EXIT, exitWith, processIo, type Io } from "../site/io.ts";

export interface ActingOptions {
  /** Who acts. */
  readonly actor: string;
  /** The table of who may act. */
  readonly actors: string;
  readonly reason: string;
  readonly json: boolean;
}

export interface RequestOptions extends ActingOptions {
  readonly direction: Direction;
  readonly classification: Classification;
  readonly title: string;
  /** Kind of result, for the permit. */
  readonly output?: Output;
}

export interface MoveOptions extends ActingOptions {
  readonly file: readonly string[];
  /** Directory below which the files are named. */
  readonly base: string;
}

const load = async () => {
  const [record, actors, file, table, shown] = await Promise.all([
    import("../../airlock/record.ts"),
    import("../../airlock/actors.ts"),
    import("../site/airlock-file.ts"),
    import("../site/airlock-actors.ts"),
    import("../site/airlock-show.ts"),
  ]);
  return { ...record, ...actors, ...file, ...table, ...shown };
};

const tell = (entry: Entry, json: boolean, io: Io): number => {
  const { request, act, from, to, actor, hash, seq } = entry;
  if (json) io.out(JSON.stringify(entry, null, 2));
  else {
    io.out(`${request}: ${from === undefined ? "" : `${from} -> `}${to}  (${act} by ${actor.id})`);
    io.note(`entry ${seq}: ${hash}`);
  }
  return EXIT.ok;
};

/** Asks for an import or export: a new request in draft. @throws UserError naming the rule that refuses, and who may */
export async function airlockRequest(record: string, options: RequestOptions, io: Io): Promise<number> {
  const { actorOf, appendEntry, permitOf, readActors, requestEntry, verifyRecord, withHolders } = await load();
  const actors = await readActors(options.actors, io.cwd);
  const permit = await permitOf(actors, options.actors, io.cwd);
  const entry = await appendEntry(path.resolve(io.cwd, record), (text) => {
    const at = io.now().toISOString();
    const day = at.slice(0, 10);
    return withHolders(actors, day, { request: undefined, act: "request" }, () =>
      requestEntry(verifyRecord(text), options, actorOf(actors, options.actor, day), at, options.reason, permit),
    );
  });
  return tell(entry, options.json, io);
}

/** Endorses or moves a request. @throws UserError naming the rule that refuses, and who may */
export async function airlockMove(
  step: readonly [record: string, request: string, act: string],
  options: MoveOptions,
  io: Io,
): Promise<number> {
  const { digestsOf } = await load();
  return airlockStep(step, await digestsOf(options.file, path.resolve(io.cwd, options.base)), options, io);
}

/** As {@link airlockMove}, with digests that the caller took. */
export async function airlockStep(
  [record, request, act]: readonly [record: string, request: string, act: string],
  files: Digests | undefined,
  options: ActingOptions,
  io: Io,
): Promise<number> {
  const { actorOf, appendEntry, permitOf, readActors, stepEntry, verifyRecord, withHolders } = await load();
  const actors = await readActors(options.actors, io.cwd);
  const permit = act === "release" ? await permitOf(actors, options.actors, io.cwd) : undefined;
  const entry = await appendEntry(path.resolve(io.cwd, record), (text) => {
    const at = io.now().toISOString();
    const day = at.slice(0, 10);
    const report = verifyRecord(text);
    const doing = { request, act, permit, reason: options.reason, ...(files === undefined ? {} : { files }) };
    return withHolders(actors, day, { request: report.requests.get(request), act }, () =>
      stepEntry(report, doing, actorOf(actors, options.actor, day), at),
    );
  });
  return tell(entry, options.json, io);
}

/** A request as its record has it. @throws UserError where the record does not verify, or has no such request */
export async function requestIn(record: string, request: string, io: Io): Promise<AirlockRequest> {
  const { readRecordThere, requestOf, verifyRecord } = await load();
  const report = verifyRecord(await readRecordThere(path.resolve(io.cwd, record)));
  const [finding] = report.findings;
  if (finding !== undefined)
    throw new UserError({
      what: `${record} is not as it was written`,
      why: finding.what,
      next: `run \`tresor airlock verify ${record}\``,
    });
  return requestOf(report, request);
}

/** The requests of a record, or one with who may do what next. */
export async function airlockShow(
  record: string,
  request: string | undefined,
  { json }: { readonly json: boolean },
  io: Io,
): Promise<number> {
  const { readRecordThere, requestOf, showOne, showAll, verifyRecord } = await load();
  const report = verifyRecord(await readRecordThere(path.resolve(io.cwd, record)));
  const now = io.now();
  if (report.findings.length > 0) io.note("warning: this record does not verify: run `tresor airlock verify`");
  const all: readonly AirlockRequest[] = [...report.requests.values()];
  const one = request === undefined ? undefined : requestOf(report, request);
  if (json) io.out(JSON.stringify(one ?? all, null, 2));
  else io.out(one === undefined ? showAll(all, now) : showOne(one, now));
  return EXIT.ok;
}

/** The entries of a record, or those of one request. */
export async function airlockLog(
  record: string,
  { request, json }: { readonly request?: string; readonly json: boolean },
  io: Io,
): Promise<number> {
  const { readRecordThere, requestOf, showLog, verifyRecord } = await load();
  const report = verifyRecord(await readRecordThere(path.resolve(io.cwd, record)));
  if (request !== undefined) requestOf(report, request);
  const entries = report.entries.filter((entry) => request === undefined || entry.request === request);
  if (report.findings.length > 0) io.note("warning: this record does not verify: run `tresor airlock verify`");
  io.out(json ? JSON.stringify(entries, null, 2) : showLog(entries));
  return EXIT.ok;
}

/**
 * Checks a record: edits, deletions, reordering, back-dated time, unlawful moves; against a kept head also a cut or rewritten one.
 * @returns 0 when it stands, 2 when something was found
 */
export async function airlockVerify(
  record: string,
  { head, json }: { readonly head?: string; readonly json: boolean },
  io: Io,
): Promise<number> {
  const [{ parseHead, readRecordThere, verifyRecord }, { recordVerdict }] = await Promise.all([
    load(),
    import("./record-verdict.ts"),
  ]);
  const kept = head === undefined ? {} : { head: parseHead(head) };
  const text = await readRecordThere(path.resolve(io.cwd, record));
  const report = verifyRecord(text, { now: io.now().toISOString(), ...kept });
  const asked = { json, ...(head !== undefined && { head }) };
  return recordVerdict(record, report, asked, io, { againstHead: head ?? null });
}

const EXAMPLES = `
Examples:
  $ tresor airlock request airlock.jsonl --actor a.meier --direction export --classification anonymised \\
      --output aggregates --title "survival tables" --reason "paper of the heart study"
  $ tresor airlock move airlock.jsonl export-1 submit --actor a.meier --base results --file tables.csv --reason "final"
  $ tresor airlock move airlock.jsonl export-1 endorse --actor c.weber --base review --file tables.csv --reason "no cell below 5"
  $ tresor airlock show airlock.jsonl export-1      its state, since when, and who may do what
  $ tresor airlock log airlock.jsonl --json         every entry, for an auditor
  $ tresor airlock verify airlock.jsonl --head 12:9f2c...   as it was written, nothing cut off

Exit codes: 0 done; 1 refused, or an error; 2 (verify) the record is not as it was written.
Files are hashed here and never copied: the system's own account does that. Who may act stands in the file of --actors.`;

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

const acting = (command: Command): Command =>
  command
    .requiredOption("--actor <id>", "who acts; must stand in the table of actors")
    .option("--actors <file>", "table of who may act", "airlock-actors.yaml")
    .requiredOption("--reason <text>", "why, for the one who audits it")
    .option("--json", "the entry as JSON", false);

function registerWriters(group: Command): void {
  acting(group.command("request <record>").description("ask for an import or export"))
    .addOption(
      new Option("--direction <direction>", "into or out of the zone").choices(DIRECTIONS).makeOptionMandatory(),
    )
    .addOption(
      new Option("--classification <class>", "of the files as they are").choices(CLASSIFICATIONS).makeOptionMandatory(),
    )
    .requiredOption("--title <text>", "what it is, in a line")
    .addOption(
      new Option("--output <kind>", "kind of result; a permit that names outputs asks for it").choices(OUTPUTS),
    )
    .action((record: string, options: RequestOptions) => exitWith(airlockRequest(record, options, processIo)));
  acting(group.command("move").description("endorse or move a request"))
    .argument("<record>", "file of the record")
    .argument("<request>", "such as export-1")
    .addArgument(new Argument("<move>", "what is done").choices(ACTS.filter((act) => act !== "request")))
    .option("--file <file>", "a file of the request; again for each", collect, [])
    .option("--base <dir>", "directory below which the files are named", ".")
    .action((record: string, request: string, move: string, options: MoveOptions) =>
      exitWith(airlockMove([record, request, move], options, processIo)),
    );
}

/** `tresor airlock request | move | show | log | verify` */
export function registerAirlock(program: Command): void {
  const group = program
    .command("airlock")
    .description("files into and out of a zone: ask, scan, approve, release, with a record that shows tampering")
    .addHelpText("after", EXAMPLES);
  registerWriters(group);
  group
    .command("show <record> [request]")
    .description("the requests, or one with who may do what next")
    .option("--json", "as JSON", false)
    .action((record: string, request: string | undefined, options: { json: boolean }) =>
      exitWith(airlockShow(record, request, options, processIo)),
    );
  group
    .command("log <record>")
    .description("the entries in their order")
    .option("--request <id>", "only of this request")
    .option("--json", "as JSON", false)
    .action((record: string, options: { request?: string; json: boolean }) =>
      exitWith(airlockLog(record, options, processIo)),
    );
  group
    .command("verify <record>")
    .description("whether the record is as it was written; exit 2 where it is not")
    .option("--head <entries:hash>", "a head that was kept elsewhere: finds a cut or rewritten record too")
    .option("--json", "as JSON", false)
    .action((record: string, options: { head?: string; json: boolean }) =>
      exitWith(airlockVerify(record, options, processIo)),
    );
  // The help of each part shows the examples too: people ask for help where they stand.
  for (const command of group.commands) command.addHelpText("after", EXAMPLES);
}
