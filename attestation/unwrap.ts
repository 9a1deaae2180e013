import { UserError } from "../config/problem.ts";
import { REPORT_BYTES } from "./report.ts";
import { readPapersFile } from "./papers-file.ts";

/** A report out of what it came in. */
export interface Unwrapped {
  readonly report: Buffer;
  /** Certificates that came with it, from the host: not believed more than others. */
  readonly certificates: readonly Buffer[];
  readonly lists: readonly Buffer[];
  /** What it came in, for people; absent for a report alone. */
  readonly from?: string;
  /** What the reader should know of it. */
  readonly note?: string;
}

const alone = (report: Buffer, from?: string, note?: string): Unwrapped => ({
  report,
  certificates: [],
  lists: [],
  ...(from === undefined ? {} : { from }),
  ...(note === undefined ? {} : { note }),
});

const HCL_HEADER = 32;
const NOT_TAKEN = "hand over the report alone, 1184 bytes, as /dev/sev-guest or configfs-tsm (outblob) gives it";

/** Azure's envelope (HCLA): a header, the report, and runtime data whose hash is the report data. */
function fromHcl(bytes: Buffer): Unwrapped | undefined {
  if (bytes.length < HCL_HEADER || bytes.toString("latin1", 0, 4) !== "HCLA") return undefined;
  const [version, request] = [bytes.readUInt32LE(4), bytes.readUInt32LE(12)];
  if (bytes.length < HCL_HEADER + REPORT_BYTES + 12 || (version !== 1 && version !== 2) || request !== 2)
    throw new UserError({
      what: "this envelope of Azure (HCLA) is not of a known form",
      found: `version ${version}, request ${request}, ${bytes.length} bytes`,
      allowed: "version 1 or 2, request 2, with a report",
      next: NOT_TAKEN,
    });
  const type = bytes.readUInt32LE(HCL_HEADER + REPORT_BYTES + 8);
  if (type !== 2)
    throw new UserError({
      what: "this envelope of Azure (HCLA) holds no SEV-SNP report",
      found: type === 4 ? "a report of Intel TDX" : `a report of type ${type}`,
      next: "use a verifier of that technology",
    });
  const note =
    "its report data are the hash of Azure's runtime data, not a nonce: who trusts them must check those data, which is not done here";
  return alone(bytes.subarray(HCL_HEADER, HCL_HEADER + REPORT_BYTES), "Azure's envelope (HCLA)", note);
}

const RESPONSE_HEADER = 32;

/** The firmware's answer (MSG_REPORT_RSP): status, size and zeros before the report. */
function fromResponse(bytes: Buffer): Unwrapped | undefined {
  if (
    bytes.length < RESPONSE_HEADER + REPORT_BYTES ||
    bytes.readUInt32LE(4) !== REPORT_BYTES ||
    bytes.readUInt32LE(0) !== 0
  )
    return undefined;
  const [before, behind] = [bytes.subarray(8, RESPONSE_HEADER), bytes.subarray(RESPONSE_HEADER + REPORT_BYTES)];
  if ([...before, ...behind].some((byte) => byte !== 0)) return undefined;
  return alone(
    bytes.subarray(RESPONSE_HEADER, RESPONSE_HEADER + REPORT_BYTES),
    "the firmware's answer (MSG_REPORT_RSP)",
  );
}

const ENTRY = 24;

/** The host's table of certificates (GHCB specification; configfs-tsm: auxblob). Whatever an entry calls itself, it is read as what it is. */
export function readCertificateTable(bytes: Buffer): Omit<Unwrapped, "report"> | undefined {
  const certificates: Buffer[] = [];
  const lists: Buffer[] = [];
  for (let at = 0; at + ENTRY <= bytes.length; at += ENTRY) {
    const entry = bytes.subarray(at, at + ENTRY);
    if (entry.every((byte) => byte === 0)) return at === 0 ? undefined : { certificates, lists };
    const [offset, length] = [entry.readUInt32LE(16), entry.readUInt32LE(20)];
    if (offset + length > bytes.length || length === 0) return undefined;
    const papers = readPapersFile(bytes.subarray(offset, offset + length));
    if (papers === undefined) return undefined;
    certificates.push(...papers.certificates);
    lists.push(...papers.lists);
  }
  return undefined;
}

