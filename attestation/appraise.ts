import { createHash } from "node:crypto";
import { isChip, type Leaf } from "./chain.ts";
import type { CheckName, Finding } from "./check.ts";
import type { Generation } from "./generation.ts";
import type { AttestationPolicy } from "./policy.ts";
import type { Report } from "./report.ts";
import { below, sameTcb, tcbText, type Tcb } from "./tcb.ts";

/** What a report must be bound to, and the time at which it is judged. */
export interface Circumstances {
  /** The time at which certificates and lists must be valid; the caller's, never a clock's. */
  readonly at: Date;
  /** What the verifier gave, 16 to 64 bytes, once. */
  readonly nonce?: Uint8Array;
  /** The public key (SubjectPublicKeyInfo, DER) that the guest made for this report. */
  readonly key?: Uint8Array;
}

/** Fewest bytes of a nonce: fewer could be guessed or met again. */
export const NONCE_BYTES = { least: 16, most: 64 } as const;

/**
 * The 64 bytes that a report must carry: the nonce, filled up with zeros; with a key SHA-512 of the key's DER and the nonce behind it
 * (`cat key.der nonce | openssl dgst -sha512`). The DER says its own length, so no two pairs are the same bytes.
 */
export function reportDataFor(nonce: Uint8Array, key?: Uint8Array): string {
  if (key !== undefined) return createHash("sha512").update(key).update(nonce).digest("hex");
  return Buffer.concat([nonce, Buffer.alloc(NONCE_BYTES.most)])
    .subarray(0, NONCE_BYTES.most)
    .toString("hex");
}

/** What a policy is held against. */
interface Facts extends Circumstances {
  readonly report: Report;
  readonly generation: Generation;
  readonly leaf: Leaf;
  readonly policy: AttestationPolicy;
}

type Judge = (facts: Facts) => Finding;

const compare = (holds: boolean, expected: string, found: string, why: string): Finding =>
  holds ? { expected, found } : { expected, found, why };
const open = (expected: string, found: string): Finding => ({ expected, found, open: true });
const isZero = (hex: string): boolean => /^0*$/.test(hex);
const short = (hex: string): string => (isZero(hex) ? "zero" : hex);

/** Bits that are not as demanded, in words. */
function bits(found: Readonly<Record<string, boolean>>, wanted: Readonly<Record<string, boolean | "any">>): Finding {
  const asked = Object.entries(wanted).filter(([, want]) => want !== "any");
  const shown = Object.entries(found)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
  const expected = asked.map(([name, want]) => `${name} ${want}`).join(", ");
  if (asked.length === 0) return open("anything", shown);
  const wrong = asked.filter(([name, want]) => found[name] !== want).map(([name, want]) => `${name} is ${!want}`);
  return compare(wrong.length === 0, expected, shown, wrong.join(", "));
}

const tcb: Judge = ({ report, leaf }) => {
  const expected = leaf.facts === undefined ? "-" : tcbText(leaf.facts.tcb);
  const same = leaf.facts !== undefined && sameTcb(leaf.facts.tcb, report.reportedTcb);
  return compare(
    same,
    expected,
    tcbText(report.reportedTcb),
    "the key is that of another patch level than the report says",
  );
};

const chip: Judge = ({ report, leaf: { facts } }) => {
  const found = short(report.chipId);
  if (report.signingKey === "vlek") return open(`any chip of ${facts?.csp ?? "the provider"}`, found);
  if (isZero(report.chipId)) return { expected: facts?.hwid ?? "-", found, why: "the host hides its chip id" };
  const same = facts !== undefined && isChip(facts, report.chipId);
  return compare(
    same && !report.chipMasked,
    facts?.hwid ?? "-",
    found,
    "the certificate is that of another chip, or the chip is masked",
  );
};

const allowedChip: Judge = ({ report: { chipId }, policy: { chips } }) => {
  if (chips === "any") return open("any chip", short(chipId));
  const known = !isZero(chipId) && chips.includes(chipId);
  return compare(known, `one of ${chips.length}`, short(chipId), "the policy does not list this chip");
};

/** All four: what runs, what is reported, what it cannot be rolled back behind, and what ran when the guest began. */
const minimumTcb: Judge = ({ report, generation, policy }) => {
  const least: Tcb | undefined = policy.processors[generation];
  const { currentTcb, reportedTcb, committedTcb, launchTcb } = report;
  const each = { current: currentTcb, reported: reportedTcb, committed: committedTcb, launch: launchTcb };
  const found = Object.entries(each)
    .map(([name, value]) => `${name}: ${tcbText(value)}`)
    .join("; ");
  if (least === undefined) return { expected: "-", found, why: `the policy does not accept ${generation}` };
  const wrong = Object.entries(each).flatMap(([name, value]) =>
    below(value, least).map((part) => `${part} of the ${name} TCB is too old`),
  );
  return compare(wrong.length === 0, `at least ${tcbText(least)}`, found, wrong.join(", "));
};

const firmware = ({ major, minor, build }: Report["current"]): string => `${major}.${minor}.${build}`;

const committed: Judge = ({ report, policy }) => {
  const same =
    sameTcb(report.currentTcb, report.committedTcb) && firmware(report.current) === firmware(report.committed);
  const found = `committed ${firmware(report.committed)} (${tcbText(report.committedTcb)}), current ${firmware(report.current)} (${tcbText(report.currentTcb)})`;
  if (policy.provisionalFirmware) return open("anything", found);
  return compare(same, "committed is current", found, "the host can still roll its firmware back");
};

