import { readFileSync } from "node:fs";
import path from "node:path";
import { loadStackFile } from "../../../../config/loader.ts";
import { publish, type PublishedPlan } from "../../../../plan/render/publish.ts";

const EXAMPLES = path.resolve(import.meta.dirname, "../../../../stacks/examples");

/** A replacement in the example's text. */
export type Edit = readonly [from: string | RegExp, to: string];

/** The plan of the example zone, after edits of its text; each edit must find what it replaces. */
export function planOfDigimed(...edits: Edit[]): PublishedPlan {
  let text = readFileSync(path.join(EXAMPLES, "Pulumi.digimed.yaml"), "utf8");
  for (const [from, to] of edits) {
    const next = text.replace(from, to);
    if (next === text) throw new Error(`the example holds no ${String(from)}`);
    text = next;
  }
  const { stack, problems } = loadStackFile(text, "Pulumi.digimed.yaml");
  if (stack === undefined) throw new Error(JSON.stringify(problems));
  return publish(stack);
}

/** The plan of the example tenant. */
export function planOfTenant(): PublishedPlan {
  const { stack } = loadStackFile(readFileSync(path.join(EXAMPLES, "Pulumi.digimed-tenant.yaml"), "utf8"), "tenant");
  if (stack?.kind !== "tenant") throw new Error("no tenant");
  const networks = Object.fromEntries(
    Object.entries(stack.config.areas)
      .flatMap(([area, { benches }]) => [area, ...Object.keys(benches).map((bench) => `${area}/${bench}`)])
      .map((key, index) => [key, { index, vlan: 100 + index }]),
  );
  const zone = { ipv4: "10.8.0.0/20", ipv6: "fd00:8::/56", networks };
  const pools = { ipv4: "10.8.0.0/16", ipv6: "fd00:8::/48", vlans: { from: 100, to: 200 } };
  return publish(stack, { format: 1, pools, zones: { digimed: zone } });
}
