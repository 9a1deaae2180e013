import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** In the npm package the code stands compiled in `dist/`, because Node strips no types below node_modules. */
const isCompiled: boolean = import.meta.url.endsWith(".js");

/** The directory of this package: the clone, or `node_modules/tresor` where it is installed. */
export const packageRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)));

function findRoot(from: string): string {
  for (let at = from; ; at = dirname(at)) {
    if (existsSync(join(at, "package.json"))) return at;
    if (at === dirname(at)) throw new Error(`no package.json above ${from}`);
  }
}

/** A file that is not code (Go sources, wrappers, tables). The build copies all of them beside the compiled code. */
export const asset = (path: string): string => join(packageRoot, isCompiled ? "dist" : "", path);