/** The guest's policy: its bits and the ABI version that it demands. */
const guestPolicy: Judge = ({ report: { policy: found, abi }, policy: { guest, leastAbi } }) => {
  const finding = bits(found, guest);
  const enough = abi.major > leastAbi.major || (abi.major === leastAbi.major && abi.minor >= leastAbi.minor);
  const text = {
    expected: `${finding.expected}, ABI ${leastAbi.major}.${leastAbi.minor}`,
    found: `${finding.found}, ABI ${abi.major}.${abi.minor}`,
  };
  const why = [finding.why, ...(enough ? [] : ["it accepts an older ABI"])].filter((reason) => reason !== undefined);
  return why.length === 0 ? text : { ...text, why: why.join(", ") };
};

const hex = (word: bigint): string => `0x${word.toString(16)}`;

const mitigations: Judge = ({ report, policy }) => {
  const { launch, current } = report.mitigations ?? {};
  const found =
    launch === undefined || current === undefined ? "none" : `launch ${hex(launch)}, current ${hex(current)}`;
  if (policy.mitigations === undefined) return open("anything", found);
  const wanted = BigInt(policy.mitigations);
  const has = [launch, current].every((word) => word !== undefined && (word & wanted) === wanted);
  return compare(has, `at least ${hex(wanted)}`, found, "a mitigation is missing");
};

const measurement: Judge = ({ report, policy }) => {
  const known = policy.measurements.includes(report.measurement);
  const expected =
    policy.measurements.length === 1 ? (policy.measurements[0] ?? "") : `one of ${policy.measurements.length}`;
  return compare(
    known,
    expected,
    report.measurement,
    "something else was launched: other firmware, kernel, processor model or number of vCPUs",
  );
};

const reportData: Judge = ({ report: { reportData: found }, policy, nonce, key }) => {
  if (nonce === undefined) {
    if (key !== undefined) return { expected: "a nonce and a key", found, why: "a key was given without a nonce" };
    if (policy.nonce === "when-given") return open("anything", found);
    return { expected: "a nonce", found, why: "no nonce was given: the report may be an old one" };
  }
  const { least, most } = NONCE_BYTES;
  if (nonce.length < least || nonce.length > most)
    return {
      expected: `a nonce of ${least} to ${most} bytes`,
      found: `${nonce.length} bytes`,
      why: "the nonce has not the right length",
    };
  const expected = reportDataFor(nonce, key);
  return compare(found === expected, expected, found, `it was made for another nonce${key ? " or key" : ""}`);
};

const hostData: Judge = ({ report, policy: { hostData: wanted = "" } }) => {
  const same = wanted === "" ? isZero(report.hostData) : report.hostData === wanted;
  return compare(same, short(wanted), short(report.hostData), "the host gave the guest other data at launch");
};

/** Keys of the identity block: those of the lists, or none at all. */
const idBlock: Judge = ({ report: { idKeyDigest, authorKeyDigest, authorKey }, policy: { idKeys, authorKeys } }) => {
  const listed = (keys: readonly string[], digest: string): boolean =>
    keys.length === 0 ? isZero(digest) : keys.includes(digest);
  const expected = `id key ${idKeys.join(" or ") || "zero"}, author key ${authorKeys.join(" or ") || "zero"}`;
  const found = `id key ${short(idKeyDigest)}, author key ${short(authorKeyDigest)}`;
  const holds =
    listed(idKeys, idKeyDigest) && listed(authorKeys, authorKeyDigest) && authorKey === !isZero(authorKeyDigest);
  return compare(holds, expected, found, "another key signed the guest's identity");
};

const image: Judge = ({ report, policy: { familyId, imageId } }) => {
  const found = `family ${short(report.familyId)}, image ${short(report.imageId)}`;
  if (familyId === undefined && imageId === undefined) return open("anything", found);
  const holds =
    [familyId ?? report.familyId, imageId ?? report.imageId].join() === [report.familyId, report.imageId].join();
  const expected = `family ${familyId ?? "any"}, image ${imageId ?? "any"}`;
  return compare(holds, expected, found, "the guest is of another family or image");
};

/** What a policy is asked, by check. */
const JUDGES = {
  tcb,
  chip,
  "key-kind": ({ report: { signingKey }, policy: { keys } }) =>
    compare(keys.includes(signingKey), keys.join(" or "), signingKey, "the policy does not accept this kind of key"),
  "allowed-chip": allowedChip,
  version: ({ report: { version }, policy: { leastVersion } }) =>
    compare(version >= leastVersion, `at least ${leastVersion}`, `${version}`, "older reports say too little"),
  "minimum-tcb": minimumTcb,
  committed,
  vmpl: ({ report, policy }) =>
    compare(report.vmpl === policy.vmpl, `${policy.vmpl}`, `${report.vmpl}`, "another level asked for it"),
  policy: guestPolicy,
  platform: ({ report, policy }) => bits(report.platform, policy.platform),
  mitigations,
  "guest-svn": ({ report: { guestSvn }, policy: { leastGuestSvn } }) =>
    compare(guestSvn >= leastGuestSvn, `at least ${leastGuestSvn}`, `${guestSvn}`, "the guest is an older one"),
  measurement,
  "report-data": reportData,
  "host-data": hostData,
  "id-block": idBlock,
  image,
} as const satisfies Partial<Record<CheckName, Judge>>;

/** Holds a report against a policy: every question of it, each with its finding. */
export const appraise = (facts: Facts): readonly (readonly [CheckName, Finding])[] =>
  Object.entries(JUDGES).map(([name, judge]) => [name as CheckName, (judge as Judge)(facts)]);
