import type { Answer, Asked, FakeCloud } from "./cloud.ts";

/** An object as Neutron keeps it. */
export interface Stored {
  id: string;
  name: string;
  description: string;
  project_id: string;
  [key: string]: unknown;
}

/** What a fake of one collection does in Neutron's place. */
export interface Shelf {
  /** `/subnets`. */
  readonly path: string;
  readonly one: string;
  readonly many: string;
  readonly rows: Map<string, Stored>;
  /** As quotas name it. */
  readonly quota: string;
  /** The object that is made of a body, or why not. */
  readonly make: (body: Record<string, unknown>, id: string) => Stored | Answer;
  /** How a list is cut beside equal fields. */
  readonly filter?: (row: Stored, key: string, values: readonly string[]) => boolean | undefined;
  /** Why an object cannot go. */
  readonly held?: (id: string) => string | undefined;
  readonly removed?: (id: string) => void;
  readonly shown?: (row: Stored) => Stored;
  readonly beforeList?: (asked: Asked) => void;
}

export const refusal = (status: number, message: string): Answer => [status, { NeutronError: { message } }];
const isRefusal = (made: Stored | Answer): made is Answer => Array.isArray(made);

/** Serves a collection: lists by repeated filters, single and bulk create (all or none), change, delete, and a quota. */
export function serve(cloud: FakeCloud, shelf: Shelf, limits: Readonly<Record<string, number>>): void {
  const { path, one, many, rows } = shelf;
  const base = `/network/v2.0${path}`;
  const shown = shelf.shown ?? ((row: Stored) => row);
  let next = 1;
  const gone = refusal(404, `${one} could not be found`);
  const fits = (row: Stored, params: URLSearchParams): boolean =>
    [...new Set(params.keys())].every((key) => {
      const values = params.getAll(key);
      return shelf.filter?.(row, key, values) ?? values.includes(String(row[key]));
    });
  cloud.on("GET", base, (asked) => {
    shelf.beforeList?.(asked);
    return [200, { [many]: [...rows.values()].filter((row) => fits(row, asked.params)).map(shown) }];
  });
  cloud.on("GET", `${base}/:id`, ({ p }) => {
    const row = rows.get(p.id ?? "");
    return row ? [200, { [one]: shown(row) }] : gone;
  });
  cloud.on("POST", base, ({ body }) => {
    const bulk = body[many] as Record<string, unknown>[] | undefined;
    const bodies = bulk ?? [body[one] as Record<string, unknown>];
    if (rows.size + bodies.length > (limits[shelf.quota] ?? Infinity))
      return refusal(409, `Quota exceeded for resources: ['${shelf.quota}'].`);
    const before = new Map(rows);
    const made: Stored[] = [];
    for (const item of bodies) {
      const row = shelf.make(item, `${one}-${next++}`);
      if (isRefusal(row)) {
        rows.clear();
        for (const [id, kept] of before) rows.set(id, kept);
        return row;
      }
      rows.set(row.id, row);
      made.push(row);
    }
    return [201, bulk ? { [many]: made.map(shown) } : { [one]: shown(made[0] as Stored) }];
  });
  cloud.on("PUT", `${base}/:id`, ({ p, body }) => {
    const row = rows.get(p.id ?? "");
    if (!row) return gone;
    Object.assign(row, body[one]);
    return [200, { [one]: shown(row) }];
  });
  cloud.on("DELETE", `${base}/:id`, ({ p: { id = "" } }) => {
    const why = shelf.held?.(id);
    if (why !== undefined) return refusal(409, why);
    if (!rows.delete(id)) return gone;
    shelf.removed?.(id);
    return [204];
  });
}

export type Body = Record<string, unknown>;
export const described = (body: Body, id: string): Stored =>
  ({ description: "", project_id: "home", ...body, id }) as Stored;

