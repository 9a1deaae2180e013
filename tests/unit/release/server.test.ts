import { readFileSync } from "node:fs";
import https from "node:https";
import { connect } from "node:tls";
import type { AddressInfo } from "node:net";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { MOST_BODY, askBody, claimBody, makeGuestKey } from "../../../attestation/release/index.ts";
import { releaseServer } from "../../../scripts/release/server.ts";
import { REFUSED } from "../../../scripts/release/service.ts";
import { Turnstile } from "../../../scripts/release/bounds.ts";
import { at, certificate, clear } from "../envelope/openssl.ts";
import { guestCall } from "./call.ts";
import { DATASET, claimOf, keyIn, lab, type Lab, type LabOptions } from "./lab.ts";

let tls: { key: string; cert: string };
beforeAll(() => {
  certificate("release", "p384", "-addext", "subjectAltName=IP:127.0.0.1");
  tls = { key: readFileSync(at("release.key"), "utf8"), cert: readFileSync(at("release.pem"), "utf8") };
  clear();
});

let server: https.Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function served(options: LabOptions = {}): Promise<{ of: Lab; port: number }> {
  const of = await lab(options);
  const started = (server = releaseServer(of.service, tls));
  await new Promise<void>((done) => started.listen(0, "127.0.0.1", done));
  return { of, port: (started.address() as AddressInfo).port };
}

const call = (port: number, path: string, body: string, method = "POST") =>
  guestCall({ port, ca: tls.cert }, path, body, method);

/** A guest's whole way over the network. */
async function way(port: number) {
  const guest = makeGuestKey();
  const asked = await call(port, "/v1/challenge", askBody({ dataset: DATASET, key: guest.der }));
  const { nonce } = JSON.parse(asked.body) as { nonce: string };
  const reply = await call(port, "/v1/key", claimOf(guest, Buffer.from(nonce, "base64")));
  return { guest, reply };
}

describe("the service by HTTPS (DIGIMED-6)", () => {
  it("gives the key to a guest that proves itself", async () => {
    const { of, port } = await served();
    const { guest, reply } = await way(port);
    expect(reply.status).toBe(200);
    expect(keyIn({ status: 200, body: reply.body }, guest)).toEqual(of.key);
    expect(of.entries().at(-1)).toMatchObject({ act: "release", from: "127.0.0.1" });
  });

  it.each<[string, string, string, string, RegExp]>([
    ["another path", "POST", "/", "{}", /another method or path/],
    ["another method", "GET", "/v1/challenge", "", /another method or path/],
    ["an oversized body", "POST", "/v1/key", "x".repeat(MOST_BODY + 1), /larger than 8192 bytes/],
    ["a far larger one", "POST", "/v1/challenge", "x".repeat(1024 * 1024), /larger than 8192 bytes/],
    [
      "half a body",
      "POST",
      "/v1/key",
      claimBody({
        dataset: DATASET,
        key: makeGuestKey().der,
        nonce: Buffer.alloc(32),
        report: Buffer.alloc(1184),
      }).slice(0, 900),
      /the body cannot be read/,
    ],
    ["an empty body", "POST", "/v1/challenge", "", /the body cannot be read/],
  ])("%s: the same answer as to every refusal, the reason in the record", async (_, method, path, body, why) => {
    const { of, port } = await served();
    expect(await call(port, path, body, method)).toEqual(REFUSED);
    expect(of.entries().at(-1)).toMatchObject({
      act: "refuse",
      failed: [{ check: "body", why: expect.stringMatching(why) }],
    });
    expect((await way(port)).reply.status).toBe(200);
  });

  it("a body that breaks off: entered, and the service goes on", async () => {
    const { of, port } = await served();
    await new Promise<void>((done) => {
      const options = { host: "127.0.0.1", port, path: "/v1/key", method: "POST", ca: tls.cert, agent: false };
      const request = https.request({ ...options, headers: { "Content-Length": 500 } });
      request.on("error", () => done());
      request.write("{", () => setTimeout(() => request.destroy(new Error("gone")), 50));
    });
    await expect.poll(() => of.entries().at(-1)?.failed?.[0]?.why).toBe("it was broken off");
    expect((await way(port)).reply.status).toBe(200);
  });

  it("speaks TLS 1.3 and nothing else", async () => {
    const { port } = await served();
    const shake = (maxVersion: "TLSv1.2" | "TLSv1.3"): Promise<string | null> =>
      new Promise((resolve, reject) => {
        const socket = connect({ host: "127.0.0.1", port, ca: tls.cert, maxVersion }, () => {
          resolve(socket.getProtocol());
          socket.destroy();
        });
        socket.on("error", reject);
      });
    await expect(shake("TLSv1.2")).rejects.toThrow();
    expect(await shake("TLSv1.3")).toBe("TLSv1.3");
  });

  it("hears so many calls of an address; the others get the same answer and are counted", async () => {
    const rate = { each: { burst: 3, perMinute: 60 }, all: { burst: 100, perMinute: 100 } };
    const { of, port } = await served({ rate });
    for (let count = 0; count < 5; count++) expect(await call(port, "/", "")).toEqual(REFUSED);
    expect(of.entries().filter(({ act }) => act === "refuse")).toHaveLength(3);
    of.clock.at = new Date(of.clock.at.getTime() + 2_000);
    expect((await way(port)).reply.status).toBe(200);
    expect(of.entries().at(-1)).toMatchObject({ act: "release", unheard: 2 });
  });
});

describe("bounds", () => {
  const start = new Date("2026-06-01T00:00:00Z");
  const later = (seconds: number): Date => new Date(start.getTime() + seconds * 1000);

  it("one address that asks too much takes nothing from another", () => {
    const gate = new Turnstile({ burst: 2, perMinute: 6 }, { burst: 4, perMinute: 60 }, start);
    expect([1, 2, 3, 4].map(() => gate.pass("a", start))).toEqual([true, true, false, false]);
    expect(gate.pass("b", start)).toBe(true);
    expect(gate.pass("a", later(9))).toBe(false);
    expect(gate.pass("a", later(20))).toBe(true);
  });

  it("all addresses together have a bound too", () => {
    const gate = new Turnstile({ burst: 2, perMinute: 6 }, { burst: 3, perMinute: 60 }, start);
    expect(["a", "b", "c", "d"].map((from) => gate.pass(from, start))).toEqual([true, true, true, false]);
    expect(gate.pass("d", later(1))).toBe(true);
  });

  it("more addresses than are kept apart wait until others were idle", () => {
    const gate = new Turnstile({ burst: 1, perMinute: 60 }, { burst: 9000, perMinute: 60 }, start);
    for (let count = 0; count < 4096; count++) gate.pass(`a${count}`, start);
    expect(gate.pass("new", start)).toBe(false);
    expect(gate.pass("new", later(2))).toBe(true);
  });
});
