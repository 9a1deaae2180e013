import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Session } from "../../../openstack/index.ts";
import { findMarkedTogether, markOf } from "../../../provider/own.ts";
import type { Call } from "../../../provider/resource.ts";
import {
  createTogether,
  findPartTogether,
  findTogether,
  waitTogether,
  type Collection,
} from "../../../provider/together.ts";
import { FakeCloud } from "./fake/cloud.ts";

const SUBNETS = {
  service: "network",
  path: "/subnets",
  one: "subnet",
  many: "subnets",
  listBy: "id",
  bulk: true,
} as const satisfies Collection;
const VOLUMES = {
  service: "block-storage",
  path: "/volumes",
  listPath: "/volumes/detail",
  one: "volume",
  many: "volumes",
  listBy: "project",
} as const satisfies Collection;

let cloud: FakeCloud;
let call: Call;

beforeEach(async () => {
  cloud = await new FakeCloud().start();
  const session = new Session(cloud.entry(), { warn: () => undefined, wait: () => Promise.resolve(), quiet: 5 });
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));
  call = { session, urn: "urn", cancelled: () => false, pause };
});
afterEach(() => cloud.stop());

const sent = (): string[] =>
  cloud.asked.filter((one) => !one.path.startsWith("/v3/auth")).map((one) => `${one.method} ${one.path}`);

describe("findTogether", () => {
  beforeEach(() => {
    cloud.on("GET", "/network/v2.0/subnets", ({ params }) => [
      200,
      {
        subnets: params
          .getAll("id")
          .filter((id) => id !== "gone" && id !== "hidden")
          .map((id) => ({ id, name: `s-${id}` })),
      },
    ]);
    cloud.on("GET", "/network/v2.0/subnets/:id", ({ p }) =>
      p.id === "gone"
        ? [404, {}]
        : p.id === "broken"
          ? [400, { NeutronError: { message: "bad" } }]
          : [200, { subnet: { id: p.id } }],
    );
  });

  it("reads what is asked for at one moment in one list, each once", async () => {
    const found = await Promise.all(["a", "b", "a"].map((id) => findTogether(call, SUBNETS, id)));
    expect(found).toEqual([
      { id: "a", name: "s-a" },
      { id: "b", name: "s-b" },
      { id: "a", name: "s-a" },
    ]);
    expect(sent()).toEqual(["GET /network/v2.0/subnets"]);
    expect(cloud.asked.at(-1)?.params.getAll("id")).toEqual(["a", "b"]);
  });

  it("reads a single one by its own address, and anew at each call", async () => {
    await findTogether(call, SUBNETS, "a");
    await findTogether(call, SUBNETS, "a");
    expect(sent()).toEqual(["GET /network/v2.0/subnets/a", "GET /network/v2.0/subnets/a"]);
  });

  it("asks for what a list leaves out by itself before it counts as gone", async () => {
    const found = await Promise.all(["a", "gone", "hidden"].map((id) => findTogether(call, SUBNETS, id)));
    expect(found).toEqual([{ id: "a", name: "s-a" }, undefined, { id: "hidden" }]);
  });

  it("fails each caller over a list that is refused: nothing counts as gone", async () => {
    cloud.on("GET", "/network/v2.0/subnets", () => [403, { NeutronError: { message: "no" } }]);
    const outcomes = await Promise.allSettled(["a", "b"].map((id) => findTogether(call, SUBNETS, id)));
    expect(outcomes.map((one) => one.status)).toEqual(["rejected", "rejected"]);
  });
});

