import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { AuthorityClient } from "../../authority/client.ts";
import type { Dice } from "../../bench/generate.ts";
import { UserError } from "../../config/problem.ts";
import { Session } from "../../openstack/session.ts";
import { ConnectionError, type Answer } from "../../openstack/transport.ts";
import { KINDS } from "../../provider/kinds.ts";
import { QuobyteClient, QuobyteError } from "../../quobyte/client.ts";
import { METHODS, type MethodName } from "../../quobyte/contract/index.ts";
import { loosened } from "../../quobyte/contract/loose.ts";
import { writeJson } from "../../quobyte/json.ts";
import { Refusal } from "../../scripts/devcloud/quobyte/refusal.ts";
import { perform, readRequest } from "../../scripts/devcloud/quobyte/rpc.ts";
import { loadState } from "../../scripts/devcloud/quobyte/state.ts";
import { at, certificate, clear } from "../unit/envelope/openssl.ts";
import { CASES, announce, boundary, fuzzWaiting, told, type Judged } from "./fuzz.ts";
import { mutateText, mutateValue } from "./mutate.ts";
import { drawn } from "./schemas/samples.ts";

const SECRET = "a-secret-that-nobody-shows";
const wait = (): Promise<void> => Promise.resolve();
beforeAll(announce);

const methods = Object.keys(METHODS) as MethodName[];
const pools = new Map<string, readonly unknown[]>();
function poolOf(method: MethodName, part: "params" | "result"): readonly unknown[] {
  const key = `${method} ${part}`;
  const known = pools.get(key) ?? drawn(METHODS[method][part], 11);
  pools.set(key, known);
  return known;
}

const jsonOf = (value: unknown): string => {
  try {
    return writeJson(value) ?? "";
  } catch {
    return "";
  }
};

/** A good answer, changed as a value or as a text, or what only a proxy would say. */
function hostile(dice: Dice, good: unknown): string {
  const roll = dice.next();
  if (roll < 0.1) return jsonOf(good);
  if (roll < 0.6) return jsonOf(mutateValue(dice, good));
  if (roll < 0.9) {
    const noisy = mutateText(dice, jsonOf(good));
    return typeof noisy === "string" ? noisy : Buffer.from(noisy).toString("latin1");
  }
  return dice.one([
    "",
    "null",
    "[]",
    `<html>${SECRET}</html>`,
    "[".repeat(50_000),
    `{"id":${"9".repeat(5000)}}`,
    '"x"',
  ]);
}

const STATUS = [200, 200, 200, 200, 200, 200, 201, 204, 301, 400, 401, 403, 404, 409, 429, 500, 502, 503] as const;

/** Ended in words that lead on and show no secret, or not. */
function refusal(error: unknown, known: typeof UserError): Judged {
  if (!(error instanceof known)) throw error;
  const defects: string[] = [];
  if (error.message.includes(SECRET)) defects.push("a secret in an error");
  if (error.problems.some(({ next }) => next === undefined)) defects.push(`no way on: ${error.problems[0]?.what}`);
  return { outcome: "refused", defects };
}

function bothReached(outcomes: Record<string, number>): void {
  if (CASES >= 1000) for (const one of ["answered", "refused"]) expect(outcomes[one]).toBeGreaterThan(CASES / 100);
}

