import { authorityWrong, keyFacts, type Certificate, type KeyFacts } from "./certificate.ts";
import type { Finding } from "./check.ts";
import type { Papers } from "./evidence.ts";
import { GENERATIONS, generationNamed, type Generation } from "./generation.ts";
import type { Report, SigningKey } from "./report.ts";
import type { TrustRoots } from "./roots.ts";
import { isSignedBy } from "./signed.ts";
import { sameTcb } from "./tcb.ts";

/** Name of the certificate of each kind of key, and of who signs it. */
const NAMES: Readonly<Record<SigningKey, { readonly leaf: string; readonly authority: (product: string) => string }>> =
  {
    vcek: { leaf: "SEV-VCEK", authority: (product) => `SEV-${product}` },
    vlek: { leaf: "SEV-VLEK", authority: (product) => `SEV-VLEK-${product}` },
  };

/** The name of who signs certificates of such keys for a generation: `SEV-Milan`. */
export const authorityName = (kind: SigningKey, generation: Generation): string =>
  NAMES[kind].authority(GENERATIONS[generation].product);

/** The generation that a leaf's certificate claims by the name of who signed it. */
function claimed({ issuerName }: Certificate, kind: SigningKey): Generation | undefined {
  const product = issuerName.slice(NAMES[kind].authority("").length);
  return NAMES[kind].authority(product) === issuerName ? generationNamed(product) : undefined;
}

/** The certificate of the key that signed, with what it says. */
export interface Leaf {
  readonly certificate: Certificate;
  readonly generation?: Generation;
  readonly facts?: KeyFacts;
  /** Why its facts cannot be had. */
  readonly why?: string;
}

function leafOf(certificate: Certificate, { signingKey, generation: processor }: Report): Leaf {
  const generation = claimed(certificate, signingKey);
  if (generation === undefined)
    return { certificate, why: `no known generation's authority is named ${certificate.issuerName}` };
  const { value, why } = keyFacts(certificate, generation);
  if (value === undefined) return { certificate, generation, why };
  const { hwid, csp, product } = value;
  const known = GENERATIONS[generation].product;
  if (product !== known && !product.startsWith(`${known}-`))
    return { certificate, generation, why: `it is made for ${product}` };
  if ((hwid === undefined) !== (signingKey === "vlek") || (csp === undefined) !== (signingKey === "vcek"))
    return { certificate, generation, why: "a VCEK names its chip, a VLEK its provider, and neither both" };
  if (processor === undefined && GENERATIONS[generation].fmc)
    return { certificate, generation, why: `no report of version 2 comes from ${known}` };
  return { certificate, generation, facts: value };
}

/** Whether the facts of a VCEK are this chip's, or those of a VLEK; the rest of the report's 64 bytes is zero on Turin. */
export const isChip = ({ hwid }: KeyFacts, chipId: string): boolean =>
  hwid === undefined || chipId === hwid.padEnd(128, "0");

/** The certificate of the key that signed a report: of those given the one of its chip and TCB, else any of its kind. */
export function findLeaf(report: Report, { certificates }: Papers): Leaf | undefined {
  const leaves = certificates
    .filter(({ name }) => name === NAMES[report.signingKey].leaf)
    .map((certificate) => leafOf(certificate, report));
  const fits = ({ facts }: Leaf): boolean =>
    facts !== undefined && sameTcb(facts.tcb, report.reportedTcb) && isChip(facts, report.chipId);
  return leaves.find(fits) ?? leaves.find(({ facts }) => facts !== undefined) ?? leaves[0];
}

/** A leaf's authority and root, as far as they were found, and whether each signed the next. */
export interface Chain {
  readonly certificates: readonly Certificate[];
  readonly authority?: Certificate;
  readonly root?: Certificate;
  readonly finding: Finding;
}

