import { randomBytes } from "node:crypto";
import { execa } from "execa";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Session } from "../../openstack/index.ts";
import type { RuleFacts } from "../../plan/facts.ts";
import { flowGroups } from "../../plan/flows.ts";
import { devcloudSettings } from "../../scripts/devcloud/index.ts";
import { seen } from "../../scripts/proof/capture.ts";
import { Wire, type Plugged } from "../../scripts/proof/wire.ts";
import { examples } from "../unit/plan/examples.ts";

const settings = devcloudSettings();
const GUEST = join(import.meta.dirname, "guest.py");
const NAME = `exp-guest-${randomBytes(3).toString("hex")}`;
const RESOLVER = "10.99.0.53";
/** Where the cloud takes addresses from: not the resolver's. */
const POOL = { allocation_pools: [{ start: "10.99.0.100", end: "10.99.0.199" }] };
const [METADATA4, METADATA6] = ["169.254.169.254", "fe80::a9fe:a9fe"];

let operator: Session;
let wire: Wire;
let project: string;
let network: { readonly id: string; readonly mtu: number };
/** Made last, removed first. */
const made: string[] = [];
const plugged: Record<string, Plugged> = {};

async function make<T extends { readonly id: string }>(path: string, one: string, body: object): Promise<T> {
  const answer = await operator.request<Record<string, T>>("network", "POST", path, {
    body: { [one]: { project_id: project, ...body } },
  });
  const object = answer.body[one]!;
  made.push(`${path}/${object.id}`);
  return object;
}

/** A group with these rules and no others. */
async function groupOf(name: string, rules: readonly object[]): Promise<string> {
  const group = await make<{ id: string; security_group_rules: { id: string }[] }>(
    "/security-groups",
    "security_group",
    { name },
  );
  for (const { id } of group.security_group_rules)
    await operator.request("network", "DELETE", `/security-group-rules/${id}`);
  for (const rule of rules) {
    const security_group_rule = { project_id: project, security_group_id: group.id, ...rule };
    await operator.request("network", "POST", "/security-group-rules", { body: { security_group_rule } });
  }
  return group.id;
}

const asRule = ({ direction, ethertype, protocol, portMin, portMax, remoteCidr }: RuleFacts): object => ({
  ...{ direction, ethertype, protocol, port_range_min: portMin, port_range_max: portMax },
  remote_ip_prefix: remoteCidr,
});

/** Puts a namespace at a port of its own on a host of this cloud. */
async function guest(name: string, body: object, on = network.id): Promise<Plugged> {
  const host = { "binding:host_id": settings.hosts[0]!.name, device_owner: "compute:nova", device_id: NAME };
  const port = await make<{ id: string }>("/ports", "port", {
    name: `${NAME}-${name}`,
    network_id: on,
    ...host,
    ...body,
  });
  return (plugged[name] = await wire.plug(port.id));
}

const inside = (at: Plugged, ...args: string[]) =>
  execa("ip", ["netns", "exec", at.namespace, "python3", GUEST, ...args], { reject: false });
const asks = async (from: Plugged, address: string): Promise<boolean> =>
  (await inside(from, "ask", address)).exitCode === 0;
/** Options of a DHCP offer by number: 6 name servers, 26 MTU. */
async function offered(to: Plugged): Promise<Readonly<Record<string, string>> | null> {
  const { stdout } = await inside(to, "dhcp", to.device, to.mac);
  return JSON.parse(stdout) as Record<string, string> | null;
}

/** The address that a guest gives itself (RFC 4291, appendix A). */
function linkLocal(mac: string): string {
  const [first = "", ...rest] = mac.split(":");
  const bytes = [(Number.parseInt(first, 16) ^ 2).toString(16), ...rest.slice(0, 2), "ff", "fe", ...rest.slice(2)];
  return `fe80::${[0, 2, 4, 6].map((at) => `${bytes[at]}${bytes[at + 1]}`).join(":")}`;
}

const subnet = (cidr: string, more: object = {}, on = network.id) =>
  make("/subnets", "subnet", {
    ...{ network_id: on, ip_version: cidr.includes(":") ? 6 : 4, cidr, gateway_ip: null },
    ...{ enable_dhcp: !cidr.includes(":") },
    ...more,
  });

/** What a zone's plan gives a group of machines, with and without the word for metadata. */
function planned(metadata: boolean): readonly object[] {
  const zone = examples.zone();
  const heart = zone.areas["heart"]!;
  heart.machines["imaging"]!.metadata = metadata;
  heart.flows = [];
  zone.flows = [];
  return flowGroups(zone, "heart").flatMap(({ rules }) => rules.map(asRule));
}

