import { z } from "zod";
import { id } from "../../fields.ts";
import { bearsMark, withMark, withoutMark } from "../../own.ts";
import type { Call } from "../../resource.ts";
import { defineKind, sortedSet } from "../../resource.ts";
import type { Props } from "../../wire.ts";
import { nameOf, providerPath, taken } from "./federation.ts";

interface LiveProvider {
  readonly description?: string | null;
  readonly enabled: boolean;
  readonly remote_ids: readonly string[] | null;
  readonly domain_id: string;
  readonly authorization_ttl?: number | null;
}

const findProvider = async ({ session }: Call, name: string): Promise<LiveProvider | undefined> =>
  (
    await session.find<{ identity_provider: LiveProvider }>("identity", providerPath(name), {
      what: `read identity provider ${name}`,
    })
  )?.identity_provider;

const providerInputs = z.object({
  name: nameOf("the identity provider"),
  description: z.string().default(""),
  enabled: z.boolean().default(true),
  remoteIds: z.array(z.string().min(1).max(64, "must have at most 64 characters")).min(1).transform(sortedSet),
  domainId: id("a domain").optional(),
  authorizationMinutes: z.int("must be a whole number").min(0),
});
type ProviderInputs = z.infer<typeof providerInputs>;

const providerBody = (call: Call, wanted: ProviderInputs): object => ({
  description: withMark(wanted.description, call.urn),
  enabled: wanted.enabled,
  remote_ids: wanted.remoteIds,
  authorization_ttl: wanted.authorizationMinutes,
});

async function changeProvider(call: Call, wanted: ProviderInputs): Promise<Props> {
  const what = `change identity provider ${wanted.name}`;
  const body = { identity_provider: providerBody(call, wanted) };
  const answer = await call.session.request<{ identity_provider: LiveProvider }>(
    "identity",
    "PATCH",
    providerPath(wanted.name),
    { body, what },
  );
  return { usersDomainId: answer.body.identity_provider.domain_id };
}

async function createProvider(call: Call, wanted: ProviderInputs): Promise<{ id: string; outs: Props }> {
  const { name } = wanted;
  const there = await findProvider(call, name);
  if (there !== undefined) {
    const isOurs = bearsMark(there, call.urn);
    const fits = wanted.domainId === undefined || wanted.domainId === there.domain_id;
    if (!isOurs || !fits) throw taken(`identity provider ${name}`);
    return { id: name, outs: await changeProvider(call, wanted) };
  }
  const body = {
    identity_provider: { ...providerBody(call, wanted), ...(wanted.domainId && { domain_id: wanted.domainId }) },
  };
  const what = `create identity provider ${name}`;
  const answer = await call.session.request<{ identity_provider: LiveProvider }>(
    "identity",
    "PUT",
    providerPath(name),
    {
      body,
      what,
    },
  );
  return { id: name, outs: { usersDomainId: answer.body.identity_provider.domain_id } };
}

/** Keystone makes a domain for a provider that names none, and leaves it behind. */
async function removeMadeDomain({ session }: Call, provider: string, domainId: string): Promise<void> {
  const path = `/domains/${domainId}`;
  const what = `remove the domain that Keystone made for identity provider ${provider}`;
  const found = await session.find<{ domain: { description?: string } }>("identity", path, { what });
  if (found?.domain.description !== `Auto generated federated domain for Identity Provider: ${provider}`) return;
  await session.request("identity", "PATCH", path, { body: { domain: { enabled: false } }, what });
  await session.request("identity", "DELETE", path, { what, expect: [404] });
}

/** Who may vouch for people. */
export const identityProvider = defineKind({
  module: "identity",
  name: "IdentityProvider",
  summary: "An identity provider with all its remote ids; the domain that Keystone makes for its users goes with it.",
  inputs: providerInputs,
  outputs: { usersDomainId: { type: "string", description: "Domain in which its users appear." } },
  replaceOn: ["name", "domainId"],
  create: createProvider,
  read: async (call, name, state) => {
    const live = await findProvider(call, name);
    return (
      live && {
        name,
        description: withoutMark(live.description ?? "", call.urn),
        enabled: live.enabled,
        remoteIds: (live.remote_ids ?? []).toSorted(),
        ...(state.domainId === undefined ? {} : { domainId: live.domain_id }),
        authorizationMinutes: live.authorization_ttl ?? 0,
        usersDomainId: live.domain_id,
      }
    );
  },
  update: (call, _name, wanted) => changeProvider(call, wanted),
  delete: async (call, name, state) => {
    const what = `delete identity provider ${name}`;
    await call.session.request("identity", "DELETE", providerPath(name), { what, expect: [404] });
    if (state.domainId === undefined && typeof state.usersDomainId === "string" && state.usersDomainId !== "")
      await removeMadeDomain(call, name, state.usersDomainId);
  },
});
