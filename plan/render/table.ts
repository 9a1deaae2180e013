import type { PublishedPlan } from "./publish.ts";

/** Rows of a plan: kind, name, project, trust tier, and the config lines that asked for it; the header first. */
export function planRows(plan: PublishedPlan): readonly (readonly string[])[] {
  const rows = plan.objects.map(({ kind, name, project, tier, because }) => [
    kind,
    name,
    project ?? "-",
    tier ?? "-",
    because.join(", "),
  ]);
  return [["kind", "name", "project", "tier", "because"], ...rows];
}

/** Flows as rows, the header first. */
export function flowRows(plan: PublishedPlan): readonly (readonly string[])[] {
  const rows = plan.flows.map(({ area, from, to, ports, until, reason }) => [
    area,
    `${from} -> ${to}`,
    ports.join(" "),
    until,
    reason,
  ]);
  return [["area", "flow", "ports", "until", "because"], ...rows];
}

/** How many objects of each kind: `3 machine, 6 network`. */
export function counts(plan: PublishedPlan): string {
  const byKind = new Map<string, number>();
  for (const { kind } of plan.objects) byKind.set(kind, (byKind.get(kind) ?? 0) + 1);
  return [...byKind].map(([kind, count]) => `${count} ${kind}`).join(", ");
}
