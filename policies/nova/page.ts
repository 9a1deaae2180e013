import { cell, markdownTable } from "../../config/markdown.ts";
import { OPERATION_REFUSED, REFUSALS } from "./refusals.ts";
import { TRAPS } from "./traps.ts";

const tableOf = (rows: readonly (readonly string[])[]): string =>
  markdownTable(rows.map((row) => row.map(cell))).join("\n");

/** What Nova refuses, for `docs/confidential-machines.md`. */
export const refusalsTable = (): string =>
  tableOf([
    ["refusal", "Nova's exception", "what it means", "next step"],
    ...REFUSALS.map(({ id, exception, means, next }) => [`\`${id}\``, `\`${exception}\``, means, next]),
    [
      OPERATION_REFUSED.operations.map((name) => `\`${name}\``).join(", "),
      `\`${OPERATION_REFUSED.exception}\``,
      OPERATION_REFUSED.means,
      OPERATION_REFUSED.next,
    ],
  ]);

/** What Nova takes and nobody wants, for the same page. */
export const trapsTable = (): string =>
  tableOf([
    ["trap", "what comes of it", "next step"],
    ...TRAPS.map(({ id, means, next }) => [`\`${id}\``, means, next]),
  ]);
