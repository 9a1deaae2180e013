import type { Journal } from "../../deletion/journal.ts";
import type { Left } from "../../deletion/types.ts";

/**
 * Erases at the storage what its services only unexport: called when lists tell that all shares are gone, and again by each later run,
 * so it must be harmless where nothing is there.
 * @returns what is left at the storage
 */
export type Eraser = (journal: Journal) => Promise<readonly Left[]>;
