import { describe, expect, it } from "vitest";
import { mermaid } from "../../../../plan/render/mermaid.ts";
import { pictureOf, type Picture } from "../../../../plan/render/picture.ts";
import { publish } from "../../../../plan/render/publish.ts";
import { svg } from "../../../../plan/render/svg.ts";
import { counts, flowRows, planRows } from "../../../../plan/render/table.ts";
import { platformSchema } from "../../../../config/platform.ts";
import { planOfDigimed, planOfTenant } from "./fixture.ts";

const plan = planOfDigimed();
const nasty: Picture = {
  title: 'a "b" <c> & d',
  areas: [
    {
      title: "x",
      nodes: [{ id: "n", title: "<script>", detail: '"quoted"', shape: "machines" }],
      edges: [{ from: "n", to: "n", label: "& <b>", kind: "flow" }],
    },
  ],
};

/** Every tag that opens closes, in order: enough of XML for what is drawn here. */
function isBalanced(text: string): boolean {
  const open: string[] = [];
  for (const [, close, name, empty] of text.matchAll(/<(\/?)([a-zA-Z]+)[^<>]*?(\/?)>/g)) {
    if (close) {
      if (open.pop() !== name) return false;
    } else if (!empty) open.push(name ?? "");
  }
  return open.length === 0;
}

describe("pictures", () => {
  it("hold every area, bench, machine group, data set and flow", () => {
    const { areas, title } = pictureOf(plan);
    expect(title).toBe("zone digimed, confidential");
    expect(areas.map(({ title: name }) => name)).toEqual([
      "commons (heart-centre, uni-north, uni-south)",
      "heart (heart-centre)",
    ]);
    const commons = areas[0]!;
    expect(commons.nodes.map(({ id }) => id)).toEqual([
      "commons/bench/heart-centre",
      "commons/bench/uni-north",
      "commons/bench/uni-south",
      "commons/machines/analysis",
      "commons/data/cohort",
    ]);
    expect(commons.edges.filter(({ kind }) => kind === "flow")).toHaveLength(
      plan.flows.filter(({ area }) => area === "commons").length,
    );
    expect(commons.edges).toContainEqual({
      from: "commons/bench/uni-north",
      to: "commons/data/cohort",
      label: "read",
      kind: "data",
    });
    expect(commons.edges.some(({ from, to }) => from.includes("uni-south") && to.includes("cohort"))).toBe(false);
    const ids = new Set(areas.flatMap(({ nodes }) => nodes.map(({ id }) => id)));
    for (const { from, to } of areas.flatMap(({ edges }) => edges))
      expect([ids.has(from), ids.has(to)]).toEqual([true, true]);
  });

  it("show a tenant's networks with their VLANs, and refuse a platform", () => {
    expect(mermaid(pictureOf(planOfTenant()))).toContain("VLAN 100");
    const platform = platformSchema.parse({ format: 1, cloud: "c", region: "r" });
    expect(() => pictureOf(publish({ kind: "platform", config: platform }))).toThrow(/no areas to draw/);
  });

  it("are well-formed whatever the names are", () => {
    for (const picture of [pictureOf(plan), pictureOf(planOfTenant()), nasty]) {
      const drawn = svg(picture);
      expect(isBalanced(drawn)).toBe(true);
      expect(drawn).not.toMatch(/NaN|undefined/);
    }
    expect(isBalanced("<a><b></a>")).toBe(false);
    expect(svg(nasty)).toContain("&lt;script&gt;");
    expect(svg(nasty)).not.toContain("<script>");
    expect(mermaid(nasty)).toContain("#quot;quoted#quot;");
  });

  it("are the same for the same plan", () => expect(svg(pictureOf(plan))).toBe(svg(pictureOf(planOfDigimed()))));
});

describe("tables", () => {
  it("have a row for each object and each flow", () => {
    expect(planRows(plan)).toHaveLength(plan.objects.length + 1);
    expect(flowRows(plan)).toHaveLength(plan.flows.length + 1);
    expect(planRows(plan).flat()).toContain("zone.areas.commons.machines.analysis");
    expect(counts(plan)).toMatch(/\d+ machine/);
  });

  it("publish JSON that reads back as it was", () => expect(JSON.parse(JSON.stringify(plan))).toEqual(plan));
});
