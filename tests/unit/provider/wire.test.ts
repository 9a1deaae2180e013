import { describe, expect, it } from "vitest";
import type { Props } from "../../../provider/wire.ts";
import {
  OUTPUT_SIGNATURE,
  SIGNATURE_KEY,
  UNKNOWN,
  hasUnknown,
  isSecret,
  isUnknown,
  rewrapLike,
  secret,
  unwrap,
  unwrapProps,
  watchParent,
} from "../../../provider/wire.ts";

const output = (more: Props): Props => ({ [SIGNATURE_KEY]: OUTPUT_SIGNATURE, ...more });

describe("wire", () => {
  it("unwraps secrets and output values at every depth", () => {
    const wrapped = {
      a: secret("x"),
      b: [secret({ c: secret(1) })],
      d: output({ value: "y" }),
      e: null,
      f: { g: undefined, h: 0 },
    };
    expect(unwrap(wrapped)).toEqual({ a: "x", b: [{ c: 1 }], d: "y", f: { h: 0 } });
  });

  it("knows unknowns in both spellings, wrapped or not", () => {
    expect([UNKNOWN, output({}), secret(UNKNOWN)].map((value) => hasUnknown(value))).toEqual([true, true, true]);
    expect(isUnknown(output({ value: 1 }))).toBe(false);
    expect(unwrapProps({ a: output({ secret: true }) })).toEqual({ a: UNKNOWN });
  });

  it("knows a secret output value as a secret", () => {
    expect(isSecret(output({ secret: true, value: 1 }))).toBe(true);
    expect(isSecret(output({ value: 1 }))).toBe(false);
  });

  it("wraps again what came in wrapped, at any depth, and what is always secret", () => {
    const like = { a: secret("x"), b: { c: [secret("y")] }, d: "z" };
    const again = rewrapLike({ a: 1, b: { c: [2] }, d: 3, e: 4, f: undefined }, like, ["e"]);
    expect(Object.keys(again).filter((key) => isSecret(again[key]))).toEqual(["a", "b", "e"]);
    expect(unwrapProps(again)).toEqual({ a: 1, b: { c: [2] }, d: 3, e: 4 });
    expect(rewrapLike({ a: secret(1) }, like)).toEqual({ a: secret(1) });
  });
});

describe("watchParent", () => {
  it("ends the process only once its parent is another", async () => {
    let ended = 0;
    const own = Object.getOwnPropertyDescriptor(process, "ppid");
    const stop = watchParent(1, () => void ended++);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(ended).toBe(0);
    Object.defineProperty(process, "ppid", { value: 1, configurable: true });
    await new Promise((resolve) => setTimeout(resolve, 20));
    stop();
    if (own) Object.defineProperty(process, "ppid", own);
    expect(ended).toBeGreaterThan(0);
  });
});
