import type { Spread } from "./measure.ts";
import type { Origin } from "./results.ts";

/** A Markdown table as prettier writes it; the first row is the header. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map((row) => (row[column] ?? "").length)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width)).join(" | ")} |`;
  const [header = [], ...body] = rows;
  return [line(header), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

export const origin = ({ date, commit, loadBefore }: Origin & { readonly loadBefore: readonly number[] }): string =>
  `Measured ${date.slice(0, 16).replace("T", " ")} UTC at commit ${commit}, load before ${loadBefore.join(" ")}`;

export const number = (value: number, digits: number): string =>
  value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
export const seconds = ({ min, median }: Pick<Spread, "min" | "median">): string =>
  `${number(min / 1000, 2)} / ${number(median / 1000, 2)}`;
export const plain = ({ min, median }: Pick<Spread, "min" | "median">, digits = 0): string =>
  `${number(min, digits)} / ${number(median, digits)}`;
