import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { writeNewSecret } from "../../../scripts/site/files.ts";
import { scratch } from "../../scratch.ts";

let directory: string;
beforeEach(async () => {
  directory = scratch();
});

describe("a new secret", () => {
  it("is whole, for its owner alone, and leaves no draft", async () => {
    const file = path.join(directory, "deep", "passphrase.x");
    expect(await writeNewSecret(file, "one\n")).toBe(true);
    expect(await readFile(file, "utf8")).toBe("one\n");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(path.dirname(file))).toEqual(["passphrase.x"]);
  });

  it("never takes the place of one that is there, and closes that to others", async () => {
    const file = path.join(directory, "passphrase.x");
    await writeFile(file, "old\n", { mode: 0o644 });
    expect(await writeNewSecret(file, "new\n")).toBe(false);
    expect(await readFile(file, "utf8")).toBe("old\n");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).toEqual(["passphrase.x"]);
  });
});
