import { constants, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { readCertificate, type Certificate } from "../../../attestation/certificate.ts";
import { TAG, context, elements, encode, inside, integer, oid, sequence } from "../../../attestation/der.ts";
import { GENERATIONS, type Generation } from "../../../attestation/generation.ts";
import { REPORT_BYTES, SIGNED_BYTES, type SigningKey } from "../../../attestation/report.ts";
import { AMD, type TrustRoots } from "../../../attestation/roots.ts";
import type { Tcb } from "../../../attestation/tcb.ts";

/** Roots of a hierarchy that a test made: another type than AMD's, by which no product's function can be asked. */
export class SyntheticRoots implements TrustRoots {
  readonly title = "a test";
  readonly #roots: Partial<Record<Generation, Certificate>>;
  constructor(roots: Partial<Record<Generation, Certificate>>) {
    this.#roots = roots;
  }
  root(generation: Generation): Certificate | undefined {
    return this.#roots[generation];
  }
}

/** One RSA key for root and authority: making it is what takes long. */
const RSA = generateKeyPairSync("rsa", { modulusLength: 4096 });
export const CHIP_KEY = generateKeyPairSync("ec", { namedCurve: "secp384r1" });

const hash = sequence(oid("2.16.840.1.101.3.4.2.2"), encode(TAG.null));
const PSS = sequence(
  oid("1.2.840.113549.1.1.10"),
  sequence(
    encode(context(0), hash),
    encode(context(1), sequence(oid("1.2.840.113549.1.1.8"), hash)),
    encode(context(2), integer(48)),
  ),
);
/** AMD's own name but for its common name: a forged hierarchy would be called so, too. */
const AMD_NAME = inside(elements(AMD.root("milan").subject)[0], TAG.sequence).slice(0, -1);
const name = (common: string): Buffer =>
  sequence(
    ...AMD_NAME.map(({ whole }) => whole),
    encode(TAG.set, sequence(oid("2.5.4.3"), encode(0x0c, Buffer.from(common)))),
  );
const time = (text: string): Buffer =>
  encode(0x18, Buffer.from(`${text.replaceAll(/[-:T]|\.\d+/g, "").slice(0, 14)}Z`));
const extension = (id: string, value: Uint8Array, critical = false): Buffer =>
  sequence(oid(id), ...(critical ? [encode(0x01, Buffer.from([0xff]))] : []), encode(TAG.octetString, value));

/** Anything signed as AMD signs. */
function signed(body: Buffer): Buffer {
  const options = { key: RSA.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 48 };
  return sequence(body, PSS, encode(TAG.bitString, Buffer.from([0]), sign("sha384", body, options)));
}

export interface CertificateOptions {
  readonly subject: string;
  readonly issuer: string;
  readonly serial?: number;
  readonly key?: KeyObject;
  readonly from?: string;
  readonly until?: string;
  readonly extensions: readonly Buffer[];
}

export function certificate({ subject, issuer, serial = 0, key = RSA.publicKey, ...rest }: CertificateOptions): Buffer {
  const { from = "2024-01-01T00:00:00Z", until = "2034-01-01T00:00:00Z", extensions } = rest;
  const spki = key.export({ format: "der", type: "spki" });
  const body = [
    encode(context(0), integer(2)),
    integer(serial),
    PSS,
    name(issuer),
    sequence(time(from), time(until)),
    name(subject),
    spki,
  ];
  return signed(sequence(...body, encode(context(3), sequence(...extensions))));
}

export const AUTHORITY = [
  extension("2.5.29.19", sequence(encode(0x01, Buffer.from([0xff]))), true),
  extension("2.5.29.15", encode(TAG.bitString, Buffer.from([2, 4])), true),
];
export const ROOT_SERIAL = 1;
export const AUTHORITY_SERIAL = 2;

export const TCB: Tcb = { bootloader: 9, tee: 0, snp: 23, microcode: 219 };
export const TURIN_TCB: Tcb = { fmc: 1, bootloader: 2, tee: 3, snp: 4, microcode: 80 };
export const CHIP = "ab".repeat(64);

export interface LeafOptions {
  readonly kind?: SigningKey;
  readonly tcb?: Tcb;
  readonly hwid?: Buffer;
  readonly product?: string;
  readonly more?: readonly Buffer[];
  readonly until?: string;
  readonly key?: KeyObject;
}

const ARC = "1.3.6.1.4.1.3704.1";
const spl = (id: string, level: number): Buffer =>
  extension(`${ARC}.${id}`, encode(TAG.integer, Buffer.from(level < 0x80 ? [level] : [0, level])));
const ia5 = (id: string, text: string): Buffer => extension(`${ARC}.${id}`, encode(0x16, Buffer.from(text)));

export function leaf(
  generation: Generation,
  { kind = "vcek", tcb = generation === "turin" ? TURIN_TCB : TCB, ...rest }: LeafOptions = {},
): Buffer {
  const { product, hwid: length } = GENERATIONS[generation];
  const chip = rest.hwid ?? Buffer.from(CHIP, "hex").subarray(0, length);
  const extensions = [
    ia5("2", rest.product ?? product),
    ...(tcb.fmc === undefined ? [] : [spl("3.9", tcb.fmc)]),
    ...[spl("3.1", tcb.bootloader), spl("3.2", tcb.tee), spl("3.3", tcb.snp), spl("3.8", tcb.microcode)],
    kind === "vcek" ? extension(`${ARC}.4`, chip) : ia5("5", "CN=cloud.example"),
    ...(rest.more ?? []),
  ];
  const names = { subject: `SEV-${kind.toUpperCase()}`, issuer: `SEV-${kind === "vlek" ? "VLEK-" : ""}${product}` };
  return certificate({
    ...names,
    key: rest.key ?? CHIP_KEY.publicKey,
    ...(rest.until && { until: rest.until }),
    extensions,
  });
}
export const extra = (id: string, critical = false): Buffer => extension(id, integer(0), critical);
export const reservedLevel = (level: number): Buffer => spl("3.4", level);

/** Root and authority of a generation, as DER, with the roots that a test hands to `judge`. */
export function hierarchy(generation: Generation, kind: SigningKey = "vcek") {
  const { product } = GENERATIONS[generation];
  const [root, authority] = [`ARK-${product}`, `SEV-${kind === "vlek" ? "VLEK-" : ""}${product}`];
  const ark = certificate({ subject: root, issuer: root, serial: ROOT_SERIAL, extensions: AUTHORITY });
  const ask = certificate({ subject: authority, issuer: root, serial: AUTHORITY_SERIAL, extensions: AUTHORITY });
  return { ark, ask, roots: new SyntheticRoots({ [generation]: readCertificate(ark).value }) };
}

/** A revocation list of a generation's root. */
export function revocationList(
  generation: Generation,
  serials: readonly number[],
  { until = "2027-01-01T00:00:00Z", issuer = `ARK-${GENERATIONS[generation].product}` } = {},
): Buffer {
  const from = time("2026-01-01T00:00:00Z");
  const entries = serials.map((serial) => sequence(integer(serial), from));
  return signed(
    sequence(integer(1), PSS, name(issuer), from, time(until), ...(entries.length > 0 ? [sequence(...entries)] : [])),
  );
}

/** What a report may be made with; bytes at offsets win over everything else. */
export interface ReportOptions {
  readonly version?: number;
  readonly tcb?: Tcb;
  readonly chip?: string;
  readonly kind?: SigningKey;
  readonly at?: Readonly<Record<number, string>>;
  readonly key?: KeyObject;
}

const tcbBytes = ({ fmc, bootloader, tee, snp, microcode }: Tcb): Buffer =>
  Buffer.from(
    fmc === undefined ? [bootloader, tee, 0, 0, 0, 0, snp, microcode] : [fmc, bootloader, tee, snp, 0, 0, 0, microcode],
  );
const CPUID = { milan: [0x19, 0x01, 1], genoa: [0x19, 0x11, 1], turin: [0x1a, 0x02, 1] } as const;

/** A report as Nova's machines make it: policy 0x30000, level 0, no host data and no identity block. */
export function report(generation: Generation, options: ReportOptions = {}): Buffer {
  const {
    version = 5,
    tcb = generation === "turin" ? TURIN_TCB : TCB,
    kind = "vcek",
    key = CHIP_KEY.privateKey,
  } = options;
  const bytes = Buffer.alloc(REPORT_BYTES);
  bytes.writeUInt32LE(version, 0);
  bytes.writeBigUInt64LE(0x30000n, 0x08);
  bytes.writeUInt32LE(1, 0x34);
  bytes.writeBigUInt64LE(0x25n, 0x40);
  bytes.writeUInt32LE(kind === "vcek" ? 0 : 1 << 2, 0x48);
  bytes.fill(0x11, 0x90, 0xc0);
  bytes.fill(0xff, 0x160, 0x180);
  for (const offset of [0x38, 0x180, 0x1e0, 0x1f0]) tcbBytes(tcb).copy(bytes, offset);
  if (version >= 3) bytes.set(CPUID[generation], 0x188);
  const chip = options.chip ?? (kind === "vlek" ? "" : CHIP.slice(0, 2 * GENERATIONS[generation].hwid));
  Buffer.from(chip.padEnd(128, "0"), "hex").copy(bytes, 0x1a0);
  bytes.set([29, 55, 1, 0, 29, 55, 1, 0], 0x1e8);
  for (const [offset, hex] of Object.entries(options.at ?? {})) Buffer.from(hex, "hex").copy(bytes, Number(offset));
  const signature = sign("sha384", bytes.subarray(0, SIGNED_BYTES), { key, dsaEncoding: "ieee-p1363" });
  bytes.set([...signature.subarray(0, 48)].toReversed(), 0x2a0);
  bytes.set([...signature.subarray(48)].toReversed(), 0x2e8);
  return bytes;
}
