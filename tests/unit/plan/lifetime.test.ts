import { describe, expect, it } from "vitest";
import { endOf, moment } from "../../../config/scalars.ts";
import { isOver, protectedData } from "../../../plan/lifetime.ts";
import { examples } from "./examples.ts";

const at = (text: string): number => Date.parse(text);

describe("a point in time", () => {
  it.each([
    ["2027-01-31", "2027-01-31"],
    ["2027-01-31 00:00:00 +0000 UTC", "2027-01-31"],
    ["2027-01-31T06:30:00Z", "2027-01-31T06:30:00Z"],
    ["2027-01-31T06:30Z", "2027-01-31T06:30:00Z"],
    ["2027-01-31T00:00:00Z", "2027-01-31T00:00:00Z"],
  ])("reads %s", (given, read) => {
    expect(moment.parse(given)).toBe(read);
  });

  it.each([
    "2027-02-30",
    "2027-01-31T25:00:00Z",
    "2027-01-31 06:30:00 +0000 UTC",
    "2027-01-31T06:30:00+02:00",
    "tomorrow",
    "",
    "2027-1-3",
  ])("refuses %j", (given) => {
    expect(moment.safeParse(given).success).toBe(false);
  });

  it("of a day alone is its end", () => {
    expect(endOf("2027-01-31")).toBe(at("2027-01-31T23:59:59.999Z"));
    expect(endOf("2027-01-31T06:30:00Z")).toBe(at("2027-01-31T06:30:00Z"));
  });
});

describe("the lifetime of a zone (C4H-12)", () => {
  const until = (text: string) => ({ lifetime: { until: text, onEnd: "destroy" } as const });

  it("is over after its end, and not before; a zone without one never is", () => {
    expect(isOver(until("2027-01-31"), at("2027-01-31T23:59:00Z"))).toBe(false);
    expect(isOver(until("2027-01-31"), at("2027-02-01T00:00:00Z"))).toBe(true);
    expect(isOver(until("2027-01-31T06:30:00Z"), at("2027-01-31T06:29:59Z"))).toBe(false);
    expect(isOver(until("2027-01-31T06:30:00Z"), at("2027-01-31T06:30:00Z"))).toBe(true);
    expect(isOver({}, at("2099-01-01T00:00:00Z"))).toBe(false);
  });

  it("names what the explicit word does not cover: the zone's word, and words of its data", () => {
    const zone = examples.zone();
    expect(protectedData(zone)).toEqual([[]]);
    zone.deletion = "allowed";
    expect(protectedData(zone)).toEqual([]);
    zone.areas["heart"]!.datasets["imaging"]!.deletion = "protected";
    expect(protectedData(zone)).toEqual([["areas", "heart", "datasets", "imaging"]]);
    // What was taken over stays in any case.
    zone.areas["heart"]!.datasets["imaging"]!.adopt = "v1";
    expect(protectedData(zone)).toEqual([]);
  });
});
