import { describe, expect, it } from "vitest";
import type { StackConfig } from "../../../config/index.ts";
import { dedicatedHosts, type DedicatedFacts } from "../../../scripts/preflight/checks/dedicated.ts";
import { tryEnforcement } from "../../../scripts/preflight/checks/dedicated-try.ts";
import type { Session } from "../../../openstack/index.ts";
import { examples } from "../plan/examples.ts";

const stack = (): StackConfig => {
  const config = examples.tenant("mini");
  config.areas["work"]!.dedicated = { hosts: ["snp-1"] };
  return { kind: "tenant", config };
};
const closed = { control: "built", elsewhere: "refused", stranger: "refused" } as const;
const ours = { name: "mini-work", hosts: ["snp-1"], metadata: { "filter_tenant_id:p": "p" } };
const judge = (change: Partial<DedicatedFacts> = {}) =>
  dedicatedHosts.judge(
    { hosts: ["snp-1", "snp-2"], aggregates: [ours], machines: { "snp-1": ["p"] }, enforcement: closed, ...change },
    { stack: stack() },
  );

describe("preflight of dedicated hosts (C4H-4)", () => {
  it("is ok where both directions were tried and refused, and for a tenant that asks for none", () => {
    expect(judge().result).toBe("ok");
    const none: StackConfig = { kind: "tenant", config: examples.tenant() };
    expect(dedicatedHosts.judge(undefined, { stack: none })).toEqual({ result: "ok", says: "none is asked for" });
  });

  it("says what is not enforced, and what nova.conf needs", () => {
    for (const [facts, says] of [
      [{ ...closed, elsewhere: "built" }, /leave the hosts/],
      [{ ...closed, stranger: "built" }, /strangers' machines land/],
    ] as const) {
      const judged = judge({ enforcement: facts });
      expect(judged.result).toBe("failed");
      expect(judged.says).toMatch(says);
      expect(judged.next).toMatch(/limit_tenants_to_placement_aggregate.*AggregateMultiTenancyIsolation/);
    }
  });

  it("takes nothing for enforced that could not be tried: no control, no host yet, an unclear answer", () => {
    for (const enforcement of [
      { control: { unclear: "quota" } },
      { control: "refused" },
      { control: "built", elsewhere: "refused" },
      { ...closed, stranger: { unclear: "a network error" } },
    ] as const)
      expect(judge({ enforcement }).result).toBe("not checked");
  });

  it("refuses a host that is not there, that others have, or on which strangers run", () => {
    expect(judge({ hosts: ["snp-2"] }).says).toMatch(/no compute service takes machines on snp-1/);
    const other = { ...ours, name: "lungs-work" };
    expect(judge({ aggregates: [other] }).says).toMatch(/dedicated to others by the aggregate lungs-work/);
    expect(judge({ machines: { "snp-1": ["p", "q"] } }).says).toMatch(/carries 1 machines of other projects/);
    // An aggregate of another purpose is no matter.
    expect(judge({ aggregates: [ours, { name: "ssd", hosts: ["snp-1"], metadata: { ssd: "yes" } }] }).result).toBe(
      "ok",
    );
  });
});

describe("machines that are tried", () => {
  it("go with what was made for them, whatever came of them", async () => {
    const calls: string[] = [];
    const asked: object[] = [];
    const session = {
      token: () => Promise.resolve({ projectId: "own" }),
      paginate: (service: string) => Promise.resolve([{ id: `${service}-id`, name: "x" }]),
      find: (_service: string, path: string) => {
        const machine = Number(path.split("/").at(-1));
        if (calls.includes(`DELETE ${path}`)) return Promise.resolve(undefined);
        const error = { status: "ERROR", fault: { message: "No valid host was found. " } };
        return Promise.resolve({ server: machine === 1 ? { status: "ACTIVE" } : error });
      },
      request: (_service: string, method: string, path: string, { body }: { body?: { server?: object } }) => {
        calls.push(`${method} ${path}`);
        if (body?.server) asked.push(body.server);
        return Promise.resolve({ status: 202, body: { server: { id: String(asked.length) }, aggregate: { id: 9 } } });
      },
    } as unknown as Session;
    const facts = await tryEnforcement(session, { flavor: "x", image: "x" }, "snp-1");
    expect(facts).toEqual({ control: "built", elsewhere: "refused", stranger: "refused" });
    expect(asked.map((server) => "host" in server)).toEqual([false, false, true]);
    expect(calls.filter((call) => call.startsWith("DELETE"))).toEqual([
      "DELETE /servers/1",
      "DELETE /servers/2",
      "DELETE /os-aggregates/9",
      "DELETE /servers/3",
    ]);
  });
});
