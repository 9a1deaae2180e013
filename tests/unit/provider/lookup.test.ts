import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../../config/problem.ts";
import { LOOKUP } from "../../../provider/lookup.ts";
import { TresorProvider } from "../../../provider/server.ts";
import type { Bench } from "./fake/harness.ts";
import { bench } from "./fake/harness.ts";

let b: Bench;
beforeEach(async () => {
  b = await bench();
  b.cloud.on("GET", "/network/v2.0/networks", ({ query }) =>
    query.project_id === "home"
      ? [200, { networks: [{ id: "n1", name: "heart", shared: null }] }]
      : [403, { NeutronError: { message: "not yours" } }],
  );
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

const networks = (project_id: string): object => ({
  cloud: "fake",
  list: { service: "network", path: "/networks", key: "networks", what: "list the networks", query: { project_id } },
});
const ask = async (args: object): Promise<unknown> => (await b.provider.invoke(LOOKUP, args as never)).outputs;

describe("a look-up by a program", () => {
  it("gives the rows and who asked, and nothing that logs in", async () => {
    const answer = await ask(networks("home"));
    expect(answer).toEqual({
      identity: { userId: "ada-id", projectId: "home", domainId: "d1" },
      rows: [{ id: "n1", name: "heart", shared: null }],
    });
    expect(JSON.stringify(answer)).not.toMatch(/token-number|pa55/);
  });

  it("shares the log-in with the resources", async () => {
    await Promise.all([ask({ cloud: "fake" }), ask(networks("home")), ask(networks("home"))]);
    await b.resource("tresor:network:DefaultSecurityGroup").check({ projectId: "home" });
    b.cloud.on("GET", "/keys/v1/project-quotas/home", () => [404, {}]);
    const quota = b.resource("tresor:keys:KeyQuota");
    quota.id = "home";
    quota.state = { cloud: "fake" };
    await quota.refresh();
    expect(b.cloud.tokens).toBe(1);
  });

  it("gives a refusal in its parts, so that the program can say it as one sentence", async () => {
    expect(await ask(networks("other"))).toEqual({
      problems: [
        {
          what: "cannot list the networks",
          why: "the credential may not do this (Neutron answered 403: not yours)",
          next: expect.stringContaining("fake") as string,
        },
      ],
      inEntry: false,
    });
  });

  it("tells a missing entry apart from a refusal, and tries again at the next look", async () => {
    let tries = 0;
    const provider = new TresorProvider({
      open: () => {
        tries++;
        return Promise.reject(new UserError({ what: "there is no entry", next: "write it" }));
      },
    });
    const answer = (await provider.invoke(LOOKUP, { cloud: "nowhere" })).outputs as object;
    expect(answer).toEqual({ problems: [{ what: "there is no entry", next: "write it" }], inEntry: true });
    await provider.invoke(LOOKUP, { cloud: "nowhere" });
    expect(tries).toBe(2);
  });

  it("is the one function that there is, and reads only", async () => {
    await expect(b.provider.invoke("tresor:index:delete", {})).rejects.toThrow(/has no function tresor:index:delete/);
    await expect(ask({ cloud: "fake", list: { service: "network", path: "networks" } })).rejects.toThrow(
      /asked for what it does not know \(list.path/,
    );
    await ask(networks("home"));
    expect(b.cloud.writes()).toEqual([]);
  });
});
