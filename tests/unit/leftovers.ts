import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";

/** Where the unit layer makes what is temporary: a directory of the run, so that another run beside it is not blamed. */
export const TEMPORARY = join(tmpdir(), `tresor-unit-${process.pid}`);

/** The run fails where a test left a directory or a file behind. What a runtime keeps for itself there is no test's. */
export default function leftovers(): () => void {
  mkdirSync(TEMPORARY, { recursive: true });
  return () => {
    const left = existsSync(TEMPORARY) ? readdirSync(TEMPORARY).filter((name) => name !== "node-compile-cache") : [];
    rmSync(TEMPORARY, { recursive: true, force: true });
    if (left.length > 0)
      throw new Error(`tests left behind in the temporary directory: ${left.slice(0, 20).join(", ")} (${left.length})`);
  };
}
