import { createPrivateKey, type KeyObject } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { parseAuthority } from "../../authority/entries.ts";
import type { Dice } from "../../bench/generate.ts";
import { parseYaml } from "../../config/yaml.ts";
import { open, seal, show } from "../../scripts/envelope/envelope.ts";
import { recipientOf } from "../../scripts/envelope/recipients.ts";
import { certificate, clear, text } from "../unit/envelope/openssl.ts";
import { CASES, announce, boundary, problemsOf } from "./fuzz.ts";
import { mutateText, mutateValue, toYaml } from "./mutate.ts";

const KEY = Buffer.alloc(32, 7);
const KINDS = ["rsa3072", "p256"] as const;
const sealed: { readonly der: Buffer; readonly key: KeyObject }[] = [];

beforeAll(() => {
  announce();
  for (const kind of KINDS) {
    certificate(kind, kind);
    const recipient = recipientOf(text(`${kind}.pem`), kind, new Date(Date.now() + 3_600_000));
    const pem = seal(KEY, [recipient]);
    const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
    sealed.push({ der, key: createPrivateKey(text(`${kind}.key`)) });
  }
  clear();
}, 120_000);

/** The bytes changed, cut, doubled or grown in some places. */
function mutateBytes(dice: Dice, bytes: Buffer): Buffer {
  let changed = Buffer.from(bytes);
  for (let times = dice.between([1, 4]); times > 0; times--) {
    const at = dice.between([0, Math.max(changed.length - 1, 0)]);
    const size = dice.between([1, 40]);
    const roll = dice.next();
    if (roll < 0.4) changed[at] = dice.between([0, 255]);
    else if (roll < 0.6) changed[at] = (changed[at] ?? 0) ^ (1 << dice.between([0, 7]));
    else if (roll < 0.75) changed = Buffer.concat([changed.subarray(0, at), changed.subarray(at + size)]);
    else if (roll < 0.9) changed = Buffer.concat([changed.subarray(0, at + size), changed.subarray(at)]);
    else changed = changed.subarray(0, at);
  }
  return changed;
}

describe("an envelope", () => {
  it("of any bytes opens to the key that was sealed, or is refused with a way on", async () => {
    const outcomes = await boundary("envelope", 300, (dice) => {
      const { der, key } = dice.one(sealed);
      const pem = `-----BEGIN CMS-----\n${mutateBytes(dice, der).toString("base64")}\n-----END CMS-----\n`;
      let opened: Buffer | undefined;
      const problems = problemsOf(() => {
        show(pem);
        opened = open(pem, key);
      });
      const defects = problems.flatMap(({ next, what }) => (next === undefined ? [`no way on: ${what}`] : []));
      if (opened !== undefined && !opened.equals(KEY)) defects.push("another key than was sealed");
      return { outcome: opened === undefined ? "refused" : "opened", defects };
    });
    if (CASES >= 1000) for (const outcome of ["opened", "refused"]) expect(outcomes[outcome]).toBeGreaterThan(0);
  }, 600_000);
});

const TOKEN = "s.token-of-nobody";
const AUTHORITIES = `authorities:
  main:
    url: https://bao.example.org:8200
    ca: bao-ca.pem
    token: ${TOKEN}
`;

describe("authorities.yaml", () => {
  it("of any text is refused with a way on, and no message repeats a token", async () => {
    const value = parseYaml(AUTHORITIES).value;
    const outcomes = await boundary("authorities", 301, (dice) => {
      const noisy = dice.next() < 0.5 ? mutateText(dice, AUTHORITIES) : toYaml(mutateValue(dice, value));
      const given = typeof noisy === "string" ? noisy : Buffer.from(noisy).toString("utf8");
      const name = dice.one(["main", "main", "main", "absent", "constructor", "__proto__", ""]);
      let url: string | undefined;
      const problems = problemsOf(() => (url = parseAuthority(name, given, "authorities.yaml").url));
      const defects = problems.flatMap(({ next, what }) => (next === undefined ? [`no way on: ${what}`] : []));
      if (JSON.stringify(problems.map(({ allowed: _, ...rest }) => rest)).includes(TOKEN))
        defects.push("a token in a message");
      if (url !== undefined && !/^https:/i.test(url)) defects.push("accepted without TLS");
      return { outcome: url === undefined ? "refused" : "accepted", defects };
    });
    if (CASES >= 1000) expect(outcomes["accepted"]).toBeGreaterThan(CASES / 100);
  });
});
