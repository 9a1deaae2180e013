import { createPrivateKey, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { open, seal, show } from "../../../scripts/envelope/envelope.ts";
import { recipientOf, type Recipient } from "../../../scripts/envelope/recipients.ts";
import { at, certificate, clear, NEW_KEY, openssl, text } from "./openssl.ts";

/** Everybody who can be a recipient. */
const GOOD = ["rsa3072", "p256", "p384", "p521", "brainpool"] as const;
const KEY = randomBytes(32);
const NOW = new Date(Date.now() + 3_600_000);
const recipient = (name: string, ...authorities: string[]): Recipient =>
  recipientOf(text(`${name}.pem`), `${name}.pem`, NOW, authorities.map(text.bind(undefined)));
const privateKey = (name: string) => createPrivateKey(text(`${name}.key`));

beforeAll(() => {
  for (const kind of Object.keys(NEW_KEY) as (keyof typeof NEW_KEY)[]) certificate(kind, kind);
  certificate("stranger", "p256");
  certificate("signer", "p256", "-addext", "keyUsage=critical,digitalSignature");
  const signer = ["-key", at("rsa3072.key"), "-out", at("rsa-signer.pem"), "-days", "2", "-subj", "/CN=rsa-signer"];
  openssl("req", "-x509", ...signer, "-addext", "keyUsage=critical,digitalSignature");
  certificate("agreeing", "p256", "-addext", "keyUsage=critical,keyAgreement");
  // A busy machine needs long for RSA keys.
}, 120_000);

afterAll(clear);

describe("an envelope (C4H-9)", () => {
  it.each(GOOD)("sealed for %s is opened by OpenSSL with the private key", (name) => {
    writeFileSync(at("sealed.pem"), seal(KEY, [recipient(name)]));
    const args = ["-inform", "PEM", "-in", at("sealed.pem"), "-recip", at(`${name}.pem`), "-inkey", at(`${name}.key`)];
    expect(openssl("cms", "-decrypt", "-binary", ...args)).toEqual(KEY);
  });

  it.each(GOOD)("that OpenSSL sealed for %s is opened", (name) => {
    writeFileSync(at("key.bin"), KEY);
    const how = name.startsWith("rsa")
      ? ["-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256"]
      : ["-keyopt", "ecdh_kdf_md:sha256"];
    const files = ["-in", at("key.bin"), "-outform", "PEM", "-out", at("theirs.pem")];
    openssl("cms", "-encrypt", "-binary", "-aes-256-gcm", ...files, "-recip", at(`${name}.pem`), ...how);
    expect(open(text("theirs.pem"), privateKey(name))).toEqual(KEY);
  });

  it("opens for each of its recipients and for nobody else", () => {
    const sealed = seal(
      KEY,
      GOOD.map((name) => recipient(name)),
    );
    for (const name of GOOD) expect(open(sealed, privateKey(name))).toEqual(KEY);
    for (const name of ["stranger", "rsa2048", "ed25519"])
      expect(() => open(sealed, privateKey(name)), name).toThrow(/does not open the envelope/);
  });

  it("is another one each time, and holds no byte of the key in the clear", () => {
    const [first, second] = [seal(KEY, [recipient("p256")]), seal(KEY, [recipient("p256")])];
    expect(first).not.toBe(second);
    const der = Buffer.from(first.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
    expect(der.includes(KEY.subarray(0, 8))).toBe(false);
  });

  it("shows for whom it is, by the serial of the certificate, and nothing that is secret", () => {
    const shown = show(seal(KEY, [recipient("rsa3072"), recipient("p384")]));
    const serial = (name: string): string =>
      `serial ${openssl("x509", "-in", at(`${name}.pem`), "-noout", "-serial")
        .toString()
        .trim()
        .replace("serial=", "")}`;
    expect(shown).toMatchObject({ others: 0, bytes: 32 });
    expect(shown.recipients.toSorted((a, b) => (a.wrapped < b.wrapped ? -1 : 1))).toEqual([
      { recipient: serial("p384"), wrapped: "ECDH" },
      { recipient: serial("rsa3072"), wrapped: "RSA-OAEP" },
    ]);
  });

  it("C4H-8: of PKCS #1 v1.5 or SHA-1 is told and not opened; EnvelopedData neither, since it shows no tampering", () => {
    writeFileSync(at("key.bin"), KEY);
    const common = ["-in", at("key.bin"), "-outform", "PEM", "-out", at("weak.pem")];
    for (const name of ["rsa3072", "p256"]) {
      openssl("cms", "-encrypt", "-binary", "-aes-256-gcm", ...common, "-recip", at(`${name}.pem`));
      expect(show(text("weak.pem"))).toMatchObject({ recipients: [], others: 1 });
      expect(() => open(text("weak.pem"), privateKey(name))).toThrow(/does not open/);
    }
    openssl("cms", "-encrypt", "-binary", "-aes-256-cbc", ...common, at("rsa3072.pem"));
    expect(() => open(text("weak.pem"), privateKey("rsa3072"))).toThrow(/CMS of another kind/);
  });

  it("is refused where one bit of it was changed, wherever that is", () => {
    const der = Buffer.from(seal(KEY, [recipient("p256")]).replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
    const pem = (bytes: Buffer): string => `-----BEGIN CMS-----\n${bytes.toString("base64")}\n-----END CMS-----\n`;
    const key = privateKey("p256");
    expect(open(pem(der), key)).toEqual(KEY);
    const opened: number[] = [];
    for (let at = 0; at < der.length; at++) {
      const changed = Buffer.from(der);
      changed[at]! ^= 1;
      try {
        // Who it is for is a label: the key that opens it says more. Nothing else may change without being seen.
        if (!open(pem(changed), key).equals(KEY)) throw new Error(`byte ${at} made another key`);
        opened.push(at);
      } catch (error) {
        expect((error as Error).name, `byte ${at}: ${String(error)}`).toBe("UserError");
      }
    }
    const id = recipient("p256").id;
    const start = der.indexOf(id);
    expect(opened.filter((byte) => byte < start || byte >= start + id.length)).toEqual([]);
    expect(opened.length).toBeGreaterThan(0);
  });

  it("of rubbish, cut or of absurd lengths is a plain error", () => {
    const sealed = seal(KEY, [recipient("p256")]);
    const body = sealed.split("\n").slice(1, -2).join("");
    const pem = (text: string): string => `-----BEGIN CMS-----\n${text}\n-----END CMS-----\n`;
    const key = privateKey("p256");
    for (const bad of [
      "",
      "hello",
      pem(""),
      pem("AAAA"),
      pem("MIA="),
      pem("MIT/////"),
      pem(body.slice(0, 200)),
      "x".repeat(1_000_001),
    ])
      expect(() => open(bad, key), bad.slice(0, 40)).toThrow(/envelope|DER/);
  });

  it("takes AES-256 alone", () => {
    for (const size of [0, 16, 31, 33]) expect(() => seal(randomBytes(size), [recipient("p256")])).toThrow(/32 bytes/);
  });
});

describe("a recipient (C4H-8)", () => {
  it("has a strong key that is made for it, and a certificate that is valid now", () => {
    for (const name of [...GOOD, "agreeing"]) expect(recipient(name).subject).toBe(`CN=${name}`);
    const refused = (name: string, words: RegExp): void => expect(() => recipient(name), name).toThrow(words);
    refused("rsa2048", /2048 bits.*demands 3000/s);
    refused("ed25519", /its key is ed25519/);
    refused("signer", /no keyAgreement/);
    refused("rsa-signer", /no keyEncipherment/);
    const on = (day: string) => () => recipientOf(text("p256.pem"), "p256.pem", new Date(day));
    expect(on("2020-01-01")).toThrow(/valid from/);
    expect(on("2099-01-01")).toThrow(/valid until/);
    expect(() => recipientOf(text("p256.key"), "p256.key", NOW)).toThrow(
      /is no certificate.*never for the private key/s,
    );
  });

  it("is signed by an authority that is named, where one is", () => {
    const csr = [
      "req",
      "-new",
      "-nodes",
      ...NEW_KEY.p256,
      "-subj",
      "/CN=signed",
      "-keyout",
      at("signed.key"),
      "-out",
      at("signed.csr"),
    ];
    openssl(...csr);
    const by = ["-CA", at("p384.pem"), "-CAkey", at("p384.key"), "-CAcreateserial", "-days", "2"];
    openssl("x509", "-req", "-in", at("signed.csr"), "-out", at("signed.pem"), ...by);
    expect(recipient("signed", "rsa3072.pem", "p384.pem").subject).toBe("CN=signed");
    expect(() => recipient("signed", "rsa3072.pem")).toThrow(/signed by none of CN=rsa3072/);
    expect(() => recipient("stranger", "p384.pem")).toThrow(/signed by none of CN=p384/);
  });
});
