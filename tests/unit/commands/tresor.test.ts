import { describe, expect, it } from "vitest";
import { COMMANDS, programFor } from "../../../scripts/tresor.ts";

const OURS = [
  "init",
  "allocate",
  "claim",
  "validate",
  "plan",
  "preflight",
  "freeze",
  "unfreeze",
  "try",
  "airlock",
  "release",
];

describe("the command line", () => {
  it("lists every command in its help, without loading one", async () => {
    const help = (await programFor([])).helpInformation();
    for (const { name, summary } of COMMANDS) {
      expect(help).toContain(`  ${name}`);
      expect(help.replaceAll(/\s+/g, " ")).toContain(summary);
    }
  });

  it.each(OURS)("%s has a help of its own with examples", async (name) => {
    const program = await programFor([name]);
    const command = program.commands.find((each) => each.name() === name);
    expect(command?.description()).toBe(COMMANDS.find((each) => each.name === name)?.summary);
    let text = "";
    command?.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
    expect(text).toContain(`Examples:\n  $ tresor ${name} `);
  });

  it("loads the command that help is asked for", async () => {
    const program = await programFor(["help", "plan"]);
    expect(program.commands.find((each) => each.name() === "plan")?.options.map(({ long }) => long)).toContain("--why");
  });
});
