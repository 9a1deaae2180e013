import { execa } from "execa";
import { join } from "node:path";
import type { PublishedPlan } from "../../../plan/render/publish.ts";
import { explain } from "../../../plan/render/why.ts";
import { packageRoot } from "../../../scripts/toolchain/root.ts";
import { zoneSite } from "./build.ts";
import { SERVICES } from "./probes.ts";
import type { Result } from "./shoot.ts";
import type { Stand } from "./stands.ts";

/** The plan as the zone's half publishes it. */
export async function publishedPlan(zone: string): Promise<PublishedPlan> {
  const { stdout } = await execa(process.execPath, [
    ...[join(packageRoot, "bin", "tresor.mjs"), "plan", zone, "--dir", zoneSite(zone), "--json"],
  ]);
  return JSON.parse(stdout) as PublishedPlan;
}

/** Who a stand is to a zone's plan: one of its own by name, everybody else by address. */
const nameIn = (zone: string, stand: Stand, version: 4 | 6): string | undefined =>
  stand.zone === zone ? stand.planName : version === 4 ? stand.ipv4 : stand.ipv6;

/**
 * Where `tresor plan --why` says something else than the packets, as sentences. The plan knows machines and not which of their ports:
 * what one port of a machine reaches, the machine reaches.
 */
export function contradictions(
  zone: string,
  plan: PublishedPlan,
  results: readonly Result[],
  all: readonly Stand[],
): { readonly asked: number; readonly found: readonly string[] } {
  const stands = new Map(all.map((stand) => [stand.name, stand]));
  const questions = new Map<string, { from: string; to: string; service: string; version: 4 | 6; open: boolean }>();
  for (const { table: service, version, from, to, seen } of results) {
    const [start, end] = [stands.get(from), stands.get(to)];
    if (start === undefined || end === undefined || !(SERVICES as readonly string[]).includes(service)) continue;
    // An intruder's twin has the victim's own address: asked for that, the plan speaks of the victim.
    if ((start.zone !== zone && end.zone !== zone) || [start, end].some(({ kind }) => kind === "intruder")) continue;
    const [fromName, toName] = [nameIn(zone, start, version), nameIn(zone, end, version)];
    if (fromName === undefined || toName === undefined || fromName === toName) continue;
    const key = [fromName, toName, service, version].join(" ");
    const open = seen === "answered" || (questions.get(key)?.open ?? false);
    questions.set(key, { from: fromName, to: toName, service, version, open });
  }
  const found = [...questions.values()].flatMap(({ from, to, service, version, open }) => {
    const [port, protocol] = service.split("/") as [string, "tcp" | "udp" | undefined];
    const target =
      protocol === undefined ? { host: to, protocol: "icmp" as const } : { host: to, protocol, port: Number(port) };
    const said = explain(plan, target, { from }).versions[`IPv${version}`];
    return said === (open ? "open" : "closed")
      ? []
      : [
          `${service} over IPv${version} from ${from} to ${to}: packets ${open ? "pass" : "do not pass"}, --why says ${said}`,
        ];
  });
  return { asked: questions.size, found };
}
