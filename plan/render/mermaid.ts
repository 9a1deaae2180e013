import type { Node, Picture } from "./picture.ts";

const quoted = (text: string): string => `"${text.replaceAll('"', "#quot;")}"`;

const SHAPES: Readonly<Record<Node["shape"], readonly [open: string, close: string]>> = {
  bench: ["([", "])"],
  machines: ["[[", "]]"],
  dataset: ["[(", ")]"],
  network: ["{{", "}}"],
};

/** A picture as a Mermaid flowchart: GitLab, GitHub and most wikis draw it from a block of text. */
export function mermaid({ title, areas }: Picture): string {
  const names = new Map<string, string>();
  const nameOf = (id: string): string => {
    const known = names.get(id) ?? `n${names.size}`;
    names.set(id, known);
    return known;
  };
  const boxes = areas.flatMap((area, index) => [
    `  subgraph a${index}[${quoted(area.title)}]`,
    ...area.nodes.map(({ id, title: text, detail, shape, tier }) => {
      const [open, close] = SHAPES[shape];
      const lines = [text, detail, ...(tier === undefined ? [] : [`tier ${tier}`])];
      return `    ${nameOf(id)}${open}${quoted(lines.join("<br/>"))}${close}`;
    }),
    "  end",
  ]);
  const arrows = areas.flatMap(({ edges }) =>
    edges.map(
      ({ from, to, label, kind }) =>
        `  ${nameOf(from)} ${kind === "flow" ? "-->" : "-.->"}|${quoted(label)}| ${nameOf(to)}`,
    ),
  );
  return ["---", `title: ${quoted(title)}`, "---", "flowchart LR", ...boxes, ...arrows].join("\n");
}
