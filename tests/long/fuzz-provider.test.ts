import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Dice } from "../../bench/generate.ts";
import { checkInputs, diffInputs, inputSchema } from "../../provider/check.ts";
import { KINDS } from "../../provider/kinds.ts";
import { stable } from "../../provider/resource.ts";
import { OUTPUT_SIGNATURE, SIGNATURE_KEY, UNKNOWN, hasUnknown, secret, type Props } from "../../provider/wire.ts";
import { CASES, announce, boundary } from "./fuzz.ts";
import { mutateValue } from "./mutate.ts";

type Json = Readonly<Record<string, unknown>>;

const CANARY = "canary-of-the-provider";
const WORDS = ["digimed-heart", "8e2f0d4c", "reader", "NFS", "rw", "10.8.0.0/24", "fd00:8::1/64", "22", CANARY];

const BLOCKS = ["10.8.0.0/24", "fd00:8::/64"];
const ADDRESSES = ["10.8.0.1", "fd00:8::1"];
const ENDS = ["2027-12-31T23:59:59Z"];
/** What a property of this name is most often: of any words, few inputs of many addresses would ever be taken. */
const WORDS_OF: Readonly<Record<string, readonly string[]>> = {
  ...{ cidr: BLOCKS, destination: BLOCKS, network: BLOCKS },
  ...{ address: ADDRESSES, gateway: ADDRESSES, nextHop: ADDRESSES, dnsNameservers: ADDRESSES, peerAddress: ADDRESSES },
  ...{ start: ADDRESSES, end: ADDRESSES, expiresAt: ENDS, expiration: ENDS, path: ["/v1/AUTH_8e2f/results/**"] },
  ...{ mount: ["pki-clinics"], domains: ["digimed.example.org"], bucket: ["genomes-1"] },
};

/** A value of a JSON Schema: what the program would hand over. */
function valueOf(dice: Dice, schema: Json, name = ""): unknown {
  const choices = (schema.anyOf ?? schema.oneOf) as Json[] | undefined;
  if (choices) return valueOf(dice, dice.one(choices), name);
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum)) return dice.one(schema.enum);
  switch (schema.type) {
    case "object": {
      const entries = Object.entries((schema.properties ?? {}) as Record<string, Json>);
      const required = (schema.required ?? []) as string[];
      if (entries.length === 0) return { key: "value" };
      return Object.fromEntries(
        entries
          .filter(([name]) => required.includes(name) || dice.next() < 0.6)
          .map(([key, inner]) => [key, valueOf(dice, inner, key)]),
      );
    }
    case "array":
      return Array.from({ length: dice.between([0, 4]) }, () => valueOf(dice, schema.items as Json, name));
    case "boolean":
      return dice.next() < 0.5;
    case "integer":
    case "number":
      return dice.between([0, 70_000]);
    default:
      return dice.one((dice.next() < 0.9 ? WORDS_OF[name] : undefined) ?? WORDS);
  }
}

/** The value as the engine's wire may carry it: parts of it secret, unknown, or both. */
function wired(dice: Dice, value: unknown): unknown {
  const roll = dice.next();
  if (roll < 0.03) return UNKNOWN;
  if (roll < 0.05) return { [SIGNATURE_KEY]: OUTPUT_SIGNATURE, ...(dice.next() < 0.5 ? { value } : {}), secret: true };
  if (roll < 0.1) return secret(value);
  if (Array.isArray(value)) return value.map((item) => wired(dice, item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, wired(dice, inner)]));
}

beforeAll(announce);

describe("the provider's check of any inputs never throws, and names the property of what it refuses", () => {
  for (const [number, [token, kind]] of [...KINDS].entries()) {
    it(token, async () => {
      const schema = z.toJSONSchema(inputSchema(kind), { io: "input", unrepresentable: "any" }) as Json;
      const outcomes = await boundary(`provider ${kind.module}:${kind.name}`, 100 + number, (dice) => {
        const plain = valueOf(dice, schema);
        const given = wired(dice, dice.next() < 0.3 ? plain : mutateValue(dice, plain));
        // Properties themselves are always a mapping on the wire.
        const news = (typeof given === "object" && given !== null && !Array.isArray(given) ? given : {}) as Props;
        const { inputs, failures } = checkInputs(kind, news);
        const wrong: string[] = [];
        for (const { property, reason } of failures) {
          if (property === undefined || property === "")
            wrong.push(`a failure without a property: ${reason.slice(0, 80)}`);
          if (reason === "") wrong.push("a failure without a reason");
          if (reason.includes(CANARY)) wrong.push("a failure that repeats a value");
        }
        if (failures.length > 0) return { outcome: "refused", defects: wrong };
        const again = checkInputs(kind, inputs);
        if (again.failures.length > 0 || stable(again.inputs, true) !== stable(inputs, true))
          wrong.push("checked inputs are not left as they are");
        if (!hasUnknown(inputs) && diffInputs(kind, inputs, inputs).changes.length > 0)
          wrong.push("inputs differ from themselves");
        return { outcome: "accepted", defects: wrong };
      });
      if (CASES >= 1000)
        for (const outcome of ["accepted", "refused"]) expect(outcomes[outcome]).toBeGreaterThan(CASES / 100);
    });
  }
});
