import { isKnownBasis, LEGAL_BASES, OTHER_BASIS, sameBasis } from "../../config/legal-bases.ts";
import { nearest } from "../../config/suggest.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { pathTo, repeated } from "../walk.ts";

const NAMES = LEGAL_BASES.map(({ name }) => name);

function advice(text: string): string {
  const meant = sameBasis(text) ?? nearest(text, NAMES);
  if (meant !== undefined) return `did you mean ${meant}?`;
  if (text.trimStart().toLowerCase().startsWith(OTHER_BASIS.trim()))
    return `say in words behind "${OTHER_BASIS}" what the basis is`;
  return `write one of the list, or "${OTHER_BASIS}${text}" in quotes for a basis of another domain`;
}

export const permitBasis: ZoneRule = {
  id: "permit-basis",
  kind: "zone",
  severity: "error",
  requirements: ["DENBI-5", "DENBI-6"],
  why: "a legal basis that everybody writes alike can be reported, compared and audited",
  check({ config: { permit } }) {
    const all = [permit.basis, ...permit.alsoBasedOn];
    const place = (index: number): string =>
      index === 0 ? "permit.basis" : pathTo("permit", "alsoBasedOn", index - 1);
    const unknown = all.flatMap((text, index): readonly Violation[] =>
      isKnownBasis(text)
        ? []
        : [
            {
              path: place(index),
              what: "this legal basis is not in the list",
              found: text,
              allowed: `${NAMES.join(", ")}, or "${OTHER_BASIS}<words>"`,
              next: advice(text),
            },
          ],
    );
    const twice = repeated(all).map(({ entry, index }) => ({
      path: place(index),
      what: "this legal basis is named twice",
      found: entry,
      next: "remove one of the two",
    }));
    return [...unknown, ...twice];
  },
};
