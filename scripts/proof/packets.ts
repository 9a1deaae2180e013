import { placeKey, placeName } from "../../plan/names.ts";
import type { Session } from "../../openstack/index.ts";
import { Prover, type Outcome, type Proof } from "./proof.ts";
import type { Capture, LivePort, Plugged } from "./wire.ts";
import { attempt, type World } from "./world.ts";

const ALLOWED = 22;
const CLOSED = 23;

async function portNamed(session: Session, name: string): Promise<LivePort> {
  const ports = await session.paginate<LivePort>("network", "/ports", "ports", { query: { name } });
  if (ports.length !== 1 || ports[0] === undefined) throw new Error(`${ports.length} ports are named ${name}`);
  return ports[0];
}

/** A member of a bench starts a machine there: that is what a bench is for. Returns the port that Nova bound for it. */
export async function benchMachine(
  world: World,
  partner: string,
  area: string,
): Promise<{ port: LivePort; remove: () => Promise<void> }> {
  const member = await world.person(partner, placeKey(area, partner));
  const bench = placeName(world.zone.name, placeKey(area, partner));
  const network = (
    await member.paginate<{ id: string; name: string }>("network", "/networks", "networks", { query: { name: bench } })
  )[0];
  const flavor = (await member.paginate<{ id: string; name: string }>("compute", "/flavors/detail", "flavors")).find(
    ({ name }) => name === "SCS-2T-8_z4",
  );
  const image = (await member.paginate<{ id: string; name: string }>("image", "/images", "images")).find(
    ({ name }) => name === "debian-13-snp",
  );
  if (!network || !flavor || !image)
    throw new Error(`the bench ${bench} lacks ${!network ? "its network" : !flavor ? "a flavor" : "an image"}`);
  const { body } = await member.request<{ server: { id: string } }>("compute", "POST", "/servers", {
    body: {
      server: {
        name: `${bench}-own`,
        flavorRef: flavor.id,
        networks: [{ uuid: network.id }],
        block_device_mapping_v2: [
          {
            boot_index: 0,
            uuid: image.id,
            source_type: "image",
            destination_type: "volume",
            volume_size: 5,
            delete_on_termination: true,
          },
        ],
      },
    },
    what: `start a machine on the bench ${bench}`,
  });
  const end = Date.now() + 120_000;
  for (;;) {
    const { server } = (
      await member.request<{ server: { status: string; fault?: { message: string } } }>(
        "compute",
        "GET",
        `/servers/${body.server.id}`,
      )
    ).body;
    if (server.status === "ACTIVE") break;
    if (server.status === "ERROR" || Date.now() > end)
      throw new Error(`the bench's machine is ${server.status}: ${server.fault?.message ?? ""}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  const [port] = await world.operator.paginate<LivePort>("network", "/ports", "ports", {
    query: { device_id: body.server.id },
  });
  if (port === undefined) throw new Error("the bench's machine has no port");
  const remove = async (): Promise<void> => {
    await member.request("compute", "DELETE", `/servers/${body.server.id}`, { expect: [404] });
    while ((await member.find("compute", `/servers/${body.server.id}`)) !== undefined)
      await new Promise((resolve) => setTimeout(resolve, 300));
  };
  return { port, remove };
}

const seen = (capture: Capture, mac: string, port: number): number =>
  capture.frames.filter((frame) => frame.mac === mac && frame.port === port).length;

/** Frames of a sender that arrived at the listener's port, allowed and refused in the same capture. */
function arrived(capture: Capture, from: Plugged, port: number): Outcome {
  const frames = seen(capture, from.mac, port);
  const accepted = capture.accepted.filter(
    ({ port: at, from: source }) => at === port && (source === from.ipv4 || source === from.ipv6),
  ).length;
  return {
    ok: frames > 0 && accepted > 0,
    says: frames === 0 ? `0 frames to port ${port}` : `${frames} frames to port ${port}, ${accepted} connections`,
  };
}

/** What one area's network lets through: real frames between ports that OVN bound, on every other path none. */
export async function provePackets(world: World): Promise<readonly Proof[]> {
  const prover = new Prover("packets", ["C4H-2", "DIGIMED-11"]);
  const { wire, zone, other, operator } = world;
  const area = "commons";
  const machine = `${zone.name}-${area}-analysis`;
  const [own, stranger] = [
    await benchMachine(world, "heart-centre", area),
    await benchMachine(world, "uni-south", area),
  ];
  try {
    const target = await wire.plug((await portNamed(zone.areas[area]!, `${machine}-heart-centre`)).id);
    const inArea = await wire.plug((await portNamed(zone.areas[area]!, machine)).id);
    const bench = await wire.plug(own.port.id);
    const otherBench = await wire.plug(stranger.port.id);
    const otherArea = await wire.plug((await portNamed(zone.areas["heart"]!, `${zone.name}-heart-imaging`)).id);
    const otherZone = await wire.plug((await portNamed(Object.values(other.areas)[0]!, `${other.name}-work-box`)).id);
    const strangers = { "another bench": otherBench, "another area": otherArea, "another zone": otherZone } as const;

    for (const version of ["ipv4", "ipv6"] as const) {
      for (const from of Object.values(strangers)) await wire.force(from, target[version], target.mac);
      await wire.force(inArea, bench[version], bench.mac);
      const capture = await wire.capture(target, [ALLOWED, CLOSED], async () => {
        await wire.connect(bench, target[version], ALLOWED);
        await wire.connect(bench, target[version], CLOSED);
        await Promise.all(Object.values(strangers).map((from) => wire.connect(from, target[version], ALLOWED)));
      });
      const control = async (): Promise<Outcome> => arrived(capture, bench, ALLOWED);
      const label = version === "ipv4" ? "IPv4" : "IPv6";
      await prover.show(
        `${label}: a port without a flow is closed, port ${ALLOWED} with one is open`,
        async () => arrived(capture, bench, CLOSED),
        control,
      );
      for (const [who, from] of Object.entries(strangers)) {
        await prover.show(
          `${label}: nothing from ${who} arrives`,
          async () => arrived(capture, from, ALLOWED),
          control,
        );
      }
      const back = await wire.capture(bench, [ALLOWED], async () => {
        await wire.connect(target, bench[version], ALLOWED);
        await wire.connect(bench, target[version], ALLOWED);
      });
      await prover.show(
        `${label}: the area's machine opens no connection by itself; replies to an allowed one pass`,
        async () => arrived(back, target, ALLOWED),
        async () => ({
          ok: back.frames.some(({ mac }) => mac === target.mac),
          says: `${back.frames.filter(({ mac }) => mac === target.mac).length} frames of replies`,
        }),
      );
    }
    await proveNothingLeaves(prover, world, { inArea, bench, target });
  } finally {
    await wire.unplugAll();
    await Promise.all([own.remove(), stranger.remove()]);
  }
  await proveSegments(prover, operator, world);
  await proveDoors(prover, world, area);
  return prover.proofs;
}

