import { cp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Session } from "../../../openstack/index.ts";
import { plan } from "../../../scripts/commands/plan.ts";
import { planCapacity, planQuota, type OpenSession } from "../../../scripts/commands/plan-quota.ts";
import { testIo } from "./io.ts";

let io: Awaited<ReturnType<typeof testIo>>;
let opened: string[];
beforeEach(async () => {
  io = await testIo();
  opened = [];
  await cp(path.resolve(import.meta.dirname, "../../../stacks/examples"), io.cwd, { recursive: true });
});
async function edit(name: string, from: string, to: string): Promise<void> {
  const file = path.join(io.cwd, name);
  const text = await readFile(file, "utf8");
  expect(text).toContain(from);
  await writeFile(file, text.replaceAll(from, to));
}
const options = { stack: "mini", dir: ".", json: false, live: false };

/** A cloud whose Nova lets the project have so many machines, and whose hosts have so many slots. */
const cloud =
  (machines: number, slots = 8): OpenSession =>
  (entry) => {
    opened.push(entry);
    const inventories = { MEM_ENCRYPTION_CONTEXT: { total: slots, reserved: 0, allocation_ratio: 1 } };
    return Promise.resolve({
      token: () => Promise.resolve({ projectId: "p" }),
      offers: (service: string) => Promise.resolve(service === "compute"),
      request: () =>
        Promise.resolve({
          status: 200,
          body: { limits: { absolute: { maxTotalInstances: machines, totalInstancesUsed: 0 } } },
        }),
      paginate: () => Promise.resolve([{ uuid: "host" }]),
      find: () => Promise.resolve({ inventories }),
      close: () => undefined,
    } as unknown as Session);
  };

describe("tresor plan --quota (SPE4HD-11)", () => {
  it("prints planned and granted without asking anybody", async () => {
    expect(await planQuota(options, io, cloud(0))).toBe(0);
    expect(io.said.join("\n")).toMatch(/mini-work +compute +machines +1 +1 +fits/);
    expect(opened).toEqual([]);
  });

  it("shows a plan that is over its grant although nothing else would, and ends with 2", async () => {
    await edit("Pulumi.mini.yaml", "cores: 2,", "cores: 1,");
    expect(await planQuota({ ...options, json: true }, io, cloud(0))).toBe(2);
    const { ok, rows } = JSON.parse(io.said.join("\n")) as {
      ok: boolean;
      rows: { counter: string; verdict: string }[];
    };
    expect(ok).toBe(false);
    expect(rows.filter(({ verdict }) => verdict !== "fits")).toMatchObject([
      { counter: "cores", verdict: "over grant" },
    ]);
    await planQuota(options, io, cloud(0));
    expect(io.noted.join("\n")).toContain("mini-work plans 2 cores, and 1 are granted");
  });

  it("asks each area's project with the pipeline's own entry, and ends with 2 where the cloud has less", async () => {
    expect(await planQuota({ ...options, live: true }, io, cloud(1))).toBe(0);
    expect(opened).toEqual(["mini-work"]);
    expect(await planQuota({ ...options, live: true }, io, cloud(0))).toBe(2);
    expect(io.noted.join("\n")).toContain("mini-work plans 1 machines, others there use 0, and the limit is 0");
  });

  it("still refuses what is wrong beside the quota, other kinds of stack, and --live alone", async () => {
    await expect(planQuota({ ...options, stack: "platform" }, io, cloud(0))).rejects.toThrow(/--quota is for a zone/);
    await expect(plan({ ...options, live: true, svg: false, mermaid: false }, io)).rejects.toThrow(/--live belongs to/);
    await edit("Pulumi.mini.yaml", "flavor: SCS-2T-8_z4", "flavor: SCS-9T-8_z4");
    await expect(planQuota(options, io, cloud(0))).rejects.toThrow(/this flavor is not granted/);
  });
});

describe("tresor plan platform --capacity (DIGIMED-1)", () => {
  const capacity = (slots: number) => planCapacity({ ...options, stack: "platform" }, io, cloud(0, slots));

  it("sums the grants of every tenant of the directory, and ends with 2 over slots that are not there", async () => {
    expect(await capacity(8)).toBe(0);
    expect(io.said.join("\n")).toMatch(/digimed +mini +granted/);
    expect(io.said.join("\n")).toMatch(/SEV-SNP slots +7 +1 +8 +8 +8 +1 : 1 +fits/);
    expect(await capacity(7)).toBe(2);
    expect(io.noted.join("\n")).toContain("over-granted");
    expect(opened).toEqual(["devcloud-operator", "devcloud-operator"]);
  });

  it("is for the platform alone", async () => {
    await expect(planCapacity(options, io, cloud(0))).rejects.toThrow(/--capacity is for a platform/);
  });
});
