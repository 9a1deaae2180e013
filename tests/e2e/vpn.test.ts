import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ipsecProposal } from "../../config/site.ts";
import { loadCloud, Session } from "../../openstack/index.ts";
import { IPSEC_TABLE } from "../../plan/vpn/ipsec-table.ts";
import { neutronPolicies } from "../../plan/vpn/ipsec.ts";
import { TresorProvider } from "../../provider/server.ts";
import { isSecret, type Props } from "../../provider/wire.ts";
import { devcloudSettings } from "../../scripts/devcloud/settings.ts";
import { Resource } from "../unit/provider/fake/harness.ts";
import { CLOUDS_FILE, hasCloud, site, type Site } from "./provider-site.ts";

/** The service is a part of the one-machine cloud by option: `tresor devcloud up --with vpnaas`. */
const hasVpn = hasCloud && devcloudSettings().extras.includes("vpnaas");
if (!hasVpn) process.stderr.write("IPsec sites are not tried: the cloud does not run with vpnaas\n");

let s: Site;
let provider: TresorProvider;
let routerId: string;
let networkId: string;
const made: Resource[] = [];
const PSK = `e2e-${randomBytes(24).toString("hex")}`;
const of = (token: string, name: string): Resource => new Resource(provider, `tresor:${token}`, name);
const named = (name: string): Props => ({ cloud: "area", name: `${s.prefix}-${name}`, description: "e2e" });

/** Makes it, and shows that a refresh and a second run see no change. */
async function settled(resource: Resource, args: Props): Promise<Resource> {
  await resource.create(args);
  made.unshift(resource);
  const before = resource.state;
  expect((await resource.refresh()).props).toEqual(before);
  expect((await resource.diff(args)).changes).toBe(false);
  return resource;
}

/** The operator's half: an external network, and a router without translation in the area's project. */
async function operatorsHalf(): Promise<void> {
  const segment = {
    "provider:network_type": "vlan",
    "provider:physical_network": devcloudSettings().physicalNetwork,
    "provider:segmentation_id": 987,
  };
  const external = { name: `${s.prefix}-ext`, "router:external": true, ...segment };
  const { id: network_id } = await s.make("network", "/networks", "network", external);
  const subnet = { network_id, ip_version: 4, cidr: "203.0.113.0/24", enable_dhcp: false };
  await s.make("network", "/subnets", "subnet", subnet);
  const external_gateway_info = { network_id, enable_snat: false };
  const router = { name: `${s.prefix}-area`, project_id: s.projectId, external_gateway_info };
  routerId = (await s.make("network", "/routers", "router", router)).id;
  networkId = (await s.make("network", "/networks", "network", { name: `${s.prefix}-n` }, s.area)).id;
}

const policy = (proposal = ipsecProposal.parse({})): { readonly ike: Props; readonly ipsec: Props } => {
  const { ikepolicy, ipsecpolicy } = neutronPolicies(proposal);
  const common = (one: typeof ikepolicy | typeof ipsecpolicy): Props => ({
    authAlgorithm: one.auth_algorithm,
    encryptionAlgorithm: one.encryption_algorithm,
    pfs: one.pfs,
    lifetime: one.lifetime.value,
  });
  return {
    ike: { ...common(ikepolicy), ikeVersion: "v2", phase1NegotiationMode: "main" },
    ipsec: { ...common(ipsecpolicy), transformProtocol: "esp", encapsulationMode: "tunnel" },
  };
};

