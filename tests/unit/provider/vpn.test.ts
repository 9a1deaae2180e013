import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isSecret } from "../../../provider/wire.ts";
import type { Bench, Resource } from "./fake/harness.ts";
import { bench } from "./fake/harness.ts";
import { FakeNeutron } from "./fake/neutron.ts";
import { serveVpn } from "./fake/vpn.ts";
import type { Stored } from "./fake/neutron-objects.ts";

let b: Bench;
let shelves: Readonly<Record<string, Map<string, Stored>>>;
beforeEach(async () => {
  b = await bench();
  shelves = serveVpn(b.cloud, new FakeNeutron(b.cloud).ports);
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

const PSK = "canary-of-a-pre-shared-key-0123456789";
const POLICY = { authAlgorithm: "sha384", encryptionAlgorithm: "aes-256-gcm-16", pfs: "group20", lifetime: 3600 };
const KINDS = {
  Service: { name: "v", routerId: "r" },
  IkePolicy: { name: "i", ...POLICY, ikeVersion: "v2", phase1NegotiationMode: "main" },
  IpsecPolicy: { name: "p", ...POLICY, transformProtocol: "esp", encapsulationMode: "tunnel" },
  EndpointGroup: { name: "e", type: "cidr", endpoints: ["192.168.40.0/24", "192.168.41.0/24"] },
  Connection: {
    ...{ name: "c", serviceId: "vpnservice-1", ikePolicyId: "ikepolicy-1", ipsecPolicyId: "ipsecpolicy-1" },
    ...{ localEndpointGroupId: "endpoint_group-1", peerEndpointGroupId: "endpoint_group-2" },
    ...{ peerAddress: "198.51.100.20", peerId: "198.51.100.20", psk: PSK },
    ...{ initiator: "bi-directional", mtu: 1500, dpd: { action: "restart", interval: 30, timeout: 120 } },
  },
} as const;
const of = (kind: keyof typeof KINDS, name = "it"): Resource => b.resource(`tresor:vpn:${kind}`, name);
const said = (error: unknown): string => (error as Error).message;
const only = (one: string): Stored => [...(shelves[one] as Map<string, Stored>).values()][0] as Stored;

describe.each(Object.entries(KINDS))("vpn %s (C4H-3)", (kind, args) => {
  const make = (): Resource => of(kind as keyof typeof KINDS);

  it("is made in one call, no change after a refresh, taken up after an interrupted run, and gone twice", async () => {
    const [resource, again] = [make(), make()];
    await resource.create(args);
    expect(b.cloud.writes()).toHaveLength(1);
    expect((await resource.refresh()).props).toEqual(resource.state);
    expect((await resource.diff(args)).changes).toBe(false);
    await again.create(args);
    expect(again.id).toBe(resource.id);
    expect(b.cloud.writes()).toHaveLength(1);
    await resource.delete();
    await resource.delete();
    expect((await resource.refresh()).id).toBe("");
  });

  it("leaves no parameter to a default of the service", async () => {
    await make().create(args);
    const { body } = b.cloud.asked.findLast(({ method }) => method === "POST") as { body: object };
    const [sent] = Object.values(body) as [object];
    const wanted = {
      Service: ["router_id", "subnet_id", "admin_state_up"],
      IkePolicy: [
        "auth_algorithm",
        "encryption_algorithm",
        "ike_version",
        "lifetime",
        "pfs",
        "phase1_negotiation_mode",
      ],
      IpsecPolicy: [
        "auth_algorithm",
        "encapsulation_mode",
        "encryption_algorithm",
        "lifetime",
        "pfs",
        "transform_protocol",
      ],
      EndpointGroup: ["type", "endpoints"],
      Connection: ["peer_address", "peer_id", "psk", "initiator", "mtu", "dpd", "admin_state_up", "local_ep_group_id"],
    }[kind];
    expect(Object.keys(sent)).toEqual(expect.arrayContaining(wanted ?? ["?"]));
  });
});

describe("policies and ends of tunnels", () => {
  it("are made anew over every change: Neutron changes none that a tunnel uses", async () => {
    const ike = of("IkePolicy");
    await ike.create(KINDS.IkePolicy);
    expect((await ike.diff({ ...KINDS.IkePolicy, pfs: "group21" })).replaces).toEqual(["pfs"]);
    Object.assign(only("ikepolicy"), { encryption_algorithm: "3des" });
    await ike.refresh();
    expect((await ike.diff(KINDS.IkePolicy)).replaces).toEqual(["encryptionAlgorithm"]);
    const ends = of("EndpointGroup");
    await ends.create(KINDS.EndpointGroup);
    const turned = { ...KINDS.EndpointGroup, endpoints: ["192.168.41.0/24", "192.168.40.9/24"] };
    expect((await ends.diff(turned)).changes).toBe(false);
    expect((await ends.diff({ ...turned, endpoints: ["192.168.40.0/24"] })).replaces).toEqual(["endpoints"]);
  });

  it("name who uses them where they cannot go", async () => {
    const [ike, connection] = [of("IkePolicy"), of("Connection")];
    await ike.create(KINDS.IkePolicy);
    await connection.create({ ...KINDS.Connection, ikePolicyId: ike.id });
    await expect(ike.delete()).rejects.toThrow(/cannot remove IKE policy "i" .*in use by existing IPsecSiteConnection/);
    await connection.delete();
    await ike.delete();
  });
});

describe("a service", () => {
  it("tells the addresses that sites dial, and nothing of its tunnels' state", async () => {
    const service = of("Service");
    await service.create(KINDS.Service);
    expect(service.state).toMatchObject({ externalIpv4: "203.0.113.9", externalIpv6: "" });
    Object.assign(only("vpnservice"), { status: "ACTIVE" });
    const before = service.state;
    expect((await service.refresh()).props).toEqual(before);
  });
});

describe("a pre-shared key (DIGIMED-6)", () => {
  it("is a secret in the state, after a refresh, too, and in no other property", async () => {
    const connection = of("Connection");
    await connection.create(KINDS.Connection);
    await connection.refresh();
    expect(isSecret(connection.state.psk)).toBe(true);
    const { psk: _known, ...rest } = connection.state;
    expect(JSON.stringify(rest)).not.toContain(PSK);
  });

  it("that was changed by hand is drift, and is changed back in place", async () => {
    const connection = of("Connection");
    await connection.create(KINDS.Connection);
    only("ipsec_site_connection").psk = "somebody-else-knows-this-one";
    await connection.refresh();
    expect(await connection.diff(KINDS.Connection)).toMatchObject({ changes: true, replaces: [] });
    await connection.update(KINDS.Connection);
    expect(only("ipsec_site_connection").psk).toBe(PSK);
    expect(b.cloud.writes().at(-1)).toBe("PUT /network/v2.0/vpn/ipsec-site-connections/ipsec_site_connection-1");
  });

  it("that the operator's policy hides is taken as the state has it", async () => {
    const connection = of("Connection");
    await connection.create(KINDS.Connection);
    delete only("ipsec_site_connection").psk;
    expect((await connection.refresh()).props).toEqual(connection.state);
    expect((await connection.diff({ ...KINDS.Connection, psk: `${PSK}-new` })).changes).toBe(true);
  });

  it("is struck out of what the service repeats in a refusal, when made and when changed", async () => {
    const connection = of("Connection");
    const path = "/network/v2.0/vpn/ipsec-site-connections";
    const refuse = () =>
      [400, { NeutronError: { message: `Invalid input for psk: '${PSK}' is bad` } }] as [number, object];
    await connection.create(KINDS.Connection);
    b.cloud.on("PUT", `${path}/:id`, refuse);
    const changed = await connection.update({ ...KINDS.Connection, psk: PSK, peerId: "other" }).catch(said);
    b.cloud.on("POST", path, refuse);
    const made = await of("Connection", "other").create(KINDS.Connection).catch(said);
    expect(made).toContain("Invalid input for psk");
    expect(made).not.toContain(PSK);
    expect(changed).not.toContain(PSK);
  });
});
