import type { Session } from "../../openstack/index.ts";
import { benchMachine } from "./bench-machine.ts";
import { arrived, framesOf, leaked, replied, seen } from "./capture.ts";
import { proveDoors } from "./doors.ts";
import { portNamed } from "./ports.ts";
import { Prover, type Outcome, type Proof } from "./proof.ts";
import type { Plugged, Wire } from "./wire.ts";
import type { World } from "./world.ts";

const AREA = "commons";
const ALLOWED = 22;
const CLOSED = 23;

/** Who stands on the wire. */
interface Parties {
  /** The area's machine, at its port on the bench's network. */
  readonly target: Plugged;
  /** The bench that a flow lets in. */
  readonly bench: Plugged;
  /** The area's machine, at its port on the area's own network. */
  readonly inArea: Plugged;
  readonly strangers: Readonly<Record<string, Plugged>>;
}

/** What one area's network lets through: real frames between ports that OVN bound, on every other path none. */
export async function provePackets(world: World): Promise<readonly Proof[]> {
  const prover = new Prover("packets", ["C4H-2", "DIGIMED-11"]);
  const { wire, zone, other, operator } = world;
  const machine = `${zone.name}-${AREA}-analysis`;
  const [own, stranger] = await Promise.all([
    benchMachine(world, "heart-centre", AREA),
    benchMachine(world, "uni-south", AREA),
  ]);
  const plug = async (session: Session, name: string): Promise<Plugged> =>
    wire.plug((await portNamed(session, name)).id);
  try {
    // OVN takes a while for each port: all at once.
    const [target, inArea, bench, otherBench, otherArea, otherZone] = await Promise.all([
      plug(zone.areas[AREA]!, `${machine}-heart-centre`),
      plug(zone.areas[AREA]!, machine),
      wire.plug(own.port.id),
      wire.plug(stranger.port.id),
      plug(zone.areas["heart"]!, `${zone.name}-heart-imaging`),
      plug(Object.values(other.areas)[0]!, `${other.name}-work-box`),
    ]);
    const strangers = { "another bench": otherBench, "another area": otherArea, "another zone": otherZone };
    const parties: Parties = { target, inArea, bench, strangers };
    for (const version of ["ipv4", "ipv6"] as const) await proveFlows(prover, wire, parties, version);
    await proveNothingLeaves(prover, wire, parties);
  } finally {
    await wire.unplugAll();
    await Promise.all([own.remove(), stranger.remove()]);
  }
  await proveSegments(prover, operator, world);
  await proveDoors(prover, world, AREA);
  return prover.proofs;
}

/** In one capture at the area's machine: the allowed flow arrives, a closed port and all strangers do not. */
async function proveFlows(
  prover: Prover,
  wire: Wire,
  { target, bench, inArea, strangers }: Parties,
  version: "ipv4" | "ipv6",
): Promise<void> {
  const label = version === "ipv4" ? "IPv4" : "IPv6";
  for (const from of Object.values(strangers)) await wire.force(from, target[version], target.mac);
  await wire.force(inArea, bench[version], bench.mac);
  const capture = await wire.capture(target, [ALLOWED, CLOSED], async () => {
    await wire.connect(bench, target[version], ALLOWED);
    await wire.connect(bench, target[version], CLOSED);
    await Promise.all(Object.values(strangers).map((from) => wire.connect(from, target[version], ALLOWED)));
  });
  const control = async (): Promise<Outcome> => arrived(capture, bench, ALLOWED);
  await prover.show(
    `${label}: a port without a flow is closed, port ${ALLOWED} with one is open`,
    async () => leaked(capture, bench, CLOSED),
    control,
  );
  for (const [who, from] of Object.entries(strangers))
    await prover.show(`${label}: nothing from ${who} arrives`, async () => leaked(capture, from, ALLOWED), control);
  const back = await wire.capture(bench, [ALLOWED], async () => {
    await wire.connect(target, bench[version], ALLOWED);
    await wire.connect(bench, target[version], ALLOWED);
  });
  await prover.show(
    `${label}: the area's machine opens no connection by itself; replies to an allowed one pass`,
    async () => leaked(back, target, ALLOWED),
    async () => replied(back, target),
  );
}

/** A frame to an address outside, with a neighbour's MAC as its gateway, is not let out by the sender's own port. */
async function proveNothingLeaves(prover: Prover, wire: Wire, { bench, target }: Parties): Promise<void> {
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
    async () => ({ ok: framesOf(capture, target.mac) > 0, says: "replies to an allowed flow leave the same port" }),
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
