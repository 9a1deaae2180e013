import { formatHead, type Head } from "../../airlock/chain.ts";
import { EXIT, type Io } from "../site/io.ts";

/** What the check of a chained record came to. */
export interface RecordReport {
  readonly head: Head;
  readonly findings: readonly { readonly line?: number | undefined; readonly rule: string; readonly what: string }[];
}

/**
 * Says whether a chained record stands, the airlock's or that of key releases.
 * @param record its name, as it was asked for
 * @param head the head that was kept elsewhere, as it was given
 * @param more what else stands in the JSON
 * @returns 0 when it stands, 2 when something was found
 */
export function recordVerdict(
  record: string,
  { head: now, findings }: RecordReport,
  { head, json }: { readonly head?: string; readonly json: boolean },
  io: Io,
  more: object = {},
): number {
  const found = findings.length > 0;
  if (json) io.out(JSON.stringify({ ok: !found, head: formatHead(now), ...more, findings }, null, 2));
  else {
    for (const { line, rule, what } of findings)
      io.out(`${line === undefined ? record : `${record}:${line}`}: ${what} (${rule})`);
    io.out(found ? `findings: ${findings.length}` : `ok  head ${formatHead(now)}`);
    if (!found && head === undefined)
      io.note("note: an end that was cut off shows only against a head that was kept elsewhere: --head");
  }
  return found ? EXIT.found : EXIT.ok;
}
