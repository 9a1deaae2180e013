import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished } from "vitest";

/** What begins the name of every directory of a test; a run of the unit layer that leaves one fails (`tests/unit/leftovers.ts`). */
const make = (): string => mkdtempSync(join(tmpdir(), "tresor-test-"));
const remove = (directory: string): void => rmSync(directory, { recursive: true, force: true });

/** An empty directory for the test that runs, taken away after it: to be called in the test or in a `beforeEach`. */
export function scratch(): string {
  const directory = make();
  onTestFinished(() => remove(directory));
  return directory;
}

/** An empty directory for all tests of a file or block, taken away after them: to be called beside them, not within. */
export function scratchOfAll(): string {
  const directory = make();
  afterAll(() => remove(directory));
  return directory;
}
