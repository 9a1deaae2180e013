import { describe, expect, it } from "vitest";
import { AmdRoots, Papers, verifyReport, type Verdict } from "../../../attestation/index.ts";
import { AMD } from "../../../attestation/roots.ts";
import { judge } from "../../../attestation/verify.ts";
import { leaf, report, revocationList } from "./synthetic.ts";
import { BOUND, HIERARCHIES, verdict, world } from "./world.ts";

describe("a root that is not AMD's (C4H-20)", () => {
  it("is believed by nobody who asks for AMD's: the same evidence fails at the chain", () => {
    const { evidence, policy, circumstances, roots } = world();
    expect(judge(roots, evidence, policy, circumstances).holds).toBe(true);
    const real = verifyReport(evidence, policy, circumstances);
    expect(real.holds).toBe(false);
    // They have the very names of AMD: only the signature tells.
    expect(HIERARCHIES.genoa.roots.root("genoa")?.subject).toEqual(AMD.root("genoa").subject);
    expect(real.checks.find(({ name }) => name === "chain")).toMatchObject({
      outcome: "fails",
      why: "the pinned ARK-Genoa did not sign the certificate of SEV-Genoa",
    });
  });

  it("is not made AMD's by being given among the certificates", () => {
    const { policy, circumstances } = world();
    const { ark, ask } = HIERARCHIES.genoa;
    const papers = Papers.read([leaf("genoa"), ask, ark], [revocationList("genoa", [])]);
    expect(verifyReport({ report: report("genoa", { at: BOUND }), papers }, policy, circumstances).holds).toBe(false);
  });

  it("gives verdicts of another type, which no function that asks for AMD's takes", () => {
    const release = (given: Verdict<AmdRoots>): boolean => given.holds && AmdRoots.is(given.roots);
    const synthetic = verdict();
    // @ts-expect-error a verdict by a test's roots is none by AMD's: where this line compiles, the type no longer protects
    expect(release(synthetic)).toBe(false);
    expect(synthetic.holds).toBe(true);
    expect(AmdRoots.is(AMD)).toBe(true);
    expect(AmdRoots.is(Object.create(AmdRoots.prototype) as AmdRoots)).toBe(false);
  });

  it("papers are made from bytes alone", () => {
    expect(Papers.is(Papers.read([]))).toBe(true);
    expect(Papers.is({ certificates: [], lists: [], unread: [] })).toBe(false);
  });
});
