import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import https from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiError, Session } from "../../../openstack/index.ts";
import { scratchOfAll } from "../../scratch.ts";
import { FakeCloud } from "../provider/fake/cloud.ts";

const directory = scratchOfAll();
const [key, cert] = [path.join(directory, "key.pem"), path.join(directory, "cert.pem")];
const fake = new FakeCloud();
let server: https.Server;
let url = "";
let ca = "";

beforeAll(async () => {
  const subject = ["-subj", "/CN=cloud", "-addext", "subjectAltName=IP:127.0.0.1"];
  const options = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
  execFileSync("openssl", [...options, ...subject, "-keyout", key, "-out", cert], { stdio: "ignore" });
  ca = readFileSync(cert, "utf8");
  server = https.createServer({ key: readFileSync(key), cert: ca }, (_, response) => {
    response.writeHead(201, { "X-Subject-Token": "a-token-value" });
    const user = { id: "u", name: "ada", domain: { id: "d", name: "d" } };
    response.end(JSON.stringify({ token: { expires_at: "2099-01-01T00:00:00Z", user } }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});

describe("TLS", () => {
  it("refuses a certificate that nobody signed, and says what to do", async () => {
    const error = await new Session(fake.entry({ authUrl: url })).token().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).message).toMatch(/certificate is not trusted.*Next: set cacert of the entry "fake"/);
  });

  it("trusts the CA that the entry names", async () => {
    const token = await new Session(fake.entry({ authUrl: url }), { ca }).token();
    expect(token.userName).toBe("ada");
  });

  it("skips verification only with a warning", async () => {
    const warnings: string[] = [];
    const warn = (text: string): void => void warnings.push(text);
    await new Session(fake.entry({ authUrl: url, verify: false }), { warn }).token();
    expect(warnings).toEqual(['the cloud "fake" is used without TLS verification (verify: false in clouds.yaml)']);
  });

  it("warns of a cloud without TLS that is not on this machine", () => {
    const warnings: string[] = [];
    const warn = (text: string): void => void warnings.push(text);
    new Session(fake.entry({ authUrl: "http://cloud.example.org:5000" }), { warn });
    for (const here of ["http://127.0.0.1:5000", "http://localhost:5000", "http://[::1]:5000"])
      new Session(fake.entry({ authUrl: here }), { warn });
    new Session(fake.entry({ authUrl: "http://localhost.example.org" }), { warn });
    new Session(fake.entry({ authUrl: "http://127.example.org" }), { warn });
    expect(warnings).toHaveLength(3);
    expect(warnings[0]).toMatch(/without TLS: http:\/\/cloud\.example\.org:5000 sends passwords in the clear/);
  });
});
