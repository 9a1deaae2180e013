import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Session } from "../../openstack/index.ts";
import { devcloudSettings } from "../../scripts/devcloud/index.ts";
import { Wire } from "../../scripts/proof/wire.ts";
import { makePerson, type ZoneWorld } from "../../scripts/proof/world.ts";
import { attempt } from "../../scripts/proof/attempt.ts";
import { pulumi } from "../../scripts/site/pulumi.ts";
import { buildMatrix, destroyMatrix, fixture, OUTSIDE, ZONES, zoneSite } from "./matrix/build.ts";
import { openings, type Opening } from "./matrix/expected.ts";
import { intrude, type Intruder } from "./matrix/intruder.ts";
import { benchStands, outsideStands, wireStands, type Undo } from "./matrix/others.ts";
import { printMatrix, wrongCells } from "./matrix/print.ts";
import { Plan, SERVICES, type Probe, type Seen } from "./matrix/probes.ts";
import { resultsOf, shoot, strangers, type Result, type Shot } from "./matrix/shoot.ts";
import { Live, machineStands, type Stand } from "./matrix/stands.ts";
import { intruderTries, tryCall } from "./matrix/tries.ts";
import { siteStands } from "./matrix/sites.ts";
import { contradictions, publishedPlan } from "./matrix/why.ts";
import { whyNoTunnels } from "./tunnel.ts";
import { buildZones } from "./zones.ts";

const settings = devcloudSettings();
const undo: Undo = [];
const tunnels: Undo = [];
const noTunnels = whyNoTunnels();
if (noTunnels !== undefined) process.stderr.write(`no site stands in the matrix: ${noTunnels}\n`);
let operator: Session;
let wire: Wire;
let live: Live;
let zones: readonly ZoneWorld[] = [];
let all: readonly Stand[] = [];
let fabric: Stand;
let intruder: Intruder;
let opened: readonly Opening[] = [];
let shot: Shot;
let results: readonly Result[] = [];

const say = (what: string): void => void process.stdout.write(`${what}\n`);
const stand = (name: string): Stand => {
  const found = [...all, fabric].find((one) => one.name === name);
  if (found === undefined) throw new Error(`nobody stands at ${name}: ${all.map((one) => one.name).join(", ")}`);
  return found;
};
const since = (start: number): string => `${((performance.now() - start) / 1000).toFixed(1)} s`;

/** Everybody's place on the wire. */
async function takePlaces(): Promise<void> {
  live = await Live.read(operator);
  const [machines, benches, outside, bare, sites] = await Promise.all([
    Promise.all(zones.map((zone) => machineStands(live, wire, zone))),
    Promise.all(zones.map((zone) => benchStands(live, wire, zone, operator, undo))),
    outsideStands(live, wire, operator, undo),
    wireStands(settings, undo),
    noTunnels === undefined ? siteStands(wire, zones, operator, tunnels, undo) : [],
  ]);
  fabric = bare.find(({ name }) => name === "wire fabric")!;
  const own = ZONES.flatMap((zone) => [...machines.flat(), ...benches.flat()].filter((one) => one.zone === zone));
  const victim = own.find(({ name }) => name === "cardio commons analysis")!;
  intruder = await intrude(operator, wire, victim, undo);
  all = [...own, ...outside, ...sites, ...bare.filter((one) => one !== fabric), ...intruder.stands];
}

/** One probe of a test's own. */
const probe = (from: Stand, to: Stand, more: Partial<Probe> = {}): Probe => ({
  ...{
    id: 1,
    at: from.device,
    kind: "tcp",
    port: 22,
    smac: from.mac,
    dmac: to.mac,
    src: from.ipv4,
    dst: to.ipv4,
    tags: from.tags,
  },
  ...more,
});

let tries = 0;

/** Which of some probes were answered, and which were seen at all. Each try has numbers, and so connections, of its own. */
async function tried(from: Stand, to: Stand, probes: readonly Probe[]): Promise<readonly Seen[]> {
  const numbered = probes.map((one) => ({ ...one, id: 0x5d000000 + tries++ }));
  const { answered, arrived } = await shoot([from, to, fabric], numbered);
  return numbered.map(({ id }) =>
    answered[id] !== undefined ? "answered" : arrived[id] !== undefined ? "arrived" : "nothing",
  );
}

/** Tries until that is seen: what was just changed in Neutron takes its time to the switch. */
async function becomes(expected: readonly Seen[], from: Stand, to: Stand, probes: readonly Probe[]): Promise<void> {
  let seen: readonly Seen[] = [];
  for (let round = 0; round < 12 && seen.join() !== expected.join(); round++) seen = await tried(from, to, probes);
  expect(seen).toEqual(expected);
}