describe("what a guest can ask of its network", () => {
  beforeAll(async () => {
    operator = await Session.open(
      "devcloud-operator",
      {},
      { ...process.env, OS_CLIENT_CONFIG_FILE: settings.cloudsYaml },
    );
    wire = new Wire(settings, operator);
    const { body } = await operator.request<{ project: { id: string } }>("identity", "POST", "/projects", {
      body: { project: { name: NAME, domain_id: "default" } },
    });
    project = body.project.id;
    network = await make("/networks", "network", { name: NAME, mtu: 1300 });
    const [v4, v6] = [await subnet("10.99.0.0/24", POOL), await subnet("fd00:99::/64")];
    const toResolver = { direction: "egress", ethertype: "IPv4", protocol: "udp", remote_ip_prefix: `${RESOLVER}/32` };
    const question = { ...toResolver, port_range_min: 53, port_range_max: 53 };
    const silent = await groupOf("silent", planned(false));
    await guest("silent", { security_groups: [silent] });
    await guest("asking", { security_groups: [await groupOf("asking", [question])] });
    await guest("declaring", { security_groups: [await groupOf("declaring", planned(true))] });
    // Stands for a resolver, and for the metadata agent's own port: no rule keeps anything from it.
    await guest("service", {
      port_security_enabled: false,
      security_groups: [],
      fixed_ips: [{ subnet_id: v4.id, ip_address: RESOLVER }, { subnet_id: v6.id }],
    });
  }, 120_000);

  afterAll(async () => {
    await wire?.unplugAll();
    for (const path of made.toReversed()) await operator.request("network", "DELETE", path, { expect: [404] });
    if (project !== undefined) await operator.request("identity", "DELETE", `/projects/${project}`);
    operator?.close();
  }, 120_000);

  it("C4H-2: asks no name server but one that a flow leads to", async () => {
    const { service, silent, asking } = plugged as Record<"service" | "silent" | "asking", Plugged>;
    const server = execa("ip", ["netns", "exec", service.namespace, "python3", GUEST, "answer"]);
    try {
      await new Promise((resolve) => server.stdout?.once("data", resolve));
      expect(await asks(silent, RESOLVER)).toBe(false);
      expect(await asks(asking, RESOLVER)).toBe(true);
      // Another one, though the frame goes to whoever would answer.
      await execa("ip", ["-n", service.namespace, "addr", "add", "10.99.0.54/32", "dev", service.device]);
      await wire.force(asking, "10.99.0.54", service.mac);
      expect(await asks(asking, "10.99.0.54")).toBe(false);
    } finally {
      server.stdin?.end();
      await server;
    }
  }, 60_000);

  it("C4H-2: is answered by the metadata service where its group declares that, and nowhere else", async () => {
    const { service, silent, declaring } = plugged as Record<"service" | "silent" | "declaring", Plugged>;
    await execa("ip", ["-n", service.namespace, "addr", "add", `${METADATA4}/32`, "dev", service.device]);
    await execa("ip", ["-n", service.namespace, "addr", "add", `${METADATA6}/64`, "dev", service.device, "nodad"]);
    for (const address of [METADATA4, METADATA6])
      for (const from of [silent, declaring]) await wire.force(from, address, service.mac);
    for (const { mac } of [silent, declaring]) {
      const neighbour = ["neigh", "replace", linkLocal(mac), "lladdr", mac, "dev", service.device];
      await execa("ip", ["-n", service.namespace, "-6", ...neighbour]);
    }
    const scoped = (from: Plugged): string => `${METADATA6}%${from.device}`;
    const answers: Record<string, boolean> = {};
    const capture = await wire.capture(service, [80, 8080], async () => {
      for (const [who, from] of Object.entries({ silent, declaring })) {
        answers[`${who} 4`] = await wire.connect(from, METADATA4, 80);
        answers[`${who} 6`] = await wire.connect(from, scoped(from), 80);
        answers[`${who} other port`] = await wire.connect(from, METADATA4, 8080);
      }
    });
    expect(answers).toEqual({
      ...{ "silent 4": false, "silent 6": false, "silent other port": false },
      ...{ "declaring 4": true, "declaring 6": true, "declaring other port": false },
    });
    expect([seen(capture, silent.mac, 80), seen(capture, declaring.mac, 8080)]).toEqual([0, 0]);
    expect(seen(capture, declaring.mac, 80)).toBeGreaterThan(0);
  }, 60_000);

  it("C4H-2: is told of no name server by Neutron's word for it; an empty list hands out the cloud's own", async () => {
    const told: Record<string, unknown> = {};
    const open = { port_security_enabled: false, security_groups: [] };
    const cases = { empty: [], none: ["0.0.0.0"], named: ["10.9.9.9"] };
    for (const [index, [word, dns_nameservers]] of Object.entries(cases).entries()) {
      // This cloud has no metadata agent: without a gateway nobody would offer anything.
      const own = await make<{ id: string; mtu: number }>("/networks", "network", {
        name: `${NAME}-${word}`,
        mtu: 1300,
      });
      const gateway = { gateway_ip: `10.98.${index}.1`, dns_nameservers };
      const subnets = [await subnet(`10.98.${index}.0/24`, gateway, own.id), await subnet("fd00:98::/64", {}, own.id)];
      const fixed_ips = subnets.map(({ id }) => ({ subnet_id: id }));
      const offer = await offered(await guest(word, { fixed_ips, ...open }, own.id));
      told[word] = offer?.["6"] ?? (offer === null ? "no offer" : "nobody");
      expect(Number.parseInt(offer?.["26"] ?? "", 16)).toBe(1300);
    }
    expect(told).toMatchObject({ none: "nobody", named: "0a090909" });
    expect(told["empty"]).toMatch(/^([0-9a-f]{8})+$/);
  }, 240_000);
});
