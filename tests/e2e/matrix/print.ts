import type { Result } from "./shoot.ts";

/** What stands in a cell: open as a flow says, closed as nothing says, or not what was expected. */
const MARK = { answered: "#", arrived: "+", nothing: "." } as const;

const letter = (index: number): string =>
  index < 26 ? String.fromCharCode(97 + index) : String.fromCharCode(65 + index - 26);

/** One table, rows from and columns to: `#` both versions of IP answered, `4` or `6` only that one, `+` heard, `.` nothing, `!` wrong. */
function grid(table: string, results: readonly Result[], names: readonly string[]): string {
  const key = (from: string, to: string): string => `${from}\n${to}`;
  const cells = Map.groupBy(results, ({ from, to }) => key(from, to));
  const mark = (from: string, to: string): string => {
    const found = cells.get(key(from, to)) ?? [];
    if (found.length === 0) return " ";
    if (found.some(({ seen, expected }) => seen !== expected)) return "!";
    const seen = found.filter((one) => one.seen !== "nothing");
    if (seen.length === 0) return MARK.nothing;
    return seen.length === found.length ? MARK[seen[0]!.seen] : String(seen[0]!.version);
  };
  const width = Math.max(...names.map(({ length }) => length)) + 3;
  const rows = names
    .map((name, index) => [`${letter(index)} ${name}`.padEnd(width), ...names.map((to) => mark(name, to))].join(" "))
    .filter((row) => row.slice(width).trim() !== "");
  const open = results.filter(({ seen }) => seen !== "nothing").length;
  const wrong = results.filter(({ seen, expected }) => seen !== expected).length;
  const title = `${table}: ${results.length} cells, ${open} open${wrong > 0 ? `, ${wrong} WRONG` : ""}`;
  return [title, `${"".padEnd(width)} ${names.map((_, index) => letter(index)).join(" ")}`, ...rows].join("\n");
}

/** All tables of the matrix for people. */
export function printMatrix(results: readonly Result[], names: readonly string[]): string {
  const tables = Map.groupBy(results, ({ table }) => table);
  const legend =
    "rows: from, columns: to; # answered, 4 or 6 by that version of IP alone, + heard by neighbours, . nothing arrives, ! not as expected";
  return [legend, ...[...tables].map(([table, of]) => grid(table, of, names))].join("\n\n");
}

/** Cells that are not as the flows say, as sentences. */
export const wrongCells = (results: readonly Result[]): readonly string[] =>
  results
    .filter(({ seen, expected }) => seen !== expected)
    .map(
      ({ table, version, from, to, seen, expected }) =>
        `${table} over IPv${version} from ${from} to ${to}: ${seen}, expected ${expected}`,
    );
