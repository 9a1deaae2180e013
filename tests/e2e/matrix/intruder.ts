import { randomBytes } from "node:crypto";
import { Session, type CloudEntry } from "../../../openstack/index.ts";
import type { Wire } from "../../../scripts/proof/wire.ts";
import { openKeystone } from "../../../scripts/site/keystone.ts";
import { boundPort, openGroup, type Undo } from "./others.ts";
import { linkLocalOf, Live, type Stand } from "./stands.ts";

interface Made {
  readonly id: string;
}

/** Somebody with a project of his own on the same cloud, in which he is member and manager, and what he made there. */
export interface Intruder {
  readonly session: Session;
  readonly network: string;
  readonly subnet: string;
  readonly port: string;
  /** A port of which no machine makes use. */
  readonly spare: string;
  readonly router: string;
  readonly group: string;
  readonly stands: readonly Stand[];
}

async function logIn(operator: Session, undo: Undo): Promise<Session> {
  const name = `matrix-intruder-${randomBytes(3).toString("hex")}`;
  const [first, password] = [randomBytes(24).toString("base64url"), randomBytes(24).toString("base64url")];
  const make = async (what: "project" | "user", body: object): Promise<string> => {
    const made = await operator.request<Record<string, Made>>("identity", "POST", `/${what}s`, {
      body: { [what]: { name, domain_id: "default", ...body } },
      secrets: [first],
    });
    const id = made.body[what]?.id ?? "";
    undo.push(() => operator.request("identity", "DELETE", `/${what}s/${id}`, { expect: [404] }));
    return id;
  };
  const [project, user] = [await make("project", {}), await make("user", { password: first })];
  const roles = await operator.paginate<Made & { readonly name: string }>("identity", "/roles", "roles");
  for (const role of roles.filter((one) => ["member", "manager"].includes(one.name)))
    await operator.request("identity", "PUT", `/projects/${project}/users/${user}/roles/${role.id}`);
  const keystone = await openKeystone({ authUrl: operator.entry.authUrl });
  await keystone.changePassword(user, first, password);
  keystone.close();
  const entry: CloudEntry = {
    ...operator.entry,
    name,
    credential: { kind: "password", user: { id: user }, password },
    scope: { kind: "project", project: { id: project } },
  };
  const session = new Session(entry);
  const groups = await operator.paginate<Made>("network", "/security-groups", "security_groups", {
    query: { project_id: project },
  });
  for (const { id } of groups)
    undo.push(() => operator.request("network", "DELETE", `/security-groups/${id}`, { expect: [404] }));
  return session;
}

/** His own network with a victim's addresses, and two ports on it: one as it comes, one as the victim's twin without any port security. */
export async function intrude(operator: Session, wire: Wire, victim: Stand, undo: Undo): Promise<Intruder> {
  const session = await logIn(operator, undo);
  const make = async (path: string, key: string, body: object): Promise<string> => {
    const made = await session.request<Record<string, Made>>("network", "POST", path, { body: { [key]: body } });
    const id = made.body[key]?.id ?? "";
    undo.push(() => session.request("network", "DELETE", `${path}/${id}`, { expect: [404] }));
    return id;
  };
  const network = await make("/networks", "network", { name: "cardio-commons" });
  const net4 = victim.ipv4.replace(/\.\d+$/, ".0/24");
  const net6 = `${(victim.ipv6 ?? "").replace(/::.*$/, "")}::/64`;
  const subnet = await make("/subnets", "subnet", { network_id: network, ip_version: 4, cidr: net4 });
  await make("/subnets", "subnet", { network_id: network, ip_version: 6, cidr: net6 });
  const router = await make("/routers", "router", { name: "loot" });
  const group = await openGroup(session, undo);
  const spare = await make("/ports", "port", { network_id: network });
  const pairs = [{ ip_address: "0.0.0.0/0" }, { ip_address: "fd00::/8" }];
  const port = await boundPort(
    session,
    operator,
    "plain-1",
    { network_id: network, security_groups: [group], allowed_address_pairs: pairs },
    undo,
  );
  const twin = {
    ...{ network_id: network, port_security_enabled: false, mac_address: victim.mac },
    fixed_ips: [{ ip_address: victim.ipv4 }, { ip_address: victim.ipv6 }],
  };
  const twinPort = await boundPort(session, operator, "plain-1", twin, undo);
  const live = await Live.read(operator);
  const stands = await Promise.all(
    [
      ["raised pairs", port],
      ["victim's twin", twinPort],
    ].map(async ([name = "", id = ""]): Promise<Stand> => {
      const plugged = await wire.plug(id);
      const place = { network: "intruder", ends: [], routers: live.routers(network), tags: [] };
      return { ...plugged, ...place, name: `intruder ${name}`, kind: "intruder", linkLocal: linkLocalOf(plugged.mac) };
    }),
  );
  return { session, network, subnet, port, spare, router, group, stands };
}