/** A report with the host's certificates behind it. */
function fromExtended(bytes: Buffer): Unwrapped | undefined {
  if (bytes.length <= REPORT_BYTES) return undefined;
  const table = readCertificateTable(bytes.subarray(REPORT_BYTES));
  return table && { ...table, report: bytes.subarray(0, REPORT_BYTES), from: "a report with the host's certificates" };
}

/** Words of evidence in JSON below which a report stands as text. */
const REPORT_KEYS =
  /^(?:(?:snp|hw|hardware|attestation|sev|amd)[-_]?)*(?:report|evidence|quote|outblob)$|^hcl_report$/i;
const DEEPEST = 4;

/** Text that is bytes: base64, base64url or hex. */
function textBytes(text: string): Buffer | undefined {
  const plain = text.replaceAll(/\s/g, "");
  if (/^(?:[0-9a-f]{2})+$/i.test(plain)) return Buffer.from(plain, "hex");
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(plain) ? Buffer.from(plain, "base64url") : undefined;
}

/** Reports below a value of JSON, each with the keys that lead to it. */
function within(value: unknown, key: string, depth: number): readonly Unwrapped[] {
  if (typeof value === "string") {
    const bytes = REPORT_KEYS.test(key) ? textBytes(value) : undefined;
    if (bytes === undefined) return [];
    return [fromBytes(bytes) ?? (bytes.length === REPORT_BYTES ? alone(bytes) : [])].flat();
  }
  if (typeof value !== "object" || value === null || depth === 0) return [];
  return Object.entries(value).flatMap(([name, inner]) => within(inner, name, depth - 1));
}

function fromJson(text: string): Unwrapped {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UserError({ what: "the report begins like JSON and is none", next: NOT_TAKEN });
  }
  const found = within(value, "", DEEPEST);
  const [one] = found;
  if (one !== undefined && found.length === 1)
    return { ...one, from: `evidence in JSON${one.from === undefined ? "" : `, ${one.from}`}` };
  if (found.length > 1)
    throw new UserError({
      what: "this evidence in JSON holds several reports",
      found: `${found.length}`,
      next: NOT_TAKEN,
    });
  const fields = typeof value === "object" && value !== null && /"measurement"|"reported_tcb"/.test(text);
  throw new UserError({
    what: "this evidence in JSON holds no report as bytes",
    why: fields
      ? "it spells the report out field by field (as Trustee does): what was signed are the bytes"
      : "no field named report, evidence or quote holds 1184 bytes in base64 or hex",
    next: NOT_TAKEN,
  });
}

/** Whatever is known of wrapped bytes. */
const fromBytes = (bytes: Buffer): Unwrapped | undefined =>
  fromHcl(bytes) ?? fromResponse(bytes) ?? fromExtended(bytes);

/** What other technologies' evidence begins with. */
function refuseOthers(bytes: Buffer): void {
  if (bytes.length > 48 && [4, 5].includes(bytes.readUInt16LE(0)) && bytes.readUInt32LE(4) === 0x81)
    throw new UserError({
      what: "this is a quote of Intel TDX",
      next: "use a verifier of that technology: Tresor knows AMD SEV-SNP",
    });
  if (bytes[0] === 0x30 && readPapersFile(bytes) !== undefined)
    throw new UserError({
      what: "this is a certificate, not a report",
      next: "name it with --certs, and the report with --report",
    });
}

/**
 * Takes a report out of what it came in: Azure's envelope, the firmware's answer, a report with the host's certificates, evidence in JSON,
 * base64 or hex. What is nothing of that is given back as it is: the verifier says what is wrong with it.
 * @throws UserError for evidence that is recognised and not taken
 */
export function unwrap(input: Uint8Array): Unwrapped {
  const bytes = Buffer.from(input);
  if (bytes.length === REPORT_BYTES) return alone(bytes);
  const wrapped = fromBytes(bytes);
  if (wrapped !== undefined) return wrapped;
  refuseOthers(bytes);
  const text = bytes.toString("latin1").trim();
  if (/^[[{]/.test(text)) return fromJson(text);
  if (text.includes("-----BEGIN CERTIFICATE-----"))
    throw new UserError({
      what: "these are certificates, not a report",
      next: "name them with --certs, and the report with --report",
    });
  const decoded = bytes.length > REPORT_BYTES ? textBytes(text) : undefined;
  if (decoded === undefined) return alone(bytes);
  if (decoded.length === REPORT_BYTES) return alone(decoded, "text");
  return fromBytes(decoded) ?? alone(bytes);
}