/** Subnets: a gateway unless it is refused, and no two of one block in a network. */
export const subnetShelf = (subnets: Map<string, Stored>, ports: Map<string, Stored>): Shelf => ({
  path: "/subnets",
  one: "subnet",
  many: "subnets",
  rows: subnets,
  quota: "subnet",
  make: (body, id) =>
    [...subnets.values()].some((row) => row.network_id === body.network_id && row.cidr === body.cidr)
      ? refusal(
          400,
          `Invalid input for operation: Requested subnet with cidr: ${String(body.cidr)} for network: n overlaps with another subnet.`,
        )
      : { gateway_ip: "10.0.0.1", dns_nameservers: [], host_routes: [], ...described(body, id) },
  held: (id) =>
    [...ports.values()].some((port) => ipsOf(port).some((ip) => ip.subnet_id === id))
      ? `Unable to complete operation on subnet ${id}: One or more ports have an IP allocation from this subnet.`
      : undefined,
});

interface Ip {
  subnet_id: string;
  ip_address?: string;
}
const ipsOf = (port: Stored): Ip[] => port.fixed_ips as Ip[];

/** Ports: Neutron chooses addresses and fills in its own MAC address. */
export const portShelf = (ports: Map<string, Stored>): Shelf => ({
  path: "/ports",
  one: "port",
  many: "ports",
  rows: ports,
  quota: "port",
  make: (body, id) => {
    const number = ports.size + 10;
    return {
      mac_address: `fa:16:3e:00:00:${number}`,
      admin_state_up: true,
      port_security_enabled: true,
      device_owner: "",
      ...described(body, id),
      allowed_address_pairs: ((body.allowed_address_pairs ?? []) as Body[]).map((pair) => ({
        mac_address: `fa:16:3e:00:00:${number}`,
        ...pair,
      })),
      fixed_ips: ((body.fixed_ips ?? []) as Ip[]).map((ip, index) => ({
        ip_address: `10.0.${index}.${number}`,
        ...ip,
      })),
    };
  },
  filter: (row, key, values) => {
    if (key === "fixed_ips") return ipsOf(row).some((ip) => values.includes(`subnet_id=${ip.subnet_id}`));
    if (key === "security_groups") return (row.security_groups as string[]).some((group) => values.includes(group));
    return undefined;
  },
});

/** Address groups: no change of addresses but by actions, which take all or none; one that a rule names stays. */
export function serveAddressGroups(
  cloud: FakeCloud,
  rows: Map<string, Stored>,
  rules: () => readonly Body[],
  limits: Readonly<Record<string, number>>,
): void {
  const shelf: Shelf = {
    path: "/address-groups",
    one: "address_group",
    many: "address_groups",
    rows,
    quota: "address_group",
    make: (body, id) => described({ addresses: [], ...body }, id),
    held: (id) =>
      rules().some((rule) => rule.remote_address_group_id === id)
        ? `Address group ${id} is in use on one or more security group rules.`
        : undefined,
  };
  const base = `/network/v2.0${shelf.path}/:id`;
  const act = (action: string, isIn: boolean, message: string): void =>
    cloud.on("PUT", `${base}/${action}`, ({ p, body }) => {
      const row = rows.get(p.id ?? "");
      const [old, asked] = [row?.addresses as string[] | undefined, body.addresses as string[]];
      if (row === undefined || old === undefined) return refusal(404, "Address group could not be found");
      if (asked.some((address) => old.includes(address) !== isIn)) return refusal(isIn ? 404 : 400, message);
      row.addresses = isIn ? old.filter((address) => !asked.includes(address)) : [...old, ...asked];
      return [200, { address_group: row }];
    });
  act("add_addresses", false, "Addresses already exist in the address group");
  act("remove_addresses", true, "Addresses not found in the address group");
  cloud.on("PUT", base, ({ p, body }) => {
    const wanted = body.address_group as Body;
    if ("addresses" in wanted) return refusal(400, "Attribute 'addresses' not allowed in PUT");
    const row = rows.get(p.id ?? "");
    if (row === undefined) return refusal(404, "Address group could not be found");
    return [200, { address_group: Object.assign(row, wanted) }];
  });
  serve(cloud, shelf, limits);
}
