import { describe, expect, it } from "vitest";
import { Prover, type Outcome } from "../../../scripts/proof/proof.ts";

const ok = async (): Promise<Outcome> => ({ ok: true, says: "200" });
const refused = async (): Promise<Outcome> => ({ ok: false, says: "403 Forbidden" });
const broken = async (): Promise<Outcome> => Promise.reject(new Error("no route to host"));

async function shown(attempt: () => Promise<Outcome>, control: () => Promise<Outcome>) {
  const prover = new Prover("packets", ["C4H-2"]);
  await prover.show("nothing arrives", attempt, control);
  return prover.proofs[0]!;
}

describe("a proof (DIGIMED-11)", () => {
  it("holds where the attack is refused and the control works, and says both in the cloud's words", async () =>
    expect(await shown(refused, ok)).toEqual({
      group: "packets",
      claim: "nothing arrives",
      negative: "403 Forbidden",
      control: "200",
      holds: true,
      requirements: ["C4H-2"],
    }));

  it("does not hold over an attack that was accepted", async () => expect((await shown(ok, ok)).holds).toBe(false));

  it("does not hold over a dead control: then a refusal shows nothing", async () => {
    expect((await shown(refused, refused)).holds).toBe(false);
    expect(await shown(refused, broken)).toMatchObject({ holds: false, control: "probe failed: no route to host" });
  });

  it("does not hold over a probe that throws, and says why", async () =>
    expect(await shown(broken, ok)).toMatchObject({ holds: false, negative: "probe failed: no route to host" }));

  it("does not take a throw of something that is no error for a refusal", async () => {
    const thrown = async (): Promise<Outcome> => {
      throw "down";
    };
    expect(await shown(thrown, ok)).toMatchObject({ holds: false, negative: "probe failed: down" });
  });

  it("runs the control first, so that a probe that kills the other does not look like a refusal", async () => {
    const order: string[] = [];
    const note = (what: string, outcome: () => Promise<Outcome>) => () => {
      order.push(what);
      return outcome();
    };
    await shown(note("attempt", refused), note("control", ok));
    expect(order).toEqual(["control", "attempt"]);
  });

  it("goes on after one that does not hold, and names requirements of its own where it has any", async () => {
    const prover = new Prover("storage", ["DIGIMED-5"]);
    await prover.show("first", broken, ok);
    await prover.show("second", refused, ok, ["DIGIMED-6"]);
    expect(prover.proofs.map(({ holds, requirements }) => [holds, requirements])).toEqual([
      [false, ["DIGIMED-5"]],
      [true, ["DIGIMED-6"]],
    ]);
  });
});
