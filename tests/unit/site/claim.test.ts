import { readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { UserError } from "../../../config/problem.ts";
import { claimZone, newPassword } from "../../../scripts/site/claim.ts";
import type { Keystone } from "../../../scripts/site/keystone.ts";
import { scratch } from "../../scratch.ts";

/** A Keystone of one user, whose password must be changed at first use. */
class FakeKeystone implements Keystone {
  password = "one-time-word";
  mustChange = true;
  role = true;
  /** Fails after the change is done, as a kill or a lost answer would. */
  dieAfterChange = false;
  changes = 0;

  async login(user: string, domain: string, password: string, scoped: boolean) {
    if (user !== "digimed-pipeline" || domain !== "digimed" || password !== this.password)
      return { result: "refused", message: "The request you have made requires authentication." } as const;
    if (this.mustChange) return { result: "expired", userId: "u1" } as const;
    if (scoped && !this.role) return { result: "refused", message: "User u1 has no access to domain d1" } as const;
    return { result: "in", userId: "u1", roles: scoped ? ["manager"] : [] } as const;
  }

  async changePassword(userId: string, original: string, next: string) {
    expect([userId, original]).toEqual(["u1", this.password]);
    this.password = next;
    this.mustChange = false;
    this.changes++;
    if (this.dieAfterChange) throw new Error("killed");
  }

  close(): void {}
}

let directory: string;
let keystone: FakeKeystone;
beforeEach(async () => {
  directory = scratch();
  keystone = new FakeKeystone();
});

const claim = (oneTime = "one-time-word", areas: readonly string[] = ["commons", "heart"]) =>
  claimZone(
    {
      zone: "digimed",
      prefix: "digimed",
      areas,
      directory,
      address: { authUrl: "https://keystone:5000", region: "RegionOne" },
      oneTimePassword: async () => oneTime,
    },
    keystone,
  );
const clouds = async () => parse(await readFile(path.join(directory, "clouds.yaml"), "utf8")).clouds;

describe("claim (DIGIMED-12)", () => {
  it("changes the one-time password and writes one entry for the domain and one for each area", async () => {
    expect(await claim()).toMatchObject({
      outcome: "claimed",
      entries: ["digimed", "digimed-commons", "digimed-heart"],
    });
    expect(keystone.password).not.toBe("one-time-word");
    const written = await clouds();
    expect(written["digimed"]).toEqual({
      auth: {
        auth_url: "https://keystone:5000/v3",
        username: "digimed-pipeline",
        user_domain_name: "digimed",
        password: keystone.password,
        domain_name: "digimed",
      },
      region_name: "RegionOne",
      interface: "public",
      identity_api_version: 3,
    });
    expect(written["digimed-heart"].auth).toMatchObject({
      project_name: "digimed-heart",
      project_domain_name: "digimed",
    });
    expect((await stat(path.join(directory, "clouds.yaml"))).mode & 0o777).toBe(0o600);
    await expect(stat(path.join(directory, ".claim.digimed"))).rejects.toThrow();
  });

  it("does nothing but refresh the entries the second time, and keeps everybody else's", async () => {
    await writeFile(path.join(directory, "clouds.yaml"), "# mine\nclouds:\n  other: { auth: { auth_url: x } }\n");
    await claim();
    expect(await claim("never asked for", ["commons", "heart", "lungs"])).toMatchObject({ outcome: "already" });
    expect(keystone.changes).toBe(1);
    expect(Object.keys(await clouds())).toEqual([
      "other",
      "digimed",
      "digimed-commons",
      "digimed-heart",
      "digimed-lungs",
    ]);
    expect(await readFile(path.join(directory, "clouds.yaml"), "utf8")).toContain("# mine");
  });

  it("loses nothing when it is killed between the change and the writing", async () => {
    keystone.dieAfterChange = true;
    await expect(claim()).rejects.toThrow("killed");
    expect((await stat(path.join(directory, ".claim.digimed"))).mode & 0o777).toBe(0o600);
    expect(await claim("never asked for")).toMatchObject({ outcome: "resumed" });
    expect((await clouds())["digimed"].auth.password).toBe(keystone.password);
  });

  it("goes on with the same password when it was killed before the change", async () => {
    await writeFile(path.join(directory, ".claim.digimed"), "kept-from-before\n");
    expect(await claim()).toMatchObject({ outcome: "claimed" });
    expect(keystone.password).toBe("kept-from-before");
  });

  it("says what to do about a wrong one-time password, without showing any", async () => {
    const attempt = claim("wrong-word");
    await expect(attempt).rejects.toThrow(UserError);
    await expect(attempt).rejects.toThrow(
      /does not accept the one-time password of digimed-pipeline.*ask the operator/,
    );
    await expect(attempt).rejects.not.toThrow(/wrong-word/);
    expect(keystone.changes).toBe(0);
  });

  it("keeps the password when the role on the domain is missing, and says so", async () => {
    keystone.role = false;
    await expect(claim()).rejects.toThrow(/gets no token for domain digimed.*pulumi up -s digimed-tenant/);
    keystone.role = true;
    expect(await claim("never asked for")).toMatchObject({ outcome: "already" });
  });

  it("makes passwords of all classes, never twice", () => {
    const made = Array.from({ length: 200 }, () => newPassword());
    expect(new Set(made).size).toBe(200);
    for (const password of made) expect(password).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[\w-]{43}$/);
  });
});
