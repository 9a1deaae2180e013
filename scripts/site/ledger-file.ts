import path from "node:path";
import { UserError } from "../../config/problem.ts";
import { LEDGER, ledgerProblems, parseLedger, type LedgerFile } from "../../plan/ledger-file.ts";
import { readText } from "./files.ts";

/**
 * Reads the ledger of an operator's site directory, as something to append to.
 * @throws UserError when it is missing, or with all that is wrong with it, across its zones too: what is given after an error is given on top of it
 */
export async function readSoundLedger(directory: string): Promise<LedgerFile> {
  const file = path.join(directory, LEDGER);
  const read = parseLedger(await readText(file, "`tresor init operator <dir>` makes one"), file);
  const problems = ledgerProblems(read);
  if (problems.length > 0) throw new UserError(problems);
  return read;
}
