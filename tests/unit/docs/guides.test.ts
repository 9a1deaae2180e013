import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { ZoneConfig } from "../../../config/index.ts";
import { allocateZone } from "../../../scripts/commands/allocate.ts";
import { freeze } from "../../../scripts/commands/freeze.ts";
import { init } from "../../../scripts/commands/init.ts";
import { plan } from "../../../scripts/commands/plan.ts";
import { validate } from "../../../scripts/commands/validate.ts";
import { testIo } from "../commands/io.ts";
import { loadStackFile } from "../../../config/loader.ts";
import { siteFile } from "../../../plan/vpn/site-file.ts";
import { siteConfig } from "../../../plan/vpn/wireguard.ts";
import { GATEWAY, KEYS } from "../plan/vpn/facts.ts";
import { read, ROOT } from "./pages.ts";

const GUIDES = ["operator", "tenant-administrator", "auditor", "partner-site"] as const;
const page = read("docs/guide-partner-site.md");

function textmining(): ZoneConfig {
  const file = path.join(ROOT, "stacks/examples/profiles/vlan-vpn/Pulumi.textmining.yaml");
  return loadStackFile(readFileSync(file, "utf8"), file).stack!.config as ZoneConfig;
}

describe("guides", () => {
  it.each(GUIDES)("%s: says what the role cannot do, and whom to ask", (name) => {
    const text = read(`docs/guide-${name}.md`);
    expect(text).toMatch(/^(#+ )?What you cannot (do|see)/m);
    expect(text.toLowerCase()).toContain("ask");
  });

  it("partner-site: the strongSwan example is what `tresor site textmining clinic` prints (C4H-3)", () =>
    expect(page).toContain(`\`\`\`\n${siteFile(textmining(), "clinic").text.trimEnd()}\n\`\`\``));

  it("partner-site: the WireGuard example is what is rendered for a site (C4H-3)", () => {
    const end = { endpoint: "198.51.100.20:51820", publicKey: KEYS.gateway };
    expect(page).toContain(`\`\`\`ini\n${siteConfig(GATEWAY, "charite", end).trimEnd()}\n\`\`\``);
  });
});

/** What guides show of commands: run in directories as the guides name them. */
describe("outputs that guides show", () => {
  const common = { dryRun: false, json: true } as const;
  const none = async () => undefined;
  type Io = Awaited<ReturnType<typeof testIo>>;

  async function site(zone: string): Promise<Io> {
    const io = await testIo();
    await init({ ...common, kind: "operator", directory: "operator", zones: [zone] }, io, none);
    await init({ ...common, kind: "zone", directory: zone, zones: [zone] }, io, none);
    for (const lines of [io.said, io.noted]) lines.length = 0;
    return io;
  }
  const shown = (guide: string, lines: readonly string[]): void => {
    const text = read(`docs/guide-${guide}.md`).replaceAll(/^ {3}/gm, "");
    for (const line of lines.flatMap((each) => each.split("\n")).filter(Boolean))
      expect(text).toContain(line.trimEnd());
  };

  it("operator: what `tresor allocate` and `tresor validate` say", async () => {
    const io = { ...(await site("lungs")) };
    const operator = { ...io, cwd: path.join(io.cwd, "operator") };
    const zone = "../lungs/Pulumi.lungs.yaml";
    await allocateZone({ zone: "lungs", dir: ".", write: zone, dryRun: false, json: false }, operator);
    shown(
      "operator",
      io.noted.filter((line) => !line.startsWith("note:")),
    );
    expect(await validate({ paths: ["."], json: false }, operator)).toBe(0);
    shown("operator", io.said);
  });

  it("auditor, tenant-administrator: what is sound, why a way is closed, what changed, what a freeze says", async () => {
    const io = await site("digimed");
    expect(await validate({ paths: ["operator", "digimed"], json: false }, io)).toBe(0);
    shown("auditor", io.said.splice(0));
    const zone = { stack: "digimed", dir: "digimed", json: false, svg: false, mermaid: false };
    expect(await plan({ ...zone, why: "imaging:22", from: "commons/bench/heart-centre" }, io)).toBe(3);
    shown("auditor", io.said.splice(0).slice(0, 4));
    await plan({ ...zone, json: true }, io);
    writeFileSync(path.join(io.cwd, "before.json"), io.said.splice(0).join("\n"));
    const file = path.join(io.cwd, "digimed/Pulumi.digimed.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("[8443/tcp]", "[8443/tcp, 22/tcp]"));
    await plan({ ...zone, diff: "before.json" }, io);
    shown("auditor", io.said);
    shown("tenant-administrator", io.said.splice(0));
    const here = { ...io, cwd: path.join(io.cwd, "digimed") };
    await freeze(
      { zone: "digimed", dir: ".", up: false, json: false, reason: "suspected leak", by: "the board" },
      here,
    );
    // The guide runs `pulumi up` at once: what is said of it otherwise is left out.
    shown("tenant-administrator", io.said.splice(0).slice(0, 1));
  });
});
