import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { withFileLock } from "../../../scripts/site/lock.ts";
import { scratch } from "../../scratch.ts";

let directory: string;
let file: string;
beforeEach(async () => {
  directory = scratch();
  file = path.join(directory, "ledger.yaml");
});

/** No process has this id. */
const DEAD = 999_999_999;
const left = () => readdir(directory);

describe("a file's lock", () => {
  it("is held while the work runs, whatever becomes of it, and leaves nothing", async () => {
    await withFileLock(file, async () => {
      expect(await left()).toEqual(["ledger.yaml.lock"]);
      expect(await readFile(`${file}.lock`, "utf8")).toMatch(new RegExp(`^${process.pid} [0-9a-f]{16}\n$`));
    });
    await expect(withFileLock(file, () => Promise.reject(new Error("it broke")))).rejects.toThrow("it broke");
    expect(await left()).toEqual([]);
  });

  it("refuses a second one while a process that runs holds it, and leaves it there", async () => {
    await withFileLock(file, async () => {
      await expect(withFileLock(file, async () => undefined)).rejects.toThrow(`changed by process ${process.pid}`);
      expect(await left()).toEqual(["ledger.yaml.lock"]);
    });
  });

  it.each([`${DEAD} 0a1b\n`, `${DEAD}\n`, "", "nonsense of somebody\n"])(
    "is taken over from a process that is gone: %j",
    async (text) => {
      await writeFile(`${file}.lock`, text);
      expect(await withFileLock(file, async () => 1)).toBe(1);
      expect(await left()).toEqual([]);
    },
  );

  it("is taken over where the one that took it over was killed meanwhile, too", async () => {
    await writeFile(`${file}.lock`, `${DEAD} 0a1b\n`);
    await writeFile(`${file}.0a1b.lock`, `${DEAD} 2c3d\n`);
    expect(await withFileLock(file, async () => 1)).toBe(1);
    expect(await left()).toEqual([]);
  });

  it("is taken over by one alone, of many that find it at the same time", async () => {
    for (let round = 0; round < 40; round++) {
      await writeFile(`${file}.lock`, `${DEAD} ${round.toString(16)}\n`);
      let [inside, most, worked] = [0, 0, 0];
      const one = async (): Promise<void> => {
        most = Math.max(most, ++inside);
        await sleep(2);
        inside--;
        worked++;
      };
      const all = await Promise.allSettled(Array.from({ length: 12 }, () => withFileLock(file, one)));
      expect(most, `round ${round}`).toBe(1);
      expect(worked).toBeGreaterThan(0);
      for (const each of all)
        if (each.status === "rejected") expect(String(each.reason)).toContain("is being changed by process");
    }
    expect(await left()).toEqual([]);
  });
});