/** A frame to an address outside, with a neighbour's MAC as its gateway, is not let out by the sender's own port. */
async function proveNothingLeaves(
  prover: Prover,
  { wire }: World,
  { bench, target }: { inArea: Plugged; bench: Plugged; target: Plugged },
): Promise<void> {
  const outside = "192.0.2.10";
  await wire.force(target, outside, bench.mac);
  const capture = await wire.capture(bench, [ALLOWED], async () => {
    await wire.connect(target, outside, 443);
    await wire.connect(bench, target.ipv4, ALLOWED);
  });
  await prover.show(
    "nothing leaves: frames of the area's machine to an address outside are dropped at its port",
    async () => ({
      ok: seen(capture, target.mac, 443) > 0,
      says: `${seen(capture, target.mac, 443)} frames to ${outside}`,
    }),
    async () => ({
      ok: capture.frames.some(({ mac }) => mac === target.mac),
      says: "replies to an allowed flow leave the same port",
    }),
  );
}

/** VLAN ids, which only the operator sees, differ between all networks of both zones. */
async function proveSegments(prover: Prover, operator: Session, { zone, other }: World): Promise<void> {
  interface Network {
    readonly name: string;
    readonly project_id: string;
    readonly "provider:network_type": string;
    readonly "provider:segmentation_id": number;
  }
  const projects = new Set([...Object.values(zone.projects), ...Object.values(other.projects)]);
  const networks = (await operator.paginate<Network>("network", "/networks", "networks")).filter(({ project_id }) =>
    projects.has(project_id),
  );
  const ids = networks.map((network) => network["provider:segmentation_id"]);
  await prover.show(
    "every network has a VLAN id of its own",
    async () => ({
      ok: new Set(ids).size !== ids.length,
      says: `${ids.length} networks, ${new Set(ids).size} ids: ${ids.toSorted().join(", ")}`,
    }),
    async () => ({
      ok: networks.length > 0 && networks.every((network) => network["provider:network_type"] === "vlan"),
      says: `all ${networks.length} are VLAN networks`,
    }),
  );
}

