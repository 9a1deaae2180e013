import { createHash } from "node:crypto";
import { AMD_ROOT_CERTIFICATES } from "./amd-roots.ts";
import { readCertificate, type Certificate } from "./certificate.ts";
import type { Generation } from "./generation.ts";

/**
 * Whose root keys a verdict rests on. A verdict carries the type of its roots, so what rests on others than AMD's can be handed to
 * nobody who asks for `Verdict<AmdRoots>`: there is no option by which it could.
 */
export interface TrustRoots {
  /** For people. */
  readonly title: string;
  /** The root of a generation; undefined where none is pinned. */
  root(generation: Generation): Certificate | undefined;
}

/** AMD's own root keys, the pinned ones and no others. {@link AMD} is the only one of its kind. */
export class AmdRoots implements TrustRoots {
  readonly title = "AMD";
  readonly #read = new Map<Generation, Certificate>();

  /** @throws Error where the pinned certificate is not the one of its pinned hash: then the package was changed */
  root(generation: Generation): Certificate {
    const known = this.#read.get(generation);
    if (known !== undefined) return known;
    const { sha256, der } = AMD_ROOT_CERTIFICATES[generation];
    const bytes = Buffer.from(der, "base64");
    const { value } = readCertificate(bytes);
    if (value === undefined || createHash("sha256").update(bytes).digest("hex") !== sha256)
      throw new Error(`the pinned root of ${generation} is not the one of its hash`);
    this.#read.set(generation, value);
    return value;
  }

  /** Whether this is AMD's, for those who get it at run time: a private field cannot be copied. */
  static is(roots: TrustRoots): roots is AmdRoots {
    return #read in roots;
  }
}

export const AMD = new AmdRoots();
