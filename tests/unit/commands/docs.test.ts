import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { ATTACKS } from "../../../scripts/attacks/table.ts";
import { COMMANDS } from "../../../scripts/tresor.ts";
import { registerTry } from "../../../scripts/commands/try.ts";
import { Command } from "commander";

const docs = readFileSync(path.resolve(import.meta.dirname, "../../../docs/commands.md"), "utf8");

describe("docs/commands.md", () => {
  it.each(COMMANDS.map(({ name }) => name))("tells of tresor %s", (name) => expect(docs).toContain(`tresor ${name}`));

  it.each(ATTACKS.map(({ id }) => id))("tells of the attack %s, and so does the help", (id) => {
    expect(docs).toContain(`\`${id}\``);
    const program = new Command();
    registerTry(program);
    let help = "";
    program.commands[0]?.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    expect(help).toContain(id);
  });
});