describe("Quobyte's client", () => {
  const readings = new Map(methods.map((method) => [method, loosened(METHODS[method].result as z.ZodType)]));

  function playing(dice: Dice, method: MethodName): { readonly client: QuobyteClient; readonly turns: () => number } {
    let turns = 0;
    const send = async ({ body = "" }: { readonly body?: string }): Promise<Answer> => {
      turns++;
      if (dice.next() < 0.05)
        throw new ConnectionError(`reset ${SECRET}`, dice.one(["ECONNRESET", "CERT_HAS_EXPIRED"]), dice.next() < 0.5);
      const { id } = JSON.parse(body) as { readonly id: string };
      const error = { code: dice.one([2, -3, -24, -32600, 77]), message: `${SECRET} is wrong` };
      const base = { jsonrpc: "2.0", id: dice.next() < 0.95 ? id : "other" };
      const good = dice.next() < 0.8 ? { ...base, result: dice.one(poolOf(method, "result")) } : { ...base, error };
      const cookies = dice.next() < 0.5 ? { "set-cookie": [`s=${SECRET}`, hostile(dice, "a=b")] } : {};
      return { status: dice.one(STATUS), text: hostile(dice, good), headers: cookies };
    };
    const options = { url: "https://quobyte.example.org:7860", user: "u", password: SECRET, wait };
    return {
      client: new QuobyteClient({ ...options, transport: { send, close: () => undefined } }),
      turns: () => turns,
    };
  }

  it("ends each call with an answer of the contract, or in words that show no secret", async () => {
    const start = performance.now();
    const tally = await fuzzWaiting(500, async (dice) => {
      const method = dice.one(methods);
      const { client, turns } = playing(dice, method);
      const plain = dice.one(poolOf(method, "params"));
      const params = dice.next() < 0.9 ? plain : mutateValue(dice, plain);
      try {
        const result = await client.call(method, params as never);
        const isPublished = readings.get(method)?.safeParse(result).success === true;
        return { outcome: "answered", defects: isPublished ? [] : ["an answer that is not of the contract"] };
      } catch (error) {
        const judged = refusal(error, QuobyteError);
        return turns() <= 15 ? judged : { ...judged, defects: [...judged.defects, "more than 15 attempts"] };
      }
    });
    bothReached(await told("quobyte client", start, tally));
  });

  it("and its simulator answers any request with the contract's answer or code, and keeps its state whole", async () => {
    const settings = { erasure: 0, nfsAddress: "127.0.0.1", capacity: 2 ** 40 };
    const state = loadState(undefined);
    state.users.push({ id: "admin", role: ["SUPER_USER"], access_key_credentials: [] });
    const world = { state, caller: "admin", settings, now: () => 0 };
    const outcomes = await boundary("quobyte simulator", 501, (dice) => {
      const method = dice.one(methods);
      const request = { jsonrpc: "2.0", id: "1", method, params: dice.one(poolOf(method, "params")) };
      try {
        perform(world, readRequest(hostile(dice, request)));
        return { outcome: "answered", defects: [] };
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return { outcome: "refused", defects: [] };
      }
    });
    bothReached(outcomes);
  });
});

