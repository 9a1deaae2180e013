import { describe, expect, it } from "vitest";
import { Gate, delayOf, mayRepeat } from "../../../openstack/retry.ts";
import { ConnectionError } from "../../../openstack/transport.ts";

describe("delayOf", () => {
  it("doubles, heeds Retry-After, and never exceeds 30 s", () => {
    const middle = (): number => 0.5;
    expect([0, 1, 2].map((attempt) => delayOf(attempt, undefined, middle))).toEqual([250, 500, 1000]);
    expect(delayOf(0, "3")).toBe(3000);
    expect(delayOf(0, "86400")).toBe(30_000);
    expect(delayOf(30, undefined)).toBe(30_000);
    expect(delayOf(0, "Wed, 21 Oct 2026 07:28:00 GMT", middle)).toBe(250);
  });
});

describe("mayRepeat", () => {
  const answer = (status: number) => ({ status, headers: {}, text: "" });
  const lost = new ConnectionError("socket hang up", "ECONNRESET", true);
  const refused = new ConnectionError("refused", "ECONNREFUSED", false);

  it("repeats what has no second effect, and a write only where it was not sent", () => {
    for (const method of ["GET", "PUT", "DELETE"]) {
      expect(mayRepeat(method, lost)).toBe(true);
      expect(mayRepeat(method, answer(503))).toBe(true);
    }
    for (const method of ["POST", "PATCH"]) {
      expect(mayRepeat(method, lost)).toBe(false);
      expect(mayRepeat(method, answer(503))).toBe(false);
      expect(mayRepeat(method, refused)).toBe(true);
      expect(mayRepeat(method, answer(429))).toBe(true);
    }
  });

  it("repeats a conflict of two requests in the service's own database, and no other conflict", () => {
    const race = {
      status: 409,
      headers: {},
      text: "Security Group None cannot perform precommit_delete: (1062, Duplicate entry",
    };
    expect(mayRepeat("DELETE", race)).toBe(true);
    expect(mayRepeat("POST", race)).toBe(false);
    expect(mayRepeat("DELETE", { ...race, text: "Security Group in use" })).toBe(false);
  });

  it("does not repeat what is final", () => {
    for (const status of [200, 400, 403, 404, 409, 500]) expect(mayRepeat("GET", answer(status))).toBe(false);
    expect(mayRepeat("GET", new ConnectionError("self-signed", "DEPTH_ZERO_SELF_SIGNED_CERT", false))).toBe(false);
  });
});

describe("Gate", () => {
  it("lets as many run at once as it is wide, and all in the end", async () => {
    const gate = new Gate(2);
    let [running, most, done] = [0, 0, 0];
    const task = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 2));
      running--;
      done++;
      if (done === 3) throw new Error("one fails");
    };
    const outcomes = await Promise.allSettled(Array.from({ length: 9 }, () => gate.run(task)));
    expect(most).toBe(2);
    expect(outcomes.filter((one) => one.status === "rejected")).toHaveLength(1);
    expect(done).toBe(9);
  });
});