describe.skipIf(!hasVpn)("routers and IPsec sites on a real cloud (C4H-3)", () => {
  beforeAll(async () => {
    s = await site();
    const sessions: Record<string, Session> = { operator: s.operator, area: s.area };
    provider = new TresorProvider({ open: (cloud) => Promise.resolve(sessions[cloud ?? ""] ?? s.area) });
    await operatorsHalf();
  });
  afterAll(async () => {
    for (const resource of made) await resource.delete();
    await s?.down();
  });

  const CONNECTION = (): Props => {
    const id = (name: string): string => made.find(({ urn }) => urn.endsWith(`::${name}`))?.id ?? "";
    return {
      ...named("c"),
      serviceId: id("service"),
      ikePolicyId: id("ike"),
      ipsecPolicyId: id("ipsec"),
      localEndpointGroupId: id("near"),
      peerEndpointGroupId: id("far"),
      peerAddress: "198.51.100.20",
      peerId: "198.51.100.20",
      psk: PSK,
      initiator: "bi-directional",
      mtu: 1500,
      dpd: { action: "restart", interval: 30, timeout: 120 },
    };
  };

  it("a member's zone attaches its subnet to the operator's router, at an address outside of the pool", async () => {
    const args = { ...named("s"), networkId, ipVersion: 4, cidr: "10.79.0.0/24", enableDhcp: true };
    const pools = { allocationPools: [{ start: "10.79.0.10", end: "10.79.0.254" }] };
    const routes = { hostRoutes: [{ destination: "192.168.40.0/24", nextHop: "10.79.0.1" }] };
    const subnet = await settled(of("network:Subnet", "subnet"), { ...args, ...pools, ...routes });
    const leg = { ...named("leg"), routerId, networkId, subnetId: subnet.id, address: "10.79.0.1" };
    const first = await settled(of("network:RouterInterface", "leg"), leg);
    const again = of("network:RouterInterface", "leg");
    await again.create(leg);
    expect(again.id).toBe(first.id);
    await expect(subnet.delete()).rejects.toThrow(/it is in use .*network:router_interface/);
  });

  it("every parameter is taken, and every strong one that the table knows", async () => {
    await settled(of("vpn:Service", "service"), { ...named("v"), routerId });
    const { ike, ipsec } = policy();
    await settled(of("vpn:IkePolicy", "ike"), { ...named("i"), ...ike });
    await settled(of("vpn:IpsecPolicy", "ipsec"), { ...named("p"), ...ipsec });
    const strong = IPSEC_TABLE.filter((row) => row.strong);
    for (const { parameter, value } of strong) {
      const key = { auth_algorithm: "auth", pfs: "pfs" }[parameter as string];
      if (key === undefined) continue;
      const other = of("vpn:IkePolicy", `ike-${value}`);
      await other.create({ ...named(value), ...policy(ipsecProposal.parse({ [key]: value })).ike });
      await other.delete();
    }
  });

  it(
    "a connection is held to what is planned, its key too, and is the last to be made and the first to go",
    { timeout: 180_000 },
    async () => {
      const subnetId = made.find(({ urn }) => urn.endsWith("::subnet"))?.id;
      await settled(of("vpn:EndpointGroup", "near"), { ...named("near"), type: "subnet", endpoints: [subnetId] });
      await settled(of("vpn:EndpointGroup", "far"), { ...named("far"), type: "cidr", endpoints: ["192.168.40.0/24"] });
      const connection = await settled(of("vpn:Connection", "connection"), CONNECTION());
      expect(isSecret(connection.state.psk)).toBe(true);
      const path = `/vpn/ipsec-site-connections/${connection.id}`;
      const byHand = { ipsec_site_connection: { psk: "changed-by-hand", peer_address: "198.51.100.21" } };
      await s.area.request("network", "PUT", path, { body: byHand });
      await connection.refresh();
      expect(await connection.diff(CONNECTION())).toMatchObject({ changes: true, replaces: [] });
      await connection.update(CONNECTION());
      await connection.refresh();
      expect((await connection.diff(CONNECTION())).changes).toBe(false);
      for (const name of ["ike", "ipsec", "near", "service", "leg"])
        await expect(made.find(({ urn }) => urn.endsWith(`::${name}`))?.delete(), name).rejects.toThrow(
          /use|attach|detach/i,
        );
    },
  );

  it("a service needs a router with a gateway, and its key is no reader's (DIGIMED-6)", async () => {
    const bare = await s.make("network", "/routers", "router", { name: `${s.prefix}-bare`, project_id: s.projectId });
    await expect(of("vpn:Service", "bare").create({ ...named("w"), routerId: bare.id })).rejects.toThrow(/external/i);
    const [first, password] = [randomBytes(12).toString("hex"), randomBytes(12).toString("hex")];
    const user = { name: `${s.prefix}-reader`, domain_id: s.domainId, password: first };
    const { id } = await s.make("identity", "/users", "user", user);
    const change = { user: { original_password: first, password } };
    await s.operator.request("identity", "POST", `/users/${id}/password`, { body: change });
    await s.grant(`/projects/${s.projectId}/users/${id} reader`);
    const entry = await loadCloud("devcloud-operator", { ...process.env, OS_CLIENT_CONFIG_FILE: CLOUDS_FILE });
    const reader = new Session({
      ...entry,
      credential: { kind: "password", user: { id }, password },
      scope: { kind: "project", project: { id: s.projectId } },
    });
    const read = (who: Session) =>
      who.paginate<Props>("network", "/vpn/ipsec-site-connections", "ipsec_site_connections");
    const [seen, [own]] = [await read(reader), await read(s.area)];
    // The reader's credential is good: it sees the project's routers.
    const routers = await reader.paginate<{ id: string }>("network", "/routers", "routers");
    reader.close();
    expect(routers.map((router) => router.id)).toContain(bare.id);
    expect(own?.psk).toBe(PSK);
    expect(JSON.stringify(seen)).not.toContain(PSK);
  });
});
