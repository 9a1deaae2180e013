import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { markOf } from "../../../provider/own.ts";
import type { Props } from "../../../provider/wire.ts";
import type { Answer, Handler } from "./fake/cloud.ts";
import type { Bench, Resource } from "./fake/harness.ts";
import { bench } from "./fake/harness.ts";

type Json = Record<string, unknown>;
let b: Bench;
let provider: Resource;
let mapping: Resource;
let protocol: Resource;
const stored = {
  providers: new Map<string, Json>(),
  mappings: new Map<string, Json>(),
  protocols: new Map<string, Json>(),
};
let domain: Json | undefined;

/** An object of Keystone that is made by PUT under an id of its maker's choice. */
function serve(address: string, key: string, all: Map<string, Json>, extra: (id: string) => Json = () => ({})): void {
  const gone: Answer = [404, { error: { message: "Could not find it" } }];
  const body = (given: unknown): Json => (given as Record<string, Json>)[key] ?? {};
  const handlers: Record<string, Handler> = {
    GET: ({ p }) => (all.has(p.id ?? "") ? [200, { [key]: all.get(p.id ?? "") }] : gone),
    PUT: ({ p, body: given }) => {
      if (all.has(p.id ?? "")) return [409, { error: { message: "Conflict" } }];
      all.set(p.id ?? "", { id: p.id, ...extra(p.id ?? ""), ...body(given) });
      return [201, { [key]: all.get(p.id ?? "") }];
    },
    PATCH: ({ p, body: given }) => {
      Object.assign(all.get(p.id ?? "") ?? {}, body(given));
      return all.has(p.id ?? "") ? [200, { [key]: all.get(p.id ?? "") }] : gone;
    },
    DELETE: ({ p }) => (all.delete(p.id ?? "") ? [204] : gone),
  };
  for (const [method, handler] of Object.entries(handlers)) b.cloud.on(method, address, handler);
}

beforeEach(async () => {
  b = await bench();
  for (const all of Object.values(stored)) all.clear();
  domain = undefined;
  const root = "/v3/OS-FEDERATION";
  serve(`${root}/identity_providers/:id`, "identity_provider", stored.providers, (id) => {
    domain = { id: "made", enabled: true, description: `Auto generated federated domain for Identity Provider: ${id}` };
    return { domain_id: "made" };
  });
  serve(`${root}/mappings/:id`, "mapping", stored.mappings);
  serve(`${root}/identity_providers/ls/protocols/:id`, "protocol", stored.protocols);
  b.cloud.on("GET", `${root}/identity_providers/ls/protocols`, () =>
    stored.providers.has("ls") ? [200, { protocols: [...stored.protocols.values()] }] : [404, {}],
  );
  b.cloud.on("GET", "/v3/domains/made", () => (domain ? [200, { domain }] : [404, {}]));
  b.cloud.on("PATCH", "/v3/domains/made", ({ body }) => {
    Object.assign(domain ?? {}, (body as { domain: Json }).domain);
    return [200, { domain }];
  });
  b.cloud.on("DELETE", "/v3/domains/made", () => {
    if (domain?.["enabled"] !== false) return [403, { error: { message: "must be disabled" } }];
    domain = undefined;
    return [204];
  });
  provider = b.resource("tresor:identity:IdentityProvider", "ls");
  mapping = b.resource("tresor:identity:Mapping", "ls");
  protocol = b.resource("tresor:identity:FederationProtocol", "ls");
});
afterEach(async () => {
  await b.stop();
  expect(b.cloud.unknown).toEqual([]);
});

const LS = {
  name: "ls",
  description: "LS Login",
  enabled: true,
  remoteIds: ["https://b.example/", "https://a.example/"],
  authorizationMinutes: 480,
};
const rules = (...values: string[]): string =>
  JSON.stringify([{ remote: [{ type: "E", any_one_of: values }], local: [{ user: { name: "{0}" } }] }]);
const PROTOCOL = {
  identityProviderId: "ls",
  name: "openid",
  mappingId: "tresor-ls",
  remoteIdAttribute: "HTTP_OIDC_ISS",
};

async function settled(resource: Resource, args: Props): Promise<void> {
  await resource.create(args);
  const before = resource.state;
  expect((await resource.refresh()).props).toEqual(before);
  expect((await resource.diff(args)).changes).toBe(false);
}

