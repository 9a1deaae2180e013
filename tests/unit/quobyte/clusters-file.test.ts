import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Simulator } from "../../../scripts/devcloud/quobyte/index.ts";
import { clustersFiles, loadCluster, openCluster } from "../../../quobyte/clusters-file.ts";
import { parseCluster } from "../../../quobyte/clusters-text.ts";
import { tls } from "../provider/fake/quobyte.ts";
import { scratch } from "../../scratch.ts";

const PASSWORD = "hunter2 is no password";
const yaml = (entry: object): string => JSON.stringify({ clusters: { main: entry } });
const MAIN = { url: "https://quobyte.example.org:7860/", ca: "ca.pem", user: "tresor", password: PASSWORD };
const said = (text: string, name = "main"): string => {
  try {
    parseCluster(name, text, "quobyte.yaml");
  } catch (error) {
    return (error as Error).message;
  }
  return "";
};

describe("quobyte.yaml (DIGIMED-2, DIGIMED-6)", () => {
  it("names clusters, with address, CA and credential", () => {
    expect(parseCluster("main", yaml(MAIN), "quobyte.yaml")).toEqual({ name: "main", file: "quobyte.yaml", ...MAIN });
    expect(parseCluster("main", yaml({ ...MAIN, password: 1234 }), "f").password).toBe("1234");
  });

  it.each([
    ["no TLS", yaml({ ...MAIN, url: "http://quobyte.example.org:7860/" }), /has a url that is refused.*https/],
    ["a user in the address", yaml({ ...MAIN, url: `https://u:${PASSWORD}@q.example/` }), /has a url that is refused/],
    ["no address", yaml({ ...MAIN, url: "quobyte" }), /has a url that is refused/],
    ["no password", yaml({ ...MAIN, password: undefined }), /is wrong at password/],
    ["an empty password", yaml({ ...MAIN, password: "" }), /is wrong at password/],
    ["a switch that there is not", yaml({ ...MAIN, verify: false }), /has keys that mean nothing: verify/],
    ["another cluster", JSON.stringify({ clusters: { other: MAIN } }), /has no entry "main" \(allowed: other\)/],
    ["no clusters", "clouds: {}", /is no list of clusters/],
    ["nothing", "", /is no list of clusters/],
    ["no YAML", `clusters: { main: { password: "${PASSWORD}`, /is no valid YAML/],
    ["no end", "[".repeat(10_000), /is nested deeper/],
    ["a flood", "#".repeat(1024 * 1024 + 1), /is too large/],
    ["a name that every object has", yaml(MAIN), /has no entry "constructor"/, "constructor"],
  ] as const)("is refused with %s, in words that hold no password", (_, text, words, name: string = "main") => {
    expect(said(text, name)).toMatch(words);
    expect(said(text, name)).toMatch(/Next: /);
    expect(said(text, name)).not.toContain("hunter2");
  });

  it("is looked for beside clouds.yaml, or where the environment says", () => {
    expect(clustersFiles({ OS_CLIENT_CONFIG_FILE: "/site/clouds.yaml" }, "/here")).toEqual(["/site/quobyte.yaml"]);
    expect(clustersFiles({ TRESOR_QUOBYTE_FILE: "/keys/q.yaml" }, "/here")).toEqual(["/keys/q.yaml"]);
    expect(clustersFiles({}, "/here")).toEqual(
      expect.arrayContaining(["/here/quobyte.yaml", "/etc/openstack/quobyte.yaml"]),
    );
  });
});

describe("a log-in by an entry", () => {
  let simulator: Simulator;
  let directory: string;
  let env: NodeJS.ProcessEnv;
  const write = (entry: object, mode = 0o600): void => {
    const file = join(directory, "quobyte.yaml");
    writeFileSync(file, yaml(entry));
    chmodSync(file, mode);
  };
  beforeEach(async () => {
    simulator = await Simulator.start({ tls, user: "tresor", password: PASSWORD });
    directory = scratch();
    env = { TRESOR_QUOBYTE_FILE: join(directory, "quobyte.yaml") };
    writeFileSync(join(directory, "ca.pem"), tls.ca);
  });
  afterEach(async () => {
    await simulator.close();
  });

  it("works with a CA beside the file, whose certificate is checked", async () => {
    write({ ...MAIN, url: simulator.url });
    const client = await openCluster("main", env);
    expect((await client.call("whoAmI", {})).user_name).toBe("tresor");
    write({ ...MAIN, url: simulator.url, ca: undefined });
    const stranger = await openCluster("main", env);
    await expect(stranger.call("whoAmI", {})).rejects.toThrow(/the server's certificate is not trusted/);
    write({ ...MAIN, url: simulator.url, password: "another" });
    await expect((await openCluster("main", env)).call("whoAmI", {})).rejects.toThrow(/the credential is not accepted/);
  });

  it("is refused where others can read the file, where it or the CA is missing, or nobody is named", async () => {
    write({ ...MAIN, url: simulator.url }, 0o640);
    await expect(loadCluster("main", env)).rejects.toThrow(
      /can be read by others.*found mode 0640; allowed: mode 0600/,
    );
    write({ ...MAIN, url: simulator.url, ca: "nowhere.pem" });
    await expect(openCluster("main", env)).rejects.toThrow(/cannot read the CA of the Quobyte cluster "main"/);
    await expect(openCluster(undefined, env)).rejects.toThrow(/no Quobyte cluster is named/);
    const nowhere = { TRESOR_QUOBYTE_FILE: join(directory, "nothing.yaml") };
    await expect(loadCluster("main", nowhere)).rejects.toThrow(
      /no quobyte.yaml was found for the Quobyte cluster "main"/,
    );
  });
});
