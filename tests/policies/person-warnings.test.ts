import { describe, expect, it } from "vitest";
import { judged } from "./fixtures.ts";

const shared = (key: string, user: string): readonly string[] =>
  judged(
    "zone",
    { change: (c) => void (c.permit.persons = { [key]: { partner: "heart-centre", identity: { user } } }) },
    "warning",
  )
    .filter(({ rule }) => rule === "person-shared")
    .map(({ path }) => path ?? "");

describe("person-shared (DIGIMED-12)", () => {
  it.each([
    "info@uni.example",
    "team@uni.example",
    "Station-3@uni.example",
    "no-reply@uni.example",
    "lab2@uni.example",
  ])("warns of the mailbox %s", (user) =>
    expect(shared("ada", user)).toEqual(["zone.permit.persons.ada.identity.user"]),
  );

  it("warns of a key that means several people", () => {
    expect(shared("team", "ada@uni.example")).toEqual(["zone.permit.persons.team"]);
  });

  it.each(["ada@uni.example", "informatik.mayer@uni.example", "f99bba1f6384@lifescienceid.org", "m.info@uni.example"])(
    "says nothing of %s",
    (user) => expect(shared("ada", user)).toEqual([]),
  );
});
