import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { measure, readFirmware } from "../../../attestation/measurement/index.ts";
import { parsePolicy } from "../../../attestation/policy-file.ts";
import { attestTable, type TableOptions } from "../../../scripts/attest/table.ts";
import { IMAGES } from "../attestation/measurement/images.ts";
import { testIo } from "./io.ts";

const TABLE = `# reviewed by two
format: 1
hosts:
  genoa: { firmware: fw/OVMF.fd, cpu: EPYC-Genoa, guestFeatures: "0x21" } # the new ones
  milan: { firmware: fw/OVMF.fd, cpu: EPYC-Milan, guestFeatures: "0x1" }
flavors: { small: 2, large: 8 }
images:
  disk: {}
  direct: { kernel: vmlinuz, initrd: initrd, commandLine: ro }
`;
const PLATFORM = await readFile(
  path.resolve(import.meta.dirname, "../../../stacks/examples/Pulumi.platform.yaml"),
  "utf8",
);

let io: Awaited<ReturnType<typeof testIo>>;
const at = (name: string): string => path.join(io.cwd, name);
const run = (more: Partial<TableOptions> = {}): Promise<number> =>
  attestTable("measurements.yaml", { write: false, trustee: false, list: false, json: false, ...more }, io);
const said = (): string[] => io.said.splice(0);

beforeEach(async () => {
  io = await testIo();
  await mkdir(at("fw"));
  await writeFile(at("fw/OVMF.fd"), IMAGES.amdsev);
  for (const name of ["vmlinuz", "initrd"]) await writeFile(at(name), name);
  await writeFile(at("measurements.yaml"), TABLE);
});

