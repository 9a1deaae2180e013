import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { KINDS } from "../../../provider/kinds.ts";
import { providerSchema } from "../../../provider/schema.ts";
import { SHOWN, TresorProvider } from "../../../provider/server.ts";
import { UNKNOWN, isSecret, secret } from "../../../provider/wire.ts";
import type { Bench } from "./fake/harness.ts";
import { bench } from "./fake/harness.ts";

let b: Bench;
beforeEach(async () => {
  b = await bench();
});
afterEach(() => b.stop());

const TOKEN = "tresor:network:RuleSet";
const SSH = { direction: "ingress", ethertype: "IPv4", protocol: "tcp", portMin: 22 };

describe("a preview", () => {
  it("passes unknowns through check, and still judges the rest", async () => {
    const set = b.resource(TOKEN);
    const open = { ...SSH, remoteGroupId: UNKNOWN };
    expect(await set.check({ securityGroupId: UNKNOWN, rules: [open] })).toEqual({
      inputs: { cloud: "fake", securityGroupId: UNKNOWN, rules: [open] },
      failures: [],
    });
    expect((await set.check({ securityGroupId: UNKNOWN, rules: UNKNOWN })).failures).toEqual([]);
    const { failures } = await set.check({ securityGroupId: UNKNOWN, rules: [open, { ...SSH, direction: "in" }] });
    expect(failures?.map((one) => one.property)).toEqual(["rules[1].direction"]);
  });

  it("takes an unknown input as a change, and sends nothing", async () => {
    const set = b.resource(TOKEN);
    set.state = { cloud: "fake", securityGroupId: "g", rules: [] };
    expect(await set.diff({ securityGroupId: "g", rules: UNKNOWN })).toMatchObject({ changes: true, replaces: [] });
    expect(await set.diff({ securityGroupId: UNKNOWN, rules: [] })).toMatchObject({ replaces: ["securityGroupId"] });
    expect(b.cloud.asked).toEqual([]);
  });
});

describe("check", () => {
  it("refuses at its property what throws where it is measured, and never throws itself", async () => {
    const urn = "urn:pulumi:dev::tresor::tresor:identity:Group::it";
    const group = { cloud: "fake", domainId: "d", name: { length: { toString: "no function" } } };
    const { failures } = await new TresorProvider().check(urn, {}, group);
    expect(failures).toEqual([{ property: "name", reason: "is no value that can be judged" }]);
  });

  it("brings inputs into their one form and keeps secrets wrapped", async () => {
    const { inputs } = await b
      .resource(TOKEN)
      .check({ securityGroupId: "g", rules: [secret({ ...SSH, protocol: "TCP" })] });
    expect(isSecret(inputs.rules)).toBe(true);
    expect(inputs.rules.value).toEqual([{ ...SSH, portMax: 22, remoteCidr: "0.0.0.0/0" }]);
  });

  it("tells each failure at its property, unknown inputs with those that exist", async () => {
    const { failures } = await b.resource(TOKEN).check({ group: "g", rules: "none", cloud: "" });
    expect(failures?.map((one) => one.property).sort()).toEqual(["cloud", "group", "rules", "securityGroupId"]);
    expect(failures?.find((one) => one.property === "group")?.reason).toMatch(
      /is no input of tresor:network:RuleSet; inputs are cloud, rules, securityGroupId/,
    );
  });
});

describe("errors", () => {
  it("reach the engine as their sentence, and are not printed with a stack", async () => {
    const error = await b.provider
      .check("urn:pulumi:a::b::tresor:network:Nothing::c", {}, {})
      .catch((reason: unknown) => reason);
    expect((error as Error).message).toMatch(/^the tresor provider has no resource tresor:network:Nothing/);
    expect(String(error).startsWith(SHOWN)).toBe(true);
  });

  it("are repeated with a new session where a clouds.yaml entry was missing", async () => {
    let asked = 0;
    const provider = new TresorProvider({ open: () => Promise.reject(new Error(`no entry ${++asked}`)) });
    const urn = `urn:pulumi:a::b::${TOKEN}::c`;
    await expect(provider.read("g", urn, { cloud: "x" })).rejects.toThrow(/internal error .*no entry 1/);
    await expect(provider.read("g", urn, { cloud: "x" })).rejects.toThrow(/no entry 2/);
  });
});

describe("import", () => {
  it("reads by the id alone, with the entry that OS_CLOUD names", async () => {
    b.cloud.on("GET", "/network/v2.0/security-groups/g", () => [
      200,
      { security_group: { name: "g", security_group_rules: [] } },
    ]);
    b.cloud.on("GET", "/network/v2.0/security-group-rules", () => [200, { security_group_rules: [] }]);
    const before = process.env.OS_CLOUD;
    process.env.OS_CLOUD = "imported";
    const result = await b.provider.read("g", `urn:pulumi:a::b::${TOKEN}::c`, {});
    if (before === undefined) delete process.env.OS_CLOUD;
    else process.env.OS_CLOUD = before;
    expect(result.inputs).toEqual({ cloud: "imported", securityGroupId: "g", rules: [] });
  });
});

/** Whose credentials kinds take that are not in OpenStack, by module. */
const ENTRIES: Readonly<Record<string, string>> = { quobyte: "cluster", pki: "authority" };

describe("schema", () => {
  it("lists every kind with its inputs, each set of inputs with whose credentials it takes, and secrets as such", () => {
    expect(Object.keys(providerSchema.resources)).toEqual([...KINDS.keys()]);
    for (const [token, resource] of Object.entries(providerSchema.resources))
      expect(resource.requiredInputs).toContain(ENTRIES[token.split(":")[1] ?? ""] ?? "cloud");
    const machine = providerSchema.resources["tresor:compute:Machine"];
    expect(machine?.inputProperties.userData).toEqual({ type: "string", secret: true });
    expect(machine?.properties.status?.type).toBe("string");
    expect(machine?.requiredInputs).toEqual(["cloud", "flavorId", "name", "ports"]);
    expect(providerSchema.resources[TOKEN]?.inputProperties.rules).toEqual({
      type: "array",
      items: { $ref: "#/types/tresor:network:RuleSetRules" },
    });
    expect(providerSchema.types["tresor:network:RuleSetRules"]?.required).toEqual(["direction", "ethertype"]);
  });

  it("names nothing in replaceOn, ordered or secret that it does not have", () => {
    for (const kind of KINDS.values())
      for (const [keys, known] of [
        [[...kind.replaceOn, ...kind.ordered], Object.keys(kind.inputs.shape)],
        // Outputs can be secret, too.
        [kind.secret ?? [], Object.keys({ ...kind.inputs.shape, ...kind.outputs })],
      ] as const)
        for (const key of keys) expect(known).toContain(key);
  });
});
