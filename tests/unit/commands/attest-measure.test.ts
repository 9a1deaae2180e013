import { writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { measure, readFirmware } from "../../../attestation/measurement/index.ts";
import { attestMeasure, type MeasureOptions } from "../../../scripts/attest/measure.ts";
import { programFor } from "../../../scripts/tresor.ts";
import { IMAGES } from "../attestation/measurement/images.ts";
import { testIo } from "./io.ts";

let io: Awaited<ReturnType<typeof testIo>>;
const run = (more: Partial<MeasureOptions> = {}): Promise<number> =>
  attestMeasure({ ovmf: "OVMF.fd", vcpus: "2", cpu: "EPYC-v4", guestFeatures: "0x21", json: false, ...more }, io);
const launch = { firmware: readFirmware(IMAGES.amdsev), vcpus: 2, cpu: "EPYC-v4", guestFeatures: 0x21n };

beforeEach(async () => {
  io = await testIo();
  await writeFile(path.join(io.cwd, "OVMF.fd"), IMAGES.amdsev);
  for (const name of ["vmlinuz", "initrd"]) await writeFile(path.join(io.cwd, name), name);
});

describe("tresor attest measure (C4H-20)", () => {
  it("prints the digest alone, and says that the disk is not in it", async () => {
    expect(await run()).toBe(0);
    expect(io.said).toEqual([measure(launch)]);
    expect(io.noted).toEqual(["the firmware alone is measured: what it boots from a disk is not in a report"]);
  });

  it("measures kernel, initrd and command line with it", async () => {
    const boot = { kernel: Buffer.from("vmlinuz"), initrd: Buffer.from("initrd"), commandLine: "ro quiet" };
    expect(await run({ kernel: "vmlinuz", initrd: "initrd", append: "ro quiet" })).toBe(0);
    expect(io.said).toEqual([measure({ ...launch, boot })]);
    expect(io.noted).toEqual([]);
  });

  it("--json: what it was computed from, and each number of vCPUs", async () => {
    expect(await run({ vcpus: "1,2", json: true })).toBe(0);
    const said = JSON.parse(io.said.join("\n")) as { ovmf: string };
    expect(said.ovmf).toMatch(/^[0-9a-f]{64}$/);
    expect(said).toMatchObject({ cpu: "EPYC-v4", guestFeatures: "0x21", kernel: false });
    expect(said).toMatchObject({ measurements: [{ vcpus: 1 }, { vcpus: 2, measurement: measure(launch) }] });
  });

  it("its options are its own, not those of `tresor attest`", async () => {
    const program = await programFor(["attest", "measure"]);
    const measureCommand = program.commands
      .find((one) => one.name() === "attest")!
      .commands.find((one) => one.name() === "measure")!;
    let seen: unknown;
    measureCommand.action((options: unknown) => void (seen = options));
    const words = [
      "attest",
      "measure",
      "--ovmf",
      "x",
      "--vcpus",
      "1",
      "--cpu",
      "EPYC",
      "--guest-features",
      "0x1",
      "--json",
    ];
    await program.parseAsync(words, { from: "user" });
    expect(seen).toMatchObject({ json: true, ovmf: "x" });
  });

  it.each<[string, Partial<MeasureOptions>, RegExp]>([
    ["no such firmware", { ovmf: "none.fd" }, /none.fd cannot be read/],
    ["no firmware", { ovmf: "vmlinuz" }, /cannot be measured: it has 7 bytes/],
    ["an initrd without a kernel", { initrd: "initrd" }, /need --kernel/],
    ["a command line without a kernel", { append: "ro" }, /need --kernel/],
    ["no such kernel", { kernel: "none" }, /none cannot be read/],
    ["no number", { vcpus: "many" }, /--vcpus names no numbers/],
    ["no vCPU", { vcpus: "0" }, /1 to 4096/],
    ["features in other words", { guestFeatures: "33" }, /--guest-features is no number/],
    ["an unknown processor", { cpu: "EPYC-v9" }, /processor's type is not known \(found EPYC-v9/],
  ])("%s: an error in words", async (_, more, words) => {
    await expect(run(more)).rejects.toThrow(words);
    expect(io.said).toEqual([]);
  });
});
