import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { claim, type ClaimOptions, type ClaimWorld } from "../../../scripts/commands/claim.ts";
import type { KeystoneAddress } from "../../../scripts/site/keystone.ts";
import { testIo } from "./io.ts";

let io: Awaited<ReturnType<typeof testIo>>;
let addresses: KeystoneAddress[];
let password: string;
const EXAMPLES = path.resolve(import.meta.dirname, "../../../stacks/examples");
const OPERATOR =
  "clouds:\n  OPERATOR:\n    auth: { auth_url: https://keystone:5000/v3/, password: hers }\n    cacert: /etc/ca.pem\n";

beforeEach(async () => {
  io = await testIo("one-time\n");
  addresses = [];
  password = "one-time";
  for (const [directory, stacks] of [
    ["op", ["digimed-tenant"]],
    ["zone", ["digimed"]],
  ] as const) {
    await mkdir(path.join(io.cwd, directory));
    for (const stack of stacks)
      await cp(path.join(EXAMPLES, `Pulumi.${stack}.yaml`), path.join(io.cwd, directory, `Pulumi.${stack}.yaml`));
  }
  const tenant = parse(await readFile(path.join(io.cwd, "op/Pulumi.digimed-tenant.yaml"), "utf8"));
  const { cloud } = tenant.config["tresor:tenant"] as { cloud: string };
  await writeFile(path.join(io.cwd, "op/clouds.yaml"), OPERATOR.replace("OPERATOR", cloud));
});

const world: ClaimWorld = {
  keystone: async (address) => {
    addresses.push(address);
    return {
      login: async (_user, _domain, given) =>
        given === password ? { result: "in", userId: "u1", roles: [] } : { result: "refused", message: "no" },
      changePassword: async (_id, _original, next) => void (password = next),
      close: () => undefined,
    };
  },
  stackOutput: async (site, stack, output) => {
    expect([path.basename(site), stack, output]).toEqual(["op", "digimed-tenant", "pipelineOneTimePassword"]);
    return "one-time";
  },
};
const run = (change: Partial<ClaimOptions>) =>
  claim({ zone: "digimed", dir: "zone", passwordStdin: false, json: true, ...change }, io, world);
const clouds = async () => parse(await readFile(path.join(io.cwd, "zone/clouds.yaml"), "utf8")).clouds;

describe("tresor claim", () => {
  it("takes password and address from the operator's directory on one machine, and nothing else of it", async () => {
    expect(await run({ from: "op" })).toBe(0);
    expect(addresses).toEqual([{ authUrl: "https://keystone:5000", region: "RegionOne", cacert: "/etc/ca.pem" }]);
    expect(Object.keys(await clouds())).toEqual(["digimed", "digimed-commons", "digimed-heart"]);
    expect(JSON.stringify(await clouds())).not.toContain("hers");
    expect(io.said.join("\n")).not.toContain(password);
  });

  it("takes the password from standard input or a file, and then finds the address in its own clouds.yaml", async () => {
    await run({ passwordStdin: true, authUrl: "https://keystone:5000/v3" });
    await run({});
    expect(JSON.parse(io.said.at(-1) ?? "")).toMatchObject({ outcome: "already" });
    expect(addresses.map(({ authUrl }) => authUrl)).toEqual(["https://keystone:5000", "https://keystone:5000"]);
  });

  it("says what is missing: the address, the password, a password that is empty", async () => {
    await expect(run({})).rejects.toThrow(/not known where Keystone is.*--auth-url/);
    await expect(run({ authUrl: "https://keystone:5000" })).rejects.toThrow(
      /no one-time password was given.*--password-file/,
    );
    await writeFile(path.join(io.cwd, "empty"), "\n");
    await expect(run({ authUrl: "https://keystone:5000", passwordFile: "empty" })).rejects.toThrow(/is empty/);
    await expect(run({ authUrl: "keystone" })).rejects.toThrow(/is no URL/);
    await expect(run({ authUrl: "keystone.example:5000" })).rejects.toThrow(/is no URL/);
  });

  it("warns where the passwords would cross a network in the clear", async () => {
    await run({ passwordStdin: true, authUrl: "https://keystone:5000" });
    expect(io.noted).toEqual([]);
    await run({ authUrl: "http://localhost:5000" });
    expect(io.noted).toEqual([]);
    await run({ authUrl: "http://localhost.example:5000" });
    expect(io.noted.join()).toMatch(/localhost\.example:5000 is used without TLS/);
  });
});
