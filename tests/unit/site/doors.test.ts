import { execa } from "execa";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Session } from "../../../openstack/session.ts";
import { signedQuery } from "../../../openstack/signed-address.ts";
import { doorList } from "../../../scripts/commands/door.ts";
import { doorOf, doorsOf, storageAddress, uploadScriptOf } from "../../../scripts/site/doors.ts";
import { releaseFiles } from "../../../scripts/site/release.ts";
import { uploadScript } from "../../../scripts/site/upload-script.ts";
import { testIo } from "../commands/io.ts";
import { examples, withDoors } from "../plan/examples.ts";
import { FakeCloud } from "../provider/fake/cloud.ts";

const zone = withDoors(examples.zone());

describe("signedQuery (DIGIMED-20)", () => {
  it("signs as Swift checks it", () => {
    const query = signedQuery({
      ...{ key: "a-key", method: "PUT", path: "/v1/AUTH_home/in", prefix: "clinic/" },
      ...{ expires: 1_861_919_999_999, network: "192.0.2.16/28" },
    });
    expect(Object.fromEntries(new URLSearchParams(query))).toEqual({
      // Made by `swift.common.digest.get_hmac` of Swift 2.38.3 from the same values.
      temp_url_sig: "50fe486d8c311f58d0a73ad7fe6b6ac35496a3d391a4f2c58a3a2e66eaa49aac",
      temp_url_expires: "1861919999",
      temp_url_prefix: "clinic/",
      temp_url_ip_range: "192.0.2.16/28",
    });
  });
});

describe("doors of a zone", () => {
  it("are told with their ends and containers, and no secret", async () => {
    expect(doorsOf(zone)).toEqual([
      {
        ...{ area: "heart", kind: "ingest", who: "heart-centre", until: "2028-06-30T23:59:59Z" },
        networks: ["192.0.2.16/28", "2001:db8:17::/64"],
        containers: ["digimed-heart-ingest-heart-centre"],
      },
      {
        ...{ area: "heart", kind: "results", who: "harvester", until: "2029-12-31T23:59:59Z", networks: [] },
        containers: ["digimed-heart-run", "digimed-heart-results", "digimed-heart-released"],
      },
    ]);
    expect(doorsOf(examples.zone())).toEqual([]);
  });

  it("are found by name, and a wrong one is answered with those that are there", () => {
    expect(doorOf(zone, "ingest", "heart/heart-centre").containers).toEqual(["digimed-heart-ingest-heart-centre"]);
    expect(() => doorOf(zone, "ingest", "heart/somebody")).toThrow(
      /called heart\/somebody.*allowed: heart\/heart-centre/,
    );
    expect(() => doorOf(zone, "results", "commons")).toThrow(/allowed: heart/);
    expect(() => doorOf(examples.zone(), "results", "heart")).toThrow(/there is none yet/);
  });

  it("list says where there is none", async () => {
    const io = await testIo();
    await writeFile(path.join(io.cwd, "Pulumi.digimed.yaml"), await exampleText());
    expect(await doorList({ zone: "digimed", dir: ".", json: false }, io)).toBe(0);
    expect(io.said.join("\n")).toContain("digimed has no door");
  });
});

const exampleText = (): Promise<string> =>
  readFile(new URL("../../../stacks/examples/Pulumi.digimed.yaml", import.meta.url), "utf8");

describe("what is handed out", () => {
  let cloud: FakeCloud;
  let session: Session;
  const container = "/v1/AUTH_home/digimed-heart-ingest-heart-centre";
  beforeEach(async () => {
    cloud = await new FakeCloud().start();
    session = new Session(cloud.entry(), { warn: () => undefined });
  });
  afterEach(async () => {
    session.close();
    await cloud.stop();
    expect(cloud.unknown).toEqual([]);
  });
  const door = doorOf(zone, "ingest", "heart/heart-centre");

  it("DIGIMED-20: a script with one address for each network, made with the key that lies in Swift", async () => {
    cloud.on("HEAD", container, () => [204, undefined, { "X-Container-Meta-Temp-URL-Key": "a-key" }]);
    const script = await uploadScriptOf("digimed", door, session);
    expect(script.match(/temp_url_sig=[0-9a-f]{64}/g)).toHaveLength(2);
    expect(script).toContain("192.0.2.16%2F28");
    expect(script).toContain(`${cloud.url}${container}/heart-centre`);
    expect(script).not.toContain("a-key");
  });

  it.each([
    ["frozen, or over", [204, undefined, {}]],
    ["never made", [404, ""]],
  ] as const)("no script of a door that is shut: %s", async (_why, answer) => {
    cloud.on("HEAD", container, () => answer as never);
    await expect(uploadScriptOf("digimed", door, session)).rejects.toThrow(/the door heart\/heart-centre is shut/);
  });

  it("DIGIMED-2: nothing over an address without TLS, but on loopback", async () => {
    const there = { address: () => Promise.resolve("http://storage.example/v1/AUTH_home") } as unknown as Session;
    await expect(storageAddress(there)).rejects.toThrow(/without TLS/);
    const none = { address: () => Promise.resolve(undefined) } as unknown as Session;
    await expect(storageAddress(none)).rejects.toThrow(/no object storage/);
    expect(await storageAddress(session)).toMatch(/^http:\/\/127\.0\.0\.1:/);
    const safe = { address: () => Promise.resolve("https://storage.example/v1/AUTH_home") } as unknown as Session;
    expect(await storageAddress(safe)).toMatch(/^https:/);
  });
});

