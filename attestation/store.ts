import { authorityWrong, type Certificate } from "./certificate.ts";
import { authorityName, findChain, findLeaf, isChip } from "./chain.ts";
import type { RevocationList } from "./crl.ts";
import type { Papers } from "./evidence.ts";
import { GENERATIONS, type Generation } from "./generation.ts";
import type { Report } from "./report.ts";
import type { TrustRoots } from "./roots.ts";
import { isSignedBy } from "./signed.ts";
import { sameTcb, type Tcb } from "./tcb.ts";

/** Where the papers of a report lie in a store, as paths below it. */
export interface StorePlaces {
  /** The authority's certificate, PEM. */
  readonly authority: string;
  readonly list: string;
  /** The certificate of the key, by chip and patch level. */
  readonly leaf: string;
}

/** A TCB as a part of a name: its parts in the order in which AMD counts them, in hex. */
const tcbName = ({ fmc, bootloader, tee, snp, microcode }: Tcb): string =>
  [...(fmc === undefined ? [] : [fmc]), bootloader, tee, snp, microcode]
    .map((part) => part.toString(16).padStart(2, "0"))
    .join("-");

/** The hardware id by which AMD knows the chip of a report. */
export const hardwareIdOf = ({ chipId }: Report, generation: Generation): string =>
  chipId.slice(0, 2 * GENERATIONS[generation].hwid);

/** Where papers of a report lie: `milan/vcek/<hardware id>/<patch level>.der`. */
export function storePlaces(report: Report, generation: Generation): StorePlaces {
  const base = `${generation}/${report.signingKey}`;
  const chip = report.signingKey === "vcek" ? `${hardwareIdOf(report, generation)}/` : "";
  return {
    authority: `${base}/authority.pem`,
    list: `${base}/revoked.crl`,
    leaf: `${base}/${chip}${tcbName(report.reportedTcb)}.der`,
  };
}

const spl = (level: number): string => `${level}`.padStart(2, "0");

/** Paths of AMD's key service (AMD 57230) for a report; it gives the certificate of a VLEK to its provider alone. */
export function servicePaths(
  report: Report,
  generation: Generation,
): { readonly chain: string; readonly list: string; readonly leaf?: string } {
  const base = `/${report.signingKey}/v1/${GENERATIONS[generation].product}`;
  const { fmc, bootloader, tee, snp, microcode } = report.reportedTcb;
  const levels = [
    ...(fmc === undefined ? [] : [["fmcSPL", fmc] as const]),
    ...([
      ["blSPL", bootloader],
      ["teeSPL", tee],
      ["snpSPL", snp],
      ["ucodeSPL", microcode],
    ] as const),
  ];
  const query = levels.map(([name, level]) => `${name}=${spl(level)}`).join("&");
  const paths = { chain: `${base}/cert_chain`, list: `${base}/crl` };
  return report.signingKey === "vcek"
    ? { ...paths, leaf: `${base}/${hardwareIdOf(report, generation)}?${query}` }
    : paths;
}

/** Whose papers are looked for, and by whose root they must hold. */
export interface Wanted {
  readonly roots: TrustRoots;
  readonly report: Report;
  readonly generation: Generation;
}

/** The authority for this kind of key, among certificates, that the generation's root signed. */
export function findAuthority(
  { roots, report, generation }: Wanted,
  { certificates }: Papers,
): Certificate | undefined {
  const [name, root] = [authorityName(report.signingKey, generation), roots.root(generation)];
  return certificates.find(
    (one) =>
      one.name === name &&
      root?.subject.equals(one.issuer) === true &&
      authorityWrong(one) === undefined &&
      isSignedBy(one, root.key),
  );
}

/** A revocation list that the generation's root signed and that is valid at a time. */
export function findList({ roots, generation }: Wanted, { lists }: Papers, at: Date): RevocationList | undefined {
  const root = roots.root(generation);
  return lists.find(
    (list) =>
      root?.subject.equals(list.issuer) === true &&
      at >= list.thisUpdate &&
      at <= list.nextUpdate &&
      isSignedBy(list, root.key),
  );
}

/** The certificate of the report's own key, where it leads to the root. */
export function findOwnLeaf({ roots, report, generation }: Wanted, papers: Papers): Certificate | undefined {
  const leaf = findLeaf(report, papers);
  if (leaf?.facts === undefined || leaf.generation !== generation) return undefined;
  if (!sameTcb(leaf.facts.tcb, report.reportedTcb) || !isChip(leaf.facts, report.chipId)) return undefined;
  const { finding } = findChain(leaf.certificate, report.signingKey, generation, papers, roots);
  return finding.why === undefined ? leaf.certificate : undefined;
}
