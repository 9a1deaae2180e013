import { describe, expect, it } from "vitest";
import { adoptedData, adoptOptions, dataOptions, idOf, Registry, tagsOf } from "../../../components/base.ts";

describe("options of data", () => {
  it("protect and keep unless the explicit word was said", () => {
    expect(dataOptions(false)).toEqual({ protect: true, retainOnDelete: true });
    expect(dataOptions(true)).toEqual({ protect: false, retainOnDelete: false });
  });

  it("never delete what was taken over, whatever the word", () => {
    const adopted = adoptedData("heart", { deletable: true, adopt: "v1" }, ["name"]);
    expect(adopted).toMatchObject({ import: "heart//v1", retainOnDelete: true, ignoreChanges: ["name"] });
    expect(adoptedData("heart", { deletable: true, adopt: null }, ["name"])).toEqual(dataOptions(true));
    expect(adoptOptions(null, ["name"])).toEqual({});
  });
});

describe("idOf", () => {
  it("gives what was looked up, and ends the run for what was not", () => {
    expect(idOf("network", { a: "1" }, "a")).toBe("1");
    expect(() => idOf("network", { a: "1" }, "b")).toThrow(/no network b/);
    expect(() => idOf("network", { a: "" }, "a")).toThrow(/no network a/);
    expect(() => idOf("network", {}, "constructor")).toThrow(/no network constructor/);
  });
});

describe("Registry", () => {
  it("knows what was made, and refuses to guess the rest", () => {
    const registry = new Registry();
    registry.set("port/z/a/m", "1");
    expect(Object.keys(registry.entries())).toEqual(["port/z/a/m"]);
    expect(() => registry.get("port/z/a/n")).toThrow(/nothing was made for port\/z\/a\/n/);
  });
});

it("tags say the zone", () => {
  expect(tagsOf("digimed")).toEqual(["tresor", "zone=digimed"]);
});
