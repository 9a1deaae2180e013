import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ReleaseSite, checksumOf, fetchRelease, probe } from "../../../scripts/toolchain/release.ts";
import { scratchOfAll } from "../../scratch.ts";

const root = scratchOfAll();
let server: Server;
let site: ReleaseSite;
let list = "";

beforeAll(async () => {
  await mkdir(join(root, "pulumi"));
  for (const name of ["pulumi", "pulumi-language-nodejs"]) await writeFile(join(root, "pulumi", name), name);
  const archive = join(root, "pulumi-v1.0.0-linux-x64.tar.gz");
  await execa("tar", ["-czf", archive, "-C", root, "pulumi"]);
  const bytes = await readFile(archive);
  list = `${createHash("sha256").update(bytes).digest("hex")}  pulumi-v1.0.0-linux-x64.tar.gz\n`;
  server = createServer((request, response) => {
    if (request.url === "/checksums") response.end(list);
    else if (request.url?.endsWith(".tar.gz")) response.end(bytes);
    else response.writeHead(404).end();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  site = {
    probe: `${base}/`,
    archive: (version, platform) => `${base}/pulumi-v${version}-${platform}.tar.gz`,
    checksums: () => `${base}/checksums`,
  };
});
afterAll(async () => {
  server.close();
});

const fetchInto = async (name: string, from: ReleaseSite = site): Promise<string> => {
  const directory = join(root, name);
  await fetchRelease(directory, "1.0.0", "linux-x64", () => undefined, from);
  return directory;
};

describe("the official release", () => {
  it("is unpacked when its SHA-256 is the published one", async () => {
    const directory = await fetchInto("good");
    expect(await readFile(join(directory, "pulumi"), "utf8")).toBe("pulumi");
    expect(await readFile(join(directory, "pulumi-language-nodejs"), "utf8")).toBe("pulumi-language-nodejs");
  });

  it("is refused when it is another than the published one", async () => {
    const published = list;
    list = `${"0".repeat(64)}  pulumi-v1.0.0-linux-x64.tar.gz\n`;
    await expect(fetchInto("changed")).rejects.toThrow(/is not what was published .*SHA-256/);
    await expect(readFile(join(root, "changed", "pulumi"))).rejects.toThrow("ENOENT");
    list = published;
  });

  it("is refused when the published checksums do not name it", async () => {
    const published = list;
    list = "";
    await expect(fetchInto("unnamed")).rejects.toThrow("do not name pulumi-v1.0.0-linux-x64.tar.gz");
    list = published;
  });

  it("says which address answered what", async () => {
    const wrong: ReleaseSite = { ...site, checksums: () => `${site.probe}nothing` };
    await expect(fetchInto("missing", wrong)).rejects.toThrow(/nothing cannot be fetched \(found HTTP 404\)/);
  });
});

describe("asking whether the site answers", () => {
  it("takes any answer", async () => {
    expect(await probe(site)).toEqual({ ok: true, why: "" });
  });
  it("gives the reason within seconds where there is none", async () => {
    const start = performance.now();
    const result = await probe({ ...site, probe: "http://127.0.0.1:1/" });
    expect(result.ok).toBe(false);
    expect(result.why).toMatch(/^127\.0\.0\.1:1 cannot be reached \(.+\)$/);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe("a list of checksums", () => {
  it("is read in both spellings of sha256sum, by the whole name", () => {
    expect(checksumOf("aa  x.tar.gz\nbb *y.tar.gz\n", "y.tar.gz")).toBe("bb");
    expect(checksumOf("aa  my-x.tar.gz\n", "x.tar.gz")).toBeUndefined();
  });
});
