import type { Session } from "../../../openstack/index.ts";
import { flowsOf } from "../../../plan/flows.ts";
import { gatewayFactsOf } from "../../../plan/vpn/area.ts";
import { siteConfig } from "../../../plan/vpn/wireguard.ts";
import { portNamed } from "../../../scripts/proof/ports.ts";
import { until } from "../../../scripts/proof/wait.ts";
import type { Plugged, Wire } from "../../../scripts/proof/wire.ts";
import type { ZoneWorld } from "../../../scripts/proof/world.ts";
import { filesOf, outsider, secondLeg, serverNamed, stand } from "../sites/stands.ts";
import type { KeyPair } from "../sites/build.ts";
import { Lab } from "../tunnel.ts";
import { OUTSIDE, SITE_ENDS, siteKeys, type SiteEnd } from "./build.ts";
import type { Undo } from "./others.ts";
import { linkLocalOf, plugged, type Stand } from "./stands.ts";

const HANDSHAKE_MS = 20_000;

/** What all tunnels have in common. */
interface Ground {
  readonly operator: Session;
  readonly wire: Wire;
  readonly lab: Lab;
  readonly tunnels: Undo;
  readonly undo: Undo;
}

/** Brings a device up, and has it taken away before its namespace goes: with the device its process ends. */
async function tunnel({ lab, tunnels }: Ground, space: string, device: string, config: string): Promise<void> {
  tunnels.push(() => lab.try(space, "ip", "link", "del", device));
  await lab.in(space, "wg-quick", "up", await lab.write(`${device}.conf`, config));
}

/** A gateway at its two real ports, with what the cloud gave to its machine. Two of them run here: the device's name alone is another. */
async function startGateway(ground: Ground, { zone, area }: SiteEnd, key: KeyPair): Promise<Plugged> {
  const { operator, wire, lab } = ground;
  const [name, device] = [`${zone}-${area}-gateway`, `mxgw-${zone}`];
  const { at } = await stand(operator, wire, lab, device, name);
  await secondLeg(at, await plugged(wire, (await portNamed(operator, `${zone}-${area}-uplink`)).id));
  const file = filesOf(await serverNamed(operator, name));
  const ruleset = await lab.write(`${device}.nft`, file("/etc/wireguard/wg0.nft").replaceAll('"wg0"', `"${device}"`));
  const secret = await lab.write(`${device}.key`, `${key.secret}\n`);
  const told = file("/etc/wireguard/wg0.conf")
    .replaceAll("/etc/wireguard/wg0.nft", ruleset)
    .replaceAll("/var/lib/tresor-vpn/wg0.key", secret);
  await tunnel(ground, device, device, told);
  return at;
}

/**
 * A site with the config that `tresor site` prints, whose own end is then widened by hand to everything: what is closed for it is closed
 * at the gateway or behind it, and not because the site is honest.
 */
async function siteStand(
  ground: Ground,
  end: SiteEnd,
  { config }: ZoneWorld,
  own: KeyPair,
  theirs: KeyPair,
): Promise<Stand> {
  const { operator, wire, lab, undo } = ground;
  const { site, zone, area, ipv4, ipv6, outer, endpoint } = end;
  const gateway = await startGateway(ground, end, theirs);
  const { at, portId } = await outsider(operator, wire, OUTSIDE.name, outer);
  undo.push(() => operator.request("network", "DELETE", `/ports/${portId}`, { expect: [404] }));
  const device = `mx-${site}`;
  lab.adopt(device, at.namespace);
  const facts = gatewayFactsOf(config, area, flowsOf(config));
  if (facts === undefined) throw new Error(`the plan of ${zone} has no gateway in ${area}`);
  const key = await lab.write(`${device}.key`, `${own.secret}\n`);
  await tunnel(ground, device, device, siteConfig(facts, site, { endpoint, publicKey: theirs.open }, key));
  const everything = ["allowed-ips", "0.0.0.0/0,::/0", "persistent-keepalive", "5"];
  await lab.in(device, "wg", "set", device, "peer", theirs.open, ...everything);
  const shakes = async () =>
    /\t0\s*$/.test(await lab.in(device, "wg", "show", device, "latest-handshakes")) ? undefined : true;
  await until(shakes, `the handshake of site ${site} with its gateway`, HANDSHAKE_MS);
  return {
    ...{ name: `site ${site}`, kind: "site", network: `site ${site}`, ends: [`${zone}/site/${site}`] },
    ...{ namespace: at.namespace, device, ipv4, ipv6, routers: [], tags: [] },
    // In the area its packets come from the gateway's leg, and go to it.
    ...{ mac: gateway.mac, via: `${zone}/${area}`, linkLocal: linkLocalOf(gateway.mac) },
  };
}

/** The sites behind WireGuard, each at the device of its tunnel. What `tunnels` holds goes before the ports are unplugged. */
export async function siteStands(
  wire: Wire,
  zones: readonly ZoneWorld[],
  operator: Session,
  tunnels: Undo,
  undo: Undo,
): Promise<readonly Stand[]> {
  const lab = await Lab.make();
  tunnels.push(() => lab.close());
  const keys = await siteKeys();
  const ground: Ground = { operator, wire, lab, tunnels, undo };
  return Promise.all(
    SITE_ENDS.map((end) => {
      const zone = zones.find(({ name }) => name === end.zone);
      if (zone === undefined) throw new Error(`no zone ${end.zone}`);
      return siteStand(ground, end, zone, keys[end.site], keys[end.zone]);
    }),
  );
}
