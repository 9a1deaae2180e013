import { setTimeout as sleep } from "node:timers/promises";

const PAUSE_MS = 300;

/**
 * Looks until there is something to see.
 * @param look gives undefined as long as there is nothing
 * @param what what is waited for, for the error: `volume 8e2f to be ready`
 * @throws Error after the deadline; whatever `look` throws
 */
export async function until<T>(
  look: () => Promise<T | undefined>,
  what: string,
  milliseconds: number,
  pause: (milliseconds: number) => Promise<void> = sleep,
): Promise<T> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`waited ${milliseconds / 1000} s in vain for ${what}`);
    await pause(PAUSE_MS);
  }
}