describe("who reaches whom: three zones, three areas each, benches, what lies beyond, sites by VPN, and an intruder", () => {
  beforeAll(async () => {
    await buildZones();
    let start = performance.now();
    zones = await buildMatrix(say);
    say(`three zones built: ${since(start)}`);
    operator = await Session.open(
      "devcloud-operator",
      {},
      { ...process.env, OS_CLIENT_CONFIG_FILE: settings.cloudsYaml },
    );
    wire = new Wire(settings, operator);
    opened = (await Promise.all(ZONES.map(fixture))).flatMap(openings);
    start = performance.now();
    await takePlaces();
    say(`${all.length} stands on the wire: ${since(start)}`);
    start = performance.now();
    const plan = new Plan(all, opened);
    shot = await shoot(all, plan.probes);
    results = resultsOf(plan, shot, all);
    say(`${plan.probes.length} probes for ${results.length} cells: ${since(start)}`);
  }, 1_200_000);

  afterAll(async () => {
    const takeBack = async (steps: Undo): Promise<void> => {
      for (const step of steps.toReversed())
        await Promise.resolve(step()).catch((error: unknown) => say(String(error)));
    };
    await takeBack(tunnels);
    await wire?.unplugAll();
    await takeBack(undo);
    for (const { domain, areas } of zones) for (const session of [domain, ...Object.values(areas)]) session.close();
    intruder?.session.close();
    operator?.close();
    if (process.env.TRESOR_KEEP_ZONES === undefined) await destroyMatrix();
  }, 900_000);

  it("DIGIMED-11 C4H-2 C4H-3 SPE4HD-1: every cell that a flow opens is open, and every other one is closed", () => {
    say(
      printMatrix(
        results,
        all.map(({ name }) => name),
      ),
    );
    const open = results.filter(
      ({ seen, table }) => seen === "answered" && (SERVICES as readonly string[]).includes(table),
    );
    say(`\n${open.length} cells are open to services, ${results.length} were tried`);
    // Each flow of the files shows in the matrix: what the test expects is not empty by a mistake of its own.
    const expected = new Set(
      results
        .filter((one) => one.expected === "answered" && !one.from.startsWith("intruder"))
        .map(({ table }) => table),
    );
    expect([...expected].toSorted()).toEqual(
      ["22/tcp", "443/tcp", "5432/tcp", "514/udp", "8443/tcp", "ARP", "icmp", "neighbour discovery"].toSorted(),
    );
    expect(wrongCells(results)).toEqual([]);
  });

  it("C4H-2: no frame of one network was seen on another that no router joins to it", () => {
    expect(strangers(shot, all)).toEqual([]);
  });

  it("each negative has its positive: every listener answers, every sender is heard by somebody", async () => {
    const devices = [...new Set(all.map(({ device }) => device))];
    for (const device of devices) {
      expect(shot.sent[device], device).toBeGreaterThan(1000);
      expect(shot.alive[device], device).toEqual(["22/tcp", "443/tcp", "5432/tcp", "8443/tcp", "23/tcp"]);
    }
    // A machine that is alone on its network is asked over the wire itself, with the right tag: it answers there, and to no other tag.
    const ruled = all.filter(({ kind, vlan }) => (kind === "machine" || kind === "bench") && vlan !== undefined);
    const ask = (tag: (one: Stand) => number) =>
      ruled.map((one, index): Probe => ({
        ...probe(fabric, one, { kind: "arp", dmac: "ff:ff:ff:ff:ff:ff", tags: [tag(one)] }),
        id: 0x5c000000 + index,
      }));
    const right = await shoot(
      [...all, fabric],
      ask(({ vlan }) => vlan ?? 0),
    );
    expect(
      ruled.filter((one, index) => right.answered[String(0x5c000000 + index)] !== one.mac).map(({ name }) => name),
    ).toEqual([]);
    const wrong = await shoot(
      [...all, fabric],
      ask(({ vlan }) => (vlan ?? 0) + 40),
    );
    expect(wrong.answered).toEqual({});
  });

  it("C4H-1: `tresor plan --why` says of every cell what the packets say", async () => {
    for (const zone of ZONES) {
      const { asked, found } = contradictions(zone, await publishedPlan(zone), results, all);
      say(`${zone}: --why was asked ${asked} times`);
      expect(asked).toBeGreaterThan(1000);
      expect(found).toEqual([]);
    }
  });

  it("C4H-2 DENBI-1: an intruder with all rights over ports in his own project gains nothing", async () => {
    const commons = live.network("cardio-commons-heart-centre");
    const victim = live.ports.find(
      ({ network_id, device_owner }) => network_id === commons.id && device_owner.startsWith("compute:"),
    )!;
    const loot = {
      network: commons.id,
      subnet: victim.fixed_ips[0]!.subnet_id,
      port: victim.id,
      group: (victim as unknown as { security_groups: string[] }).security_groups[0]!,
      router: live.ports.find(
        ({ device_owner, mac_address }) =>
          device_owner === "network:router_gateway" && stand("outside stranger").routers.includes(mac_address),
      )!.device_id,
    };
    for (const one of intruderTries(intruder, loot, settings.physicalNetwork, live.network(OUTSIDE.name).id)) {
      const { refused, gained, allowed } = await tryCall(intruder.session, operator, one);
      say(`${gained ? "GAINED " : "refused"} ${one.what}: ${refused}`);
      expect({ what: one.what, gained, allowed }).toEqual({ what: one.what, gained: false, allowed: true });
    }
    // What he did in his own project shows in the matrix: no row of his is open, and nothing arrives at him.
    const his = results.filter(({ from, to }) => from.startsWith("intruder") !== to.startsWith("intruder"));
    expect(his.length).toBeGreaterThan(1000);
    expect(his.filter(({ seen }) => seen !== "nothing")).toEqual([]);
  });

  it("C4H-2 DIGIMED-11 DIGIMED-12: persons and intruders raise no address pair; one made by hand opens, is named as drift and undone", async () => {
    const cardio = zones.find(({ name }) => name === "cardio")!;
    const pairs = { port: { allowed_address_pairs: [{ ip_address: "10.64.0.200" }] } };
    const port = live.ports.find(({ mac_address }) => mac_address === stand("cardio commons analysis").mac)!;
    const member = await makePerson(cardio, "heart-centre", "commons/heart-centre");
    undo.push(() => cardio.domain.request("identity", "DELETE", `/users/${member.id}`, { expect: [404] }));
    const benchPort = live.network("cardio-commons-heart-centre").id;
    const own = { port: { network_id: benchPort, allowed_address_pairs: [{ ip_address: "10.64.1.200" }] } };
    const plain = { port: { network_id: benchPort } };
    const person = await makePerson(cardio, "heart-centre", "commons");
    undo.push(() => cardio.domain.request("identity", "DELETE", `/users/${person.id}`, { expect: [404] }));
    const raise = (session: Session) => attempt(session, "network", "PUT", `/ports/${port.id}`, pairs);
    const refusals = {
      "a bench's member on a port of his own": await attempt(member.session, "network", "POST", "/ports", own),
      "a person of the area": await raise(person.session),
      "the intruder": await raise(intruder.session),
    };
    for (const [who, { says }] of Object.entries(refusals)) say(`an address pair by ${who}: ${says}`);
    expect(Object.values(refusals).map(({ ok }) => ok)).toEqual([false, false, false]);
    const control = await attempt(member.session, "network", "POST", "/ports", plain);
    await member.session.request("network", "DELETE", `/ports/${(control.body as { port: { id: string } }).port.id}`);
    expect(control.ok).toBe(true);

    const [from, to] = [stand("cardio commons analysis"), stand("cardio commons database")];
    const other = { src: "10.64.0.200" };
    const announced = { ...other, kind: "garp", dst: other.src, dmac: "ff:ff:ff:ff:ff:ff" } as const;
    const raised = [
      probe(from, to, announced),
      probe(from, to, { ...other, port: 5432 }),
      probe(from, to, { port: 5432 }),
    ];
    await becomes(["nothing", "nothing", "answered"], from, to, raised);
    // The ports are the pipeline's own to make: what it, or the operator, does by hand is drift. The port then announces itself under
    // the address; a rule that names a group of machines does not follow, OVN's sets hold the machines' own addresses alone.
    expect((await raise(cardio.areas["commons"]!)).ok).toBe(true);
    await becomes(["arrived", "nothing", "answered"], from, to, raised);
    const seen = await pulumi(zoneSite("cardio"), "cardio", [
      "refresh",
      "--preview-only",
      "--expect-no-changes",
      "--diff",
    ]);
    expect(seen.exitCode).toBe(7);
    expect(seen.stdout).toMatch(/10\.64\.0\.200/);
    expect(seen.stdout).toContain("cardio-commons-analysis");
    const mended = await pulumi(zoneSite("cardio"), "cardio", ["up", "--yes", "--skip-preview", "--refresh"]);
    expect(mended.exitCode, mended.stdout + mended.stderr).toBe(0);
    await becomes(["nothing", "nothing", "answered"], from, to, raised);
  }, 600_000);

  it("the limit, shown: whoever stands on the fabric with a bench's VLAN id and address passes for the bench", async () => {
    const [bench, target] = [
      stand("cardio commons bench heart-centre"),
      stand("cardio commons analysis @heart-centre"),
    ];
    const forged = probe(fabric, target, { src: bench.ipv4, tags: [target.vlan ?? 0] });
    const wrongTag = { ...forged, tags: [998] };
    await becomes(["arrived", "nothing", "nothing"], fabric, target, [forged, wrongTag, { ...forged, port: 23 }]);
  });
});
