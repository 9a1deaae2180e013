import { describe, expect, it } from "vitest";
import { type Props, UNKNOWN, isSecret, secret } from "../../../provider/wire.ts";
import { COMMAND_TYPES } from "../../../scripts/toolchain/stand-ins/command/types.ts";
import { RANDOM_TYPES, randomText } from "../../../scripts/toolchain/stand-ins/random/types.ts";
import { StandIn } from "../../../scripts/toolchain/stand-ins/stand-in.ts";

const random = new StandIn("random", "4.21.2", RANDOM_TYPES);
const command = new StandIn("command", "1.2.1", COMMAND_TYPES);
const urn = (type: string): string => `urn:pulumi:dev::site::tresor:base:Parent$${type}::name`;
const password = urn("random:index/randomPassword:RandomPassword");
const id = urn("random:index/randomId:RandomId");
const local = urn("command:local:Command");
const reasons = async (provider: StandIn, of: string, inputs: Props): Promise<string[]> =>
  ((await provider.check(of, {}, inputs)).failures ?? []).map(({ property, reason }) => `${property} ${reason}`);

describe("random passwords", () => {
  it("come out secret and stay so over a read", async () => {
    const { id: given, outs } = await random.create(password, { length: 20 });
    expect(given).toBe("none");
    expect(isSecret(outs.result)).toBe(true);
    expect(outs).toMatchObject({ length: 20, special: true, minUpper: 0, numeric: true, number: true });
    const read = await random.read(given, password, outs as Props);
    expect(isSecret(read.props.result)).toBe(true);
    expect(read.props).toEqual(outs);
  });

  it("have the length, the minima and only the characters asked for", () => {
    for (let time = 0; time < 200; time += 1) {
      const text = randomText({ length: 12, special: false, minNumeric: 3, minUpper: 2, lower: false, minLower: 1 });
      expect(text).toMatch(/^[0-9A-Za-z]{12}$/);
      expect(text.match(/[0-9]/g)!.length).toBeGreaterThanOrEqual(3);
      expect(text.match(/[A-Z]/g)!.length).toBeGreaterThanOrEqual(2);
      expect(text.match(/[a-z]/g)).toHaveLength(1);
    }
    expect(randomText({ length: 40, upper: false, lower: false, number: false, overrideSpecial: "_" })).toBe(
      "_".repeat(40),
    );
  });

  it("differ from each other and use every character of the pool", () => {
    const texts = Array.from({ length: 300 }, () => randomText({ length: 32 }));
    expect(new Set(texts).size).toBe(300);
    expect(new Set(texts.join("")).size).toBe(26 * 2 + 10 + 21);
  });

  it("do not change when defaults are spelled out, and are replaced when a setting changes", async () => {
    const { outs } = await random.create(password, { length: 20, number: false });
    const diff = async (news: Props): Promise<unknown> => random.diff("none", password, outs as Props, news);
    expect(await diff({ length: 20, number: false })).toMatchObject({ changes: false, replaces: [] });
    expect(await diff({ length: 20, numeric: false, special: true })).toMatchObject({ changes: false });
    expect(await diff({ length: 21, number: false })).toMatchObject({ changes: true, replaces: ["length"] });
    expect(await diff({ length: 20, number: false, keepers: { a: UNKNOWN } })).toMatchObject({ replaces: ["keepers"] });
  });

  it("are refused where they cannot be made", async () => {
    expect(await reasons(random, password, { length: 8 })).toEqual([]);
    expect(await reasons(random, password, {})).toEqual(["length is required"]);
    expect(await reasons(random, password, { length: 2, minUpper: 3 })).toEqual([
      "length 2 is less than the minima of the classes need together (3)",
    ]);
    const off = { length: 4, special: false, numeric: false, lower: false, upper: false };
    expect((await reasons(random, password, off))[0]).toContain("no class of characters is left");
    expect(await reasons(random, password, { length: "8" })).toEqual(["length must be: number"]);
    expect(await reasons(random, password, { length: UNKNOWN, keepers: { a: UNKNOWN } })).toEqual([]);
  });
});

