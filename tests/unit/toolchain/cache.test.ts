import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { type Piece, ensurePiece, keyOf, pieceName, verify } from "../../../scripts/toolchain/cache.ts";
import { startOf, withLock } from "../../../scripts/toolchain/lock.ts";
import { scratch } from "../../scratch.ts";

const piece: Piece = { name: "engine", version: "1.0.0", key: "abc" };
let root: string;
let said: string[];
const say = (what: string): void => void said.push(what);
const make = async (directory: string): Promise<void> => writeFile(join(directory, "pulumi"), "binary");

beforeEach(async () => {
  root = scratch();
  said = [];
});

describe("a piece of the cache", () => {
  it("is made once and taken from then on", async () => {
    const first = await ensurePiece(root, piece, say, make);
    const second = await ensurePiece(root, piece, say, () => Promise.reject(new Error("made again")));
    expect([first.made, second.made]).toEqual([true, false]);
    expect(second.directory).toBe(join(root, pieceName(piece)));
    expect(await readdir(root)).toEqual([pieceName(piece)]);
  });

  it.each([
    ["changed", (file: string) => writeFile(file, "tampered"), "another SHA-256"],
    ["lost", (file: string) => rm(file), "is missing"],
    ["without a manifest", (file: string) => rm(join(file, "..", "tresor-manifest.json")), "manifest cannot be read"],
  ])("that is %s is never used, but made again with a word about it", async (_, damage, words) => {
    const { directory } = await ensurePiece(root, piece, say, make);
    await damage(join(directory, "pulumi"));
    expect(await verify(directory, piece)).toContain(words);
    const again = await ensurePiece(root, piece, say, make);
    expect(again.made).toBe(true);
    expect(await readFile(join(directory, "pulumi"), "utf8")).toBe("binary");
    expect(said.join()).toContain(words);
    expect(await readdir(root)).toEqual([pieceName(piece)]);
  });

  it("leaves nothing under its name when making it fails, and what was half made goes at the next time", async () => {
    const half = async (directory: string): Promise<void> => {
      await make(directory);
      throw new Error("no network");
    };
    await expect(ensurePiece(root, piece, say, half)).rejects.toThrow("no network");
    expect(await verify(join(root, pieceName(piece)), piece)).toBe("absent");
    await mkdir(join(root, `${pieceName(piece)}.partial-1`));
    await ensurePiece(root, piece, say, make);
    expect(await readdir(root)).toEqual([pieceName(piece)]);
  });

  it("is made by one of two that want it at the same time", async () => {
    let times = 0;
    const slow = async (directory: string): Promise<void> => {
      times += 1;
      await sleep(50);
      await make(directory);
    };
    const results = await Promise.all([ensurePiece(root, piece, say, slow), ensurePiece(root, piece, say, slow)]);
    expect(times).toBe(1);
    expect(results.map(({ made }) => made).sort()).toEqual([false, true]);
  });

  it("is another one when a source or a word changes", async () => {
    await writeFile(join(root, "go.sum"), "a");
    const before = await keyOf([join(root, "go.sum")], ["-trimpath"]);
    expect(await keyOf([join(root, "go.sum")], ["-trimpath"])).toBe(before);
    expect(await keyOf([join(root, "go.sum")], [])).not.toBe(before);
    await writeFile(join(root, "go.sum"), "b");
    expect(await keyOf([join(root, "go.sum")], ["-trimpath"])).not.toBe(before);
    await expect(keyOf([join(root, "go.mod")])).rejects.toThrow("ENOENT");
  });
});

describe("the lock", () => {
  const holder = (pid: number, started: string): string => JSON.stringify({ pid, host: hostname(), started });
  const nobody = 2 ** 22 + 1; // above the kernel's highest pid

  it.each([
    ["is gone", () => holder(nobody, "1")],
    ["is gone, its pid now another's", () => holder(process.pid, "1")],
    ["cannot be read", () => "{"],
  ])("of a process that %s is taken over", async (_, content) => {
    const file = join(root, "x.lock");
    await writeFile(file, content());
    expect(await withLock(file, say, async () => "done")).toBe("done");
    expect(said.join()).toContain("takes over");
    expect(await readdir(root)).toEqual([]);
  });

  it("of a living process is waited for", async () => {
    const file = join(root, "x.lock");
    const other = spawn("sleep", ["30"]);
    await once(other, "spawn");
    await writeFile(file, holder(other.pid!, startOf(other.pid!)));
    const order: string[] = [];
    const work = withLock(file, say, async () => order.push("work"));
    await sleep(100);
    order.push("ended");
    other.kill("SIGKILL");
    await once(other, "exit");
    await work;
    expect(order).toEqual(["ended", "work"]);
    expect(said[0]).toContain(`waits for process ${other.pid}`);
  });

  it("is released when the work fails", async () => {
    await expect(withLock(join(root, "x.lock"), say, () => Promise.reject(new Error("broken")))).rejects.toThrow(
      "broken",
    );
    expect(await readdir(root)).toEqual([]);
  });
});
