import { chmod, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AuthorityClient } from "../../../authority/client.ts";
import { openAuthority, parseAuthority } from "../../../authority/entries.ts";
import { FakeAuthority } from "./fake.ts";
import { scratch } from "../../scratch.ts";

let bao: FakeAuthority;
beforeAll(async () => void (bao = await new FakeAuthority().start()), 60_000);
afterAll(() => bao.stop());
beforeEach(() => {
  bao.faults = [];
  bao.asked.length = 0;
});

const wait = (): Promise<void> => Promise.resolve();
const client = (more: object = {}): AuthorityClient =>
  new AuthorityClient({ name: "main", url: bao.url, token: bao.token, ca: bao.ca, wait, ...more });
const read = (of = client()): Promise<unknown> => of.read("pki-clinics/roles/none", "read role none");

describe("an OpenBao's client (C4H-10)", () => {
  it("trusts the CA of its entry and no other", async () => {
    expect(await read()).toBeUndefined();
    await expect(read(client({ ca: undefined }))).rejects.toThrow(/does not answer.*self-signed/s);
  });

  it.each([429, 500, 502, 503, "reset"] as const)("repeats after %s, twice at most", async (fault) => {
    bao.faults = [fault, fault];
    expect(await read()).toBeUndefined();
    expect(bao.asked).toHaveLength(3);
    bao.faults = [fault, fault, fault];
    await expect(read()).rejects.toThrow(fault === 503 ? /unseal/ : /cannot read role none/);
  });

  it("says what a wrong token and a wrong mount mean, and never shows the token", async () => {
    const wrong = await read(client({ token: "s.another-token" })).catch(String);
    expect(wrong).toMatch(/not allowed to, or is over.*permission denied/s);
    expect(wrong).not.toContain("s.another-token");
    await expect(client().write("elsewhere/roles/x", {}, "write role x")).rejects.toThrow(/no such place.*no handler/s);
  });
});

describe("authorities.yaml", () => {
  const entry = (more = ""): string =>
    `authorities:\n  main:\n    url: https://bao.example.org:8200\n    token: s.hunter2\n${more}`;

  it.each([
    ["an address without TLS", entry().replace("https", "http"), /url that is refused/],
    ["an unknown key", entry("    user: x\n"), /is wrong/],
    ["no such entry", entry().replace("main", "other"), /has no entry "main".*other/s],
    ["brackets without end", "[".repeat(100_000), /no list of authorities/],
    ["no mapping", "- a\n", /no list of authorities/],
    ["broken YAML", "authorities: {main: {token: s.hunter2", /no list of authorities/],
  ])("refuses %s, and shows no token", (_, yaml, words) => {
    expect(() => parseAuthority("main", yaml, "authorities.yaml")).toThrow(words);
    expect(() => parseAuthority("main", yaml, "authorities.yaml")).not.toThrow(/hunter2/);
    expect(parseAuthority("main", entry(), "f").token).toBe("s.hunter2");
  });

  it("opens from a private file alone, with a CA beside it", async () => {
    const folder = scratch();
    const file = path.join(folder, "authorities.yaml");
    const env = { TRESOR_AUTHORITIES_FILE: file };
    await expect(openAuthority("main", env)).rejects.toThrow(/no authorities.yaml was found/);
    const text = `authorities:\n  main: { url: "${bao.url}", ca: ca.pem, token: ${bao.token} }\n`;
    await writeFile(file, text, { mode: 0o644 });
    await expect(openAuthority("main", env)).rejects.toThrow(/chmod 600/);
    await chmod(file, 0o600);
    await expect(openAuthority("main", env)).rejects.toThrow(/cannot read the CA/);
    await writeFile(path.join(folder, "ca.pem"), bao.ca);
    expect(await read(await openAuthority("main", env))).toBeUndefined();
  });
});