describe("findPartTogether", () => {
  const RULES = {
    service: "network",
    path: "/security-group-rules",
    many: "security_group_rules",
    by: "security_group_id",
    title: "rules of security group",
  } as const;
  const rules = (group: string): Promise<{ id: string }[]> => findPartTogether(call, RULES, group);

  it("reads many owners' rows in one list, each getting its own, and those of one that has none", async () => {
    cloud.on("GET", "/network/v2.0/security-group-rules", ({ params }) => [
      200,
      {
        security_group_rules: params
          .getAll("security_group_id")
          .filter((group) => group !== "empty")
          .map((group) => ({ id: `r-${group}`, security_group_id: group })),
      },
    ]);
    const found = await Promise.all(["a", "empty", "b", "a"].map(rules));
    expect(found.map((rows) => rows.map(({ id }) => id))).toEqual([["r-a"], [], ["r-b"], ["r-a"]]);
    expect(sent()).toEqual(["GET /network/v2.0/security-group-rules"]);
  });

  it("keeps apart who reads one list by different fields: ports by machine, and by network", async () => {
    const port = { id: "p", device_id: "machine", network_id: "net" };
    cloud.on("GET", "/network/v2.0/ports", ({ params }) => [
      200,
      { ports: params.has("device_id") || params.has("network_id") ? [port] : [] },
    ]);
    const ports = (by: "device_id" | "network_id", owner: string): Promise<{ id: string }[]> =>
      findPartTogether(call, { service: "network", path: "/ports", many: "ports", by, title: "ports of" }, owner);
    expect(await Promise.all([ports("network_id", "net"), ports("device_id", "machine")])).toEqual([[port], [port]]);
    expect(sent()).toHaveLength(2);
  });

  it("fails each caller over a list that is refused", async () => {
    cloud.on("GET", "/network/v2.0/security-group-rules", () => [403, { NeutronError: { message: "no" } }]);
    await expect(rules("a")).rejects.toThrow(/cannot read the rules of security group a: /);
  });
});

describe("gathering", () => {
  it("puts what comes while a call is under way into the next one", async () => {
    const answers: (() => void)[] = [];
    cloud.on("GET", "/network/v2.0/subnets/:id", ({ p }) => [200, { subnet: { id: p.id } }]);
    cloud.on("GET", "/network/v2.0/subnets", ({ params }) => [
      200,
      { subnets: params.getAll("id").map((id) => ({ id })) },
    ]);
    const original = call.session.request.bind(call.session);
    let held = 0;
    // The first call is answered late, as a busy cloud does.
    call.session.request = async (...asked: Parameters<typeof original>) => {
      if (held++ === 0) await new Promise<void>((resolve) => answers.push(resolve));
      return original(...asked);
    };
    const first = findTogether(call, SUBNETS, "a");
    const later = (id: string, after: number) =>
      new Promise((resolve) => setTimeout(resolve, after)).then(() => findTogether(call, SUBNETS, id));
    const others = [later("b", 60), later("c", 110)];
    setTimeout(() => answers[0]?.(), 150);
    await Promise.all([first, ...others]);
    expect(sent()).toEqual(["GET /network/v2.0/subnets/a", "GET /network/v2.0/subnets"]);
  });

  it("does not wait for a call that hangs", async () => {
    cloud.on("GET", "/network/v2.0/subnets/:id", ({ p }) =>
      p.id === "slow" ? "hang" : [200, { subnet: { id: p.id } }],
    );
    void findTogether(call, SUBNETS, "slow").catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await findTogether(call, SUBNETS, "b")).toEqual({ id: "b" });
  });
});

describe("createTogether", () => {
  const make = (name: string): Promise<{ id: string }> =>
    createTogether<{ id: string }>(call, SUBNETS, { name }, `create subnet "${name}"`);

  it("makes in one call what comes at one moment, each caller getting its own", async () => {
    cloud.on("POST", "/network/v2.0/subnets", ({ body }) => [
      201,
      { subnets: (body as { subnets: { name: string }[] }).subnets.map(({ name }) => ({ id: `id-${name}` })) },
    ]);
    expect(await Promise.all(["x", "y"].map(make))).toEqual([{ id: "id-x" }, { id: "id-y" }]);
    expect(sent()).toEqual(["POST /network/v2.0/subnets"]);
  });

  it("makes each by itself where the service refuses the call: sound ones are made, the refused one is named", async () => {
    cloud.on("POST", "/network/v2.0/subnets", ({ body }) => {
      const { subnet } = body as { subnet?: { name: string } };
      return subnet === undefined || subnet.name === "over"
        ? [409, { NeutronError: { message: "Quota exceeded for resources: ['subnet']." } }]
        : [201, { subnet: { id: `id-${subnet.name}` } }];
    });
    const [good, bad] = await Promise.allSettled(["good", "over"].map(make));
    expect(good).toMatchObject({ status: "fulfilled", value: { id: "id-good" } });
    expect(bad).toMatchObject({ status: "rejected" });
    expect(String((bad as PromiseRejectedResult).reason)).toContain('cannot create subnet "over"');
  });

  it("does not repeat a call that may have been carried out", async () => {
    cloud.on("POST", "/network/v2.0/subnets", () => [500, {}]);
    const outcomes = await Promise.allSettled(["x", "y"].map(make));
    const said = outcomes.map((one) => String((one as PromiseRejectedResult).reason));
    expect(said).toEqual([
      expect.stringMatching(/^\w+: cannot create subnet "x": the service failed/),
      expect.stringMatching(/^\w+: cannot create subnet "y": the service failed/),
    ]);
    expect(sent()).toEqual(["POST /network/v2.0/subnets"]);
  });
});

