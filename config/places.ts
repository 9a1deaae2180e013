import { valueAt, type Path } from "./path.ts";
import type { Places } from "./problems.ts";

/** A kind's object as a file has it, with the places of its values. */
interface PlacedValue {
  readonly places: Places;
  readonly value?: unknown;
}

const withoutTime = (value: unknown): unknown =>
  typeof value === "string" ? value.replace(/^(\d{4}-\d{2}-\d{2}) 00:00:00 \+0000 UTC$/, "$1") : value;

/** True when the file's value and the engine's are one: a day in either spelling, everything else exactly. */
function isSame(left: unknown, right: unknown): boolean {
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null)
    return Object.is(withoutTime(left), withoutTime(right));
  const [a, b] = [Object.entries(left), right as Record<string, unknown>];
  return (
    Array.isArray(left) === Array.isArray(right) &&
    a.length === Object.keys(b).length &&
    a.every(([key, entry]) => Object.hasOwn(b, key) && isSame(entry, b[key]))
  );
}

/**
 * Places for a value that the engine handed over: a place is given only where the file says the same as the engine, so that no
 * message ever points at a line that is not the cause.
 */
export function confirmedPlaces({ places, value }: PlacedValue, handedOver: unknown): Places {
  const confirmed = (path: Path): boolean => isSame(valueAt(value, path), valueAt(handedOver, path));
  return {
    at: (path) => (confirmed(path) ? places.at(path) : undefined),
    key: (path) => (confirmed(path) ? places.key(path) : undefined),
    source: (path) => (confirmed(path) ? places.source(path) : undefined),
  };
}
