import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ask, step, type AirlockRequest } from "../../airlock/machine.ts";
import { ACTS, APPROVALS, CLASSIFICATIONS, DIRECTIONS, ROLES, type Role } from "../../airlock/table.ts";

const AT = "2026-11-21T12:00:00.000Z";
const files = fc.constantFrom(undefined, { a: "a".repeat(64) }, { a: "b".repeat(64) });
// Few persons, many roles each: so that one person often could do several things.
const actor = fc.record({
  id: fc.constantFrom("p", "q", "r", "s"),
  roles: fc.uniqueArray(fc.constantFrom(...ROLES), { minLength: 1 }),
});
const doing = fc.record({ act: fc.constantFrom(...ACTS), files, actor });
const CHECKS = ["data-steward", "output-checker", "second-checker"] as const;
/** Towards release, so that many sequences get there: by persons who hold so much that only the rules keep them apart. */
const towards = fc.record({
  act: fc.constantFrom("submit", "admit", "endorse", "approve", "release"),
  files: fc.constant({ a: "a".repeat(64) }),
  actor: fc.constantFrom<Seen>(
    ...["p", "r", "s"].map((id) => ({ id, roles: [...CHECKS, "system"] as const })),
    { id: "p", roles: [...ROLES] },
    { id: "q", roles: ["system"] },
  ),
});

interface Seen {
  readonly act?: string;
  readonly id: string;
  readonly roles: readonly Role[];
}

describe("the airlock", () => {
  it("reaches released only over the approvals of distinct others, the scanner and one set of files", () => {
    let released = 0;
    const steps = fc.array(fc.oneof({ arbitrary: doing, weight: 1 }, { arbitrary: towards, weight: 12 }), {
      minLength: 40,
      maxLength: 120,
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...DIRECTIONS),
        fc.constantFrom(...CLASSIFICATIONS),
        fc.oneof(actor, fc.constant<Seen>({ id: "p", roles: ["researcher"] })),
        steps,
        (direction, classification, first, list) => {
          const asked = ask({ id: `${direction}-1`, direction, classification, title: "tables" }, first, AT);
          if (!asked.ok) return;
          let request: AirlockRequest = asked.request;
          const seen: Seen[] = [];
          for (const { act, files: given, actor: who } of list) {
            const verdict = step(request, { act, ...(given === undefined ? {} : { files: given }) }, who, AT);
            if (!verdict.ok) continue;
            if (request.files !== undefined) expect(verdict.request.files).toEqual(request.files);
            request = verdict.request;
            seen.push({ act, ...who });
            if (request.state === "released") break;
          }
          if (request.state !== "released") return;
          released++;
          const approvals = seen.filter(({ act }) => act === "endorse" || act === "approve");
          const wanted = APPROVALS[direction][classification];
          expect(wanted.length).toBeGreaterThan(0);
          expect(approvals).toHaveLength(wanted.length);
          for (const [index, { id, roles }] of approvals.entries()) {
            expect(roles).toContain(wanted[index]);
            expect(roles).not.toContain("researcher");
            expect(id).not.toBe(first.id);
          }
          expect(new Set(approvals.map(({ id }) => id)).size).toBe(wanted.length);
          expect(seen.map(({ act }) => act)).toEqual([
            "submit",
            "admit",
            ...wanted.slice(1).map(() => "endorse"),
            "approve",
            "release",
          ]);
        },
      ),
      { numRuns: 3000 },
    );
    expect(released).toBeGreaterThan(50);
  });

  it("never leaves an end, and is the same for the same input", () => {
    const ends = ["rejected", "blocked", "cancelled", "failed", "revoked"] as const;
    fc.assert(
      fc.property(fc.constantFrom(...ends), doing, (state, { act, files: given, actor: who }) => {
        const request: AirlockRequest = {
          id: "export-1",
          direction: "export",
          classification: "public",
          title: "tables",
          requester: "p",
          state,
          since: AT,
          files: { a: "a".repeat(64) },
          approvals: [],
        };
        const go = () => step(request, { act, ...(given === undefined ? {} : { files: given }) }, who, AT);
        expect(go().ok).toBe(false);
        expect(go()).toEqual(go());
      }),
    );
  });
});
