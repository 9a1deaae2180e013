import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OWN_KEY } from "../../../provider/metadata-mark.ts";
import { ownId } from "../../../provider/own.ts";
import type { Bench, Resource } from "./fake/harness.ts";
import { bench } from "./fake/harness.ts";

interface Live {
  id: number;
  name: string;
  hosts: string[];
  metadata: Record<string, string>;
}

let b: Bench;
let aggregate: Resource;
let live: Live[];
/** Machines by host: the projects that they belong to. */
let machines: Record<string, string[]>;
beforeEach(async () => {
  b = await bench();
  aggregate = b.resource("tresor:compute:HostAggregate", "heart");
  live = [];
  machines = {};
  const base = "/compute/v2.1";
  const of = (id: string): Live | undefined => live.find((one) => String(one.id) === id);
  b.cloud.on("GET", `${base}/os-aggregates`, () => [200, { aggregates: live }]);
  b.cloud.on("GET", `${base}/os-aggregates/:id`, ({ p: { id = "" } }) =>
    of(id) ? [200, { aggregate: of(id) }] : [404, { itemNotFound: { message: "Aggregate could not be found." } }],
  );
  b.cloud.on("POST", `${base}/os-aggregates`, ({ body }) => {
    const made = { id: live.length + 1, name: String(body.aggregate.name) };
    live.push({ ...made, hosts: [], metadata: {} });
    // Nova's answer to a creation tells neither hosts nor metadata.
    return [200, { aggregate: made }];
  });
  b.cloud.on("PUT", `${base}/os-aggregates/:id`, ({ p: { id = "" }, body }) => {
    Object.assign(of(id)!, body.aggregate);
    return [200, { aggregate: of(id) }];
  });
  b.cloud.on("POST", `${base}/os-aggregates/:id/action`, ({ p: { id = "" }, body }) => {
    const one = of(id)!;
    if (body.add_host) {
      if (body.add_host.host === "nowhere")
        return [404, { itemNotFound: { message: "Compute host nowhere could not be found." } }];
      one.hosts.push(String(body.add_host.host));
    }
    if (body.remove_host) one.hosts = one.hosts.filter((host) => host !== body.remove_host.host);
    const said = (body.set_metadata?.metadata ?? {}) as Record<string, string | null>;
    const kept = Object.entries({ ...one.metadata, ...said }).filter(([, value]) => value !== null);
    one.metadata = Object.fromEntries(kept) as Record<string, string>;
    return [200, { aggregate: one }];
  });
  b.cloud.on("DELETE", `${base}/os-aggregates/:id`, ({ p: { id = "" } }) => {
    if (of(id)!.hosts.length > 0) return [400, { badRequest: { message: "Host aggregate is not empty" } }];
    live = live.filter((one) => String(one.id) !== id);
    return [200];
  });
  b.cloud.on("GET", `${base}/servers/detail`, ({ query }) => [
    200,
    { servers: (machines[query["host"] ?? ""] ?? []).map((tenant, index) => ({ id: `m${index}`, tenant_id: tenant })) },
  ]);
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

const HEART = { name: "digimed-heart", hosts: ["snp-1"], projectIds: ["p1", "p2"] };
const writes = (): string[] =>
  b.cloud.asked
    .filter(({ path }) => path.includes("/os-aggregates"))
    .flatMap(({ method, body }) => (method === "POST" ? Object.keys(body as object) : []));

describe("HostAggregate (C4H-4)", () => {
  it("says who may land before the first host is in it, and is no change after a refresh", async () => {
    await aggregate.create(HEART);
    expect(writes()).toEqual(["aggregate", "set_metadata", "add_host"]);
    expect(live).toEqual([
      {
        id: 1,
        name: "digimed-heart",
        hosts: ["snp-1"],
        // A key for each project, its value the id alone: Nova looks it up by equality.
        metadata: { "filter_tenant_id:p1": "p1", "filter_tenant_id:p2": "p2", [OWN_KEY]: ownId(aggregate.urn) },
      },
    ]);
    machines["snp-1"] = ["p1"];
    expect((await aggregate.refresh()).props).toEqual(aggregate.state);
    expect((await aggregate.diff({ ...HEART, projectIds: ["p2", "p1"] })).changes).toBe(false);
  });

  it("sees a host, a project and metadata that were added by hand, and takes them out again", async () => {
    await aggregate.create(HEART);
    live[0]!.hosts.push("snp-2");
    Object.assign(live[0]!.metadata, { filter_tenant_id: "stranger", "filter_tenant_id:p9": "p9", ssd: "true" });
    const { props } = await aggregate.refresh();
    expect(props).toMatchObject({
      hosts: ["snp-1", "snp-2"],
      projectIds: ["p1", "p2", "p9"],
      metadata: { filter_tenant_id: "stranger", ssd: "true" },
    });
    expect((await aggregate.diff(HEART)).changes).toBe(true);
    await aggregate.update(HEART);
    expect(live[0]).toMatchObject({ hosts: ["snp-1"] });
    expect(Object.keys(live[0]!.metadata)).toEqual(["filter_tenant_id:p1", "filter_tenant_id:p2", OWN_KEY]);
  });

  it("refuses a host on which strangers run, and leaves it as it was; an own machine is no stranger", async () => {
    machines["snp-1"] = ["p1", "stranger"];
    await expect(aggregate.create(HEART)).rejects.toThrow(
      /host snp-1 carries 1 machines of other projects, so it cannot be dedicated \(found m1\)/,
    );
    expect(live[0]!.hosts).toEqual([]);
    machines["snp-1"] = ["p1"];
    // The interrupted run's aggregate is taken up.
    expect((await aggregate.create(HEART)).id).toBe("1");
    expect(live).toHaveLength(1);
    expect(live[0]!.hosts).toEqual(["snp-1"]);
  });

  it("refuses a host that another zone has for itself; an aggregate of another purpose is no matter", async () => {
    live.push({ id: 7, name: "ssd", hosts: ["snp-1"], metadata: { ssd: "true" } });
    await aggregate.create(HEART);
    live.push({ id: 8, name: "lungs-work", hosts: ["snp-2"], metadata: { "filter_tenant_id:x": "x" } });
    await expect(aggregate.update({ ...HEART, hosts: ["snp-1", "snp-2"] })).rejects.toThrow(
      /host snp-2 is dedicated to others already \(found host aggregate "lungs-work" \(8\)\)/,
    );
  });

  it("lets no host go while machines of its projects run there, neither by a change nor by a deletion", async () => {
    await aggregate.create({ ...HEART, hosts: ["snp-1", "snp-2"] });
    machines["snp-2"] = ["p2"];
    await expect(aggregate.update(HEART)).rejects.toThrow(/host snp-2 cannot leave host aggregate "digimed-heart"/);
    await expect(aggregate.delete()).rejects.toThrow(/strangers could then land beside them/);
    expect(live[0]!.hosts).toContain("snp-2");
    machines = {};
    await aggregate.update(HEART);
    expect(live[0]!.hosts).toEqual(["snp-1"]);
    await aggregate.delete();
    await aggregate.delete();
    expect(live).toEqual([]);
  });

  it("takes over no aggregate of others by name, and tells a host that is not there", async () => {
    live.push({ id: 3, name: "digimed-heart", hosts: ["plain-1"], metadata: {} });
    await expect(aggregate.create(HEART)).rejects.toThrow(/there is a host aggregate "digimed-heart" already/);
    live = [];
    await expect(aggregate.create({ ...HEART, hosts: ["nowhere"] })).rejects.toThrow(
      /Compute host nowhere could not be found.*openstack compute service list/s,
    );
    await expect(aggregate.create({ ...HEART, projectIds: [] })).rejects.toThrow(/projectIds/);
  });

  it("takes another name in place", async () => {
    await aggregate.create(HEART);
    expect(await aggregate.diff({ ...HEART, name: "other" })).toMatchObject({ changes: true, replaces: [] });
    await aggregate.update({ ...HEART, name: "other" });
    expect(live[0]!.name).toBe("other");
  });
});
