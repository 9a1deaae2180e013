import { createHash } from "node:crypto";
import { readFile, writeFile, mkdir } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { allocateZone } from "../../../scripts/commands/allocate.ts";
import { init } from "../../../scripts/commands/init.ts";
import { validate } from "../../../scripts/commands/validate.ts";
import { testIo } from "./io.ts";

let io: Awaited<ReturnType<typeof testIo>>;
const file = (name: string) => path.join(io.cwd, name);
const read = (name: string) => readFile(file(name), "utf8");
const none = async () => undefined;

beforeEach(async () => {
  io = await testIo();
  const common = { dryRun: false, json: true } as const;
  await init({ ...common, kind: "operator", directory: "op", zones: ["digimed", "lungs"] }, io, none);
  await init({ ...common, kind: "zone", directory: "lungs", zones: ["lungs"] }, io, none);
  io.said.length = 0;
});

const allocate = (change: object = {}) =>
  allocateZone({ zone: "lungs", dir: "op", dryRun: false, json: true, ...change }, io);

/** The image file of the operator's example, as its build makes it. */
async function buildImage(): Promise<void> {
  const { images } = parse(await read("op/Pulumi.platform.yaml")).config["tresor:platform"];
  const target = file(`op/${images["debian-13-snp"].file}`);
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, "an image");
}

