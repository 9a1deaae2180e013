import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { openKeystone } from "../../../scripts/site/keystone.ts";

type Seen = { method: string; path: string; body: { auth?: { scope?: unknown }; user?: unknown } };
let server: http.Server | undefined;
afterEach(() => void server?.close());

/** A Keystone that gives one answer, and remembers what it was asked. */
async function answering(status: number, body: unknown): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      seen.push({
        method: request.method ?? "",
        path: request.url ?? "",
        body: JSON.parse(Buffer.concat(parts).toString()),
      });
      response.writeHead(status, { "X-Subject-Token": "t" }).end(body === undefined ? "" : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

describe("first login at Keystone", () => {
  it("takes a token, unscoped or for the domain", async () => {
    const { url, seen } = await answering(201, { token: { user: { id: "u1" }, roles: [{ name: "manager" }] } });
    const keystone = await openKeystone({ authUrl: url });
    expect(await keystone.login("digimed-pipeline", "digimed", "word", true)).toEqual({
      result: "in",
      userId: "u1",
      roles: ["manager"],
    });
    await keystone.login("digimed-pipeline", "digimed", "word", false);
    expect(seen.map(({ path, body }) => [path, body.auth?.scope])).toEqual([
      ["/v3/auth/tokens", { domain: { name: "digimed" } }],
      ["/v3/auth/tokens", undefined],
    ]);
  });

  it("reads the user's id out of the words about a password that must be changed", async () => {
    const message = "The password is expired and needs to be changed for user: 0a1b2c.";
    const { url } = await answering(401, { error: { message } });
    const keystone = await openKeystone({ authUrl: url });
    expect(await keystone.login("u", "d", "word", false)).toEqual({ result: "expired", userId: "0a1b2c" });
  });

  it("tells a wrong password from a Keystone that fails, and shows no password", async () => {
    const { url } = await answering(401, { error: { message: "The request you have made requires authentication." } });
    const keystone = await openKeystone({ authUrl: url });
    expect(await keystone.login("u", "d", "secret-word", false)).toMatchObject({ result: "refused" });
    server?.close();
    const failing = await answering(500, { error: { message: "could not read secret-word" } });
    const attempt = (await openKeystone({ authUrl: failing.url })).login("u", "d", "secret-word", false);
    await expect(attempt).rejects.toThrow(/Keystone answered 500: could not read \[secret\]/);
  });

  it("changes a password without a token, and says why it cannot", async () => {
    const good = await answering(204, undefined);
    await (await openKeystone({ authUrl: good.url })).changePassword("u1", "old-word", "new-word");
    expect(good.seen[0]).toMatchObject({
      path: "/v3/users/u1/password",
      body: { user: { password: "new-word", original_password: "old-word" } },
    });
    server?.close();
    const bad = await answering(400, { error: { message: "The password does not match the requirements: new-word" } });
    const attempt = (await openKeystone({ authUrl: bad.url })).changePassword("u1", "old-word", "new-word");
    await expect(attempt).rejects.toThrow(/cannot be changed.*requirements: \[secret\]/);
  });

  it("says where it looked when nobody answers, and which CA file is missing", async () => {
    const keystone = await openKeystone({ authUrl: "http://127.0.0.1:1" });
    await expect(keystone.login("u", "d", "word", false)).rejects.toThrow(/http:\/\/127\.0\.0\.1:1 does not answer/);
    await expect(openKeystone({ authUrl: "https://x", cacert: "/nowhere/ca.pem" })).rejects.toThrow(
      /CA file \/nowhere\/ca\.pem/,
    );
  });
});
