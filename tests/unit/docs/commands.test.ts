import { Command } from "commander";
import { beforeAll, describe, expect, it } from "vitest";
import { COMMANDS } from "../../../scripts/tresor.ts";
import { projectFiles, read } from "./pages.ts";

const pages = projectFiles().filter((file) => file.endsWith(".md"));
const program = new Command("tresor");
beforeAll(async () => {
  for (const { load } of COMMANDS) (await load())(program);
});

/** A call of the command line that a page shows. */
interface Call {
  readonly line: string;
  readonly words: readonly string[];
}

/** Calls of `tresor` in code blocks (also continued on the next line) and in code spans. */
function callsIn(text: string): readonly Call[] {
  const blocks = [...text.matchAll(/^ *(```|~~~)(\w*)\n([\s\S]*?)^ *\1/gm)].flatMap(([, , , body = ""]) =>
    body.replaceAll(/\\\n\s*/g, " ").split("\n"),
  );
  const spans = [...text.replaceAll(/^ *(```|~~~)[\s\S]*?^ *\1/gm, "").matchAll(/`([^`\n]+)`/g)].map(
    ([, span = ""]) => span,
  );
  return [...blocks, ...spans].flatMap((line) =>
    line
      .replace(/(^|\s)#.*$/, "")
      .split(/&&|\|\||[|;]|\$\(/)
      .map((part) => /^\s*(?:\$ |\w+: )*(?:npx )?tresor (.+)$/.exec(part)?.[1])
      .filter((rest) => rest !== undefined)
      .map((rest) => ({
        line,
        words: rest
          .replaceAll(/"[^"]*"|'[^']*'/g, "text")
          .trim()
          .split(/\s+/),
      })),
  );
}

/** What is wrong with a call; undefined where `--help` knows all of it. */
function unknown({ words }: Call): string | undefined {
  if (/^[-<[.]/.test(words[0] ?? "")) return undefined; // the options of tresor itself, or a place to fill in
  let command = program.commands.find((one) => one.name() === words[0]);
  // In prose: `tresor freeze | unfreeze`, a word that only begins like a command is no command.
  if (command === undefined) return `there is no command ${words[0]}`;
  const sub = command.commands.find((one) => one.name() === words[1]);
  if (sub === undefined && command.commands.length > 0 && /^[a-z]/.test(words[1] ?? ""))
    return `no ${words[0]} ${words[1]}`;
  command = sub ?? command;
  for (const word of words) {
    const [, flag] = /^\[?(--?[a-z][a-z-]*)/.exec(word) ?? [];
    if (flag === undefined || flag === "--help" || flag === "-h") continue;
    if (!command.options.some(({ long, short }) => long === flag || short === flag))
      return `${words[0]} has no ${flag}`;
  }
  return undefined;
}

describe("commands that pages show", () => {
  it.each(pages)("%s: each is one that --help knows, with its options", (page) => {
    const wrong = callsIn(read(page)).flatMap((call) => {
      const problem = unknown(call);
      return problem === undefined ? [] : [`${problem}: ${call.line.trim()}`];
    });
    expect(wrong).toEqual([]);
  });

  it("are found and judged: an unknown command, an unknown option, a continued line, and one that is right", () => {
    const text = [
      "Run `tresor nonsense x` or `tresor plan digimed --why a:1 --from b`, never `tresor plan --lies`.",
      "```sh",
      "cd x && tresor init zone ./lungs --stak lungs   # --no-comment",
      "$ tresor airlock move a b \\",
      "    --actr c",
      "tresor airlock steal",
      "```",
    ].join("\n");
    expect(callsIn(text).map((call) => unknown(call))).toEqual([
      "init has no --stak",
      "airlock has no --actr",
      "no airlock steal",
      "there is no command nonsense",
      undefined,
      "plan has no --lies",
    ]);
  });

  it("are many", () => expect(pages.flatMap((page) => callsIn(read(page))).length).toBeGreaterThan(60));
});
