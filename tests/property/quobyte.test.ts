import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import type { Answer } from "../../openstack/transport.ts";
import { ConnectionError } from "../../openstack/transport.ts";
import { QuobyteClient, QuobyteError } from "../../quobyte/client.ts";
import type { MethodName } from "../../quobyte/contract/index.ts";
import { METHODS } from "../../quobyte/contract/index.ts";
import { loosened } from "../../quobyte/contract/loose.ts";
import { parseJson, writeJson } from "../../quobyte/json.ts";
import { Refusal } from "../../scripts/devcloud/quobyte/refusal.ts";
import { perform, readRequest } from "../../scripts/devcloud/quobyte/rpc.ts";
import { loadState } from "../../scripts/devcloud/quobyte/state.ts";
import { noise, valuesOf } from "./quobyte.ts";

const names = Object.keys(METHODS) as MethodName[];
const PASSWORD = "a-password-that-nobody-shows";
const COOKIE = "a-cookie-that-nobody-shows";
const readings = Object.fromEntries(names.map((name) => [name, loosened(METHODS[name].result as z.ZodType)]));
const runs = (numRuns: number) => ({ numRuns });

describe("every schema at its boundary", () => {
  it.each(names)("%s: what is published is accepted, what is not is refused in words, nothing crashes", (name) => {
    const { params, result } = METHODS[name];
    const read = readings[name]!;
    fc.assert(
      fc.property(valuesOf(params), valuesOf(result), (given, answer) => {
        expect(params.safeParse(given).error).toBeUndefined();
        expect(read.safeParse(answer).error).toBeUndefined();
        // One field that no document has, and the request is none; an answer keeps it.
        expect(params.safeParse({ ...(given as object), unheard_of: 1 }).success).toBe(false);
        expect(read.parse({ ...(answer as object), unheard_of: 1 })).toHaveProperty("unheard_of", 1);
      }),
      runs(30),
    );
    fc.assert(
      fc.property(valuesOf(params, 15), valuesOf(result, 15), (given, answer) => {
        for (const [schema, value] of [
          [params, given],
          [read, answer],
        ] as const) {
          const { error } = schema.safeParse(value);
          for (const { message } of error?.issues ?? []) expect(message).not.toBe("");
        }
      }),
      runs(70),
    );
  });
});

describe("JSON", () => {
  it("is read and written without a loss", () => {
    const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), long, (value, number) => {
        const text = `{"value":${JSON.stringify(value)},"number":[${number}]}`;
        expect(writeJson(parseJson(text))).toBe(text);
      }),
      runs(1000),
    );
  });
});

type Play = (body: string) => Answer | ConnectionError;

/** A client whose server answers as it is played. */
const playing = (play: Play): QuobyteClient =>
  new QuobyteClient({
    ...{ url: "https://quobyte.example.org:7860", user: "u", password: PASSWORD, wait: () => Promise.resolve() },
    transport: {
      send: ({ body = "" }) => {
        const answer = play(body);
        return answer instanceof ConnectionError ? Promise.reject(answer) : Promise.resolve(answer);
      },
      close: () => undefined,
    },
  });

const plays = new Map<MethodName, fc.Arbitrary<Play>>();
function playsOf(name: MethodName): fc.Arbitrary<Play> {
  const made = plays.get(name) ?? answers(name);
  plays.set(name, made);
  return made;
}

