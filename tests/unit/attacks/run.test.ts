import { describe, expect, it } from "vitest";
import { UserError } from "../../../config/problem.ts";
import { judgeAttack, runAttack } from "../../../scripts/attacks/run.ts";
import { ATTACKS } from "../../../scripts/attacks/table.ts";
import type { Attack, Attempt, Scene } from "../../../scripts/attacks/types.ts";

const worked: Attempt = { status: 200 };
const attack = { refusals: [409] };

const session = (name: string, projectId: string) => ({ entry: { name }, token: async () => ({ projectId }) });
const scene = (attacker = "theirs") =>
  ({
    owner: session("mine", "p1"),
    attacker: session("other", attacker === "mine" ? "p1" : "p2"),
    area: "digimed-heart",
  }) as unknown as Scene;
const of = (answer: Attempt, control: Attempt = worked): Attack => ({
  id: "x",
  title: "x",
  requirements: [],
  foreign: true,
  refusals: [],
  prepare: async () => ({ target: "volume v", control: async () => control, attempt: async () => answer }),
});

describe("tresor try (DIGIMED-11)", () => {
  it("counts a refusal only with a control that worked, and only one that refuses the right", () => {
    expect(judgeAttack(attack, "t", worked, { status: 404 }).result).toBe("refused");
    expect(judgeAttack(attack, "t", worked, { status: 409, message: "Quota exceeded." }).says).toBe(
      "t: 409: Quota exceeded; control 200",
    );
    expect(judgeAttack({ refusals: [] }, "t", worked, { status: 409 }).result).toBe("could not check");
    expect(judgeAttack(attack, "t", { status: 403 }, { status: 403 }).result).toBe("could not check");
    expect(judgeAttack(attack, "t", worked, { status: 400 }).result).toBe("could not check");
    expect(judgeAttack(attack, "t", worked, { status: 401 }).result).toBe("could not check");
  });

  it("says that an attack succeeded whatever the control did, and takes it back", async () => {
    let undone = 0;
    const undo = async () => ({ status: 200 + 0 * ++undone });
    const report = await runAttack(of({ status: 201, undo }, { status: 500 }), scene());
    expect(report).toMatchObject({ result: "succeeded", says: expect.stringMatching(/must not; taken back$/) });
    expect(undone).toBe(1);
    const stuck = await runAttack(of({ status: 201, undo: async () => Promise.reject(new Error("gone")) }), scene());
    expect(stuck.says).toContain("remove it by hand");
  });

  it("does not let an area attack itself", async () =>
    expect((await runAttack(of({ status: 200 }), scene("mine"))).result).toBe("could not check"));

  it("says what is missing, and what kept it from trying", async () => {
    const empty: Attack = { ...of(worked), prepare: async () => ({ missing: "no volume" }) };
    expect(await runAttack(empty, scene())).toMatchObject({ result: "nothing to attack", says: "no volume" });
    const down: Attack = {
      ...of(worked),
      prepare: () => Promise.reject(new UserError({ what: "no answer", why: "refused" })),
    };
    expect((await runAttack(down, scene())).says).toBe("no answer: refused");
  });

  it("has attacks with ids of their own that name their requirement", () => {
    expect(new Set(ATTACKS.map(({ id }) => id)).size).toBe(ATTACKS.length);
    for (const { requirements } of ATTACKS) expect(requirements.length).toBeGreaterThan(0);
  });
});
