import { isAllowed, type Opening } from "./expected.ts";
import type { Stand } from "./stands.ts";

/** What came of a cell's probes: answered, seen somewhere without an answer, or nothing at all. */
export type Seen = "answered" | "arrived" | "nothing";

/** One row and column of one of the tables. */
export interface Cell {
  readonly table: string;
  readonly version: 4 | 6;
  readonly from: string;
  readonly to: string;
  /** Probes that try it, each by another way. */
  readonly numbers: readonly number[];
  readonly expected: Seen;
}

/** A frame to be sent; the rest of what it holds is for frames.py to make. */
export interface Probe {
  readonly id: number;
  readonly at: string;
  readonly kind: "tcp" | "udp" | "icmp" | "arp" | "garp" | "nd" | "na" | "ra";
  readonly smac: string;
  readonly dmac: string;
  readonly src: string;
  readonly dst: string;
  readonly port?: number;
  readonly tags: readonly number[];
  /** MAC that an answer to a question for a neighbour must name. */
  readonly expects?: string;
}

/** Everything that flows of the zones open, and one port of each protocol that none does. */
export const SERVICES = ["22/tcp", "443/tcp", "5432/tcp", "8443/tcp", "23/tcp", "514/udp", "9/udp", "icmp"] as const;
export const PORTS = { tcp: [22, 443, 5432, 8443, 23], udp: [514, 9] } as const;

const BROADCAST = "ff:ff:ff:ff:ff:ff";
const ALL_NODES = "33:33:00:00:00:01";
const VERSIONS = [4, 6] as const;

const serviceOf = (text: string): Pick<Probe, "kind" | "port"> => {
  const [port, kind] = text.split("/") as [string, "tcp" | "udp" | undefined];
  return kind === undefined ? { kind: "icmp" } : { kind, port: Number(port) };
};

/** Two ports of the intruder's: what they say to each other is his own business, and shows that they can speak. */
const isIntruders = (from: Stand, to: Stand): boolean => from.kind === "intruder" && to.kind === "intruder";

/** The end of a tunnel: it carries IP packets, and no frames in which there could be a MAC or a VLAN id. */
const hasNoFrames = ({ kind }: Stand): boolean => kind === "site";

const addressOf = (stand: Stand, version: 4 | 6): string | undefined => (version === 4 ? stand.ipv4 : stand.ipv6);

/** MACs to which a packet may go: a tunnel's end knows none. */
const waysTo = (from: Stand, to: Stand): readonly string[] =>
  hasNoFrames(from) ? [to.mac] : [...new Set([to.mac, ...from.routers])];

/** All probes and cells of the matrix, and what each cell must show by the flows alone. */
export class Plan {
  readonly probes: Probe[] = [];
  readonly cells: Cell[] = [];
  readonly #stands: readonly Stand[];
  readonly #openings: readonly Opening[];

  constructor(stands: readonly Stand[], all: readonly Opening[]) {
    this.#stands = stands;
    this.#openings = all;
    for (const from of stands)
      for (const to of stands) {
        if (from === to) continue;
        this.#services(from, to);
        if (isIntruders(from, to)) continue;
        this.#spoofed(from, to);
        if (from.device === to.device || hasNoFrames(from) || hasNoFrames(to)) continue;
        this.#linkLocal(from, to);
        this.#neighbours(from, to);
        this.#tagged(from, to);
      }
    for (const from of stands.filter((stand) => this.#isFirst(stand) && !hasNoFrames(stand))) this.#announcements(from);
  }

  /** What has no IP address of its own is sent once for each device. */
  #isFirst(stand: Stand): boolean {
    return this.#stands.find(({ device }) => device === stand.device) === stand;
  }

  #probe(
    from: Stand,
    probe: Omit<Probe, "id" | "at" | "smac" | "tags"> & Partial<Pick<Probe, "smac" | "tags">>,
  ): number {
    // Numbers begin high, so that no frame of anybody else looks like one.
    const id = 0x5e000000 + this.probes.length;
    this.probes.push({ id, at: from.device, smac: from.mac, tags: from.tags, ...probe });
    return id;
  }

