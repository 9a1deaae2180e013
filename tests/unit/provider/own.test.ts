import { describe, expect, it } from "vitest";
import { LONGEST_DESCRIPTION, markOf, withMark, withoutMark } from "../../../provider/own.ts";

const [mine, theirs] = ["urn:pulumi:a::tresor::t::x", "urn:pulumi:b::tresor::t::x"];

describe("the mark of a resource", () => {
  it.each(["", "Subnet of zone z", "a text with [brackets]", "ends in a space "])("goes on and off %j", (text) => {
    expect(withMark(text, mine)).toContain(markOf(mine));
    expect(withoutMark(withMark(text, mine), mine)).toBe(text);
  });

  it("differs between stacks, and another's stays in the text, where it shows", () => {
    expect(markOf(mine)).not.toBe(markOf(theirs));
    expect(withoutMark(withMark("x", theirs), mine)).toBe(`x ${markOf(theirs)}`);
    expect(withoutMark("x", mine)).toBe("x");
  });

  it("leaves the longest text within the 255 characters of a description", () => {
    expect(withMark("x".repeat(LONGEST_DESCRIPTION), mine)).toHaveLength(255);
  });
});
