import type { Journal } from "../../deletion/journal.ts";
import type { Left, Method } from "../../deletion/types.ts";

/** How a zone's config wants its data to end. */
export type Mode = Extract<Method, "cryptoShred" | "overwriteZero" | "overwriteRandom">;

/**
 * Erases at the storage what its services only unexport: called when lists tell that all shares are gone, and again by each later run,
 * so it must be harmless where nothing is there.
 * @returns what is left at the storage
 */
export type Eraser = (journal: Journal) => Promise<readonly Left[]>;
