import { describe, expect, it } from "vitest";
import { daysBetween, expiriesOf, expiringSoon } from "../../../plan/expiry.ts";
import { examples } from "./examples.ts";
import { withPersons } from "./people.ts";

describe("what of a zone ends when (DENBI-4)", () => {
  const zone = withPersons(examples.zone());
  zone.areas["commons"]!.flows[0]!.until = "2026-12-01";
  const all = expiriesOf(zone);

  it("is told with its place, the next first, persons at the latest with the permit", () => {
    expect(all.map(({ what, until }) => `${until} ${what}`)).toEqual([
      "2026-12-01 flow bench/heart-centre -> machines/analysis",
      "2026-12-31 person dan of heart-centre",
      "2027-06-30 person ben of uni-north",
      "2029-12-31 permit ethics-2026-117",
      "2029-12-31 person ada of heart-centre",
      "2029-12-31 person cleo of uni-south",
    ]);
    expect(all[1]!.because).toBe("zone.permit.persons.dan.until");
  });

  it("is worth a word from 30 days before, and after", () => {
    const soon = (today: string) => expiringSoon(all, today).length;
    expect([soon("2026-10-31"), soon("2026-11-01"), soon("2026-12-01"), soon("2027-01-15")]).toEqual([0, 1, 2, 2]);
    expect(daysBetween("2026-12-31", "2027-01-01")).toBe(1);
    expect(daysBetween("2027-01-01", "2026-12-31")).toBe(-1);
  });
});