/** What a bench's member may try at the network, each refused by the cloud; the control is a port on the bench's own network. */
async function proveDoors(prover: Prover, world: World, area: string): Promise<void> {
  const { zone, operator } = world;
  const partner = "uni-north";
  const member = await world.person(partner, placeKey(area, partner));
  const named = async (name: string): Promise<string> =>
    (await operator.paginate<{ id: string; name: string }>("network", "/networks", "networks", { query: { name } }))[0]
      ?.id ?? "";
  const own = await named(placeName(zone.name, placeKey(area, partner)));
  const foreign = await named(placeName(zone.name, placeKey(area, "heart-centre")));
  const subnets = await operator.paginate<{ id: string; network_id: string; ip_version: number }>(
    "network",
    "/subnets",
    "subnets",
  );
  const foreignSubnet =
    subnets.find(({ network_id, ip_version }) => network_id === foreign && ip_version === 4)?.id ?? "";
  const portBody = (port: object): object => ({ port: { name: "proof", ...port } });
  const control = async (): Promise<Outcome> => {
    const made = await attempt(member, "network", "POST", "/ports", portBody({ network_id: own }));
    const id = (made.body as { port?: { id: string } } | undefined)?.port?.id;
    if (id !== undefined) await attempt(member, "network", "DELETE", `/ports/${id}`);
    return { ok: made.ok, says: `${made.says} for a port on its own network` };
  };
  const tries: readonly (readonly [string, () => Promise<Outcome>])[] = [
    ["makes a router", () => attempt(member, "network", "POST", "/routers", { router: { name: "proof" } })],
    [
      "sets a gateway on its bench's subnet",
      async () =>
        attempt(member, "network", "PUT", `/subnets/${subnets.find(({ network_id }) => network_id === own)?.id}`, {
          subnet: { gateway_ip: "10.8.2.1" },
        }),
    ],
    [
      "takes a floating IP",
      () => attempt(member, "network", "POST", "/floatingips", { floatingip: { floating_network_id: own } }),
    ],
    [
      "shares the bench's network on",
      () =>
        attempt(member, "network", "POST", "/rbac-policies", {
          rbac_policy: { object_type: "network", object_id: own, action: "access_as_shared", target_tenant: "*" },
        }),
    ],
    [
      "switches port security off",
      () => attempt(member, "network", "POST", "/ports", portBody({ network_id: own, port_security_enabled: false })),
    ],
    [
      "takes an address on another bench's network",
      () =>
        attempt(
          member,
          "network",
          "POST",
          "/ports",
          portBody({ network_id: foreign, fixed_ips: [{ subnet_id: foreignSubnet }] }),
        ),
    ],
    [
      "makes a network of its own",
      () => attempt(member, "network", "POST", "/networks", { network: { name: "proof" } }),
    ],
  ];
  for (const [what, tried] of tries)
    await prover.show(`a bench's member ${what}: refused`, tried, control, ["C4H-2", "DIGIMED-10"]);
}
