import type { Answer, FakeCloud } from "./cloud.ts";
import { described, refusal, serve, type Body, type Stored } from "./neutron-objects.ts";

/** What refers to a member of the VPN service, by the field in which it stands. */
const USED_BY: Readonly<Record<string, string>> = {
  vpnservice: "vpnservice_id",
  ikepolicy: "ikepolicy_id",
  ipsecpolicy: "ipsecpolicy_id",
  endpoint_group: "local_ep_group_id",
};

/** Routers, with legs that take their port along, and the VPN service: nothing that a connection uses goes or changes. */
export function serveVpn(cloud: FakeCloud, ports: Map<string, Stored>): Readonly<Record<string, Map<string, Stored>>> {
  const names = {
    vpnservice: ["/vpn/vpnservices", "vpnservices"],
    ikepolicy: ["/vpn/ikepolicies", "ikepolicies"],
    ipsecpolicy: ["/vpn/ipsecpolicies", "ipsecpolicies"],
    endpoint_group: ["/vpn/endpoint-groups", "endpoint_groups"],
    ipsec_site_connection: ["/vpn/ipsec-site-connections", "ipsec_site_connections"],
  } as const;
  const shelves = Object.fromEntries(Object.keys(names).map((one) => [one, new Map<string, Stored>()]));
  for (const [one, [path, many]] of Object.entries(names)) {
    const rows = shelves[one] as Map<string, Stored>;
    const inUse = (id: string): string | undefined =>
      [...(shelves["ipsec_site_connection"] as Map<string, Stored>).values()].some(
        (row) => row[USED_BY[one] ?? ""] === id || (one === "endpoint_group" && row.peer_ep_group_id === id),
      )
        ? `${one} ${id} is in use by existing IPsecSiteConnection`
        : undefined;
    const extra = one === "vpnservice" ? { external_v4_ip: "203.0.113.9", external_v6_ip: null, status: "DOWN" } : {};
    const make = (body: Body, id: string): Stored => described({ ...body, ...extra }, id);
    serve(cloud, { path, one, many, rows, quota: one, make, held: inUse }, {});
  }
  const act = (action: string, run: (port: Stored | undefined, router: string) => Answer): void =>
    cloud.on("PUT", `/network/v2.0/routers/:id/${action}_router_interface`, ({ p, body }) =>
      run(ports.get(String(body.port_id)), p.id ?? ""),
    );
  act("add", (port, router) => {
    if (port === undefined) return refusal(404, "Port could not be found");
    if (port.device_id) return refusal(409, "Port is in use");
    Object.assign(port, { device_id: router, device_owner: "network:router_interface" });
    return [200, { port_id: port.id, id: router }];
  });
  act("remove", (port, router) => {
    if (port?.device_id !== router) return refusal(404, `Router ${router} does not have an interface with id`);
    ports.delete(port.id);
    return [200, { port_id: port.id, id: router }];
  });
  return shelves;
}
