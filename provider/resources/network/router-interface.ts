import { z } from "zod";
import { UserError } from "../../../config/problem.ts";
import { address, canonicalAddress, id } from "../../fields.ts";
import type { Call } from "../../resource.ts";
import { defineKind } from "../../resource.ts";
import type { Facts, Live } from "./objects.ts";
import { createObject, readObject, removeObject, updateObject } from "./objects.ts";
import { description, name } from "./subnet.ts";

const inputs = z.object({
  name,
  description,
  routerId: id("a router"),
  networkId: id("a network"),
  subnetId: id("a subnet"),
  address,
});
type Inputs = z.infer<typeof inputs>;

interface LivePort extends Live {
  readonly network_id: string;
  readonly device_id?: string;
  readonly fixed_ips: readonly { readonly subnet_id: string; readonly ip_address: string }[];
}

const facts: Facts<Inputs, LivePort> = {
  collection: { service: "network", path: "/ports", one: "port", many: "ports", listBy: "id", bulk: true },
  title: "router port",
  fixed: ["networkId", "subnetId", "address"],
  toLive: {
    // Whose port it is follows from the interface, and no port can be given to a router otherwise.
    routerId: () => ({}),
    // A router's own port is never filtered, as when Neutron makes it itself: what passes is for the groups at the other ports to say.
    networkId: (network_id) => ({
      network_id,
      port_security_enabled: false,
      security_groups: [],
      admin_state_up: true,
    }),
    subnetId: () => ({}),
    address: () => ({}),
  },
  fromLive: (live, known) => {
    const [ip, ...more] = live.fixed_ips;
    return {
      // One that waits for its interface is nobody's yet.
      routerId: live.device_id || known.routerId,
      networkId: live.network_id,
      subnetId: more.length === 0 ? ip?.subnet_id : live.fixed_ips.map(({ subnet_id }) => subnet_id).join(", "),
      address: ip && (canonicalAddress(ip.ip_address) ?? ip.ip_address),
    };
  },
};

/** The two inputs that are one field of the API. */
const withAddress = (wanted: Inputs): Facts<Inputs, LivePort> => ({
  ...facts,
  toLive: {
    ...facts.toLive,
    address: (ip_address) => ({ fixed_ips: [{ subnet_id: wanted.subnetId, ip_address }] }),
  },
});

async function act(
  call: Call,
  action: "add" | "remove",
  routerId: string,
  portId: string,
  title: string,
): Promise<number> {
  const what = `${action === "add" ? "attach" : "detach"} ${title} ${action === "add" ? "to" : "from"} router ${routerId}`;
  const next =
    action === "add"
      ? "see that the operator's router is there and is the area's own, then run `pulumi up` again"
      : "remove what still uses the way (a VPN connection, a route of the router), then repeat";
  const path = `/routers/${routerId}/${action}_router_interface`;
  const expect = action === "remove" ? [404] : [];
  const { status } = await call.session.request("network", "PUT", path, {
    body: { port_id: portId },
    what,
    next,
    expect,
  });
  return status;
}

/**
 * Neutron's OVN driver says 200 and takes the leg away again where whoever attaches it does not see the router's external network.
 * @throws UserError where the router has no such port
 */
async function holdAttached({ session }: Call, { name, routerId }: Inputs, portId: string): Promise<void> {
  const found = await session.find<{ port: LivePort }>("network", `/ports/${portId}`);
  if (found?.port.device_id === routerId) return;
  throw new UserError({
    what: `router ${routerId} has no leg "${name}": Neutron accepted it and took it away again`,
    why: "its OVN driver does so where the area's project does not see the external network of its router",
    next: `ask the operator to give that network to the project (\`openstack network rbac create --type network --action access_as_external --target-project <project> <external network>\`), then run \`pulumi up\` again`,
  });
}

/**
 * One leg of a router in a subnet, by a port of its own. Neutron removes the port with the interface: therefore both are one resource.
 * Id: the port's.
 */
export const routerInterface = defineKind({
  module: "network",
  name: "RouterInterface",
  summary: "One leg of a router in a subnet, at an address of its own: the port, and that the router has it.",
  inputs,
  replaceOn: ["routerId", "networkId", "subnetId", "address"],
  create: async (call, wanted) => {
    const { live } = await createObject(call, withAddress(wanted), wanted);
    if ((live.device_id ?? "") === "")
      await act(call, "add", wanted.routerId, live.id, `"${wanted.name}" (${live.id})`);
    await holdAttached(call, wanted, live.id);
    return { id: live.id };
  },
  read: (call, portId, state) => readObject(call, facts, portId, state),
  update: (call, portId, wanted, state) => updateObject(call, facts, portId, wanted, state),
  delete: async (call, portId, state) => {
    const title = String(state.name ?? portId);
    const status = await act(call, "remove", String(state.routerId), portId, `"${title}" (${portId})`);
    // Without the interface the port may still be there; with it, it went along.
    if (status === 404) await removeObject(call, facts, portId, title);
  },
});
