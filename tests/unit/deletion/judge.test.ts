import { describe, expect, it } from "vitest";
import { judge, judgeMakers, withCopies } from "../../../deletion/judge.ts";
import { KIND_ROWS, OTHER_KINDS, factsOfKind, idIn, projectIn, rowOf } from "../../../deletion/table.ts";
import { STAGES } from "../../../deletion/types.ts";
import { found, MAKERS, seen } from "./objects.ts";

const none = { all: false, adopted: new Set<string>() };
const all = { all: true, adopted: new Set<string>() };
const ids = (list: readonly { readonly id?: string }[]): readonly (string | undefined)[] => list.map(({ id }) => id);

describe("who made an object, and how it is deleted", () => {
  it("tells what stacks, benches, the cloud and somebody by hand made", () => {
    expect(seen("volume", "s-1").maker).toBe("stack");
    expect(seen("volume", "h-1").maker).toBe("hand");
    expect(seen("volume", "b-1", {}, { project: "zone-lab-uni" }).maker).toBe("bench");
    expect(seen("port", "n-1", { device: "network:distributed" })).toMatchObject({ maker: "cloud", owner: "tenant" });
    expect(seen("security group", "g", {}, { name: "default" })).toMatchObject({ maker: "cloud", owner: "tenant" });
    expect(seen("port", "u", {}, { name: "zone-lab-uplink" }).owner).toBe("tenant");
    expect(seen("network", "n").owner).toBe("tenant");
  });

  it("takes a volume's key for made by who made the volume", () => {
    const of = (volume: string) =>
      judgeMakers([found("secret", "k"), found("volume", volume, { keyId: "k" })], MAKERS)[0]!.maker;
    expect([of("s-1"), of("h-1")]).toEqual(["stack", "hand"]);
  });

  it("C4H-13: says crypto-shred only where Cinder says that there is a key", () => {
    expect(seen("volume", "s-1", { encrypted: true }).method).toBe("cryptoShred");
    expect(seen("volume", "s-1", { encrypted: false }).method).toBe("delete");
    expect(seen("volume backup", "s-1", { keyId: "k" }).method).toBe("cryptoShred");
    expect(seen("share", "s-1", { type: "quobyte-share" }).method).toBe("unexport");
    expect(seen("share", "s-1", { type: "other" }).method).toBe("delete");
    expect(seen("secret", "s-1").method).toBe("delete");
    const zero = { ...MAKERS, erasureOf: () => "overwriteZero" as const };
    expect(judgeMakers([found("volume", "s-1", { encrypted: false })], zero)[0]!.method).toBe("overwriteZero");
    expect(judgeMakers([found("volume", "s-1", { encrypted: true })], zero)[0]!.method).toBe("cryptoShred");
    expect(judgeMakers([found("machine", "s-1")], zero)[0]!.method).toBe("delete");
  });

  it("takes a snapshot of an encrypted volume for ciphertext, and of another one not", () => {
    const copies = withCopies([
      ...[found("volume", "v", { encrypted: true }), found("volume", "w", { encrypted: false })],
      ...[found("volume snapshot", "a", { copyOf: "v" }), found("volume snapshot", "b", { copyOf: "w" })],
    ]);
    expect(copies.map(({ facts }) => facts.encrypted)).toEqual([true, false, true, undefined]);
  });
});

