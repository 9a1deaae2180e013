import { describe, expect, it } from "vitest";
import { ask, step, whoMay, type AirlockRequest } from "../../../airlock/machine.ts";
import { ACTS, APPROVALS, CLASSIFICATIONS, MOVES, STATES, STATE_TABLE } from "../../../airlock/table.ts";
import { AT, FILES, PEOPLE, PERSONS, inState, type Person } from "./actors.ts";

const act = (request: AirlockRequest, name: string, person: Person, files = filesFor(request, name)) =>
  step(request, { act: name, ...(files === undefined ? {} : { files }) }, PEOPLE[person], AT);
const rule = (verdict: ReturnType<typeof step>) => (verdict.ok ? "ok" : verdict.refusal.rule);
function filesFor(request: AirlockRequest, name: string) {
  const row = MOVES.find((each) => each.from === request.state && each.move === name);
  return (row?.files ?? "same") === "none" ? undefined : FILES;
}

/** Who may take each move of a public export: written out by hand, so that a change of the table shows here. */
const ALLOWED: Readonly<Record<string, readonly Person[]>> = {
  "draft submitted": ["asker"],
  "draft cancelled": ["asker", "administrator"],
  "draft failed": ["system"],
  "submitted in-review": ["system"],
  "submitted blocking": ["system"],
  "submitted failed": ["system"],
  "in-review releasing": ["checker", "allChecks"],
  "in-review rejecting": ["checker", "allChecks"],
  "in-review cancelled": ["asker", "administrator"],
  "in-review failed": ["system"],
  "releasing released": ["system"],
  "releasing failed": ["system"],
  "rejecting rejected": ["system"],
  "rejecting failed": ["system"],
  "blocking blocked": ["system"],
  "blocking failed": ["system"],
  "released revoked": ["checker", "allChecks", "working", "administrator"],
};

describe("the airlock's table", () => {
  it("has twelve states and seventeen moves, each a different pair; five states are ends besides revoked ones", () => {
    expect(STATES).toHaveLength(12);
    expect(MOVES).toHaveLength(17);
    expect(MOVES.map(({ from, to }) => `${from} ${to}`).toSorted()).toEqual(Object.keys(ALLOWED).toSorted());
    const ends = STATES.filter((state) => !MOVES.some(({ from }) => from === state));
    expect(ends).toEqual(["rejected", "blocked", "cancelled", "failed", "revoked"]);
    expect(Object.keys(STATE_TABLE)).toEqual([...STATES]);
  });

  it("lets recipients read in one state alone, and every state but that one and ends can fail", () => {
    expect(STATES.filter((state) => STATE_TABLE[state].files === "open")).toEqual(["released"]);
    const failing = MOVES.filter(({ move }) => move === "fail").map(({ from }) => from);
    expect(failing).toEqual(["draft", "submitted", "in-review", "releasing", "rejecting", "blocking"]);
  });
});

describe("every pair of states (SPE4HD-6)", () => {
  const pairs = STATES.flatMap((from) => STATES.map((to) => [from, to] as const));
  it.each(pairs)("%s to %s: exactly the named persons, and nobody where there is no move", (from, to) => {
    const row = MOVES.find((each) => each.from === from && each.to === to);
    for (const person of PERSONS) {
      const reached = ACTS.filter((name) => {
        const verdict = act(inState(from), name, person);
        return verdict.ok && verdict.request.state === to && name !== "endorse";
      });
      const may = (ALLOWED[`${from} ${to}`] ?? []).includes(person);
      expect([person, reached]).toEqual([person, may ? [row?.move] : []]);
    }
  });

  it("refuses every act that does not leave the state, whoever tries", () => {
    let refused = 0;
    for (const from of STATES)
      for (const name of ACTS.filter((each) => !MOVES.some((row) => row.from === from && row.move === each)))
        for (const person of PERSONS) {
          const verdict = act(inState(from), name, person);
          expect([from, name, person, verdict.ok]).toEqual([from, name, person, false]);
          refused++;
        }
    expect(refused).toBe((STATES.length * ACTS.length - MOVES.length) * PERSONS.length);
  });
});

describe("asking", () => {
  const asking = (direction: "import" | "export", person: Person, classification = "public" as const) =>
    ask({ id: `${direction}-1`, direction, classification, title: "x" }, PEOPLE[person], AT);

  it("is for researchers, and for submitters inwards", () => {
    const may = (direction: "import" | "export") => PERSONS.filter((person) => asking(direction, person).ok);
    expect(may("export")).toEqual(["asker", "researcher", "working"]);
    expect(may("import")).toEqual(["asker", "researcher", "submitter", "working"]);
  });

  it("never lets personal or pseudonymised data out (SPE4HD-7), and lets them in", () => {
    const ok = (direction: "import" | "export") =>
      CLASSIFICATIONS.filter(
        (classification) => ask({ id: `${direction}-1`, direction, classification, title: "x" }, PEOPLE.asker, AT).ok,
      );
    expect(ok("export")).toEqual(["anonymised", "public", "confidential"]);
    expect(ok("import")).toEqual([...CLASSIFICATIONS]);
  });
});