/** Follows a leaf to the root that is pinned for its generation. */
export function findChain(
  leaf: Certificate,
  kind: SigningKey,
  generation: Generation,
  { certificates }: Papers,
  roots: TrustRoots,
): Chain {
  const name = authorityName(kind, generation);
  const root = roots.root(generation);
  const expected = `${leaf.name} <- ${name} <- ARK-${GENERATIONS[generation].product} of ${roots.title}`;
  const named = certificates.filter((one) => one.name === name && one.subject.equals(leaf.issuer));
  const authority = named.find((one) => isSignedBy(leaf, one.key)) ?? named[0];
  const found = [leaf, ...(authority ? [authority] : []), ...(root ? [root] : [])];
  const chain = { certificates: found, ...(authority && { authority }), ...(root && { root }) };
  const shown = found.map((one) => one.name).join(" <- ");
  const broken = (why: string): Chain => ({ ...chain, finding: { expected, found: shown, why } });
  if (root === undefined) return broken(`no root is pinned for ${GENERATIONS[generation].product}`);
  if (authority === undefined) return broken(`no certificate of ${name} was given`);
  const wrong = authorityWrong(authority) ?? authorityWrong(root);
  if (wrong !== undefined) return broken(wrong);
  if (!isSignedBy(leaf, authority.key)) return broken(`${name} did not sign the certificate of ${leaf.name}`);
  if (!authority.issuer.equals(root.subject) || !isSignedBy(authority, root.key))
    return broken(`the pinned ${root.name} did not sign the certificate of ${name}`);
  const foreign = certificates.find((one) => one.subject.equals(root.subject) && !one.der.equals(root.der));
  if (foreign !== undefined)
    return broken(`a certificate was given that calls itself ${root.name} and is not the pinned one`);
  return isSignedBy(root, root.key)
    ? { ...chain, finding: { expected, found: shown } }
    : broken(`${root.name} did not sign itself`);
}

const day = (date: Date): string => date.toISOString().slice(0, 10);
const moment = (date: Date): string => (Number.isNaN(date.getTime()) ? "no time" : date.toISOString());

/** Whether each certificate was valid at a time. */
export function validity({ certificates }: Chain, at: Date): Finding {
  const expected = `valid at ${moment(at)}`;
  const found = certificates
    .map(({ name, notBefore, notAfter }) => `${name} ${day(notBefore)} to ${day(notAfter)}`)
    .join(", ");
  const out = certificates.find(({ notBefore, notAfter }) => !(at >= notBefore && at <= notAfter));
  if (out === undefined) return { expected, found };
  return { expected, found, why: at > out.notAfter ? `${out.name} had expired` : `${out.name} was not valid yet` };
}

/** Whether the root's newest valid list is there, and revokes none of the chain. */
export function revocation(chain: Chain, { lists }: Papers, at: Date, required: boolean): Finding {
  const { root, certificates } = chain;
  const expected = `a list signed by ${root?.name ?? "the root"}, valid at ${moment(at)}, with none of them`;
  const own = root === undefined ? [] : lists.filter(({ issuer }) => issuer.equals(root.subject));
  if (own.length === 0)
    return required
      ? { expected, found: "no list", why: "no revocation list of this root was given, and the policy requires one" }
      : { expected, found: "no list", open: true };
  const signed = own.filter((list) => root !== undefined && isSignedBy(list, root.key));
  if (signed.length < own.length)
    return { expected, found: "a list", why: `a list was given that ${root?.name} did not sign` };
  const issued = certificates.filter(({ issuer }) => root !== undefined && issuer.equals(root.subject));
  const revoked = issued.find(({ serial }) => signed.some((list) => list.revoked.has(serial)));
  const found = signed.map((list) => `${day(list.thisUpdate)} to ${day(list.nextUpdate)}`).join(", ");
  if (revoked !== undefined)
    return { expected, found, why: `${revoked.name} with serial ${revoked.serial} is revoked` };
  const current = signed.some(({ thisUpdate, nextUpdate }) => at >= thisUpdate && at <= nextUpdate);
  return current ? { expected, found } : { expected, found, why: "no list is valid at this time: get a newer one" };
}
