import { describe, expect, it } from "vitest";
import { canonical, entryHash, GENESIS, lineOf, type Entry } from "../../../airlock/entry.ts";
import { ask, step } from "../../../airlock/machine.ts";
import type { Output, PermitOutputs } from "../../../airlock/outputs.ts";
import { requestEntry, stepEntry, verifyRecord } from "../../../airlock/record.ts";
import { OUTPUTS } from "../../../config/outputs.ts";
import { AT, FILES, inState, PEOPLE } from "./actors.ts";

const PERMIT: PermitOutputs = { id: "P-7", outputs: ["aggregates", "figures"] };
const SILENT: PermitOutputs = { id: "P-7" };
const asking = (output?: Output, direction: "export" | "import" = "export") => ({
  ...({ id: `${direction}-1`, direction, classification: "anonymised", title: "survival tables" } as const),
  ...(output === undefined ? {} : { output }),
});
const asks = (output: Output | undefined, permit: PermitOutputs | undefined) =>
  ask(asking(output), PEOPLE.asker, AT, permit);
const refusal = (verdict: ReturnType<typeof ask>) => (verdict.ok ? undefined : verdict.refusal);

describe("an output that the permit names (SPE4HD-6)", () => {
  it("is asked for; every other kind is refused with what the permit lets out", () => {
    for (const output of OUTPUTS)
      expect([output, asks(output, PERMIT).ok]).toEqual([output, PERMIT.outputs!.includes(output)]);
    expect(refusal(asks("models", PERMIT))).toEqual({
      rule: "airlock-output",
      what: "the permit P-7 does not let models out",
      found: "models",
      allowed: "aggregates, figures",
      why: "only outputs that the permit names leave the zone",
      next: "ask for an output that it names, or have the permit changed in zone.permit.outputs first",
    });
  });

  it("must be said where the permit names some, and need not where it names none or nobody knows the zone", () => {
    expect(refusal(asks(undefined, PERMIT))?.what).toBe("export-1 does not say what kind of result it is");
    expect(asks(undefined, SILENT).ok).toBe(true);
    expect(asks("records", SILENT).ok).toBe(true);
    expect(asks(undefined, undefined).ok).toBe(true);
    expect(refusal(asks("code", { id: "P-7", outputs: [] }))?.allowed).toBe("nothing");
  });

  it("is no matter of an import", () => {
    expect(ask(asking(undefined, "import"), PEOPLE.submitter, AT, PERMIT).ok).toBe(true);
    expect(refusal(ask(asking("figures", "import"), PEOPLE.submitter, AT, PERMIT))?.what).toBe(
      "import-1 brings something in and is no figures",
    );
  });
});

describe("its release", () => {
  const release = (permit: PermitOutputs | undefined, change: object = { output: "figures", underPermit: true }) =>
    step(
      inState("releasing", change),
      { act: "release", files: FILES, ...(permit === undefined ? {} : { permit }) },
      PEOPLE.system,
      AT,
    );

  it("asks the permit as it stands then: narrowed meanwhile, the files stay", () => {
    expect(release(PERMIT).ok).toBe(true);
    expect(release(SILENT).ok).toBe(true);
    expect(refusal(release({ id: "P-8", outputs: ["aggregates"] }))?.what).toBe(
      "the permit P-8 does not let figures out",
    );
  });

  it("wants a permit shown where it was asked for under one, and the kind where the permit came later", () => {
    expect(refusal(release(undefined))?.what).toBe("export-1 was asked for under a permit, and none is shown");
    expect(release(undefined, {}).ok).toBe(true);
    expect(refusal(release(PERMIT, {}))?.what).toBe("export-1 does not say what kind of result it is");
  });
});

describe("the record", () => {
  const first = requestEntry(verifyRecord(""), asking("figures"), PEOPLE.asker, AT, "a paper", PERMIT);
  const rewritten = (change: (entry: Entry) => void): string => {
    const entry = structuredClone(first);
    change(entry);
    return lineOf({ ...entry, hash: entryHash(entry) });
  };

  it("holds what was asked for and what the permit said", () => {
    expect([first.asked?.output, first.permit]).toEqual(["figures", { id: "P-7", outputs: ["aggregates", "figures"] }]);
    expect(verifyRecord(lineOf(first)).findings).toEqual([]);
    expect(canonical(first)).toContain(`"previous":"${GENESIS}"`);
  });

  it("is found out where its hashes are written anew around an output that the permit did not name", () => {
    expect(verifyRecord(rewritten(() => undefined)).findings).toEqual([]);
    const found = verifyRecord(rewritten((entry) => void (entry.asked!.output = "records"))).findings;
    expect(found).toEqual([
      { line: 1, rule: "move", what: "the permit P-7 does not let records out (airlock-output)" },
    ]);
  });

  it("takes the permit at the release, and refuses one that was left out", () => {
    let text = lineOf(first);
    const move = (act: string, person: keyof typeof PEOPLE, permit?: PermitOutputs): Entry => {
      const entry = stepEntry(
        verifyRecord(text),
        { request: "export-1", act, files: FILES, permit, reason: "because" },
        PEOPLE[person],
        AT,
      );
      text += lineOf(entry);
      return entry;
    };
    move("submit", "asker");
    move("admit", "system");
    expect(move("endorse", "checker", PERMIT).permit).toBeUndefined();
    move("approve", "second");
    expect(() => move("release", "system")).toThrow("none is shown");
    expect(move("release", "system", PERMIT).permit).toEqual(PERMIT);
    expect(verifyRecord(text).findings).toEqual([]);
  });
});