/** A server that says to each request what the case has for it. */
class Hostile {
  readonly #server: http.Server;
  say: (url: string, method: string) => Answer | "reset" = () => "reset";
  constructor(tls?: { readonly key: Buffer; readonly cert: Buffer }) {
    const serve: http.RequestListener = (request, response) => {
      request.resume();
      request.on("end", () => {
        const answer = this.say(request.url ?? "", request.method ?? "");
        if (answer === "reset") return void request.socket.destroy();
        response.writeHead(answer.status, { "Content-Type": "application/json", ...answer.headers });
        response.end(answer.text);
      });
    };
    this.#server = tls === undefined ? http.createServer(serve) : https.createServer(tls, serve);
  }
  async start(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return (this.#server.address() as AddressInfo).port;
  }
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

describe("an authority's client", () => {
  const ROLE = { data: { allowed_domains: ["a.example.org"], max_ttl: 3600, ttl: 3600, client_flag: true } };
  const POLICY = { data: { name: "z-clients", policy: 'path "pki/sign/z" { capabilities = ["update"] }' } };
  let server: Hostile;
  let authority: AuthorityClient;
  beforeAll(async () => {
    certificate("hostile", "p256", "-addext", "subjectAltName=IP:127.0.0.1");
    const cert = readFileSync(at("hostile.pem"));
    server = new Hostile({ key: readFileSync(at("hostile.key")), cert });
    const url = `https://127.0.0.1:${await server.start()}`;
    clear();
    authority = new AuthorityClient({ name: "main", url, token: SECRET, ca: cert.toString("utf8"), wait });
  }, 60_000);
  afterAll(() => server.stop());

  it("reads roles and policies from any answer, or refuses it in words that show no token", async () => {
    const start = performance.now();
    const tally = await fuzzWaiting(510, async (dice) => {
      const isRole = dice.next() < 0.5;
      const kind = KINDS.get(isRole ? "tresor:pki:Role" : "tresor:pki:Policy");
      server.say = () =>
        dice.next() < 0.03
          ? "reset"
          : { status: dice.one(STATUS), text: hostile(dice, isRole ? ROLE : POLICY), headers: {} };
      const call = { urn: "urn", cancelled: () => false, pause: wait, authority };
      try {
        const read = await kind?.read(call as never, isRole ? "pki/z-clients" : "z-clients", {});
        return { outcome: read === undefined ? "absent" : "answered", defects: [] };
      } catch (error) {
        return refusal(error, UserError);
      }
    });
    bothReached(await told("authority client", start, tally));
  });
});

describe("OpenStack's session", () => {
  let server: Hostile;
  let url = "";
  beforeAll(async () => {
    server = new Hostile();
    url = `http://127.0.0.1:${await server.start()}`;
  });
  afterAll(() => server.stop());

  const token = () => ({
    token: {
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
      user: { id: "u", name: "ada", domain: { id: "d", name: "zone" } },
      project: { id: "p", name: "heart", domain: { id: "d", name: "zone" } },
      roles: [{ id: "r", name: "member" }],
      catalog: [{ type: "compute", name: "nova", endpoints: [{ interface: "public", region_id: "one", url }] }],
    },
  });
  /** No case leads elsewhere: addresses of the catalogue stay this server's, or are none. */
  const here = (text: string): string =>
    text.replaceAll(/https?:\/\/[^"\s\\]*/gi, (found) => (found.startsWith(url) ? url : "none"));

  it("takes a token, a version and a list out of any answer, or refuses it in words that show no secret", async () => {
    const start = performance.now();
    const credential = { kind: "password", user: { name: "ada", domain: { id: "d" } }, password: SECRET } as const;
    const entry = { name: "one", file: "clouds.yaml", authUrl: url, credential, verify: true, interface: "public" };
    const scope = { kind: "project", project: { id: "p" } } as const;
    const LIST = {
      servers: [{ id: "s", name: "m" }],
      servers_links: [{ rel: "next", href: `${url}/servers?marker=s` }],
    };
    const VERSION = { version: { id: "v2.1", version: "2.96", min_version: "2.1" } };
    const tally = await fuzzWaiting(520, async (dice) => {
      const isLogin = dice.next() < 0.5;
      let pages = 0;
      server.say = (path, method) => {
        if (method === "POST") {
          const text = isLogin ? here(hostile(dice, token())) : JSON.stringify(token());
          const headers = { "x-subject-token": `${SECRET}-token` };
          return { status: isLogin ? dice.one([201, 201, 201, ...STATUS]) : 201, text, headers };
        }
        // A list that goes on for ever is none of a service: the case is ended by an empty page.
        if (++pages > 5) return { status: 200, text: '{"servers":[]}', headers: {} };
        const good = path.includes("servers") ? LIST : VERSION;
        return { status: dice.one(STATUS), text: here(hostile(dice, good)), headers: {} };
      };
      const session = new Session({ ...entry, scope } as never, { warn: () => undefined, wait });
      try {
        await session.token();
        if (!isLogin && dice.next() < 0.5) await session.maxMicroversion("compute");
        else await session.paginate("compute", "/servers", "servers", { what: "list servers" });
        return { outcome: "answered", defects: [] };
      } catch (error) {
        return refusal(error, UserError);
      } finally {
        session.close();
      }
    });
    bothReached(await told("openstack session", start, tally));
  });
});
