import { describe, expect, it } from "vitest";
import { parseJson, writeJson } from "../../../quobyte/json.ts";

describe("64-bit numbers in JSON", () => {
  it.each([
    ["9007199254740993", 9007199254740993n],
    ["-9223372036854775808", -9223372036854775808n],
    ["9007199254740991", 9007199254740991],
    ["0", 0],
    ["1.5", 1.5],
  ])("%s is read without a loss and written as it was", (text, value) => {
    expect(parseJson(text)).toBe(value);
    expect(parseJson(`{"a":[${text}]}`)).toEqual({ a: [value] });
    expect(writeJson({ a: [value] })).toBe(`{"a":[${text}]}`);
  });

  it("leaves numbers that no integer is as they are", () => {
    expect(parseJson("1e300")).toBe(1e300);
    expect(parseJson("1".repeat(100_000))).toBe(Infinity);
  });
});
