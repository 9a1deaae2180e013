import { describe, expect, it } from "vitest";
import { attempt, inShort, takeAway } from "../../../scripts/proof/attempt.ts";
import { Prover } from "../../../scripts/proof/proof.ts";
import type { Answer } from "../provider/fake/cloud.ts";
import { fakeSession } from "../provider/fake/session.ts";

const fake = fakeSession();

const asked = (answer: Answer, refusals: readonly number[] = []) => {
  fake.cloud.on("POST", "/network/v2.0/ports", () => answer);
  return attempt(fake.session, "network", "POST", "/ports", { port: {} }, { refusals });
};
const neutron = (message: string) => ({ NeutronError: { message, type: "X", detail: "" } });

describe("an attempt (DIGIMED-11)", () => {
  it("came out well for 2xx alone", async () =>
    expect(await asked([201, { port: { id: "p" } }])).toEqual({ ok: true, says: "201", body: { port: { id: "p" } } }));

  it.each<[string, Answer, string]>([
    ["no right", [403, neutron("rule:create_port is disallowed by policy")], "403 rule:create_port is disallowed"],
    ["nothing to be seen", [404, neutron("Network n could not be found.")], "404 Network n could not be found."],
    ["Neutron's quota", [409, neutron("Quota exceeded for resources: ['router'].")], "409 Quota exceeded"],
    ["Cinder's quota", [413, { overLimit: { message: "VolumeLimitExceeded: quota exceeded" } }], "413 VolumeLimit"],
  ])("is refused by %s, in the cloud's words", async (_, answer, says) => {
    const outcome = await asked(answer);
    expect(outcome.ok).toBe(false);
    expect(outcome.says.startsWith(says)).toBe(true);
  });

  it.each<[string, Answer]>([
    ["a wrong request", [400, neutron("Invalid input for cidr")]],
    ["a login that ended", [401, { error: { message: "The request you have made requires authentication." } }]],
    ["a name that is taken", [409, neutron("A port of this name exists.")]],
    ["a body that is too long", [413, { message: "Request is too large." }]],
    ["a body that is not understood", [422, neutron("Unprocessable")]],
  ])("shows nothing by %s: the proof does not hold", async (_, answer) => {
    await expect(asked(answer)).rejects.toThrow(/refuses no right: 4/);
    const prover = new Prover("g", []);
    const control = async () => ({ ok: true, says: "200" });
    await prover.show("claim", () => asked(answer), control);
    expect(prover.proofs[0]).toMatchObject({ holds: false, negative: expect.stringMatching(/^probe failed/) });
  });

  it("shows nothing by a service that is ill", async () => await expect(asked([503, {}])).rejects.toThrow(/503/));

  it("counts a status that refuses this very attempt where it is told so", async () =>
    expect(await asked([400, neutron("hw:mem_encryption extra spec explicitly set to false")], [400])).toMatchObject({
      ok: false,
      says: "400 hw:mem_encryption extra spec explicitly set to false",
    }));

  it("is shown on one short line", () => {
    expect(inShort({ status: 204 })).toBe("204");
    expect(inShort({ status: 403, message: `first line\nsecond` })).toBe("403 first line");
    expect(inShort({ status: 403, message: "x".repeat(500) })).toHaveLength(94);
  });

  it("leaves nothing behind, whether what it made is still there or not", async () => {
    const answers: Answer[] = [[204], [404, {}], [409, neutron("in use")]];
    fake.cloud.on("DELETE", "/network/v2.0/ports/p", () => answers.shift() ?? [500]);
    for (const _ of [1, 2, 3]) await takeAway(fake.session, "network", "/ports/p");
    expect(answers).toEqual([]);
  });
});
