import { z } from "zod";

/**
 * What can go wrong, each once or as often as is asked for. `before` means that nothing was done, `after` that it was done.
 * `expired`: the server forgets all sessions. `absent`: it says that the object is not there. `unavailable`, `broken`: HTTP 503
 * before, 500 after. `half-done`: done, but told as failed. `lost`: done, and the connection cut. `silent`: nothing done, no
 * answer until the caller gives up. `slow`: an answer after `milliseconds`.
 */
export const FAULTS = ["expired", "absent", "unavailable", "broken", "half-done", "lost", "silent", "slow"] as const;

export const faultSchema = z.strictObject({
  fault: z.enum(FAULTS),
  /** @default every method */
  method: z.string().optional(),
  /** How often. @default 1 */
  times: z.int().min(1).max(1_000_000).default(1),
  /** Of `slow`. @default 1000 */
  milliseconds: z.int().min(0).max(600_000).default(1000),
});
export type Fault = z.output<typeof faultSchema>;
export type GivenFault = z.input<typeof faultSchema>;

/** The faults that are to come, first in, first out. */
export class Faults {
  #coming: { fault: Fault; left: number }[] = [];

  add(given: GivenFault): void {
    const fault = faultSchema.parse(given);
    this.#coming.push({ fault, left: fault.times });
  }

  clear(): void {
    this.#coming = [];
  }

  /** The fault of this call, if one is due. */
  take(method: string): Fault | undefined {
    const due = this.#coming.find(({ fault }) => fault.method === undefined || fault.method === method);
    if (due === undefined) return undefined;
    due.left--;
    this.#coming = this.#coming.filter(({ left }) => left > 0);
    return due.fault;
  }

  /** What has not happened yet. */
  get coming(): readonly Fault[] {
    return this.#coming.map(({ fault, left }) => ({ ...fault, times: left }));
  }
}
