import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The directory of this package: the clone, or `node_modules/tresor` where it is installed (there the code runs from `dist/`). */
export const packageRoot: string = findRoot(import.meta.dirname);

function findRoot(from: string): string {
  for (let at = from; ; at = dirname(at)) {
    if (existsSync(join(at, "package.json"))) return at;
    if (at === dirname(at)) throw new Error(`no package.json above ${from}`);
  }
}

/** A file that is not code (Go sources, wrappers, tables): it stands at the same place in the clone and in the package. */
export const asset = (path: string): string => join(packageRoot, path);

/**
 * A module of this package as a file that Node can run: TypeScript in a clone, compiled JavaScript in the package.
 * @param module path from the package's root without ending, for example `stacks/index`
 */
export function moduleFile(module: string): string {
  const source = join(packageRoot, `${module}.ts`);
  return existsSync(source) ? source : join(packageRoot, "dist", `${module}.js`);
}