describe("tresor attest table (C4H-20)", () => {
  it("says what was not reviewed yet, writes it, and is content with what was written", async () => {
    expect(await run()).toBe(2);
    expect(said().filter((line) => line.startsWith("new"))).toHaveLength(8);
    expect(await readFile(at("measurements.yaml"), "utf8")).toBe(TABLE);
    expect(await run({ write: true })).toBe(0);
    const text = await readFile(at("measurements.yaml"), "utf8");
    expect(text).toContain("# reviewed by two");
    expect(text).toContain("# the new ones");
    said();
    expect(await run()).toBe(0);
    expect(said().at(-1)).toBe("as reviewed: 8 measurements");
  });

  it("each row is the measurement of its launch, with the hashes of what went into it", async () => {
    expect(await run({ json: true })).toBe(2);
    const { rows } = JSON.parse(said().join("\n")) as { rows: Record<string, unknown>[] };
    const firmware = readFirmware(IMAGES.amdsev);
    const boot = { kernel: Buffer.from("vmlinuz"), initrd: Buffer.from("initrd"), commandLine: "ro" };
    expect(
      rows.find(({ host, image, flavor }) => host === "genoa" && image === "direct" && flavor === "large"),
    ).toMatchObject({
      ...{ vcpus: 8, cpu: "EPYC-Genoa", guestFeatures: "0x21", commandLine: "ro" },
      firmware: expect.stringMatching(/^[0-9a-f]{64}$/),
      kernel: expect.stringMatching(/^[0-9a-f]{64}$/),
      measurement: measure({ firmware, vcpus: 8, cpu: "EPYC-Genoa", guestFeatures: 0x21n, boot }),
    });
    const plain = rows.find(({ host, image, flavor }) => host === "milan" && image === "disk" && flavor === "small");
    expect(plain).toMatchObject({ measurement: measure({ firmware, vcpus: 2, cpu: "EPYC-Milan", guestFeatures: 1n }) });
    expect(plain).not.toHaveProperty("kernel");
  });

  it("a changed firmware, kernel, flavor or row is told, and one that is gone", async () => {
    await run({ write: true });
    const written = await readFile(at("measurements.yaml"), "utf8");
    const words = async (): Promise<readonly string[]> => {
      said();
      expect(await run()).toBe(2);
      return said().filter((line) => /^(new|changed|gone)/.test(line));
    };
    await writeFile(at("vmlinuz"), "another kernel");
    expect(await words()).toEqual(
      ["genoa", "milan"].flatMap((host) => ["large", "small"].map((flavor) => `changed ${host}, direct, ${flavor}`)),
    );
    await writeFile(at("vmlinuz"), "vmlinuz");
    await writeFile(at("measurements.yaml"), written.replace("small: 2", "small: 3"));
    expect(await words()).toHaveLength(4);
    await writeFile(at("measurements.yaml"), written.replace(/^ {2}disk: .*\n/m, ""));
    expect(await words()).toHaveLength(4);
    await writeFile(
      at("measurements.yaml"),
      written.replace(/measurement: (.)/, (_, first: string) => `measurement: ${first === "a" ? "b" : "a"}`),
    );
    expect(await words()).toHaveLength(1);
    await writeFile(at("measurements.yaml"), written);
    await writeFile(at("fw/OVMF.fd"), IMAGES["hashes at the page's end"]);
    expect(await words()).toHaveLength(8);
  });

  it("what was reviewed is handed on: to a policy, and to Trustee", async () => {
    await run({ write: true });
    await writeFile(at("vmlinuz"), "not what was reviewed");
    said();
    expect(await run({ list: true })).toBe(0);
    const list = said();
    expect(list).toHaveLength(8);
    const policy = `format: 1\nprocessors: { genoa: { bootloader: 0, tee: 0, snp: 0, microcode: 0 } }\nchips: any\nmeasurements:\n${list.join("\n")}\n`;
    expect(parsePolicy(policy, "policy.yaml").measurements).toHaveLength(8);
    expect(await run({ trustee: true })).toBe(0);
    const message = JSON.parse(said().join("")) as { version: string; type: string; payload: string };
    expect(message).toMatchObject({ version: "0.1.0", type: "sample" });
    expect(JSON.parse(Buffer.from(message.payload, "base64").toString())).toEqual({
      snp_launch_measurement: list.map((line) => line.slice(2)),
    });
  });

  it("--platform: each confidential flavor and image of the platform must be there, with its vCPUs", async () => {
    await run({ write: true });
    await writeFile(at("Pulumi.platform.yaml"), PLATFORM);
    said();
    expect(await run({ platform: "Pulumi.platform.yaml" })).toBe(2);
    expect(said().filter((line) => line.startsWith("missing"))).toEqual([
      "missing flavor SCS-4T-16_z4 is not in the table",
      "missing flavor SCS-2T-8_z4 is not in the table",
      "missing image debian-13-snp is not in the table",
    ]);
    const full = (vcpus: number): string =>
      TABLE.replace("large: 8", `SCS-4T-16_z4: 4, SCS-2T-8_z4: ${vcpus}`).replace("disk: {}", "debian-13-snp: {}");
    await writeFile(at("measurements.yaml"), full(3));
    await run({ write: true });
    said();
    expect(await run({ platform: "Pulumi.platform.yaml" })).toBe(2);
    expect(said().at(-1)).toBe("missing flavor SCS-2T-8_z4 has 2 vCPUs, the table says 3");
    await writeFile(at("measurements.yaml"), full(2));
    expect(await run({ platform: "Pulumi.platform.yaml", write: true })).toBe(0);
    expect(await run({ platform: "Pulumi.platform.yaml" })).toBe(0);
  });

  it.each<[string, (text: string) => string, RegExp]>([
    ["no such firmware", (text) => text.replace("fw/OVMF.fd", "fw/none.fd"), /fw\/none.fd cannot be read/],
    ["a firmware that is none", (text) => text.replaceAll("fw/OVMF.fd", "vmlinuz"), /cannot be measured/],
    ["an unknown processor", (text) => text.replace("EPYC-Genoa", "EPYC-Geno"), /measurements.hosts.genoa.cpu/],
    ["an initrd without a kernel", (text) => text.replace("kernel: vmlinuz, ", ""), /beside a kernel alone/],
    ["no format", (text) => text.replace("format: 1\n", ""), /measurements.format: is missing/],
    ["an unknown key", (text) => text.replace("flavors:", "flavours:"), /did you mean flavors\?/],
  ])("%s: an error in words", async (_, change, words) => {
    await writeFile(at("measurements.yaml"), change(TABLE));
    await expect(run()).rejects.toThrow(words);
  });

  it("a stack file that is no platform's is refused", async () => {
    await writeFile(at("Pulumi.x.yaml"), "config: {}\n");
    await expect(run({ platform: "Pulumi.x.yaml" })).rejects.toThrow();
  });
});
