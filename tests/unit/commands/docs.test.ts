import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { ATTACKS } from "../../../scripts/attacks/table.ts";
import { COMMANDS } from "../../../scripts/tresor.ts";
import { registerTry } from "../../../scripts/commands/try.ts";
import { Command } from "commander";
import { init } from "../../../scripts/commands/init.ts";
import { testIo } from "./io.ts";

const docs = readFileSync(path.resolve(import.meta.dirname, "../../../docs/commands.md"), "utf8");

describe("docs/commands.md", () => {
  it("shows what init says, next steps included", async () => {
    const io = await testIo();
    const options = { kind: "operator", directory: "./operator", zones: ["digimed"], cloud: "my-cloud" } as const;
    await init({ ...options, dryRun: false, json: false }, io, async () => ({ engine: "/opt/pulumi" }) as never);
    const said = [...io.said, ...io.noted].join("\n").split("\n").filter(Boolean);
    expect(said.findIndex((line) => line === "Next:")).toBeGreaterThan(5);
    for (const line of said.filter((each) => !each.includes("node_modules/tresor ->"))) expect(docs).toContain(line);
  });

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
