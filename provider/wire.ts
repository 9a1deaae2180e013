/**
 * How values look on the wire between the engine and a plugin. The SDK's server promises that it takes secrets, so they arrive
 * wrapped, and whatever `read` gives back plain is written to the state in plain: this module unwraps and wraps again.
 */

/** The key that marks a special value (pulumi/sdk/nodejs/runtime/rpc.ts, `specialSigKey`). */
export const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
/** The mark of a secret (`specialSecretSig`). */
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";
/** The mark of an output value, which may be unknown, secret or both (`specialOutputValueSig`). */
export const OUTPUT_SIGNATURE = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
/** A value that is not known yet, in a preview (`unknownValue`). */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export type Props = Record<string, unknown>;

const isRecord = (value: unknown): value is Props =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const signature = (value: unknown): unknown => (isRecord(value) ? value[SIGNATURE_KEY] : undefined);

/** True for a value that is itself wrapped as a secret. */
export const isSecret = (value: unknown): boolean =>
  signature(value) === SECRET_SIGNATURE || (signature(value) === OUTPUT_SIGNATURE && (value as Props).secret === true);

/** True for a value that is not known yet. */
export const isUnknown = (value: unknown): boolean =>
  value === UNKNOWN || (signature(value) === OUTPUT_SIGNATURE && !("value" in (value as Props)));

/** True if `test` holds for the value or for anything inside it. */
function holds(value: unknown, test: (value: unknown) => boolean): boolean {
  if (test(value)) return true;
  if (Array.isArray(value)) return value.some((item) => holds(item, test));
  return isRecord(value) && Object.values(value).some((item) => holds(item, test));
}

/** True if a secret stands anywhere in the value. */
export const hasSecret = (value: unknown): boolean => holds(value, isSecret);

/** True if an unknown stands anywhere in the value. */
export const hasUnknown = (value: unknown): boolean => holds(value, isUnknown);

/** The value without any wrapping: secrets plain, unknowns as `UNKNOWN`, undefined and null properties left out. */
export function unwrap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrap);
  if (!isRecord(value)) return value;
  if (isUnknown(value)) return UNKNOWN;
  const mark = value[SIGNATURE_KEY];
  if (mark === SECRET_SIGNATURE || mark === OUTPUT_SIGNATURE) return unwrap(value.value);
  return unwrapProps(value);
}

/** `unwrap` for a bag of properties. */
export function unwrapProps(props: Props): Props {
  return Object.fromEntries(
    Object.entries(props)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([key, value]) => [key, unwrap(value)]),
  );
}

/** Wraps a value as a secret; one that is wrapped already stays as it is. */
export const secret = (value: unknown): unknown =>
  isSecret(value) ? value : { [SIGNATURE_KEY]: SECRET_SIGNATURE, value };

/**
 * Wraps again what came in wrapped: every top-level property that holds a secret anywhere in `like`, or is named in `always`,
 * becomes a secret as a whole. Undefined properties are left out, because the wire has no word for them.
 */
export function rewrapLike(props: Props, like: Props, always: readonly string[] = []): Props {
  const wrapped = new Set([...always, ...Object.keys(like).filter((key) => hasSecret(like[key]))]);
  return Object.fromEntries(
    Object.entries(props)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, wrapped.has(key) ? secret(value) : value]),
  );
}

/**
 * Ends this process when the one that started it is gone: a plugin outlives a killed engine otherwise.
 * @param everyMilliseconds how often to look, default 1000
 */
export function watchParent(everyMilliseconds = 1000, end: () => void = () => process.exit(1)): () => void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) end();
  }, everyMilliseconds);
  timer.unref();
  return () => clearInterval(timer);
}