describe("tresor allocate", () => {
  it("appends to the ledger, keeps its comments and the other zones, and hands over to the zone's file", async () => {
    await writeFile(file("op/ledger.yaml"), `${await read("op/ledger.yaml")}# the end\n`);
    await buildImage();
    const before = await read("op/ledger.yaml");
    expect(await allocate({ write: "lungs/Pulumi.lungs.yaml" })).toBe(0);
    const after = await read("op/ledger.yaml");
    for (const line of before.trimEnd().split("\n")) expect(after).toContain(line);
    expect(parse(after).zones.digimed).toEqual(parse(before).zones.digimed);
    const { granted } = parse(await read("lungs/Pulumi.lungs.yaml")).config["tresor:zone"];
    expect(granted.networks.work.ipv4).toBe(parse(after).zones.lungs.ipv4.replace("/20", "/24"));
    io.said.length = 0;
    expect(await validate({ paths: ["op", "lungs"], json: true }, io)).toBe(0);
  });

  it("touches nothing of the zone's file but granted:", async () => {
    const name = "lungs/Pulumi.lungs.yaml";
    await writeFile(file(name), `${await read(name)}# after\nencryptionsalt: v1:x\n`);
    const strip = (text: string) => text.replace(/ {4}granted:[\s\S]*?(?=# after)/, "");
    const before = await read(name);
    await allocate({ write: name });
    expect(await read(name)).not.toBe(before);
    expect(strip(await read(name))).toBe(strip(before));
  });

  it("writes nothing the second time, and nothing in a dry run", async () => {
    await allocate({ dryRun: true });
    expect(parse(await read("op/ledger.yaml")).zones).not.toHaveProperty("lungs");
    await allocate();
    const once = await read("op/ledger.yaml");
    io.said.length = 0;
    await allocate();
    expect(JSON.parse(io.said.join("\n")).wrote).toEqual([]);
    expect(await read("op/ledger.yaml")).toBe(once);
  });

  it("hands over the least preset, and lowers what was granted with the explicit word alone (DENBI-1)", async () => {
    const tenant = "op/Pulumi.lungs-tenant.yaml";
    const name = "lungs/Pulumi.lungs.yaml";
    const original = await read(tenant);
    const lower = async (word: string): Promise<void> => {
      const text = original.replace(/( +)(cloud: .*\n)/, `$1$2$1preset: isolated\n${word === "" ? "" : `$1${word}\n`}`);
      expect(text).not.toBe(original);
      await writeFile(file(tenant), text.replace(/( +)preset: confidential\n/, ""));
    };
    const granted = async () => parse(await read(name)).config["tresor:zone"].granted.preset;
    // Granted for the first time: nothing is lowered.
    await lower("");
    await allocate({ write: name, dryRun: true });
    await writeFile(file(tenant), original);
    await allocate({ write: name });
    expect(await granted()).toBeUndefined();
    await lower("");
    await expect(allocate({ write: name })).rejects.toThrow(
      /tenant\.lowered: the preset is lowered from confidential to isolated/,
    );
    expect(await granted()).toBeUndefined();
    await lower("lowered: { from: confidential, reason: synthetic data, by: the board, until: 2027-12-31 }");
    await allocate({ write: name });
    expect(await granted()).toBe("isolated");
    await writeFile(file(tenant), original);
    await allocate({ write: name });
    expect(await granted()).toBeUndefined();
  });

  it("prints the block to copy where no file is named", async () => {
    await allocate({ json: false });
    expect(Object.keys(parse(io.said.join("\n")).granted)).toContain("networks");
    expect(io.noted.join("\n")).toMatch(/wrote op\/ledger\.yaml/);
  });

  it("refuses another zone's file before it writes anything", async () => {
    await mkdir(file("other"));
    await writeFile(file("other/Pulumi.x.yaml"), "config:\n  tresor:zone:\n    name: other\n");
    await expect(allocate({ write: "other/Pulumi.x.yaml" })).rejects.toThrow(/describes zone other, not lungs/);
    expect(parse(await read("op/ledger.yaml")).zones).not.toHaveProperty("lungs");
  });

  it("refuses a ledger that contradicts itself, in other zones too and all at once, and appends nothing", async () => {
    await allocate({ zone: "digimed" });
    const sound = await read("op/ledger.yaml");
    const broken = sound.replace(/vlan: \d+/g, "vlan: 4000").replace(/ipv4: 10\.8\.0\.0\/20/, "ipv4: 10.8.0.0/21");
    expect(broken).not.toBe(sound);
    await writeFile(file("op/ledger.yaml"), broken);
    const error = await allocate().then(
      () => "",
      (thrown: Error) => thrown.message,
    );
    expect(error).toMatch(/ledger\.yaml:\d+:\d+: ledger\.zones\.digimed\.ipv4: is no block of a zone/);
    expect(error).toMatch(/ledger\.zones\.digimed\.networks\.\S+\.vlan: lies outside the pool/);
    expect(error).toMatch(/vlan: is the VLAN of digimed\/\S+ too .*Next: /);
    expect(await read("op/ledger.yaml")).toBe(broken);
    await writeFile(file("op/ledger.yaml"), sound);
    expect(await allocate()).toBe(0);
  });

  it("waits for nobody: a ledger that another process changes is an error, a dead one's lock is taken over", async () => {
    await writeFile(file("op/ledger.yaml.lock"), `${process.ppid}\n`);
    await expect(allocate()).rejects.toThrow(/is being changed by process/);
    await writeFile(file("op/ledger.yaml.lock"), "999999999\n");
    expect(await allocate()).toBe(0);
  });

  it("hands over the checksum of an image whose file is here, and says where it is not", async () => {
    await allocate();
    expect(JSON.parse(io.said.join("\n"))).toMatchObject({ unpinned: ["debian-13-snp"] });
    await buildImage();
    io.said.length = 0;
    await allocate();
    const { granted, unpinned } = JSON.parse(io.said.join("\n"));
    expect([granted.images["debian-13-snp"].sha512, unpinned]).toEqual([
      createHash("sha512").update("an image").digest("hex"),
      [],
    ]);
  });

  it("DIGIMED-1: hands over nothing that a zone takes where the image has no checksum", async () => {
    await allocate({ write: "lungs/Pulumi.lungs.yaml" });
    io.said.length = 0;
    expect(await validate({ paths: ["lungs"], json: false }, io)).toBe(1);
    expect([...io.said, ...io.noted].join("\n")).toMatch(
      /granted\.images\.debian-13-snp: this image is granted by its name alone/,
    );
  });

  it("says which stacks there are when the tenant is missing", async () => {
    await expect(allocate({ zone: "brain" })).rejects.toThrow(
      /no stack brain-tenant in op .*digimed-tenant, lungs-tenant, platform/,
    );
  });
});