describe("the provider's script", () => {
  const door = {
    ...{ zone: "digimed", area: "heart", provider: "clinic", expiresAt: "2028-06-30T23:59:59Z" },
    ...{
      networks: ["192.0.2.16/28"],
      address: "https://storage.example/v1/AUTH_a/in/clinic",
      queries: ["temp_url_sig=ab&x=1"],
    },
  };
  /** Runs the script with a curl of ours, which notes its arguments and its input and answers a status. */
  async function run(status: string, ...files: string[]) {
    const io = await testIo();
    const bin = path.join(io.cwd, "bin");
    await mkdir(bin);
    await writeFile(
      path.join(bin, "curl"),
      `#!/bin/sh\necho "$@" >> ${io.cwd}/arguments\ncat >> ${io.cwd}/input\nprintf ${status}\n`,
    );
    await chmod(path.join(bin, "curl"), 0o755);
    await writeFile(path.join(io.cwd, "send.sh"), uploadScript(door));
    const env = { PATH: `${bin}:${process.env["PATH"]}` };
    const done = await execa("sh", ["send.sh", ...files], { cwd: io.cwd, reject: false, all: true, env });
    const read = (name: string) => readFile(path.join(io.cwd, name), "utf8").catch(() => "");
    return { ...done, arguments: await read("arguments"), input: await read("input") };
  }

  it("gives the address over standard input, wants TLS, and overwrites nothing", async () => {
    const sent = await run("201", "scan-1.tar");
    expect([sent.exitCode, sent.all]).toEqual([0, "scan-1.tar: sent"]);
    expect(sent.arguments).not.toContain("temp_url_sig");
    expect(sent.arguments).toContain("--proto =https --tlsv1.2");
    expect(sent.arguments).toContain("If-None-Match: *");
    expect(sent.input).toBe('url = "https://storage.example/v1/AUTH_a/in/clinic/scan-1.tar?temp_url_sig=ab&x=1"\n');
  });

  it.each([
    ["401", "refused"],
    ["412", "was sent before"],
    ["413", "too large"],
    ["503", "the answer was 503"],
  ])("says what %s means and ends with 1", async (status, words) => {
    const refused = await run(status, "scan-1.tar");
    expect([refused.exitCode, refused.all]).toEqual([1, expect.stringContaining(words)]);
  });

  it.each(["a b.tar", "a?b", "ä.tar", "x%2Fy"])(
    "takes no name that would be another one in an address: %s",
    async (name) => {
      const refused = await run("201", name);
      expect([refused.exitCode, refused.input]).toEqual([2, ""]);
    },
  );

  it("holds no text that could leave its quotes", () => {
    expect(() => uploadScript({ ...door, address: "https://x/'; rm -rf /; '" })).toThrow();
  });
});

describe("releaseFiles (SPE4HD-6)", () => {
  const objects = new Map<string, string>();
  let cloud: FakeCloud;
  let session: Session;
  const release = { from: "results", to: "released", request: "export-1" };
  const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
  beforeEach(async () => {
    objects.clear();
    cloud = await new FakeCloud().start();
    session = new Session(cloud.entry(), { warn: () => undefined });
    const at = (p: Readonly<Record<string, string>>): string => Object.values(p).map(decodeURIComponent).join("/");
    for (const pattern of ["/v1/AUTH_home/:a/:b", "/v1/AUTH_home/:a/:b/:c"]) {
      cloud.on("GET", pattern, ({ p }) => (objects.has(at(p)) ? [200, objects.get(at(p))] : [404, ""]));
      cloud.on("PUT", pattern, ({ p, headers }) => {
        objects.set(at(p), objects.get(decodeURIComponent(String(headers["x-copy-from"]).slice(1))) ?? "");
        return [201];
      });
      cloud.on("DELETE", pattern, ({ p }) => [objects.delete(at(p)) ? 204 : 404]);
    }
  });
  afterEach(async () => {
    session.close();
    await cloud.stop();
  });

  it("copies what is as it was approved, and proves the copies", async () => {
    objects.set("results/a b.csv", "1,2").set("results/c.csv", "3");
    const files = { "a b.csv": sha256("1,2"), "c.csv": sha256("3") };
    expect(await releaseFiles(session, release, files)).toEqual(files);
    expect(objects.get("released/export-1/a b.csv")).toBe("1,2");
  });

  it.each([
    ["another file lies there", "changed", /not what was submitted and approved/],
    ["the file is gone", undefined, /does not lie in results/],
  ])("%s: nothing stays released", async (_name, text, words) => {
    objects.set("results/a.csv", "1");
    if (text !== undefined) objects.set("results/b.csv", text);
    const files = { "a.csv": sha256("1"), "b.csv": sha256("2") };
    await expect(releaseFiles(session, release, files)).rejects.toThrow(words);
    expect([...objects.keys()].filter((name) => name.startsWith("released/"))).toEqual([]);
  });

  it("takes back a copy that was changed on its way", async () => {
    objects.set("results/a.csv", "1");
    cloud.on("PUT", "/v1/AUTH_home/:a/:b/:c", ({ p }) => {
      objects.set(`${p["a"]}/${p["b"]}/${p["c"]}`, "swapped");
      return [201];
    });
    await expect(releaseFiles(session, release, { "a.csv": sha256("1") })).rejects.toThrow(
      /changed while it was copied/,
    );
    expect(objects.has("released/export-1/a.csv")).toBe(false);
  });
});