describe("the two-person rule", () => {
  const review = (change: Partial<AirlockRequest> = {}) => inState("in-review", change);

  it("the one who asks never decides, even with every checker's role", () => {
    const own = review({ requester: PEOPLE.allChecks.id });
    for (const name of ["approve", "reject"]) {
      expect(rule(act(own, name, "allChecks"))).toBe("airlock-two-persons");
      expect(rule(act(own, name, "checker"))).toBe("ok");
    }
    const double = review({ requester: PEOPLE.allChecks.id, classification: "anonymised" });
    expect(rule(act(double, "endorse", "allChecks"))).toBe("airlock-two-persons");
    expect(rule(act(double, "endorse", "checker"))).toBe("ok");
  });

  it("who works on the zone's data decides nothing", () => {
    expect(rule(act(review(), "approve", "working"))).toBe("airlock-member");
    expect(rule(act(review(), "reject", "working"))).toBe("airlock-member");
  });

  it("two approvals are those of two persons, in their order", () => {
    const start = review({ classification: "anonymised" });
    expect(rule(act(start, "approve", "second"))).toBe("airlock-approvals");
    expect(rule(act(start, "endorse", "second"))).toBe("airlock-role");
    const endorsed = act(start, "endorse", "allChecks");
    if (!endorsed.ok) throw new Error("not endorsed");
    expect(endorsed.request).toMatchObject({ state: "in-review", approvals: ["all-checks"] });
    expect(rule(act(endorsed.request, "approve", "allChecks"))).toBe("airlock-two-persons");
    expect(rule(act(endorsed.request, "approve", "checker"))).toBe("airlock-role");
    expect(rule(act(endorsed.request, "endorse", "second"))).toBe("airlock-approvals");
    expect(act(endorsed.request, "approve", "second")).toMatchObject({
      ok: true,
      request: { state: "releasing", approvals: ["all-checks", "second"] },
    });
    expect(act(endorsed.request, "reject", "allChecks")).toMatchObject({ ok: true, request: { state: "rejecting" } });
  });

  it.each(
    (["import", "export"] as const).flatMap((direction) =>
      CLASSIFICATIONS.map((classification) => [direction, classification] as const),
    ),
  )("%s of %s data: the approvals that the table wants", (direction, classification) => {
    const wanted = APPROVALS[direction][classification];
    const request = review({ direction, classification });
    expect(whoMay(request, "endorse")).toEqual(wanted.length > 1 ? wanted.slice(0, 1) : []);
    expect(whoMay(request, "approve")).toEqual(wanted.length === 1 ? wanted : []);
    expect(new Set(wanted).size).toBe(wanted.length);
  });

  it("an import is the data steward's, an export the output checker's", () => {
    const into = review({ direction: "import" });
    expect(PERSONS.filter((person) => act(into, "approve", person).ok)).toEqual(["steward", "allChecks"]);
    expect(PERSONS.filter((person) => act(review(), "approve", person).ok)).toEqual(["checker", "allChecks"]);
  });
});

describe("files", () => {
  const changed = { ...FILES, "b.csv": "c".repeat(64) };
  const more = { ...FILES, "c.csv": "c".repeat(64) };
  const fewer = { "b.csv": FILES["b.csv"] ?? "" };

  it("are fixed by submit, which needs at least one", () => {
    expect(act(inState("draft"), "submit", "asker")).toMatchObject({ ok: true, request: { files: FILES } });
    expect(rule(step(inState("draft"), { act: "submit" }, PEOPLE.asker, AT))).toBe("airlock-files");
    expect(rule(step(inState("draft"), { act: "submit", files: {} }, PEOPLE.asker, AT))).toBe("airlock-files");
  });

  it.each([
    ["submitted", "admit", "system"],
    ["in-review", "approve", "checker"],
    ["releasing", "release", "system"],
  ] as const)("in %s, %s wants the same ones", (state, name, person) => {
    const request = inState(state);
    for (const files of [changed, more, fewer, {}])
      expect(rule(act(request, name, person, files))).toBe("airlock-files");
    expect(rule(step(request, { act: name }, PEOPLE[person], AT))).toBe("airlock-files");
    expect(rule(act(request, name, person, { ...FILES }))).toBe("ok");
  });

  it("say which one differs", () => {
    const verdict = act(inState("releasing"), "release", "system", changed);
    expect(verdict).toMatchObject({ ok: false, refusal: { found: "b.csv" } });
  });

  it("are not taken by a move that looks at none", () => {
    expect(rule(act(inState("released"), "revoke", "administrator", FILES))).toBe("airlock-files");
    expect(rule(act(inState("released"), "revoke", "administrator"))).toBe("ok");
  });
});

describe("refusals", () => {
  it("name who may", () => {
    const verdict = act(inState("draft"), "submit", "researcher");
    expect(verdict).toMatchObject({ refusal: { rule: "airlock-role", allowed: "asker, who asked" } });
  });

  it("the one who asked loses his own moves with his role", () => {
    const former = { id: "asker", roles: ["zone-administrator"] as const };
    expect(rule(step(inState("draft"), { act: "submit", files: FILES }, former, AT))).toBe("airlock-role");
  });
});
