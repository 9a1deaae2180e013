import { execa } from "execa";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasStatus, Session, type CloudEntry, type Scope } from "../../openstack/index.ts";
import { mappingRules } from "../../plan/federation.ts";
import { TresorProvider } from "../../provider/server.ts";
import { unwrap, type Props } from "../../provider/wire.ts";
import { devcloudSettings } from "../../scripts/devcloud/index.ts";
import { openKeystone, type Keystone } from "../../scripts/site/keystone.ts";
import { LS_LOGIN } from "../unit/plan/people.ts";
import { Resource } from "../unit/provider/fake/harness.ts";
import { hasCloud, site, type Site } from "./provider-site.ts";

/** Persons, groups, roles on a domain and federation on the real Keystone, each by the credential that owns it. */
let s: Site;
let provider: TresorProvider;
let keystone: Keystone;
const it_ = (token: string, name = "it"): Resource => new Resource(provider, `tresor:identity:${token}`, name);

/** Makes it, and shows that a refresh and a second run see no change. */
async function settled(resource: Resource, args: Props): Promise<void> {
  await resource.create(args);
  await unchanged(resource, args);
}
async function unchanged(resource: Resource, args: Props): Promise<void> {
  const before = resource.state;
  expect((await resource.refresh()).props).toEqual(before);
  expect((await resource.diff(args)).changes).toBe(false);
}

/** What becomes of a log-in on the area's project: its roles, or "refused". */
async function rolesOf(userId: string, password: string): Promise<readonly string[] | "refused"> {
  const scope: Scope = { kind: "project", project: { id: s.projectId } };
  const credential = { kind: "password", user: { id: userId }, password } as const;
  const entry: CloudEntry = { ...s.area.entry, name: `person ${userId}`, credential, scope };
  const session = new Session(entry);
  try {
    return (await session.token()).roles;
  } catch (error) {
    // Keystone answers 401 to a wrong password, a disabled user and a user without a role alike.
    if (hasStatus(error, 401)) return "refused";
    throw error;
  } finally {
    session.close();
  }
}

/** A local person who has changed the one-time password, with the own one. */
async function person(
  name: string,
): Promise<{ readonly resource: Resource; readonly password: string; readonly args: Props }> {
  const resource = it_("Person", name);
  const args = {
    cloud: "domain",
    name: `${s.prefix}-${name}`,
    domainId: s.domainId,
    description: "e2e",
    enabled: true,
  };
  await settled(resource, args);
  s.later(() => resource.delete());
  const password = randomBytes(24).toString("base64url");
  await keystone.changePassword(resource.id, String(unwrap(resource.state.oneTimePassword)), password);
  return { resource, password, args };
}