describe("waitTogether", () => {
  const wait = (id: string, deadline = 5000): Promise<{ id: string; status: string } | undefined> =>
    waitTogether<{ id: string; status: string }>(call, VOLUMES, id, {
      what: `build volume "${id}"`,
      deadline,
      done: (volume) => volume?.status !== "creating",
      state: (volume) => volume?.status ?? "gone",
      next: "look at the storage",
    });

  it("shares its looks between all that wait", async () => {
    let looks = 0;
    cloud.on("GET", "/volume/v3/home/volumes/detail", () => {
      looks++;
      const status = looks > 2 ? "available" : "creating";
      return [200, { volumes: ["a", "b", "c"].map((id) => ({ id, status })) }];
    });
    const ended = await Promise.all(["a", "b", "c"].map((id) => wait(id)));
    expect(ended.map((one) => one?.status)).toEqual(["available", "available", "available"]);
    expect(looks).toBe(3);
  });

  it("looks at the same moments as all others, and not before it may be done", async () => {
    cloud.on("GET", "/volume/v3/home/volumes/:id", ({ p }) => [200, { volume: { id: p.id, status: "creating" } }]);
    const moments: number[] = [];
    let looks = 0;
    const pause = (milliseconds: number): Promise<void> => {
      moments.push(Date.now() + milliseconds);
      return Promise.resolve();
    };
    const start = Date.now();
    await waitTogether({ ...call, pause }, VOLUMES, "a", {
      what: "build",
      deadline: 5000,
      done: () => ++looks === 4,
      state: () => "creating",
      next: "look",
      after: 700,
    });
    expect(moments).toHaveLength(4);
    expect(moments[0]).toBeGreaterThanOrEqual(start + 700);
    // Milliseconds may pass between the reckoning here and there.
    for (const moment of moments) expect((moment + 20) % 1000, String(moment)).toBeLessThan(60);
  });

  it("says what it came to after the deadline and after an interruption", async () => {
    cloud.on("GET", "/volume/v3/home/volumes/:id", ({ p }) => [200, { volume: { id: p.id, status: "creating" } }]);
    await expect(wait("a", -1)).rejects.toThrow(/cannot build volume "a": it is still creating after/);
    call = { ...call, cancelled: () => true };
    await expect(wait("a")).rejects.toThrow(/the run was interrupted/);
  });
});

describe("leftovers of interrupted runs", () => {
  const marked = (urn: string): Promise<readonly { id: string }[]> => findMarkedTogether({ ...call, urn }, SUBNETS);
  let rows: { id: string; project_id: string; description: string }[];
  beforeEach(() => {
    rows = [];
    cloud.on("GET", "/network/v2.0/subnets", () => [200, { subnets: rows }]);
  });

  it("are looked for in one list of the whole run, however late a resource asks", async () => {
    await Promise.all(["a", "b"].map(marked));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await marked("c")).toEqual([]);
    expect(sent()).toEqual(["GET /network/v2.0/subnets"]);
  });

  it("are read anew before one is taken up, and by who asks a second time", async () => {
    rows = [{ id: "left", project_id: "home", description: `x ${markOf("a")}` }];
    expect(await marked("a")).toHaveLength(1);
    rows = [];
    // Gone meanwhile: the first list still holds it.
    expect(await marked("a")).toEqual([]);
    rows = [{ id: "late", project_id: "home", description: markOf("b") }];
    expect(await marked("b")).toEqual([]); // made after the run began: by nobody's interrupted run
    expect(await marked("b")).toHaveLength(1);
  });

  it("of another project are nobody's", async () => {
    rows = [{ id: "foreign", project_id: "other", description: markOf("a") }];
    expect(await marked("a")).toEqual([]);
  });
});
