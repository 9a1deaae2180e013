import { z } from "zod";
import type { Call } from "../../resource.ts";
import { defineKind } from "../../resource.ts";
import type { Props } from "../../wire.ts";
import { nameOf, providerPath } from "./federation.ts";

const protocolInputs = z.object({
  identityProviderId: nameOf("an identity provider"),
  name: nameOf("the protocol"),
  mappingId: nameOf("a mapping"),
  remoteIdAttribute: z.string().min(1).max(64, "must have at most 64 characters"),
});
type ProtocolInputs = z.infer<typeof protocolInputs>;

const protocolPath = (provider: string, name: string): string => `${providerPath(provider)}/protocols/${name}`;

/** One protocol as the provider's list has it: its own address leaves out the attribute with the issuer. */
async function findProtocol({ session }: Call, provider: string, name: string): Promise<ProtocolInputs | undefined> {
  const what = `list the protocols of identity provider ${provider}`;
  interface Live {
    readonly id: string;
    readonly mapping_id: string;
    readonly remote_id_attribute?: string | null;
  }
  const found = await session.find<{ protocols: Live[] }>("identity", `${providerPath(provider)}/protocols`, { what });
  const live = found?.protocols.find((protocol) => protocol.id === name);
  return (
    live && {
      identityProviderId: provider,
      name,
      mappingId: live.mapping_id,
      remoteIdAttribute: live.remote_id_attribute ?? "",
    }
  );
}

const protocolCall = (
  { session }: Call,
  method: "PUT" | "PATCH",
  { identityProviderId, name, mappingId, remoteIdAttribute }: ProtocolInputs,
): Promise<unknown> =>
  session.request("identity", method, protocolPath(identityProviderId, name), {
    body: { protocol: { mapping_id: mappingId, remote_id_attribute: remoteIdAttribute } },
    what: `${method === "PUT" ? "create" : "change"} protocol ${name} of identity provider ${identityProviderId}`,
  });

/** A way in which people of a provider log in. */
export const federationProtocol = defineKind({
  module: "identity",
  name: "FederationProtocol",
  summary: "A protocol of an identity provider, with its mapping and the variable that holds the issuer.",
  inputs: protocolInputs,
  replaceOn: ["identityProviderId", "name"],
  create: async (call, wanted) => {
    const there = await findProtocol(call, wanted.identityProviderId, wanted.name);
    // The provider is this stack's own: what hangs on it is, too.
    await protocolCall(call, there === undefined ? "PUT" : "PATCH", wanted);
    return { id: `${wanted.identityProviderId}/${wanted.name}` };
  },
  read: async (call, protocolId) => {
    const [provider = "", name = ""] = protocolId.split("/");
    return (await findProtocol(call, provider, name)) as Props | undefined;
  },
  update: async (call, _id, wanted) => {
    await protocolCall(call, "PATCH", wanted);
    return undefined;
  },
  delete: async ({ session }, protocolId) => {
    const [provider = "", name = ""] = protocolId.split("/");
    const what = `delete protocol ${name} of identity provider ${provider}`;
    await session.request("identity", "DELETE", protocolPath(provider, name), { what, expect: [404] });
  },
});
