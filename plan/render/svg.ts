import type { AreaPicture, Edge, Node, Picture } from "./picture.ts";

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** Columns from left to right, and sizes in pixels. */
const COLUMN: Readonly<Record<Node["shape"], number>> = { bench: 0, machines: 1, network: 1, dataset: 2 };
const SIZE = { node: 230, height: 52, gap: 26, column: 380, margin: 28, head: 44 } as const;
const WIDTH = SIZE.margin * 4 + SIZE.column * 2 + SIZE.node;

const FILL: Readonly<Record<Node["shape"], string>> = {
  bench: "#e8f0fe",
  machines: "#e6f4ea",
  network: "#e6f4ea",
  dataset: "#fef7e0",
};
const TIER: Readonly<Record<string, string>> = { storage: "#b06000", host: "#1967d2", guest: "#137333" };

interface Placed {
  readonly node: Node;
  readonly x: number;
  readonly y: number;
}

function place(
  area: AreaPicture,
  top: number,
): { readonly placed: ReadonlyMap<string, Placed>; readonly height: number } {
  const rows = [0, 0, 0];
  const placed = new Map<string, Placed>();
  for (const node of area.nodes) {
    const column = COLUMN[node.shape];
    const row = rows[column] ?? 0;
    rows[column] = row + 1;
    const x = SIZE.margin * 2 + column * SIZE.column;
    placed.set(node.id, { node, x, y: top + SIZE.head + row * (SIZE.height + SIZE.gap) });
  }
  return { placed, height: SIZE.head + Math.max(1, ...rows) * (SIZE.height + SIZE.gap) };
}

function drawNode({ node, x, y }: Placed): string {
  const stroke = node.tier === undefined ? "#5f6368" : (TIER[node.tier] ?? "#5f6368");
  const detail = node.tier === undefined ? node.detail : `${node.detail}; tier ${node.tier}`;
  const round = node.shape === "bench" ? SIZE.height / 2 : 6;
  return [
    `<g><title>${escape(`${node.title}: ${detail}`)}</title>`,
    `<rect x="${x}" y="${y}" width="${SIZE.node}" height="${SIZE.height}" rx="${round}" fill="${FILL[node.shape]}" stroke="${stroke}" stroke-width="${node.tier ? 2 : 1}"/>`,
    `<text x="${x + SIZE.node / 2}" y="${y + 21}" text-anchor="middle" font-weight="bold">${escape(node.title)}</text>`,
    `<text x="${x + SIZE.node / 2}" y="${y + 38}" text-anchor="middle" font-size="10" fill="#444">${escape(detail)}</text></g>`,
  ].join("");
}

function drawEdge({ from, to, label, kind }: Edge, placed: ReadonlyMap<string, Placed>, shift: number): string {
  const [a, b] = [placed.get(from), placed.get(to)];
  if (!a || !b) return "";
  const middle = (SIZE.height / 2) | 0;
  const same = a.x === b.x;
  const [x1, y1, x2, y2] = [a.x + SIZE.node, a.y + middle + shift, same ? b.x + SIZE.node : b.x, b.y + middle + shift];
  const bend = same ? SIZE.column / 4 : (x2 - x1) / 2;
  const path = `M${x1},${y1} C${x1 + bend},${y1} ${same ? x2 + bend : x2 - bend},${y2} ${x2},${y2}`;
  const style = kind === "flow" ? 'stroke="#1a73e8"' : 'stroke="#9aa0a6" stroke-dasharray="5 4"';
  const at = { x: (x1 + x2) / 2 + (same ? bend * 0.75 : 0), y: (y1 + y2) / 2 - 5 };
  return [
    `<path d="${path}" fill="none" ${style} stroke-width="1.5" marker-end="url(#tip)"/>`,
    `<text x="${at.x}" y="${at.y}" text-anchor="middle" font-size="10" paint-order="stroke" stroke="#fff" stroke-width="3">${escape(label)}</text>`,
  ].join("");
}

/** A picture as SVG: an area is a box, benches stand left, machines in the middle, data sets right; the frame's colour is the trust tier. */
export function svg({ title, areas }: Picture): string {
  let top = SIZE.margin + SIZE.head;
  const boxes = areas.map((area) => {
    const { placed, height } = place(area, top);
    const box = [
      `<rect x="${SIZE.margin}" y="${top}" width="${WIDTH - SIZE.margin * 2}" height="${height}" rx="10" fill="#fafafa" stroke="#202124" stroke-width="2"/>`,
      `<text x="${SIZE.margin + 16}" y="${top + 26}" font-size="15" font-weight="bold">${escape(area.title)}</text>`,
      ...area.edges.map((edge, index) => drawEdge(edge, placed, ((index % 3) - 1) * 9)),
      ...[...placed.values()].map(drawNode),
    ].join("\n");
    top += height + SIZE.margin;
    return box;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${top}" viewBox="0 0 ${WIDTH} ${top}" font-family="sans-serif" font-size="13">`,
    `<title>${escape(title)}</title>`,
    `<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="#5f6368"/></marker></defs>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="${SIZE.margin}" y="${SIZE.margin + 18}" font-size="20" font-weight="bold">${escape(title)}</text>`,
    ...boxes,
    "</svg>",
  ].join("\n");
}
