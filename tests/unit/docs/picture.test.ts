import path from "node:path";
import { describe, expect, it } from "vitest";
import { plan } from "../../../scripts/commands/plan.ts";
import { testIo } from "../commands/io.ts";
import { read, ROOT } from "./pages.ts";

const printed = async (kind: "svg" | "mermaid"): Promise<string> => {
  const io = { ...(await testIo()), cwd: path.join(ROOT, "stacks/examples") };
  const none = { json: false, svg: false, mermaid: false };
  expect(await plan({ stack: "digimed", dir: ".", ...none, [kind]: true }, io)).toBe(0);
  return io.said.join("\n");
};

describe("the picture of the example zone", () => {
  it("docs/zone.svg is what `tresor plan digimed --svg` prints", async () =>
    expect(read("docs/zone.svg").trimEnd()).toBe((await printed("svg")).trimEnd()));

  it("README.md shows what `tresor plan digimed --mermaid` prints, but for its title", async () => {
    const drawn = (await printed("mermaid")).replace(/^---\n[\s\S]*?\n---\n/, "").trimEnd();
    expect(read("README.md")).toContain(`\`\`\`mermaid\n${drawn}\n\`\`\``);
  });
});