/** Answers that a server, a proxy or nobody in his senses would give; `ID` stands for the id of the request. */
function answers(name: MethodName): fc.Arbitrary<Play> {
  const result = valuesOf(METHODS[name].result, 10);
  const code = fc.oneof(fc.constantFrom(2, -3, -24, -32600, -32601, -32603, -32700), fc.integer());
  const words = fc.oneof(fc.string(), fc.constantFrom(`${PASSWORD} is wrong`, COOKIE, "ENTITY_EXISTS_ALREADY"));
  const error = fc.oneof(fc.record({ code, message: words }), noise);
  const envelope = fc.record(
    { jsonrpc: fc.constant("2.0"), id: fc.oneof(fc.constant("ID"), noise), result: fc.oneof(result, noise), error },
    { requiredKeys: [] },
  );
  const good = result.map((value) => ({ jsonrpc: "2.0", id: "ID", result: value }));
  const text = fc.oneof(
    fc.oneof(good, envelope, noise).map((value) => {
      try {
        return writeJson(value) ?? "";
      } catch {
        return "";
      }
    }),
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      "",
      "[".repeat(50_000),
      `{"id":"ID","result":${"9".repeat(5000)}}`,
      `<html>${PASSWORD}</html>`,
      "null",
    ),
  );
  const status = fc.oneof(
    { arbitrary: fc.constant(200), weight: 6 },
    { arbitrary: fc.integer({ min: 200, max: 599 }), weight: 1 },
  );
  const cookies = fc
    .array(fc.string({ unit: "binary", maxLength: 20 }), { maxLength: 3 })
    .map((odd) => [`s=${COOKIE}`, ...odd]);
  const broken = fc.tuple(fc.constantFrom("ECONNREFUSED", "ETIMEDOUT", "CERT_HAS_EXPIRED"), fc.boolean());
  const answered = fc.tuple(status, text, cookies).map(([status, text, cookies]): Play => (body) => {
    const { id } = JSON.parse(body) as { id: string };
    return { status, text: text.replaceAll('"ID"', JSON.stringify(id)), headers: { "set-cookie": cookies } };
  });
  const lost = broken.map(
    ([code, sent]): Play =>
      () =>
        new ConnectionError(`${code} ${PASSWORD}`, code, sent),
  );
  return fc.oneof({ arbitrary: answered, weight: 9 }, { arbitrary: lost, weight: 1 });
}

describe("the client", () => {
  it("ends each call with an answer of the contract or with an error in words that shows no secret", async () => {
    const told = { answered: 0, refused: 0 };
    const call = fc.constantFrom(...names).chain((name) =>
      fc.record({
        name: fc.constant(name),
        params: valuesOf(METHODS[name].params, 2),
        plays: fc.array(playsOf(name), { minLength: 1, maxLength: 3 }),
      }),
    );
    const property = fc.asyncProperty(call, async ({ name, params, plays }) => {
      let turn = 0;
      const client = playing((body) => plays[turn++ % plays.length]!(body));
      try {
        const result = await client.call(name, params as never);
        expect(readings[name]!.safeParse(result).error).toBeUndefined();
        told.answered++;
      } catch (error) {
        expect(error).toBeInstanceOf(QuobyteError);
        expect((error as Error).message).toMatch(/^cannot call \w+: .*Next: /);
        expect((error as Error).message).not.toMatch(new RegExp(`${PASSWORD}|${COOKIE}`));
        told.refused++;
      }
      expect(turn).toBeLessThanOrEqual(15);
    });
    await fc.assert(property, runs(2500));
    // Both ends are reached, or this says nothing.
    expect(Math.min(told.answered, told.refused)).toBeGreaterThan(100);
  });
});

describe("the simulator", () => {
  it("answers any request with an answer or a published code, and its state stays whole", () => {
    const settings = { erasure: 0, nfsAddress: "127.0.0.1", capacity: 2 ** 40 };
    const state = loadState(undefined);
    const world = { state, caller: "admin", settings, now: () => 0 };
    state.users.push({ id: "admin", role: ["SUPER_USER"], access_key_credentials: [] });
    const uuid = (): string => state.volumes[0]?.uuid ?? state.tenants[0]?.tenant_id ?? "none";
    const request = fc
      .constantFrom(...names)
      .chain((name) => fc.tuple(fc.constant(name), valuesOf(METHODS[name].params, 3)));
    const told = { answered: 0, refused: 0 };
    fc.assert(
      fc.property(request, fc.boolean(), ([method, params], known) => {
        const text = writeJson({ jsonrpc: "2.0", id: "1", method, params });
        try {
          // Half of them speak of an object that is there.
          perform(world, readRequest(known ? text.replaceAll('"a/b"', JSON.stringify(uuid())) : text));
          told.answered++;
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
          told.refused++;
        }
      }),
      runs(2500),
    );
    expect(Math.min(told.answered, told.refused)).toBeGreaterThan(100);
    expect(parseJson(writeJson(state))).toBeTypeOf("object");
  });

  it("reads any text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (text) => {
        expect(() => readRequest(text)).toThrow(Refusal);
      }),
      runs(500),
    );
  });
});
