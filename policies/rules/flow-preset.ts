import type { ZoneConfig } from "../../config/zone.ts";
import { parseCidr } from "../../plan/addresses.ts";
import { declared, endText, isBeyond, placedEnd, type BeyondEnd } from "../../plan/ends.ts";
import { meetingArea } from "../../plan/flows.ts";
import { portsMeet } from "../../plan/ports.ts";
import { LOGIN_PORTS } from "../login-ports.ts";
import { controlsOf, PRESETS, type PresetDemands } from "../presets.ts";
import type { Violation, ZoneRule } from "../rule.ts";
import { flowsAt, pathTo, type FlowAt } from "../walk.ts";

/** Prefix lengths below which a network is everybody. */
const EVERYBODY = { ipv4: 8, ipv6: 16 } as const;

const family = (network: string): "ipv4" | "ipv6" => (network.includes(":") ? "ipv6" : "ipv4");

interface Judged {
  readonly config: ZoneConfig;
  readonly at: FlowAt;
  readonly end: BeyondEnd;
  readonly side: "from" | "to";
}

/** What the preset says of this direction. */
function direction({ config, at, end, side }: Judged): readonly Violation[] {
  const key: keyof PresetDemands = side === "from" ? "outsideIn" : "outsideOut";
  const value = PRESETS[config.preset][key];
  const way = side === "from" ? "in from outside" : "out to an outside end";
  const path = pathTo(at.path, side);
  if (value === "none")
    return [
      {
        path,
        what: `the preset ${config.preset} lets no flow ${way} (${controlsOf(key)})`,
        found: endText(end),
        allowed:
          config.preset === "confidential"
            ? "areas, benches and sites"
            : "areas, benches, sites and networks of persons",
        next: "let it come over a site, or ask the operator for a lower preset",
      },
    ];
  if (value === "any port" || declared(config, end)?.ports !== undefined) return [];
  return [
    {
      path,
      what: `the preset ${config.preset} lets flows ${way} on named ports alone (${controlsOf(key)})`,
      found: `${endText(end)} without ports`,
      allowed: "an end that declares its ports",
      next: `add ports to zone.outside.${end.name}`,
    },
  ];
}

/** How much of the Internet the end's name stands for. */
function width({ config, end }: Judged): readonly Violation[] {
  const limits = PRESETS[config.preset].outsideWidth;
  return (declared(config, end)?.networks ?? []).flatMap((network, index): readonly Violation[] => {
    const limit = limits[family(network)];
    if (parseCidr(network).length >= limit) return [];
    return [
      {
        path: pathTo("outside", end.name, "networks", index),
        what: `the preset ${config.preset} takes no outside network as wide as this (${controlsOf("outsideWidth")})`,
        found: network,
        allowed: `/${limit} or narrower`,
        next: "name the machines that are meant, one by one",
      },
    ];
  });
}

/** Nobody logs in from everywhere, whatever the preset. */
function logins({ config, at, end, side }: Judged): readonly Violation[] {
  const networks = declared(config, end)?.networks ?? [];
  const everybody = networks.find((network) => parseCidr(network).length < EVERYBODY[family(network)]);
  if (side === "to" || everybody === undefined) return [];
  return at.flow.ports.flatMap((port, index): readonly Violation[] =>
    LOGIN_PORTS.some((login) => portsMeet(login, port))
      ? [
          {
            path: pathTo(at.path, "ports", index),
            what: "this lets everybody try to log in (SATRE 3.2.06)",
            found: `${port} from ${everybody}`,
            allowed: "logins from a bench, a site, a network of persons or a named outside network",
            next: "name the networks from which people log in",
          },
        ]
      : [],
  );
}

function judge(config: ZoneConfig, at: FlowAt): readonly Violation[] {
  const [from, to] = [placedEnd(at.flow.from, at.area?.key), placedEnd(at.flow.to, at.area?.key)];
  if (from === undefined || to === undefined || meetingArea(from, to) === undefined) return [];
  const side = isBeyond(from) ? "from" : "to";
  const end = side === "from" ? from : to;
  if (!isBeyond(end) || declared(config, end) === undefined) return [];
  if (end.kind === "outside") {
    const judged = { config, at, end, side } as const;
    const closed = direction(judged);
    return closed.length > 0 ? closed : [...width(judged), ...logins(judged)];
  }
  if (end.kind === "site" || PRESETS[config.preset].personNetworks) return [];
  return [
    {
      path: pathTo(at.path, side),
      what: `the preset ${config.preset} takes no flow from a network that no tunnel protects (${controlsOf("personNetworks")})`,
      found: endText(end),
      allowed: "benches and sites",
      next: "let people work at a bench or come over a site, or ask the operator for a lower preset",
    },
  ];
}

export const flowPreset: ZoneRule = {
  id: "flow-preset",
  kind: "zone",
  severity: "error",
  requirements: ["SPE4HD-1", "DIGIMED-8", "C4H-3", "DENBI-1"],
  why: "what the preset promises, no flow may take back",
  check({ config }) {
    const told = new Set<string>();
    // An end that several flows name is told once.
    return flowsAt(config)
      .flatMap((at) => judge(config, at))
      .filter(({ path }) => !told.has(path) && told.add(path));
  },
};
