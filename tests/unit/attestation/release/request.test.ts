import { createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Papers } from "../../../../attestation/index.ts";
import { policySchema } from "../../../../attestation/policy.ts";
import {
  MOST_BODY,
  askBody,
  claimBody,
  decide,
  loosened,
  makeGuestKey,
  readAsk,
  readClaim,
  releaseReportData,
} from "../../../../attestation/release/index.ts";
import { AMD } from "../../../../attestation/roots.ts";
import { openAsGuest, sealForGuest } from "../../../../scripts/release/seal.ts";
import { scratch } from "../../../scratch.ts";
import { leaf, report, revocationList } from "../synthetic.ts";
import { AT, HIERARCHIES } from "../world.ts";
import { POLICY } from "../../release/lab.ts";

const guest = makeGuestKey();
const nonce = randomBytes(32);
const bytes = randomBytes(1184);
const claim = { dataset: "imaging", key: guest.der, nonce, report: bytes };
const CLAIM = JSON.parse(claimBody(claim)) as Record<string, unknown>;
const changed = (more: Record<string, unknown>): string => JSON.stringify({ ...CLAIM, ...more });
const spki = (type: "ec" | "x25519", namedCurve = ""): string => {
  const { publicKey } = type === "ec" ? generateKeyPairSync("ec", { namedCurve }) : generateKeyPairSync("x25519");
  return publicKey.export({ format: "der", type: "spki" }).toString("base64");
};
/** A point that is not on the curve. */
const offCurve = Buffer.from(guest.der);
offCurve[offCurve.length - 1]! ^= 1;

describe("what a guest sends (DIGIMED-6)", () => {
  it("is read as it was written", () => {
    expect(readClaim(claimBody(claim)).value).toMatchObject(claim);
    expect(readAsk(askBody(claim)).value).toEqual({ dataset: "imaging", key: guest.der });
  });

  it.each<[string, string]>([
    ["nothing", ""],
    ["no JSON", "x"],
    ["no object", "[]"],
    ["another format", changed({ format: 2 })],
    ["a key more", changed({ admin: true })],
    ["a name with a line break", changed({ dataset: "imaging\n" })],
    ["a name in capitals", changed({ dataset: "Imaging" })],
    ["no nonce", changed({ nonce: undefined })],
    ["a short nonce", changed({ nonce: nonce.subarray(1).toString("base64") })],
    ["a nonce in another spelling", changed({ nonce: `${nonce.toString("base64").slice(0, -1)} =` })],
    ["a key on P-256", changed({ key: spki("ec", "prime256v1") })],
    ["a key of X25519", changed({ key: spki("x25519") })],
    ["a point on no curve", changed({ key: offCurve.toString("base64") })],
    ["bytes behind the key", changed({ key: Buffer.concat([guest.der, Buffer.alloc(1)]).toString("base64") })],
    ["too large a body", changed({ report: "A".repeat(MOST_BODY) })],
  ])("%s: refused with a reason, without an exception", (_, body) => {
    const { value, why } = readClaim(body);
    expect(value).toBeUndefined();
    expect(why).toMatch(/.{5}/);
    expect(readClaim(JSON.stringify(CLAIM)).value).toBeDefined();
  });

  it("each truncation of it is refused", () => {
    const whole = claimBody(claim);
    for (let length = 0; length < whole.length; length++)
      expect(readClaim(whole.slice(0, length)).value, `${length}`).toBeUndefined();
    expect(readClaim(whole).value).toBeDefined();
  });
});

describe("by other people's programs (DIGIMED-6)", () => {
  const openssl = (args: readonly string[], input?: Buffer): Buffer =>
    execFileSync("openssl", args, { input: input ?? Buffer.alloc(0), stdio: ["pipe", "pipe", "pipe"] });

  it("OpenSSL computes the report data, and opens what was wrapped for the guest", () => {
    const head = Buffer.from("tresor key release 1\nimaging\n");
    const bound = openssl(["dgst", "-sha256", "-binary"], Buffer.concat([head, nonce]));
    const data = openssl(["dgst", "-sha512", "-binary"], Buffer.concat([guest.der, bound]));
    expect(releaseReportData("imaging", nonce, guest.der)).toEqual(data);
    const directory = scratch();
    const key = randomBytes(32);
    const envelope = sealForGuest(key, createPublicKey(guest.privateKey));
    writeFileSync(join(directory, "guest.pem"), guest.privateKey.export({ format: "pem", type: "pkcs8" }));
    writeFileSync(join(directory, "key.cms"), envelope);
    const files = ["-in", join(directory, "key.cms"), "-inkey", join(directory, "guest.pem")];
    expect(openssl(["cms", "-decrypt", "-binary", "-inform", "PEM", ...files])).toEqual(key);
    expect(openAsGuest(envelope, guest.privateKey)).toEqual(key);
  });
});

describe("roots and policies (DIGIMED-6, C4H-20)", () => {
  const policy = policySchema.parse(POLICY);
  const { ask, roots } = HIERARCHIES.genoa;
  const papers = Papers.read([leaf("genoa"), ask], [revocationList("genoa", [])]);
  const bound = { 0x50: releaseReportData("imaging", nonce, guest.der).toString("hex") };
  const { value } = readClaim(claimBody({ ...claim, report: report("genoa", { at: bound }) }));
  const terms = { secret: "s", policy };

  it("the hierarchy of the tests gives no key by AMD's roots, and gives it by its own", () => {
    if (value === undefined) throw new Error("no claim");
    expect(decide(roots, value, terms, papers, AT).granted?.dataset).toBe("imaging");
    const { granted, failed } = decide(AMD, value, terms, papers, AT);
    expect(granted).toBeUndefined();
    expect(failed?.map(({ check }) => check)).toEqual(["chain", "revocation"]);
  });

  it.each<[string, object]>([
    ["vmpl", { vmpl: 1 }],
    ["revocation", { revocation: "when-given" }],
    ["nonce", { nonce: "when-given" }],
    ["guest.debug", { guest: { debug: "any" } }],
    ["guest.migrationAgent", { guest: { migrationAgent: true } }],
  ])("a policy that leaves %s open is refused where it is read", (key, loose) => {
    const found = loosened(policySchema.parse({ ...POLICY, ...loose }), "p.yaml");
    expect(found.map(({ path }) => path)).toEqual([`policy.${key}`]);
    expect(loosened(policy, "p.yaml")).toEqual([]);
  });
});
