import { cp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { validate } from "../../../scripts/commands/validate.ts";
import { testIo } from "./io.ts";

const EXAMPLES = path.resolve(import.meta.dirname, "../../../stacks/examples");
let io: Awaited<ReturnType<typeof testIo>>;
beforeEach(async () => {
  io = await testIo();
  await cp(EXAMPLES, path.join(io.cwd, "site"), { recursive: true });
});

async function edit(name: string, from: string | RegExp, to: string): Promise<void> {
  const file = path.join(io.cwd, "site", name);
  const text = await readFile(file, "utf8");
  expect(text).toMatch(from);
  await writeFile(file, text.replace(from, to));
}
const run = (...paths: string[]) => validate({ paths: paths.length > 0 ? paths : ["site"], json: false }, io);

describe("tresor validate", () => {
  it("passes the examples, ledger and all", async () => {
    expect(await run()).toBe(0);
    expect(io.said.length).toBe(6);
    expect(io.said.join("\n")).toMatch(/ok {2}site\/ledger\.yaml \(ledger 2 zones\)/);
  });

  it("says all problems of all files at once, each with its place", async () => {
    await edit("Pulumi.mini.yaml", "format: 1", "format: 2");
    await edit("Pulumi.digimed.yaml", "partner: heart-centre\n", "partner: nobody\n");
    expect(await run()).toBe(1);
    const errors = io.noted.filter((line) => line.startsWith("error"));
    expect(errors.some((line) => /site\/Pulumi\.mini\.yaml:\d+:\d+/.test(line))).toBe(true);
    expect(errors.some((line) => /site\/Pulumi\.digimed\.yaml:\d+:\d+.*nobody/.test(line))).toBe(true);
    expect(io.noted.at(-1)).toMatch(/errors? in 2 files of 6/);
  });

  it("sees what two zones share in the ledger (C4H-2)", async () => {
    await edit("ledger.yaml", /10\.8\.16\.0\/20/, "10.8.0.0/20");
    await edit("ledger.yaml", /(vlan: )(\d+)([^v]*vlan: )\d+/, "$1$2$3$2");
    expect(await run()).toBe(1);
    expect(io.noted.join("\n")).toMatch(
      /ledger\.yaml:\d+:\d+: ledger\.zones\.mini\.ipv4: shares addresses with zone digimed/,
    );
    expect(io.noted.join("\n")).toMatch(/commons\/heart-centre\.vlan: is the VLAN of digimed\/commons too/);
  });

  it("sees a host that two zones have for themselves, at its line of the later one (C4H-4)", async () => {
    const hosts = (names: string): string => `      work:\n        dedicated: { hosts: [${names}] }\n`;
    await edit("Pulumi.mini-tenant.yaml", "      work:\n", hosts("snp-1"));
    await edit("Pulumi.digimed-tenant.yaml", "      heart:\n", hosts("snp-2").replace("work", "heart"));
    expect(await run()).toBe(0);
    await edit("Pulumi.mini-tenant.yaml", "hosts: [snp-1]", "hosts: [snp-1, snp-2]");
    expect(await run()).toBe(1);
    expect(io.noted.join("\n")).toMatch(
      /Pulumi\.mini-tenant\.yaml:\d+:\d+: tenant\.areas\.work\.dedicated\.hosts\[1\]: this host is dedicated to digimed\/heart already \(found snp-2/,
    );
  });

  it("sees a share type on a Quobyte cluster that its tenant does not name, at its line (DIGIMED-5)", async () => {
    const cluster =
      '    quobyte:\n      main: { title: Quobyte, url: "https://quobyte.example.org:7860/" }\n    shareTypes:\n';
    await edit("Pulumi.platform.yaml", "    shareTypes:\n", cluster);
    await edit("Pulumi.platform.yaml", "driver: generic\n", "driver: quobyte\n        cluster: main\n");
    expect(await run()).toBe(1);
    expect(io.noted.join("\n")).toMatch(
      /Pulumi\.digimed-tenant\.yaml:\d+:\d+: tenant\.shareTypes\[0\]: this share type lies on a Quobyte cluster that the tenant does not name \(found project-share on main/,
    );
    await edit("Pulumi.digimed-tenant.yaml", "    shareTypes:", "    quobyte: { main: {} }\n    shareTypes:");
    expect(io.noted.filter((line) => line.includes("mini-tenant") && line.startsWith("error"))).toEqual([]);
    expect(await run()).toBe(0);
  });

  it("sees a ledger of the wrong shape, at its line", async () => {
    await edit("ledger.yaml", /index: 1/, "index: 999");
    expect(await run()).toBe(1);
    expect(io.noted.join("\n")).toMatch(
      /ledger\.yaml:\d+:\d+: ledger\.zones\.digimed\.networks\.commons\/heart-centre\.index/,
    );
  });

  it("sees VLAN ids that the platform does not have, and a zone described twice", async () => {
    await edit("ledger.yaml", /from: \d+/, "from: 2");
    await cp(path.join(io.cwd, "site/Pulumi.mini.yaml"), path.join(io.cwd, "site/Pulumi.twin.yaml"));
    expect(await run()).toBe(1);
    expect(io.noted.join("\n")).toMatch(/VLAN ids that the platform does not have/);
    expect(io.noted.join("\n")).toMatch(/zone mini is described twice/);
  });

  it("reports a missing file beside the others, and an empty directory", async () => {
    expect(await run("site/Pulumi.mini.yaml", "site/Pulumi.gone.yaml")).toBe(1);
    expect(io.said.join("\n")).toContain("Pulumi.mini.yaml");
    expect(io.noted.join("\n")).toMatch(/Pulumi\.gone\.yaml cannot be read: there is no such file/);
    await expect(validate({ paths: ["."], json: false }, io)).rejects.toThrow(/no stack file/);
  });

  it("gives all of it as JSON", async () => {
    await edit("Pulumi.mini.yaml", "format: 1", "format: 2");
    expect(await validate({ paths: ["site"], json: true }, io)).toBe(1);
    const { ok, files } = JSON.parse(io.said.join("\n")) as { ok: boolean; files: { ok: boolean }[] };
    expect([ok, files.filter((file) => !file.ok).length]).toEqual([false, 1]);
  });
});
