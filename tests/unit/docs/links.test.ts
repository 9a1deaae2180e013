import { describe, expect, it } from "vitest";
import { brokenLink, linksOf, projectFiles, read } from "./pages.ts";

const files = projectFiles();
const pages = files.filter((file) => file.endsWith(".md"));
/** Written by tools, with other people's words in them. */
const LOCKS = /(^|\/)(package-lock\.json|go\.sum|requirements\.lock)$/;
const texts = files.filter(
  (file) => /\.(md|ts|mjs|go|py|sh|ya?ml|json|txt)$|(^|\/)\.ci\//.test(file) && !LOCKS.test(file),
);
/** Speaks of the words that it looks for. */
const own = (file: string): boolean => file.startsWith("tests/unit/docs/");

/** Lines that match, as file:line. */
const hits = (among: readonly string[], pattern: RegExp): readonly string[] =>
  among.flatMap((file) =>
    read(file)
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim().slice(0, 80)}`] : [])),
  );

describe("links between pages", () => {
  it.each(pages)("%s leads nowhere that is not there", (page) => {
    const text = read(page);
    expect(linksOf(text).flatMap((target) => brokenLink(page, text, target) ?? [])).toEqual([]);
  });

  it("are found and judged: a missing file, a missing heading, a way out, and one that is right", () => {
    const text =
      "# Here\n[a](docs/config.md) [b](docs/none.md) [c](#here) [d](#there) [e](../x.md) `[f](g.md)` [h](https://e.org)";
    const links = linksOf(text);
    expect(links).toEqual(["docs/config.md", "docs/none.md", "#here", "#there", "../x.md"]);
    const broken = links.flatMap((target) => (brokenLink("README.md", text, target) === undefined ? [] : [target]));
    expect(broken).toEqual(["docs/none.md", "#there", "../x.md"]);
  });
});

describe("indexes", () => {
  const listed = (index: string): readonly string[] => linksOf(read(index));

  it.each(pages.filter((page) => /^docs\/decisions\/(?!README)[^/]+$/.test(page)))(
    "docs/decisions/README.md lists %s",
    (page) => expect(listed("docs/decisions/README.md")).toContain(page.slice("docs/decisions/".length)),
  );

  it.each(pages.filter((page) => /^docs\/(?!README)[^/]+$/.test(page)))("docs/README.md lists %s", (page) =>
    expect(listed("docs/README.md")).toContain(page.slice("docs/".length)),
  );
});

describe("what no file says", () => {
  it("a path of one machine", () => {
    const homes = new RegExp(`(^|[^\\w.~-])(${["/root", "/home/\\w+", "/Users/\\w+", "/work"].join("|")})/`);
    expect(
      hits(
        texts.filter((file) => !own(file)),
        homes,
      ),
    ).toEqual([]);
    for (const home of ["/root", "/home/ada", "/Users/ada"]) expect(homes.test(`cd ${home}/x`)).toBe(true);
  });

  it("the host of a package registry: those are settings of the machine", () => {
    const hosts =
      /registry\.npmjs|registry\.yarnpkg|pypi\.org|pythonhosted|proxy\.golang|sum\.golang|artifactory|:\/\/nexus\b/i;
    expect(
      hits(
        files.filter((file) => !own(file) && !file.endsWith("go.sum")),
        hosts,
      ),
    ).toEqual([]);
    expect(hosts.test("https://files.pythonhosted.org/x.whl")).toBe(true);
  });

  it("that something is left to do", () => {
    const left = /\b(TODO|FIXME|XXX|TBD|HACK)\b|lorem ipsum/;
    expect(
      hits(
        texts.filter((file) => !own(file)),
        left,
      ),
    ).toEqual([]);
    expect(left.test("// TODO: later")).toBe(true);
  });

  it("a place that still waits for a number", () => {
    const gap = /<!-- measured:|^(TIMES|MEMORY)$/;
    expect(hits(pages, gap)).toEqual([]);
    expect(gap.test("<!-- measured:first-run -->")).toBe(true);
  });
});