describe("random ids", () => {
  it("give the same bytes in each spelling, with the prefix", async () => {
    const { id: given, outs } = await random.create(id, { byteLength: 4, prefix: "x-" });
    const bytes = Buffer.from(given, "base64url");
    expect(bytes).toHaveLength(4);
    expect(outs).toMatchObject({
      hex: `x-${bytes.toString("hex")}`,
      dec: `x-${bytes.readUInt32BE()}`,
      b64Std: `x-${bytes.toString("base64")}`,
      b64Url: `x-${given}`,
    });
  });
});

describe("what a stand-in does not serve", () => {
  it("is refused by name: a type, an input", async () => {
    await expect(random.create(urn("random:index/randomPet:RandomPet"), {})).rejects.toThrow(
      "random:index/randomPet:RandomPet is not served by the stand-in for the random plugin",
    );
    expect((await reasons(command, local, { create: "true", archivePaths: ["*"] }))[0]).toContain(
      "archivePaths is not served",
    );
    expect(await reasons(command, local, { create: "true", logging: "all" })).toHaveLength(1);
    expect(await reasons(command, local, { create: "true", logging: "none" })).toEqual([]);
  });
});

describe("local commands", () => {
  it("get environment, stdin and directory, and give what they print", async () => {
    const { outs } = await command.create(local, {
      create: 'cat; echo " $WHO in $(pwd)"; echo bad >&2',
      stdin: "hello",
      dir: "/",
      environment: { WHO: "me" },
      logging: "none",
    });
    expect(outs).toMatchObject({ stdout: "hello me in /", stderr: "bad" });
  });

  it("make their output secret when an input is, and show nothing of it when they fail", async () => {
    const inputs = { create: "echo $KEY; exit ${CODE:-0}", environment: secret({ KEY: "canary" }) };
    const { outs } = await command.create(local, inputs);
    expect(isSecret(outs.stdout) && isSecret(outs.stderr) && isSecret(outs.environment)).toBe(true);
    expect(outs.create).toBe(inputs.create);
    const failing = { ...inputs, environment: secret({ KEY: "canary", CODE: "3" }) };
    const error = (await command.create(local, failing).catch((reason: unknown) => reason)) as Error;
    expect(error.message).toBe("the command failed (exit code 3): its output is withheld, since an input is secret");
    await expect(command.create(local, { create: "echo why; exit 3" })).rejects.toThrow("(exit code 3): why");
  });

  it("see the output of the run before in update and delete", async () => {
    const inputs = { create: "echo one", update: "echo after $PULUMI_COMMAND_STDOUT", logging: "none" };
    const { outs } = await command.create(local, inputs);
    expect((await command.update("x", local, outs as Props, inputs)).outs).toMatchObject({ stdout: "after one" });
    const quiet = { ...inputs, addPreviousOutputInEnv: false };
    expect((await command.update("x", local, outs as Props, quiet)).outs).toMatchObject({ stdout: "after" });
    await expect(
      command.delete("x", local, { ...outs, delete: "test $PULUMI_COMMAND_STDOUT = two" }),
    ).rejects.toThrow();
    await command.delete("x", local, { ...outs, delete: "test $PULUMI_COMMAND_STDOUT = one" });
  });

  it("are replaced by a trigger without an update command, and updated with one", async () => {
    const olds = { create: "a", triggers: [1], stdout: "", stderr: "" };
    const diff = async (news: Props): Promise<unknown> => command.diff("x", local, olds, news);
    expect(await diff({ create: "a", triggers: [1] })).toMatchObject({ changes: false });
    expect(await diff({ create: "a", triggers: [2] })).toMatchObject({ changes: true, replaces: ["triggers"] });
    expect(await diff({ create: "a", update: "u", triggers: [2] })).toMatchObject({ changes: true, replaces: [] });
    expect(await diff({ create: "b", triggers: [1] })).toMatchObject({ changes: true, replaces: [] });
  });
});
