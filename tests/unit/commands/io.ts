import type { Io } from "../../../scripts/site/io.ts";
import { scratch } from "../../scratch.ts";

/** An Io that remembers what was said, in an empty directory of its own. */
export async function testIo(input = ""): Promise<Io & { readonly said: string[]; readonly noted: string[] }> {
  const said: string[] = [];
  const noted: string[] = [];
  return {
    said,
    noted,
    out: (line) => said.push(line),
    note: (line) => noted.push(line),
    cwd: scratch(),
    env: {},
    now: () => new Date("2026-11-21T12:00:00Z"),
    stdin: async () => input,
  };
}
