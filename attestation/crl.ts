import { TAG, context, inside, isInteger } from "./der.ts";
import { extensionsOf, isPss, moment, reading, readSigned, refuse, type Read, type Signed } from "./signed.ts";

/** A list of revoked certificates, read: believed where its signature holds. */
export interface RevocationList extends Signed {
  readonly der: Buffer;
  /** Name of who revokes, as DER. */
  readonly issuer: Buffer;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** Serial numbers in hex. */
  readonly revoked: ReadonlySet<string>;
}

function parse(der: Buffer): RevocationList {
  const signed = readSigned(der, "the revocation list");
  const [version, algorithm, issuer, thisUpdate, nextUpdate, ...rest] = inside(signed.tbs, TAG.sequence);
  if (!isInteger(version, 1)) refuse("the revocation list is not of version 2");
  if (!isPss(algorithm) || issuer === undefined) refuse("the revocation list names two algorithms, or nobody");
  const list = rest[0]?.tag === TAG.sequence ? rest[0] : undefined;
  const [wrapped, ...more] = list === undefined ? rest : rest.slice(1);
  if (more.length > 0) refuse("the revocation list has a part too many");
  if (wrapped !== undefined)
    for (const [id, { critical }] of extensionsOf(inside(wrapped, context(0))[0]))
      if (critical) refuse(`the revocation list has the critical extension ${id}, which is not known here`);
  const serials = (list === undefined ? [] : inside(list, TAG.sequence)).map((entry) => {
    const [serial] = inside(entry, TAG.sequence);
    return serial?.tag === TAG.integer ? serial.content.toString("hex") : refuse("a revoked serial number is none");
  });
  return {
    ...signed,
    der,
    issuer: issuer?.whole ?? refuse("the revocation list names nobody"),
    thisUpdate: moment(thisUpdate),
    nextUpdate: moment(nextUpdate),
    revoked: new Set(serials),
  };
}

/** Reads a revocation list from its DER. Never throws. One without a next date is refused: it would hold for ever. */
export const readRevocationList = (der: Buffer): Read<RevocationList> =>
  reading("the revocation list", () => parse(der));
