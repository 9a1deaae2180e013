import { z } from "zod";
import { canonicalCidr, cidr } from "../../fields.ts";
import type { Call } from "../../resource.ts";
import { defineKind, difference, sortedSet } from "../../resource.ts";
import type { Collection } from "../../together.ts";
import { notThere } from "../sets.ts";
import type { Facts, Live } from "./objects.ts";
import { createObject, readObject, removeObject, updateObject } from "./objects.ts";
import { description, name } from "./subnet.ts";

// Without an address a rule that names the group would be a door to nobody: no flow asks for that.
const inputs = z.object({ name, description, addresses: z.array(cidr).min(1).transform(sortedSet) });
type Inputs = z.infer<typeof inputs>;

interface LiveGroup extends Live {
  readonly addresses?: readonly string[];
}

const COLLECTION = {
  service: "network",
  path: "/address-groups",
  one: "address_group",
  many: "address_groups",
  listBy: "id",
} as const satisfies Collection;

const addressesOf = ({ addresses = [] }: LiveGroup): string[] =>
  sortedSet(addresses.map((text) => canonicalCidr(text) ?? text));

const facts: Facts<Inputs, LiveGroup> = {
  collection: COLLECTION,
  title: "address group",
  // Neutron changes addresses by actions of their own: what an interrupted run left with others is made anew.
  fixed: ["addresses"],
  toLive: { addresses: (addresses) => ({ addresses }) },
  fromLive: (live) => ({ addresses: addressesOf(live) }),
};

/** Makes the group hold exactly these addresses: closes before it opens, and what is there is never taken out. */
async function converge({ session }: Call, groupId: string, wanted: Inputs): Promise<void> {
  const title = `address group "${wanted.name}" (${groupId})`;
  const path = `${COLLECTION.path}/${groupId}`;
  const found = await session.find<{ readonly address_group: LiveGroup }>("network", path, {
    what: `read the addresses of ${title}`,
  });
  if (!found) throw notThere(`set the addresses of ${title}`);
  const same = (text: string): string => text;
  const { missing, extra } = difference(wanted.addresses, addressesOf(found.address_group), same, same);
  const act = async (action: string, verb: string, addresses: readonly string[]): Promise<void> => {
    if (addresses.length === 0) return;
    const what = `${verb} ${title}: ${addresses.join(", ")}`;
    await session.request("network", "PUT", `${path}/${action}`, { body: { addresses }, what });
  };
  await act("remove_addresses", "take addresses out of", extra);
  await act("add_addresses", "add addresses to", missing);
}

/** A list of networks under one name: rules name it as their remote, whatever their number. */
export const addressGroup = defineKind({
  module: "network",
  name: "AddressGroup",
  summary:
    "A named list of networks that rules have as their remote: all its addresses, what is not listed is removed.",
  inputs,
  replaceOn: [],
  create: async (call, wanted) => ({ id: (await createObject(call, facts, wanted)).live.id }),
  read: (call, groupId, state) => readObject(call, facts, groupId, state),
  update: async (call, groupId, wanted, state) => {
    await converge(call, groupId, wanted);
    return updateObject(call, facts, groupId, wanted, { ...state, addresses: wanted.addresses });
  },
  delete: (call, groupId, state) => removeObject(call, facts, groupId, String(state.name ?? groupId)),
});
