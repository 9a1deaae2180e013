import { describe, expect, it } from "vitest";
import { losses, scrubber, withoutPlace, type Deployment } from "../../engine/recorded.ts";

const ID = "0f8fad5b-d9cb-469f-a165-70867728950e";
const urn = (type: string, name: string): string => `urn:pulumi:z::tresor::tresor:zone:Zone$${type}::${name}`;
const VOLUME = "tresor:blockstorage:Volume";
const state: Deployment = {
  manifest: { time: "2026-11-21T12:00:00Z", version: "v3.259.0" },
  secrets_providers: { type: "passphrase", state: { salt: "v1:abc" } },
  metadata: {},
  resources: [
    { urn: urn(VOLUME, "data"), type: VOLUME, id: ID, created: "2026", stackTrace: ["/site/index.ts"] },
    { urn: urn("tresor:network:RuleSet", "rules"), type: "tresor:network:RuleSet", id: "r" },
  ],
};

describe("a recorded state", () => {
  it("has other ids, the same for the same one in whichever form", () => {
    const scrub = scrubber();
    const made = scrub(`${ID} ${ID.replaceAll("-", "")} 1f8fad5b-d9cb-469f-a165-70867728950e`).split(" ");
    expect(made[0]).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(made[1]).toBe(made[0]?.replaceAll("-", ""));
    expect(new Set([ID, made[0], made[2]]).size).toBe(3);
    expect(scrub(ID)).toBe(made[0]);
    expect(scrub("no id: 10.8.0.0/24, encrypted-hdd")).toBe("no id: 10.8.0.0/24, encrypted-hdd");
  });

  it("holds no secret, no time and no place", () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", plaintext: '"pa55-word"' };
    const [volume, rules] = state.resources;
    const inputs = { nested: [{ password: secret, metadata: { owner: "ada" } }] };
    const text = JSON.stringify(withoutPlace({ ...state, resources: [{ ...volume!, inputs }, rules!] }));
    for (const left of ["pa55-word", "v1:abc", "12:00", "/site/", '"created"']) expect(text).not.toContain(left);
    // The control: what the engine compares is still there.
    for (const kept of ['"owner":"ada"', ID, "v3.259.0", "a secret"]) expect(text).toContain(kept);
  });
});

describe("losses of an upgrade (DENBI-9)", () => {
  const step = (op: string, name = "data", more = {}) => ({ op, urn: urn(VOLUME, name), ...more });

  it("are none where what lasts is the same, changes in place, or is found by an alias", () => {
    for (const op of ["same", "update"]) expect(losses(state, [step(op)])).toEqual([]);
    expect(losses(state, [step("same", "renamed", { oldState: { urn: urn(VOLUME, "data") } })])).toEqual([]);
  });

  it("are named where it goes, is made anew, or is no longer spoken of", () => {
    expect(losses(state, [step("delete")])).toEqual([`${VOLUME} data: delete`]);
    const replaced = [step("create-replacement", "data", { replaceReasons: ["size"] }), step("replace")];
    expect(losses(state, replaced)).toEqual([`${VOLUME} data: create-replacement, replace (size)`]);
    expect(losses(state, [step("create", "renamed")])).toEqual([`${VOLUME} data: not in the preview`]);
  });

  it("do not speak of what holds no data", () => {
    const rules = { op: "replace", urn: urn("tresor:network:RuleSet", "rules") };
    expect(losses(state, [step("same"), rules])).toEqual([]);
  });
});
