import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { countObjects } from "../../../bench/objects.ts";
import { countCalls, markLogs, parseLine, purposeOf, requestsSince } from "../../../bench/requests.ts";
import { scratch } from "../../scratch.ts";

const ID = "1c7778b590f24d58a87a1648d5a1e977";
const line = (method: string, path: string, agent = "tresor bench-1", status = 200): string =>
  `1795249171 ${method} ${path} ${status} 12 ${agent}\n`;

describe("a line of a request log", () => {
  it("is read, ids and query apart", () => {
    const uuid = "33dc6985-4f36-4ca9-b4f8-efd09f32b1c2";
    expect(parseLine("cinder-api", line("GET", `/v3/${ID}/volumes/${uuid}?a=b`).trimEnd())).toEqual({
      api: "cinder-api",
      method: "GET",
      path: "/v3/{id}/volumes/{id}",
      status: 200,
      milliseconds: 12,
      agent: "tresor bench-1",
    });
  });

  it("that holds the server's own words is no request", () => {
    expect(parseLine("nova-api", "*** Starting uWSGI 2.0.28 ***")).toBeUndefined();
    expect(parseLine("nova-api", "")).toBeUndefined();
  });

  it.each([
    ["keystone", "POST", "/v3/auth/tokens", "log in"],
    ["keystone", "GET", "/v3/auth/tokens", "read"],
    ["neutron", "POST", "/v2.0/ports", "create"],
    ["neutron", "PUT", "/v2.0/ports/{id}", "change"],
    ["cinder-api", "POST", "/v3/volumes/{id}/action", "change"],
    ["nova-api", "DELETE", "/v2.1/servers/{id}", "delete"],
  ])("of %s %s %s was made to %s", (api, method, path, purpose) => {
    expect(purposeOf({ api, method, path })).toBe(purpose);
  });
});

describe("requests between two moments", () => {
  let logs: string;
  beforeEach(async () => {
    logs = scratch();
  });

  it("are those of the one caller, of every API, since the mark", async () => {
    const neutron = join(logs, "neutron.requests.log");
    await writeFile(neutron, line("GET", "/before"));
    await writeFile(join(logs, "neutron.log"), line("GET", "/no-request-log"));
    const mark = await markLogs(logs);
    await appendFile(neutron, line("POST", "/mine") + line("POST", "/others", "tresor bench-2"));
    await writeFile(join(logs, "nova-api.requests.log"), line("GET", "/new-log"));
    const found = await requestsSince(logs, mark, "bench-1");
    expect(found.map(({ path }) => path).toSorted()).toEqual(["/mine", "/new-log"]);
  });

  it("are found in a log that was begun anew", async () => {
    const file = join(logs, "glance.requests.log");
    await writeFile(file, line("GET", "/long/before/it/was/begun/anew").repeat(3));
    const mark = await markLogs(logs);
    await writeFile(file, line("GET", "/after"));
    expect((await requestsSince(logs, mark, "bench-1")).map(({ path }) => path)).toEqual(["/after"]);
  });

  it("are counted, the most frequent first", () => {
    const requests = ["/a", "/b", "/b"].flatMap((path) => parseLine("neutron", line("GET", path).trimEnd()) ?? []);
    expect(countCalls(requests)).toEqual([
      { call: "neutron GET /b", count: 2 },
      { call: "neutron GET /a", count: 1 },
    ]);
  });
});

describe("objects of a state", () => {
  it("are its resources, a set as what it lists, without components and providers", () => {
    const custom = true;
    expect(
      countObjects([
        { type: "pulumi:pulumi:Stack", custom: false },
        { type: "pulumi:providers:openstack", custom },
        { type: "tresor:zone:Zone", custom: false },
        { type: "openstack:networking/port:Port", custom, inputs: { rules: [1, 2] } },
        { type: "tresor:network:RuleSet", custom, inputs: { rules: [1, 2, 3] } },
        { type: "tresor:network:RuleSet", custom, inputs: { rules: [] } },
      ]),
    ).toEqual({ resources: 3, objects: 4 });
  });
});