describe("what goes and what is held back", () => {
  const volume = seen("volume", "s-vol", { encrypted: true, keyId: "key", machines: [] });
  const key = seen("secret", "key");

  it("takes what stacks and benches made, with the keys of volumes, and nothing of the operator's half", () => {
    const bench = seen("volume", "b", {}, { project: "zone-lab-uni" });
    const { go, held } = judge([volume, key, bench, seen("network", "n"), seen("group", "s-g")], none);
    expect(ids(go)).toEqual(["s-vol", "key", "b"]);
    expect(held).toEqual([]);
  });

  it("EV-20: holds back what somebody made by hand, and takes it where that is said", () => {
    const hand = seen("volume", "hand");
    expect(judge([volume, key, hand], none).held).toMatchObject([
      { id: "hand", why: expect.stringMatching(/no stack made it/) },
    ]);
    expect(ids(judge([volume, key, hand], none).go)).toEqual(["s-vol", "key"]);
    expect(ids(judge([volume, key, hand], all).go)).toEqual(["s-vol", "key", "hand"]);
  });

  it("holds a volume with a foreign snapshot back, and the key of both; without the snapshot both go", () => {
    const snapshot = seen("volume snapshot", "snap", { copyOf: "s-vol" });
    const { go, held } = judge([volume, key, snapshot], none);
    expect(go).toEqual([]);
    expect(ids(held)).toEqual(["s-vol", "key", "snap"]);
    expect(held[0]?.why).toBe('volume snapshot "snap" is a copy of it, and is not deleted');
    expect(held[1]?.why).toBe('volume "s-vol" is opened by it, and is not deleted');
    expect(ids(judge([volume, key, snapshot], all).go)).toEqual(["s-vol", "key", "snap"]);
  });

  it("holds a volume on a foreign machine back, and what was taken over for ever", () => {
    const on = seen("volume", "s-vol", { keyId: "key", machines: ["m"] });
    const machine = seen("machine", "m");
    expect(ids(judge([on, key, machine], none).held)).toEqual(["s-vol", "key", "m"]);
    const adopted = { all: true, adopted: new Set(["s-vol"]) };
    const { go, held } = judge([volume, key], adopted);
    expect(go).toEqual([]);
    expect(held[0]?.why).toMatch(/taken over/);
    // It keeps nothing else from going, nor does a volume of somebody else; a port on the zone's networks does.
    expect(judge([volume, key], adopted).blocking).toEqual([]);
    expect(ids(judge([seen("volume", "hand"), seen("port", "port")], none).blocking)).toEqual(["port"]);
  });

  it("holds back what belongs to something that its service refused: a volume with its key, a key with its volume", () => {
    const because = { why: "Cinder answered 400", next: "mend it" };
    const snapshot = seen("volume snapshot", "s-snap", { copyOf: "s-vol" });
    const refused = (one: string) => ({ ...all, refused: new Map([[one, because]]) });
    expect(ids(judge([volume, key, snapshot], refused("volume snapshot/s-snap")).go)).toEqual([]);
    const { go, held } = judge([volume, key, seen("volume", "s-other")], refused("secret/key"));
    expect(ids(go)).toEqual(["s-other"]);
    expect(held.map(({ why }) => why)).toEqual(['secret "key" opens it, and is not deleted', "Cinder answered 400"]);
  });

  it("a secret that no volume needs and no stack made is somebody's", () => {
    expect(ids(judge([key], none).held)).toEqual(["key"]);
    expect(ids(judge([seen("secret", "s-study")], none).go)).toEqual(["s-study"]);
  });
});

describe("the table of kinds", () => {
  it("EV-20: names every kind once, with a list, and keys before what they open", () => {
    const kinds = [...KIND_ROWS, ...OTHER_KINDS].map(({ kind }) => kind);
    expect(new Set(kinds).size).toBe(kinds.length);
    const at = (kind: string): number => STAGES.indexOf(factsOfKind(kind).stage);
    expect(at("secret")).toBeGreaterThan(at("machine"));
    for (const kind of ["volume", "share", "image"]) expect(at("secret")).toBeLessThan(at(kind));
    for (const kind of ["volume snapshot", "volume backup"]) expect(at(kind)).toBeLessThan(at("secret"));
    for (const row of KIND_ROWS) expect(row.path, row.kind).toMatch(/^(\/[a-z_-]+)*$/);
    expect(() => rowOf("nonsense")).toThrow();
    expect(() => factsOfKind("nonsense")).toThrow();
  });

  it("reads ids and owners as each service writes them", () => {
    expect(idIn({ secret_ref: "https://keys/v1/secrets/8e2f" })).toBe("8e2f");
    expect(idIn({ name: "results" })).toBe("results");
    expect(projectIn({ "os-vol-tenant-attr:tenant_id": "p" })).toBe("p");
    expect(projectIn({ owner: "p" })).toBe("p");
    expect(projectIn({})).toBeUndefined();
  });
});
