import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { ZoneConfig } from "../../../config/index.ts";
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
