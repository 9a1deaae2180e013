/** Ports of one protocol; `icmp` has none. */
export interface PortRange {
  readonly protocol: "tcp" | "udp" | "icmp";
  readonly from: number;
  readonly to: number;
}

/** Reads `5432/tcp`, `6000-6010/udp` or `icmp`, as the schema admits them. */
export function parsePorts(text: string): PortRange {
  if (text === "icmp") return { protocol: "icmp", from: 0, to: 0 };
  const [range = "", protocol] = text.split("/");
  const [from, to = from] = range.split("-").map(Number);
  return { protocol: protocol === "udp" ? "udp" : "tcp", from: from ?? 0, to: to ?? 0 };
}

/** True when two ranges share a port of one protocol. */
export function portsMeet(left: string, right: string): boolean {
  const [a, b] = [parsePorts(left), parsePorts(right)];
  return a.protocol === b.protocol && a.from <= b.to && b.from <= a.to;
}

/** True when `outer` holds every port of `inner`. */
export function portsCover(outer: string, inner: string): boolean {
  const [a, b] = [parsePorts(outer), parsePorts(inner)];
  return a.protocol === b.protocol && a.from <= b.from && b.to <= a.to;
}
