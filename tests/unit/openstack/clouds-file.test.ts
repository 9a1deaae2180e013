import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it, vi } from "vitest";
import { cloudsFiles, loadCloud, parseCloud } from "../../../openstack/index.ts";
import { scratch } from "../../scratch.ts";

const FILE = "/site/clouds.yaml";
const entry = (auth: string, more = ""): string =>
  `clouds:\n  one:\n${more}    auth:\n${auth.replace(/^ */gm, "      ")}\n`;
const PASSWORD = `auth_url: https://cloud:5000/v3/
username: ada
password: canary-pass-1
user_domain_name: zone`;

describe("parseCloud", () => {
  it("reads a password with a project", () => {
    const cloud = parseCloud(
      "one",
      entry(
        `${PASSWORD}\nproject_name: heart\nproject_domain_name: zone`,
        "    region_name: eu\n    interface: internal\n    cacert: /ca.pem\n",
      ),
      FILE,
    );
    expect(cloud).toEqual({
      name: "one",
      file: FILE,
      authUrl: "https://cloud:5000",
      credential: { kind: "password", user: { name: "ada", domain: { name: "zone" } }, password: "canary-pass-1" },
      scope: { kind: "project", project: { name: "heart", domain: { name: "zone" } } },
      region: "eu",
      interface: "internal",
      cacert: "/ca.pem",
      verify: true,
    });
  });

  it("reads domain and system scope, and none", () => {
    expect(parseCloud("one", entry(`${PASSWORD}\ndomain_id: d1`), FILE).scope).toEqual({
      kind: "domain",
      domain: { id: "d1" },
    });
    expect(parseCloud("one", entry(`${PASSWORD}\nsystem_scope: all`), FILE).scope).toEqual({ kind: "system" });
    expect(parseCloud("one", entry(PASSWORD), FILE).scope).toEqual({ kind: "none" });
  });

  it("reads application credentials and tokens", () => {
    const id = `auth_url: https://c\napplication_credential_id: ac\napplication_credential_secret: canary`;
    expect(parseCloud("one", entry(id, "    auth_type: v3applicationcredential\n"), FILE)).toMatchObject({
      credential: { kind: "application_credential", id: "ac", secret: "canary" },
      scope: { kind: "given" },
    });
    expect(parseCloud("one", entry(id), FILE).credential.kind).toBe("application_credential");
    expect(parseCloud("one", entry("auth_url: https://c\ntoken: canary\nproject_id: p"), FILE)).toMatchObject({
      credential: { kind: "token", token: "canary" },
      scope: { kind: "project", project: { id: "p" } },
    });
  });

  it("takes the password from secure.yaml, over the entry's own", () => {
    const secure = `clouds:\n  one:\n    auth:\n      password: canary-secure\n`;
    expect(parseCloud("one", entry(PASSWORD), FILE, secure).credential).toMatchObject({ password: "canary-secure" });
  });

  it("switches verification off only where the entry says so", () => {
    expect(parseCloud("one", entry(PASSWORD), FILE).verify).toBe(true);
    expect(parseCloud("one", entry(PASSWORD, "    verify: false\n"), FILE).verify).toBe(false);
    expect(parseCloud("one", entry(PASSWORD, "    verify: /my/ca.pem\n"), FILE)).toMatchObject({
      verify: true,
      cacert: "/my/ca.pem",
    });
  });

  const broken: readonly [string, string, RegExp][] = [
    ["a missing entry", entry(PASSWORD).replace("one:", "two:"), /has no entry "one" \(allowed: two\)/],
    ["no YAML", "clouds:\n  one: [password: canary-pass-1\n", /is no valid YAML/],
    ["no clouds", "- 1\n", /has no mapping "clouds"/],
    [
      "no auth_url",
      entry("username: ada\npassword: canary-pass-1"),
      /is wrong at auth\.auth_url: it is missing\. Next: add auth\.auth_url/,
    ],
    ["a file of another size", `${entry(PASSWORD)}#${"x".repeat(1024 * 1024)}`, /is too large/],
    ["nesting without end", `clouds: ${"[".repeat(100_000)}`, /nested deeper/],
    ["an auth_url that is none", entry(PASSWORD.replace("https://cloud:5000/v3/", "cloud")), /auth_url that is no URL/],
    [
      "an auth_url without https://",
      entry(PASSWORD.replace("https://cloud:5000/v3/", "cloud.example:5000/v3")),
      /auth_url that is no URL.*https:/,
    ],
    ["no user", entry("auth_url: https://c\npassword: canary-pass-1"), /has no user with a password/],
    ["no domain of the user", entry("auth_url: https://c\nusername: a\npassword: canary-pass-1"), /domain of its user/],
    ["no domain of the project", entry(`${PASSWORD}\nproject_name: p`), /domain of its project/],
    ["two scopes", entry(`${PASSWORD}\nproject_id: p\ndomain_id: d`), /more than one scope/],
    ["an unknown auth_type", entry(PASSWORD, "    auth_type: v3oidcpassword\n"), /auth_type "v3oidcpassword"/],
    ["an unknown interface", entry(PASSWORD, "    interface: private\n"), /interface "private"/],
    [
      "half an application credential",
      entry("auth_url: https://c\napplication_credential_id: x", "    auth_type: v3applicationcredential\n"),
      /lacks a part/,
    ],
  ];
  it.each(broken)("refuses %s and tells no secret", (_, yaml, expected) => {
    let message = "";
    try {
      parseCloud("one", yaml, FILE);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(expected);
    expect(message).not.toContain("canary");
  });
});

it.each(["constructor", "toString"])("has no entry %s that nobody wrote", (name) => {
  expect(() => parseCloud(name, entry(PASSWORD), FILE)).toThrow(/has no entry/);
  expect(parseCloud(name, entry(PASSWORD).replace("one:", `${name}:`), FILE).name).toBe(name);
});

it("prints no line of the file where its parser would warn", () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  try {
    parseCloud("one", entry(PASSWORD.replace("password: ", "password: !vault ")), FILE);
    expect(warned).not.toHaveBeenCalled();
  } finally {
    warned.mockRestore();
  }
});

describe("loadCloud", () => {
  it("looks at OS_CLIENT_CONFIG_FILE alone where it is set, else in the usual places", () => {
    expect(cloudsFiles({ OS_CLIENT_CONFIG_FILE: "/x.yaml" }, "/here")).toEqual(["/x.yaml"]);
    const places = cloudsFiles({}, "/here");
    expect(places[0]).toBe("/here/clouds.yaml");
    expect(places.at(-1)).toBe("/etc/openstack/clouds.yml");
  });

  it("finds file, secure.yaml beside it and OS_CLOUD; says where it looked", async () => {
    const directory = scratch();
    const file = path.join(directory, "clouds.yaml");
    await writeFile(file, entry(PASSWORD));
    await writeFile(path.join(directory, "secure.yaml"), "clouds: {one: {auth: {password: other-one}}}");
    const env = { OS_CLIENT_CONFIG_FILE: file, OS_CLOUD: "one" };
    expect((await loadCloud(undefined, env)).credential).toMatchObject({ password: "other-one" });
    await expect(loadCloud(undefined, { OS_CLIENT_CONFIG_FILE: file })).rejects.toThrow(/no cloud is named/);
    await rm(directory, { recursive: true });
    await expect(loadCloud("one", env)).rejects.toThrow(/no clouds\.yaml was found for the cloud "one"/);
  });
});