describe.skipIf(!hasCloud)("persons on a real cloud", () => {
  beforeAll(async () => {
    s = await site();
    const sessions: Record<string, Session> = { operator: s.operator, domain: s.domain, area: s.area };
    provider = new TresorProvider({ open: (cloud) => Promise.resolve(sessions[cloud ?? ""] ?? s.area) });
    keystone = await openKeystone({ authUrl: s.operator.entry.authUrl });
  });
  afterAll(async () => {
    keystone?.close();
    await s?.down();
  });

  it("C4H-10, DIGIMED-12: a local person's one-time password must be changed, then logs in no more; disabled, nothing does", async () => {
    const resource = it_("Person", "cleo");
    const args = { cloud: "domain", name: `${s.prefix}-cleo`, domainId: s.domainId, description: "e2e", enabled: true };
    await settled(resource, args);
    s.later(() => resource.delete());
    const oneTime = String(unwrap(resource.state.oneTimePassword));
    expect((await keystone.login(args.name, s.prefix, oneTime, false)).result).toBe("expired");
    const own = randomBytes(24).toString("base64url");
    await keystone.changePassword(resource.id, oneTime, own);
    expect((await keystone.login(args.name, s.prefix, own, false)).result).toBe("in");
    expect((await keystone.login(args.name, s.prefix, oneTime, false)).result).toBe("refused");
    await resource.update({ ...args, enabled: false });
    expect((await keystone.login(args.name, s.prefix, own, false)).result).toBe("refused");
    await resource.update(args);
    expect((await keystone.login(args.name, s.prefix, own, false)).result).toBe("in");
    await s.operator.request("identity", "PATCH", `/users/${resource.id}`, { body: { user: { enabled: false } } });
    await resource.refresh();
    expect((await resource.diff(args)).changes).toBe(true);
  });

  it("DIGIMED-12, DENBI-4: who is in the group gets in, who is put in by hand is drift and is out again", async () => {
    const group = await s.make("identity", "/groups", "group", { name: `${s.prefix}-clinic`, domain_id: s.domainId });
    await s.grant(`/projects/${s.projectId}/groups/${group.id} reader`);
    const [ada, eve] = [await person("ada"), await person("eve")];
    const set = it_("GroupMembers", "clinic");
    const late = `${s.prefix}-late@uni.example`;
    const args = {
      cloud: "domain",
      groupId: group.id,
      domainId: s.domainId,
      members: [{ userId: ada.resource.id }, { name: late }],
    };
    await settled(set, args);
    expect(set.state.waiting).toBe(late);
    expect(await rolesOf(ada.resource.id, ada.password)).toContain("reader");
    expect(await rolesOf(eve.resource.id, eve.password)).toBe("refused");

    await s.operator.request("identity", "PUT", `/groups/${group.id}/users/${eve.resource.id}`);
    expect(await rolesOf(eve.resource.id, eve.password)).toContain("reader");
    await set.refresh();
    expect((await set.diff(args)).changes).toBe(true);
    await set.update(args);
    await unchanged(set, args);
    expect(await rolesOf(eve.resource.id, eve.password)).toBe("refused");
    expect(await rolesOf(ada.resource.id, ada.password)).toContain("reader");

    // The control of waiting: once the domain knows the name, the person is in.
    const user = { name: late, domain_id: s.domainId, password: randomBytes(24).toString("hex") };
    const { id } = await s.make("identity", "/users", "user", user);
    await set.refresh();
    expect((await set.diff(args)).changes).toBe(true);
    await set.update(args);
    await s.operator.request("identity", "HEAD", `/groups/${group.id}/users/${id}`);
    expect(set.state.waiting).toBe("");
  });

  it("C4H-1, DIGIMED-12: only the operator can add a member from another domain, and only he sees him", async () => {
    const group = await s.make("identity", "/groups", "group", { name: `${s.prefix}-uni`, domain_id: s.domainId });
    const foreign = { name: `${s.prefix}-foreign`, password: randomBytes(24).toString("hex"), domain_id: "default" };
    const { id } = await s.make("identity", "/users", "user", foreign);
    const set = it_("GroupMembers", "uni");
    const args = { cloud: "domain", groupId: group.id, domainId: s.domainId, members: [] };
    await settled(set, args);
    const member = `/groups/${group.id}/users/${id}`;
    await expect(s.domain.request("identity", "PUT", member)).rejects.toThrow();
    await s.operator.request("identity", "PUT", member);
    const seenBy = async (session: Session): Promise<string[]> =>
      (await session.paginate<{ id: string }>("identity", `/groups/${group.id}/users`, "users")).map((user) => user.id);
    // Keystone shows a manager the users of his own domain alone: docs/trust-model.md says so.
    expect(await seenBy(s.domain)).toEqual([]);
    expect(await seenBy(s.operator)).toEqual([id]);
    await s.operator.request("identity", "DELETE", member);
    await unchanged(set, args);
  });

  it("DIGIMED-12, DIGIMED-6: a role on the domain is drift and goes, handed down too; the operator's own fails by name", async () => {
    const eve = await person("mallory");
    const access = it_("DomainAccess");
    const expected = [{ role: "manager", userId: s.pipelineId }];
    const args = { cloud: "domain", domainId: s.domainId, assignments: [], expected };
    await settled(access, args);
    await s.grant(`/domains/${s.domainId}/users/${eve.resource.id} manager`);
    const roles = await s.operator.paginate<{ id: string; name: string }>("identity", "/roles", "roles");
    const role = (name: string): string => roles.find((one) => one.name === name)?.id ?? "";
    const down = `/OS-INHERIT/domains/${s.domainId}/users/${eve.resource.id}/roles/${role("reader")}/inherited_to_projects`;
    await s.operator.request("identity", "PUT", down);
    expect(await rolesOf(eve.resource.id, eve.password)).toContain("reader");
    await access.refresh();
    expect(access.state.assignments).toEqual(
      expect.arrayContaining([
        { role: "manager", userId: eve.resource.id },
        { role: "reader", userId: eve.resource.id, toProjects: true },
      ]),
    );
    await access.update(args);
    await unchanged(access, args);
    expect(await rolesOf(eve.resource.id, eve.password)).toBe("refused");
    // The control: the pipeline still is what it was, by the very role that was expected.
    expect((await s.domain.token()).roles).toContain("manager");

    const { userId } = await s.operator.token();
    await s.grant(`/domains/${s.domainId}/users/${userId} admin`);
    await access.refresh();
    await expect(access.update(args)).rejects.toThrow(/may not revoke \(found role admin of user admin/);
    await s.operator.request("identity", "DELETE", `/domains/${s.domainId}/users/${userId}/roles/${role("admin")}`);
    await access.refresh();
    await unchanged(access, args);
  });

  it("SPE4HD-3, DENBI-7: an identity provider, its mapping and its protocol are made, held to what is planned, and gone with their domain", async () => {
    const name = `${s.prefix}-ls`;
    const [idp, mapping, protocol] = [it_("IdentityProvider"), it_("Mapping"), it_("FederationProtocol")];
    const common = { cloud: "operator" };
    const idpArgs = {
      ...common,
      name,
      description: "LS Login",
      enabled: true,
      remoteIds: [`https://${s.prefix}.example/oidc/`],
      authorizationMinutes: 480,
    };
    const mappingArgs = { ...common, name, rules: JSON.stringify(mappingRules(LS_LOGIN)) };
    const protocolArgs = {
      ...common,
      identityProviderId: name,
      name: "openid",
      mappingId: name,
      remoteIdAttribute: "HTTP_OIDC_ISS",
    };
    await settled(idp, idpArgs);
    await settled(mapping, mappingArgs);
    await settled(protocol, protocolArgs);
    const root = "/OS-FEDERATION";
    const tamper = (path: string, body: object): Promise<unknown> =>
      s.operator.request("identity", "PATCH", `${root}${path}`, { body });
    await tamper(`/identity_providers/${name}`, {
      identity_provider: { remote_ids: [...idpArgs.remoteIds, `https://${s.prefix}.evil.example/`] },
    });
    const everybody = [{ local: [{ user: { name: "{0}" } }], remote: [{ type: "HTTP_OIDC_SUB" }] }];
    await tamper(`/mappings/${name}`, { mapping: { rules: everybody } });
    await tamper(`/identity_providers/${name}/protocols/openid`, {
      protocol: { mapping_id: name, remote_id_attribute: "ANOTHER" },
    });
    for (const [resource, args] of [
      [idp, idpArgs],
      [mapping, mappingArgs],
      [protocol, protocolArgs],
    ] as const) {
      await resource.refresh();
      expect((await resource.diff(args)).changes).toBe(true);
      await resource.update(args);
      await unchanged(resource, args);
    }
    // The pipeline of a zone may do none of this.
    await expect(s.domain.request("identity", "DELETE", `${root}/mappings/${name}`)).rejects.toThrow();
    const domainId = String(idp.state.usersDomainId);
    expect(await s.operator.find("identity", `/domains/${domainId}`)).toBeDefined();
    for (const resource of [protocol, idp, mapping]) {
      await resource.delete();
      expect((await resource.refresh()).id).toBe("");
    }
    expect(await s.operator.find("identity", `/domains/${domainId}`)).toBeUndefined();
  });

  it("SPE4HD-3, DENBI-7: Keystone's own engine lets in whom an entitlement names, and nobody without one", async () => {
    const script = [
      "import json, sys, keystone.conf",
      "from keystone.federation import utils",
      "keystone.conf.configure()",
      "keystone.conf.CONF([], project='keystone', default_config_files=[])",
      "rules, claims = json.load(sys.stdin)",
      "utils.validate_mapping_structure({'rules': rules})",
      "def groups(one):",
      "    try:",
      "        return sorted({group['name'] for group in utils.RuleProcessor('m', rules).process(one)['group_names']})",
      "    except Exception as error:",
      "        return type(error).__name__",
      "print(json.dumps([groups(one) for one in claims]))",
    ].join("\n");
    const group = (name: string): string => `urn:geant:lifescience-ri.eu:group:digimed:${name}`;
    const [SUB, ENTITLEMENT] = ["HTTP_OIDC_SUB", "HTTP_OIDC_EDUPERSON_ENTITLEMENT"];
    const claims = [
      { [SUB]: "ada@x", [ENTITLEMENT]: `${group("heart")};${group("north")}` },
      { [SUB]: "eve@x", [ENTITLEMENT]: `${group("heart")}:visitors` },
      { [SUB]: "eve@x" },
      { [ENTITLEMENT]: group("heart") },
    ];
    const { stdout } = await execa(join(devcloudSettings().venv, "bin", "python"), ["-c", script], {
      input: JSON.stringify([mappingRules(LS_LOGIN), claims]),
    });
    const said = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as unknown[];
    expect(said).toEqual([["digimed-heart-centre", "digimed-uni-north"], ...Array<string>(3).fill("ValidationError")]);
  });
});
