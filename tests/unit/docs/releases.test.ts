import { describe, expect, it } from "vitest";
import { RELEASES } from "../../../policies/releases.ts";
import { read } from "./pages.ts";

const page = read("docs/releases.md");
/** Rows of the page's first table, cell by cell. */
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", "")),
  )
  .slice(2);

describe("docs/releases.md", () => {
  it("has one row for each release that is known, in their order", () => {
    expect(rows.slice(0, RELEASES.length).map(([name]) => name)).toEqual(RELEASES.map(({ name }) => name));
    expect(rows[RELEASES.length]?.[0] ?? "").not.toMatch(/^\d{4}\.\d$/);
  });

  it.each(RELEASES.map((release, index) => [release.name, release, rows[index] ?? []] as const))(
    "says of %s what policies/releases.ts says",
    (_name, release, [, nova, microversion, models, confidential, notes]) => {
      expect(nova).toBe(String(release.nova));
      expect(microversion).toBe(release.computeMicroversion);
      expect(models).toBe(release.memoryEncryption.join(", "));
      expect(confidential).toBe(release.supported ? "yes" : "no");
      expect(notes).toBe(release.notes.join("; "));
    },
  );
});
