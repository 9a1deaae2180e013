import { describe, expect, it } from "vitest";
import { exactlyOne } from "../../../openstack/index.ts";

const networks = [
  { id: "own", name: "data", project_id: "p1" },
  { id: "strange", name: "data", project_id: "p2" },
  { id: "double-1", name: "twice", project_id: "p1" },
  { id: "double-2", name: "twice", project_id: "p1" },
];

describe("exactlyOne", () => {
  it("takes the owner's object and never a stranger's of the same name", () => {
    expect(exactlyOne("network", "data", networks, { projectId: "p1" }).id).toBe("own");
    expect(
      exactlyOne(
        "group",
        "g",
        [
          { id: "a", name: "g", domain_id: "d" },
          { id: "b", name: "g", domain_id: "e" },
        ],
        { domainId: "e" },
      ).id,
    ).toBe("b");
    expect(exactlyOne("image", "i", [{ id: "a", name: "i", owner: "p" }], { projectId: "p" }).id).toBe("a");
  });

  it("refuses none and more than one, naming whose it looked for", () => {
    expect(() => exactlyOne("network", "data", networks, { projectId: "p3" })).toThrow(
      /there is no network "data" in project p3/,
    );
    expect(() => exactlyOne("network", "twice", networks, { projectId: "p1" })).toThrow(
      /there are 2 of network "twice" in project p1 \(found double-1, double-2\)/,
    );
    expect(() => exactlyOne("network", "data", networks)).toThrow(/there are 2/);
  });
});
