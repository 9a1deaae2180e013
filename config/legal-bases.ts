/** A legal basis on which a permit may rest. */
export interface LegalBasis {
  /** As a config writes it, to the letter. */
  readonly name: string;
  /** What it says, in one line. */
  readonly title: string;
  readonly law: "EU" | "DE" | "any";
}

const basis = (law: LegalBasis["law"], name: string, title: string): LegalBasis => ({ name, title, law });

/**
 * Legal bases by name: GDPR is Regulation (EU) 2016/679, EHDS Regulation (EU) 2025/327, GDNG the German act on the use of health
 * data (2024), SGB V and X the German social code, BDSG the German data protection act, BStatG that on federal statistics.
 */
export const LEGAL_BASES: readonly LegalBasis[] = [
  basis("any", "consent", "consent of those concerned: GDPR Art. 6(1)(a), for special categories Art. 9(2)(a)"),
  basis("EU", "GDPR Art. 6(1)(a)", "consent"),
  basis("EU", "GDPR Art. 6(1)(c)", "legal obligation"),
  basis("EU", "GDPR Art. 6(1)(e)", "task in the public interest"),
  basis("EU", "GDPR Art. 6(1)(f)", "legitimate interests"),
  basis("EU", "GDPR Art. 9(2)(a)", "explicit consent, special categories"),
  basis("EU", "GDPR Art. 9(2)(h)", "health care and its management"),
  basis("EU", "GDPR Art. 9(2)(i)", "public interest in public health"),
  basis("EU", "GDPR Art. 9(2)(j)", "archiving in the public interest, research, statistics"),
  basis(
    "EU",
    "EHDS Art. 68",
    "data permit of a health data access body, for a secure processing environment (Art. 73)",
  ),
  basis("DE", "BDSG section 27", "research and statistics with special categories"),
  basis("DE", "GDNG section 4", "data of the health research data centre linked with those of cancer registries"),
  basis("DE", "GDNG section 6", "further use of care data by the facility that holds them"),
  basis("DE", "SGB V section 64e", "model project genome sequencing (genomDE)"),
  basis("DE", "SGB V section 303e", "data of the statutory health insurance, at the health research data centre"),
  basis("DE", "SGB X section 75", "social data transmitted for research and planning"),
  basis("DE", "BStatG section 16", "microdata of official statistics for science"),
];

/** What stands before a basis of another domain: `other: licence of the survey's owner`. */
export const OTHER_BASIS = "other: ";

/** Words of a basis in any order and spelling: `§ 64e SGB V` and `SGB V section 64e` have the same. */
const words = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/§+|\bsections?\b|\bparagraph\b|\babs\b\.?/g, " ")
    .replaceAll(/\b(dsgvo|ds-gvo)\b/g, "gdpr")
    .replaceAll(/\b(article|artikel|art)\b\.?/g, " ")
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "")
    .toSorted()
    .join(" ");

/** True for a basis of the list, and for one of another domain in free words. */
export const isKnownBasis = (text: string): boolean =>
  LEGAL_BASES.some(({ name }) => name === text) ||
  (text.startsWith(OTHER_BASIS) && text.slice(OTHER_BASIS.length).trim().length >= 3);

/** The one of the list that is written in another spelling; undefined where none is. */
export const sameBasis = (text: string): string | undefined =>
  LEGAL_BASES.find(({ name }) => words(name) === words(text))?.name;
