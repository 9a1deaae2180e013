import * as z from "zod";
import { cidr, date, portRange, preset } from "./scalars.ts";
import { ipsecSection, wireguardSection } from "./site.ts";

const title = z.string().min(1).max(200).describe("Who that is, for the one who audits it.");
const networks = z.array(cidr).min(1).describe("Networks of this end, IPv4 and IPv6; what is not named stays closed.");

/** A clinic or institute that comes in by VPN, with its end of the tunnel. */
export const site = z
  .strictObject({
    title,
    kind: z.enum(["ipsec", "wireguard"]).describe("How it comes in; the section of that name says the rest."),
    networks,
    ipsec: ipsecSection.optional(),
    wireguard: wireguardSection.optional(),
  })
  .describe("A clinic or institute that comes in by VPN; it reaches what flows name and no other site.");

/** A network of persons or administrators that the operator routes to the zone, outside of any tunnel. */
export const personNetwork = z
  .strictObject({ title, networks })
  .describe("A network of persons or administrators; flows may come from it and never lead to it.");

/** Anything else that a flow may name: a package mirror, a portal's visitors. */
export const outside = z
  .strictObject({
    title,
    networks,
    ports: z.array(portRange).min(1).optional().describe("Ports that flows may use at this end. Default: any."),
  })
  .describe("An end outside of the zone and of its sites.");

export const flow = z
  .strictObject({
    from: z
      .string()
      .describe(
        "Who begins: `machines/<group>`, `bench/<partner>`, `area/<area>`, `site/<name>`, `network/<name>`, `outside/<name>`; in the zone's own flows `<area>/machines/<group>`.",
      ),
    to: z
      .string()
      .describe("Who answers: the same, but neither a bench nor a network of persons; and `storage/<area>`."),
    ports: z.array(portRange).min(1).describe("Ports, such as 5432/tcp, 6000-6010/udp or icmp."),
    reason: z.string().min(3).max(500).describe("Why it is open, for the one who audits it."),
    until: date.optional().describe("Last day. Default: the permit's."),
  })
  .describe("An allowed direction of traffic; everything else is denied.");

/** The explicit word without which a preset is never lowered. */
export const lowered = z
  .strictObject({
    from: preset.describe("The preset that held before."),
    reason: z.string().min(3).max(500).describe("Why less is enough."),
    by: z.string().min(2).max(200).describe("Who decided it."),
    until: date.describe("Last day of the lower preset; after it the config is refused until it is raised again."),
  })
  .describe("The explicit word for lowering the preset; `tresor plan --diff` and `tresor allocate` refuse it without.");
