import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export const ROOT = path.resolve(import.meta.dirname, "../../..");

const SKIPPED = new Set([".git", "node_modules", "dist", ".demo", "coverage", "results"]);

/** Every file of the project, as a path below its root; what git ignores is left out. */
export function projectFiles(directory = ROOT): readonly string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry): readonly string[] => {
    const full = path.join(directory, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : projectFiles(full);
    return entry.isFile() && !/\.(log|tgz)$/.test(entry.name) ? [path.relative(ROOT, full)] : [];
  });
}

export const read = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");

/** The page without code blocks and code spans: what is left is prose and links. */
const prose = (text: string): string => text.replace(/^(```|~~~)[\s\S]*?^\1/gm, "").replace(/`[^`\n]*`/g, "code");

/** Targets of the links of a page that point into the project: `docs/config.md`, `#limits`. */
export const linksOf = (text: string): readonly string[] =>
  [...prose(text).matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)]
    .map(([, target]) => target ?? "")
    .filter((target) => !/^[a-z][a-z+.-]*:/i.test(target));

/** Anchors of a page's headings, as GitHub makes them. */
const anchorsOf = (text: string): ReadonlySet<string> =>
  new Set(
    [...text.replace(/^(```|~~~)[\s\S]*?^\1/gm, "").matchAll(/^#+\s+(.*)$/gm)].map(([, heading = ""]) =>
      heading
        .replaceAll(/&(lt|gt|amp);/g, "")
        .trim()
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replace(/\s/g, "-"),
    ),
  );

/** Why a link of a page leads nowhere; undefined where it leads somewhere. */
export function brokenLink(page: string, text: string, target: string): string | undefined {
  const [file = "", anchor] = target.split("#");
  if (path.isAbsolute(file)) return `${page}: ${target} is an absolute path`;
  const found = file === "" ? page : path.join(path.dirname(page), file);
  if (found.startsWith("..")) return `${page}: ${target} leads out of the project`;
  if (!existsSync(path.join(ROOT, found))) return `${page}: ${target}: there is no ${found}`;
  if (anchor === undefined || !found.endsWith(".md")) return undefined;
  const anchors = anchorsOf(file === "" ? text : read(found));
  return anchors.has(anchor) ? undefined : `${page}: ${target}: ${found} has no such heading`;
}