  #cell(table: string, version: 4 | 6, from: Stand, to: Stand, numbers: readonly number[], expected: Seen): void {
    this.cells.push({ table, version, from: from.name, to: to.name, numbers, expected });
  }

  /** Whatever way a frame could take: straight to the other's MAC, and to each router on the sender's network. */
  #services(from: Stand, to: Stand): void {
    if (from.device === to.device) return;
    for (const version of VERSIONS) {
      const [src, dst] = [addressOf(from, version), addressOf(to, version)];
      if (src === undefined || dst === undefined) continue;
      for (const service of SERVICES) {
        const numbers = waysTo(from, to).map((dmac) => this.#probe(from, { ...serviceOf(service), dmac, src, dst }));
        const open = isIntruders(from, to) || isAllowed(this.#openings, from, to, service);
        this.#cell(service, version, from, to, numbers, open ? "answered" : "nothing");
      }
    }
  }

  /** Rules name addresses: a link-local one is in none, so even a service that a flow opens is closed there. */
  #linkLocal(from: Stand, to: Stand): void {
    if (!this.#isFirst(from) || !this.#isFirst(to)) return;
    const numbers = [...SERVICES.filter((service) => service !== "9/udp" && service !== "23/tcp")].map((service) =>
      this.#probe(from, { ...serviceOf(service), dmac: to.mac, src: from.linkLocal, dst: to.linkLocal }),
    );
    this.#cell("IPv6 link-local", 6, from, to, numbers, "nothing");
  }

  /** Under the address of one whom a flow lets in, with one's own MAC and with his; where there is none, of a neighbour. */
  #spoofed(from: Stand, to: Stand): void {
    if (from.kind === "outside" || from.device === to.device) return;
    for (const version of VERSIONS) {
      const dst = addressOf(to, version);
      if (dst === undefined) continue;
      const others = this.#stands.filter(
        (peer) => peer.device !== from.device && peer.device !== to.device && addressOf(peer, version),
      );
      const allowed = others.flatMap((peer) =>
        SERVICES.filter((service) => isAllowed(this.#openings, peer, to, service)).map(
          (service) => [peer, service] as const,
        ),
      );
      const [peer, service = "22/tcp"] = allowed[0] ?? [
        others.find(({ network }) => network === to.network) ?? others[0],
        "22/tcp" as const,
      ];
      if (peer === undefined) continue;
      const src = addressOf(peer, version) ?? "";
      const smacs = hasNoFrames(from) ? [from.mac] : [from.mac, peer.mac];
      const numbers = smacs.flatMap((smac) =>
        waysTo(from, to).map((dmac) => this.#probe(from, { ...serviceOf(service), smac, dmac, src, dst })),
      );
      this.#cell("spoofed source", version, from, to, numbers, "nothing");
    }
  }

  /** Who has this address? Answered inside of one network, and nowhere else. A false answer to nobody's question reaches nobody. */
  #neighbours(from: Stand, to: Stand): void {
    // Who asks for an intruder's twin is answered by the one whose address it is.
    if (to.kind === "intruder" && this.#stands.some(({ kind, ipv4 }) => kind === "machine" && ipv4 === to.ipv4)) return;
    const expected: Seen = from.network === to.network && to.kind !== "wire" ? "answered" : "nothing";
    const ask = { expects: to.mac, dmac: BROADCAST };
    if (this.#isFirst(from))
      this.#cell(
        "ARP",
        4,
        from,
        to,
        [this.#probe(from, { ...ask, kind: "arp", src: from.ipv4, dst: to.ipv4 })],
        expected,
      );
    if (from.ipv6 !== undefined && to.ipv6 !== undefined)
      this.#cell(
        "neighbour discovery",
        6,
        from,
        to,
        [this.#probe(from, { ...ask, kind: "nd", src: from.ipv6, dst: to.ipv6 })],
        expected,
      );
    if (from.kind === "outside") return;
    const claim = this.#probe(from, { kind: "garp", dmac: BROADCAST, src: to.ipv4, dst: to.ipv4 });
    this.#cell("false ARP", 4, from, to, [claim], "nothing");
    if (to.ipv6 !== undefined) {
      const false6 = this.#probe(from, { kind: "na", dmac: ALL_NODES, src: from.linkLocal, dst: to.ipv6 });
      this.#cell("false neighbour", 6, from, to, [false6], "nothing");
    }
  }

  /** With the VLAN id of the other's network, as a machine that believes to stand on a trunk. */
  #tagged(from: Stand, to: Stand): void {
    if (to.vlan === undefined || from.name === "wire fabric") return;
    const tags = from.kind === "wire" ? [from.tags[0] ?? 0, to.vlan] : [to.vlan];
    for (const version of VERSIONS) {
      const [src, dst] = [addressOf(from, version), addressOf(to, version)];
      if (src === undefined || dst === undefined) continue;
      const numbers = (["22/tcp", "icmp"] as const).map((service) =>
        this.#probe(from, { ...serviceOf(service), dmac: to.mac, src, dst, tags }),
      );
      this.#cell("VLAN tag", version, from, to, numbers, "nothing");
    }
  }

  /** What is said to all: one's own address, which neighbours hear, and that one is a router. */
  #announcements(from: Stand): void {
    const own4 = this.#probe(from, { kind: "garp", dmac: BROADCAST, src: from.ipv4, dst: from.ipv4 });
    const own6 =
      from.ipv6 === undefined
        ? undefined
        : this.#probe(from, { kind: "na", dmac: ALL_NODES, src: from.ipv6, dst: from.ipv6 });
    const router = this.#probe(from, { kind: "ra", dmac: ALL_NODES, src: from.linkLocal, dst: "ff02::1" });
    for (const to of this.#stands) {
      if (to.device === from.device || !this.#isFirst(to) || hasNoFrames(to)) continue;
      if (isIntruders(from, to)) continue;
      const expected: Seen = from.network === to.network ? "arrived" : "nothing";
      this.#cell("own ARP", 4, from, to, [own4], expected);
      if (own6 !== undefined) this.#cell("own neighbour", 6, from, to, [own6], expected);
      this.#cell("router advert", 6, from, to, [router], expected);
    }
  }
}