describe("IdentityProvider (SPE4HD-3, DENBI-7)", () => {
  it("is made with all its remote ids, in any order, and told its users' domain", async () => {
    await settled(provider, LS);
    expect(stored.providers.get("ls")).toMatchObject({
      description: `LS Login ${markOf(provider.urn)}`,
      remote_ids: ["https://a.example/", "https://b.example/"],
      authorization_ttl: 480,
    });
    expect(provider.state.usersDomainId).toBe("made");
    expect((await provider.diff({ ...LS, remoteIds: LS.remoteIds.toReversed() })).changes).toBe(false);
  });

  it("shows an issuer added by hand, and an up takes it out in place", async () => {
    await provider.create(LS);
    stored.providers.get("ls")!["remote_ids"] = [...LS.remoteIds, "https://evil.example/"];
    await provider.refresh();
    expect(await provider.diff(LS)).toMatchObject({ changes: true, replaces: [] });
    await provider.update(LS);
    expect(stored.providers.get("ls")!["remote_ids"]).toHaveLength(2);
  });

  it("goes with the domain that Keystone made for it, and with no other", async () => {
    await provider.create(LS);
    await provider.delete();
    expect([stored.providers.size, domain]).toEqual([0, undefined]);
    await provider.create({ ...LS, domainId: "made" });
    await provider.delete();
    expect(domain).toMatchObject({ enabled: true });
    await provider.create(LS);
    domain!["description"] = "somebody's";
    await provider.delete();
    expect(domain).toMatchObject({ enabled: true });
  });

  it("takes up its own of an interrupted run, and never another's of the name", async () => {
    const there = { id: "ls", enabled: false, remote_ids: [], domain_id: "made" };
    stored.providers.set("ls", { ...there, description: `old ${markOf(provider.urn)}` });
    await settled(provider, LS);
    stored.providers.set("ls", { ...there, description: "by hand" });
    await expect(provider.create(LS)).rejects.toThrow(/cannot create identity provider ls: the cloud has another one/);
  });
});

describe("Mapping (SPE4HD-3)", () => {
  it("holds all rules, whatever the order of their keys", async () => {
    await settled(mapping, { name: "tresor-ls", rules: rules("a", "b") });
    expect((await mapping.diff({ name: "tresor-ls", rules: rules("a") })).changes).toBe(true);
  });

  it("shows a rule that lets in more, and an up takes it out", async () => {
    await mapping.create({ name: "tresor-ls", rules: rules("a") });
    stored.mappings.get("tresor-ls")!["rules"] = JSON.parse(rules("a", "everybody")) as unknown;
    await mapping.refresh();
    expect(mapping.state.rules).toContain("everybody");
    await mapping.update({ name: "tresor-ls", rules: rules("a") });
    expect(JSON.stringify(stored.mappings.get("tresor-ls"))).not.toContain("everybody");
  });

  it("takes up the very rules, and refuses others under its name", async () => {
    stored.mappings.set("tresor-ls", { id: "tresor-ls", rules: JSON.parse(rules("a")) as unknown });
    await settled(mapping, { name: "tresor-ls", rules: rules("a") });
    await expect(mapping.create({ name: "tresor-ls", rules: rules("b") })).rejects.toThrow(
      /mapping tresor-ls: the cloud/,
    );
  });

  it.each(["", "{}", "[]", "no"])("refuses %j as rules", async (text) => {
    expect((await mapping.check({ name: "m", rules: text })).failures?.[0]).toMatchObject({ property: "rules" });
  });
});

describe("FederationProtocol (SPE4HD-3)", () => {
  it("is read with its issuer's variable, changed in place and taken up", async () => {
    await provider.create(LS);
    await settled(protocol, PROTOCOL);
    expect(protocol.id).toBe("ls/openid");
    stored.protocols.get("openid")!["remote_id_attribute"] = "OTHER";
    await protocol.refresh();
    expect(await protocol.diff(PROTOCOL)).toMatchObject({ changes: true, replaces: [] });
    await protocol.update(PROTOCOL);
    await settled(protocol, PROTOCOL);
  });

  it("is gone when it or its provider is", async () => {
    await provider.create(LS);
    await protocol.create(PROTOCOL);
    await protocol.delete();
    expect((await protocol.refresh()).id).toBe("");
    stored.providers.clear();
    expect((await protocol.refresh()).id).toBe("");
  });
});
