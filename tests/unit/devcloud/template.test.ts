import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { hasOtherTemplate, hasTemplate, restoreTemplate, saveTemplate } from "../../../scripts/devcloud/database.ts";
import { upPlan } from "../../../scripts/devcloud/dry-run.ts";
import { writePrivate } from "../../../scripts/devcloud/files.ts";
import { templateKey } from "../../../scripts/devcloud/lifecycle.ts";
import { devcloudSettings } from "../../../scripts/devcloud/settings.ts";
import { scratch } from "../../scratch.ts";

let home: string;
beforeEach(() => {
  home = scratch();
});

describe("the prepared database", () => {
  const fill = (text: string): void => {
    for (const part of ["mysql", "state/fernet", "state/credential"]) {
      mkdirSync(join(home, part), { recursive: true });
      writeFileSync(join(home, part, "file"), text);
    }
  };

  it("comes back as it was saved, without what was made since", () => {
    const settings = devcloudSettings({ home });
    fill("empty");
    saveTemplate(settings, "k");
    fill("used");
    writeFileSync(join(home, "mysql", "more"), "");
    restoreTemplate(settings);
    expect(readFileSync(join(home, "mysql", "file"), "utf8")).toBe("empty");
    expect(() => readFileSync(join(home, "mysql", "more"))).toThrow("ENOENT");
  });

  it("fits one release, port and set of parts only, and a half-made one counts for nothing", () => {
    const settings = devcloudSettings({ home, basePort: 20000 });
    const key = templateKey(settings);
    expect(templateKey({ ...settings, extras: ["octavia"] })).not.toBe(key);
    expect(templateKey(devcloudSettings({ home, basePort: 20100 }))).not.toBe(key);
    expect(templateKey({ ...settings, snpSlots: 1 })).toBe(key);
    expect([hasTemplate(settings, key), hasOtherTemplate(settings, key)]).toEqual([false, false]);
    fill("empty");
    saveTemplate(settings, key);
    expect([hasTemplate(settings, key), hasOtherTemplate(settings, key)]).toEqual([true, false]);
    expect([hasTemplate(settings, "other"), hasOtherTemplate(settings, "other")]).toEqual([false, true]);
  });
});

describe("writePrivate", () => {
  it("tells a change from none and keeps others out", () => {
    const file = join(home, "deep", "secret");
    expect([writePrivate(file, "a"), writePrivate(file, "a"), writePrivate(file, "b")]).toEqual([true, false, true]);
    expect(readFileSync(file, "utf8")).toBe("b");
  });
});

describe("upPlan", () => {
  it("says where things go before anything is done", () => {
    const text = upPlan(devcloudSettings({ home, basePort: 20000, with: ["octavia"] })).join("\n");
    for (const word of [home, "127.0.0.1:20000 to 20031", "/var/run/octavia", "down --purge"])
      expect(text).toContain(word);
    expect(upPlan(devcloudSettings({ home, with: [] })).join("\n")).not.toContain("octavia");
  });
});
